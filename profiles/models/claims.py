"""Claims: somebody says that an author page is theirs. A granted claim is what ownership is."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id
from papers.models import Author
from profiles.models.choices import HOLDING, OPEN, TRANSITIONS, AppealStatus, ClaimStatus, Level, MessageKind, ReasonCode, Role
from profiles.models.profiles import Profile


class Claim(models.Model):
    """One person's claim on one author page. Holds codes and dates only: texts are ``ClaimMessage`` rows, which can be erased.

    ``challenges`` is the claim that held the page when this one was made. ``credible_at`` is when a moderator found the
    challenge worth the owner's time, ``answer_due`` when the owner's fourteen days end.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="claims", verbose_name=_("claimant"))
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="claims", verbose_name=_("author page"))
    status = models.CharField(_("status"), max_length=12, choices=ClaimStatus, default=ClaimStatus.DRAFT)
    reason_code = models.CharField(_("reason"), max_length=20, choices=ReasonCode, blank=True)
    challenges = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="challenged_by", verbose_name=_("challenges")
    )
    started_at = models.DateTimeField(_("begun"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    granted_at = models.DateTimeField(_("granted"), null=True, blank=True)
    granted_automatically = models.BooleanField(_("granted without a moderator"), default=False)
    credible_at = models.DateTimeField(_("challenge found credible"), null=True, blank=True)
    answer_due = models.DateTimeField(_("owner's answer due"), null=True, blank=True)
    second_review_at = models.DateTimeField(_("reviewed a second time"), null=True, blank=True)
    dispute_free_since = models.DateTimeField(_("without dispute since"), null=True, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        permissions: ClassVar = [("decide_claim", _("Can decide on claims, evidence and appeals"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["author"], condition=Q(status__in=HOLDING), name="claim_one_owner"),
            models.UniqueConstraint(fields=["profile"], condition=Q(status__in=HOLDING), name="claim_one_page"),
            models.UniqueConstraint(fields=["profile", "author"], condition=Q(status__in=OPEN), name="claim_open_once"),
            models.CheckConstraint(condition=~Q(status__in=HOLDING) | Q(granted_at__isnull=False), name="claim_granted_has_date"),
            models.CheckConstraint(
                condition=~Q(status=ClaimStatus.REVIEW) | Q(submitted_at__isnull=False), name="claim_in_review_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[ClaimStatus.REFUSED, ClaimStatus.REVOKED]) | (~Q(reason_code="") & Q(decided_at__isnull=False)),
                name="claim_refusal_has_reason",
            ),
            models.CheckConstraint(condition=~Q(challenges=F("id")), name="claim_not_against_itself"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["submitted_at"], condition=Q(status=ClaimStatus.REVIEW), name="claim_queue"),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="claim_expiring"),
            models.Index(fields=["decided_at"], name="claim_decided"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="known_transitions",
                field="status",
                transitions=[(str(before), str(after)) for before, following in TRANSITIONS.items() for after in following],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        return reverse("profiles:claim", args=[self.pk])

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class ClaimMessage(models.Model):
    """A text in a claim, seen by claimant and moderators. It can be erased; the trail goes on without it."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="messages", verbose_name=_("claim"))
    kind = models.CharField(_("kind"), max_length=12, choices=MessageKind)
    role = models.CharField(_("role"), max_length=12, choices=Role)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("sender"))
    body = models.TextField(_("text"), max_length=5000, blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("text in a claim")
        verbose_name_plural = _("texts in claims")
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(body="") | Q(erased_at__isnull=False), name="claimmessage_given")]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.get_kind_display()}"


class Appeal(models.Model):
    """An appeal against a refusal or a revocation, decided by another moderator than before."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="appeals", verbose_name=_("claim"))
    against = models.CharField(_("against"), max_length=12, choices=ClaimStatus)
    status = models.CharField(_("status"), max_length=12, choices=AppealStatus, default=AppealStatus.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim"], condition=Q(status=AppealStatus.OPEN), name="appeal_open_once"),
            models.CheckConstraint(condition=Q(against__in=[ClaimStatus.REFUSED, ClaimStatus.REVOKED]), name="appeal_against_a_decision"),
            models.CheckConstraint(condition=Q(status=AppealStatus.OPEN) | Q(decided_at__isnull=False), name="appeal_decided_has_date"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at"], condition=Q(status=AppealStatus.OPEN), name="appeal_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.get_status_display()}"


class Standing(models.Model):
    """The verification level of a page that has or had a claim, computed from evidence alone and stored for pages and scores.

    A page without a row has the level its record gives (``profiles.levels.record_level``). ``next_change_at`` is when a piece of
    evidence ages past a limit, so that the level is computed again then though nobody did anything.
    """

    author = models.OneToOneField(
        Author, on_delete=models.CASCADE, primary_key=True, related_name="standing", verbose_name=_("author page")
    )
    claim = models.ForeignKey(Claim, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner's claim"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.L0)
    record_level = models.PositiveSmallIntegerField(_("level of the record"), choices=Level, default=Level.L0)
    claim_level = models.PositiveSmallIntegerField(_("level of the claim"), choices=Level, default=Level.L0)
    identity = models.FloatField(_("identity"), default=0)
    missing = models.JSONField(_("what is missing for the next level"), default=list)
    level_since = models.DateTimeField(_("at this level since"))
    l2_since = models.DateTimeField(_("at level 2 or above since"), null=True, blank=True)
    next_change_at = models.DateTimeField(_("computed again on"), null=True, blank=True)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("verification level")
        verbose_name_plural = _("verification levels")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(identity__gte=0, identity__lte=1), name="standing_identity_share"),
            models.CheckConstraint(condition=Q(level=Greatest("record_level", "claim_level")), name="standing_level_is_the_higher"),
            models.CheckConstraint(condition=Q(level__lte=Level.L4), name="standing_known_level"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_change_at"], condition=Q(next_change_at__isnull=False), name="standing_ageing"),
            models.Index(
                fields=["level_since"],
                condition=Q(claim_level=Level.L3, missing__contains=["second-review"]),
                name="standing_second_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: L{self.level}"


class LevelBefore(models.Model):
    """What level a page had, and since when, before a decision: taking the decision back gives back that too.

    ``decision`` is that of the entries in the trail.
    """

    decision = models.UUIDField(_("decision"))
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("author page"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    record_level = models.PositiveSmallIntegerField(_("level of the record"), choices=Level)
    claim_level = models.PositiveSmallIntegerField(_("level of the claim"), choices=Level)
    level_since = models.DateTimeField(_("at this level since"))
    l2_since = models.DateTimeField(_("at level 2 or above since"), null=True, blank=True)

    class Meta:
        verbose_name = _("level before a decision")
        verbose_name_plural = _("levels before decisions")
        constraints: ClassVar = [models.UniqueConstraint(fields=["decision", "author"], name="levelbefore_once")]

    def __str__(self) -> str:
        return f"{self.author_id}: L{self.level}"
