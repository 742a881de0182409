"""Works that an owner misses on their page: looked up, shown to them, and added once they say which author they are."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id
from papers.models import Author, ImportRun


class AdditionKind(models.TextChoices):
    """How the works were named."""

    DOI = "doi", _("DOI")
    ARXIV = "arxiv", _("arXiv identifier")
    BIBTEX = "bibtex", _("BibTeX")
    ORCID = "orcid", _("ORCID record")


class AdditionState(models.TextChoices):
    """How far it has come."""

    LOOKING = "looking", _("Being looked up")
    FOUND = "found", _("Waiting for you")
    ADDING = "adding", _("Being added")
    DONE = "done", _("Added")
    FAILED = "failed", _("Failed")


class WorkAddition(models.Model):
    """One request of an owner to add works. Nothing is written into the record before they have seen it and said who they are.

    ``found`` lists what was read, ``chosen`` maps records ("source:record") to the position that is theirs, ``outcome``
    says what became of each. ``text`` is the BibTeX, erased at the end.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="additions", verbose_name=_("account"))
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("author page"))
    kind = models.CharField(_("kind"), max_length=10, choices=AdditionKind)
    request = models.JSONField(_("request"), default=dict, blank=True)
    text = models.TextField(_("text"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=AdditionState, default=AdditionState.LOOKING)
    found = models.JSONField(_("found"), default=list, blank=True)
    chosen = models.JSONField(_("chosen"), default=dict, blank=True)
    outcome = models.JSONField(_("outcome"), default=list, blank=True)
    error = models.TextField(_("error"), blank=True)
    run = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("import"))
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    leased_until = models.DateTimeField(_("being worked on until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("addition of works")
        verbose_name_plural = _("additions of works")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(kind="bibtex", state="looking") | ~Q(text=""), name="workaddition_has_text"),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "failed"]) | Q(finished_at__isnull=False), name="workaddition_end_has_date"
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="workaddition_failure_has_reason"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=Q(state__in=["looking", "adding"]), name="workaddition_under_way"),
            models.Index(fields=["user", "-created_at"], name="workaddition_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("profiles:addition", args=[self.pk])

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)

    @property
    def is_under_way(self) -> bool:
        """Whether a worker is to do something."""
        return self.state in {AdditionState.LOOKING, AdditionState.ADDING}
