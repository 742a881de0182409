"""The audit trail: what was decided, by whom, and which rows it changed. It only ever grows."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.models.choices import Role


class TrailEntry(models.Model):
    """One act, with the rows it changed as they were and as they became: opaque ids and codes, never a person's words.

    ``changes`` is a list of objects with ``model``, ``pk``, ``before`` and ``after``; ``before`` is null for a row that came to be, ``after`` for one that went.
    ``author_id`` is the page on whose public history the act shows, where it shows at all. ``undoes`` names the entry that this one takes back.
    ``decision`` is the same for acts that one decision consists of, and are taken back together.
    Ids are plain numbers, not keys, so that the trail outlives what it tells of.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    action = models.CharField(_("act"), max_length=40)
    actor_id = models.BigIntegerField(_("account"), null=True, blank=True)
    role = models.CharField(_("acted as"), max_length=12, choices=Role)
    subject = models.CharField(_("about"), max_length=40)
    subject_id = models.BigIntegerField(_("number"))
    author_id = models.BigIntegerField(_("author page"), null=True, blank=True)
    claim_id = models.BigIntegerField(_("claim"), null=True, blank=True)
    code = models.CharField(_("reason"), max_length=40, blank=True)
    changes = models.JSONField(_("changed rows"), default=list, encoder=DjangoJSONEncoder)
    is_public = models.BooleanField(_("on the public history"), default=False)
    decision = models.UUIDField(_("decision"), null=True, blank=True)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("entry of the trail")
        verbose_name_plural = _("audit trail")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(action=""), name="trailentry_says_what")]
        indexes: ClassVar = [
            models.Index(fields=["author_id", "-id"], condition=Q(author_id__isnull=False), name="trailentry_of_page"),
            models.Index(fields=["claim_id", "id"], condition=Q(claim_id__isnull=False), name="trailentry_of_claim"),
            models.Index(fields=["subject", "subject_id", "id"], name="trailentry_of_subject"),
            models.Index(fields=["actor_id", "-id"], name="trailentry_of_account"),
            models.Index(fields=["decision"], condition=Q(decision__isnull=False), name="trailentry_of_decision"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="only_grows", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} #{self.subject_id}"


class TrailNote(models.Model):
    """The words that went with an act, kept apart so that they can be erased without touching the trail."""

    entry = models.OneToOneField(TrailEntry, on_delete=models.PROTECT, primary_key=True, related_name="note", verbose_name=_("entry"))
    text = models.TextField(_("text"), max_length=5000, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("note on an act")
        verbose_name_plural = _("notes on acts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text="") | Q(erased_at__isnull=False), name="trailnote_given_or_erased")
        ]

    def __str__(self) -> str:
        return f"#{self.entry_id}"
