"""Two pages that are one person's, one page that is two people's: what was proposed, and what merging took along."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id
from papers.models import Author
from profiles.models.choices import Role

LONGEST_EVIDENCE = 3000


class ProposalKind(models.TextChoices):
    """What can be proposed about pages."""

    MERGE = "merge", _("Two pages are one person's")
    SPLIT = "split", _("One page mixes people")


class ProposalStatus(models.TextChoices):
    """Where a proposal stands."""

    OPEN = "open", _("Waiting for a decision")
    ACCEPTED = "accepted", _("Carried out")
    REFUSED = "refused", _("Not carried out")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    UNDONE = "undone", _("Carried out, and taken back")


class ProposalReason(models.TextChoices):
    """On what a proposal rests."""

    IDENTIFIER = "identifier", _("An identifier that both carry, or two that differ (ORCID, a profile elsewhere)")
    PUBLICATION_LIST = "publication-list", _("A publication list or CV on the web")
    NAME_CHANGE = "name-change", _("The person published under another name")
    COLLEAGUES = "colleagues", _("Co-authors and places of work")
    SUBJECT = "subject", _("What the works are about")
    OWN_WORD = "own-word", _("I am this person")
    OTHER = "other", _("Something else")


class PageProposal(models.Model):
    """Somebody says that two pages are one person's, or that the works of one page are several people's.

    Merging: ``page`` and ``other``; which of the two lives on is settled when it is decided. Splitting: ``groups`` is a list of objects
    with ``authorships`` (row keys) and ``to``: the row key of the author page that they go to, null for a new page of their own, 0 for nobody's.
    ``decision`` is that of the entries in the trail by which it was carried out. ``evidence`` and ``answer`` are people's words, and can be erased.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=ProposalKind)
    page = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("page"))
    other = models.ForeignKey(
        Author, on_delete=models.CASCADE, null=True, blank=True, related_name="proposals_as_other", verbose_name=_("other page")
    )
    groups = models.JSONField(_("groups of works"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=ProposalReason)
    evidence = models.TextField(_("evidence"), max_length=LONGEST_EVIDENCE, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ProposalStatus, default=ProposalStatus.OPEN)
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals", verbose_name=_("proposed by")
    )
    created_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_as = models.CharField(_("decided as"), max_length=12, choices=Role, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decision = models.UUIDField(_("decision"), null=True, blank=True)
    answer = models.TextField(_("answer to whoever proposed it"), max_length=LONGEST_EVIDENCE, blank=True)

    class Meta:
        verbose_name = _("proposal about pages")
        verbose_name_plural = _("proposals about pages")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(kind="merge") & Q(other__isnull=False) & ~Q(other=F("page")) & Q(groups=[]))
                | (Q(kind="split") & Q(other__isnull=True) & ~Q(groups=[])),
                name="pageproposal_says_what",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "withdrawn"]) | Q(decided_at__isnull=False), name="pageproposal_decided_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "undone"]) | Q(decision__isnull=False), name="pageproposal_has_decision"
            ),
            models.UniqueConstraint(
                Least("page", "other"), Greatest("page", "other"), condition=Q(status="open", kind="merge"), name="pageproposal_merge_once"
            ),
            models.UniqueConstraint(fields=["page", "proposer"], condition=Q(status="open", kind="split"), name="pageproposal_split_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=Q(status="open"), name="pageproposal_queue"),
            models.Index(fields=["decision"], condition=Q(decision__isnull=False), name="pageproposal_of_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        return reverse("profiles:proposal", args=[self.pk])

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class MergeInverse(models.Model):
    """What a participant of a merge outside of the record needs to put its rows back (``config.lib.registries.MergeParticipant``)."""

    decision = models.UUIDField(_("decision"))
    participant = models.CharField(_("participant"), max_length=60)
    inverse = models.JSONField(_("inverse"), default=dict)

    class Meta:
        verbose_name = _("what a merge took along")
        verbose_name_plural = _("what merges took along")
        constraints: ClassVar = [models.UniqueConstraint(fields=["decision", "participant"], name="mergeinverse_once")]

    def __str__(self) -> str:
        return f"{self.participant}: {self.decision}"
