"""Keeping people safe from each other: blocks, mutes, reports, what was done about them, and appeals."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id
from papers.models import Author


class Block(models.Model):
    """Two people see nothing of what the other made or does. Nobody but the blocker learns of it."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks", verbose_name=_("who blocks"), db_index=False
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocked_by", verbose_name=_("who is blocked"), db_index=False
    )
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_not_of_oneself"),
        ]
        indexes: ClassVar = [models.Index(fields=["blocked", "blocker"], name="block_of_account")]  # blocks work both ways

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class Mute(models.Model):
    """Somebody wants no news of a page or of a person: not in the feed, no notification, no mail. Nothing else changes, and nobody is told."""

    muter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutes", verbose_name=_("who mutes"), db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="muted_by", verbose_name=_("person")
    )
    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, null=True, blank=True, related_name="muted_by", verbose_name=_("author page")
    )
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, author__isnull=True) | Q(person__isnull=True, author__isnull=False), name="mute_one_thing"
            ),
            models.CheckConstraint(condition=Q(person__isnull=True) | ~Q(muter=F("person")), name="mute_not_of_oneself"),
            models.UniqueConstraint(fields=["muter", "person"], condition=Q(person__isnull=False), name="mute_person_once"),
            models.UniqueConstraint(fields=["muter", "author"], condition=Q(author__isnull=False), name="mute_author_once"),
        ]

    def __str__(self) -> str:
        return f"{self.muter_id} mutes {self.person_id or self.author_id}"


class ReportCategory(models.TextChoices):
    """What a report says is wrong. Each has its place in the rules of the site."""

    SPAM = "spam", _("Spam or advertising")
    HARASSMENT = "harassment", _("Harassment, threats or insults")
    HATE = "hate", _("Hatred of a group of people")
    IMPERSONATION = "impersonation", _("Somebody poses as somebody else")
    FALSE_RECORD = "false-record", _("Works or affiliations that are made up")
    PRIVATE = "private", _("Private facts about somebody")
    SEXUAL = "sexual", _("Unwanted sexual content")
    OTHER = "other", _("Something else")


class ReportStatus(models.TextChoices):
    """Where a report stands."""

    OPEN = "open", _("Waiting for a moderator")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Report(models.Model):
    """Somebody tells the moderators of something that a person made or did here.

    ``subject`` and ``subject_id`` name the row it is about ("collaboration.Message", 12); ``reported`` whose doing that is, ``author``
    the page it is on. ``quoted`` holds the words as they stood when it was reported, so that an edit does not take the evidence away;
    ``links`` further evidence. Both, and ``text``, are erased with the account of the reporter or some time after the decision.
    """

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("reporter")
    )
    reported = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reported_in", verbose_name=_("reported")
    )
    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, null=True, blank=True, related_name="reports", verbose_name=_("author page")
    )
    subject = models.CharField(_("about"), max_length=60)
    subject_id = models.BigIntegerField(_("number"))
    category = models.CharField(_("category"), max_length=16, choices=ReportCategory)
    text = models.TextField(_("what happened"), max_length=3000, blank=True)
    quoted = models.TextField(_("as it stood"), max_length=20000, blank=True)
    links = ArrayField(models.URLField(max_length=500), verbose_name=_("links"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ReportStatus, default=ReportStatus.OPEN)
    created_at = models.DateTimeField(_("reported at"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(subject=""), name="report_about_something"),
            models.CheckConstraint(condition=Q(category__in=ReportCategory.values), name="report_known_category"),
            models.CheckConstraint(condition=Q(reporter__isnull=True) | ~Q(reporter=F("reported")), name="report_not_of_oneself"),
            models.CheckConstraint(condition=Q(status="open", decided_at__isnull=True) | ~Q(status="open"), name="report_decided_when"),
            models.UniqueConstraint(fields=["reporter", "subject", "subject_id"], condition=Q(status="open"), name="report_open_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=Q(status="open"), name="report_queue"),
            models.Index(fields=["subject", "subject_id"], name="report_of_subject"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.get_category_display()}"

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class MeasureKind(models.TextChoices):
    """What can be done to an account, the mildest first. Each says in ``collaboration.safety.measures`` what it keeps people from."""

    WARNING = "warning", _("Warning")
    SLOW_DOWN = "slow-down", _("Slowed down")
    NO_CONTACT = "no-contact", _("May write to nobody")
    WORDS_HIDDEN = "words-hidden", _("Profile text hidden")
    SUSPENDED = "suspended", _("Suspended")


class Measure(models.Model):
    """Something that keeps an account from doing harm, for a time or until it is lifted. ``by_rule``: set by a rule and not by a moderator."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="measures", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=16, choices=MeasureKind)
    report = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, blank=True, related_name="measures", verbose_name=_("report"))
    by_rule = models.BooleanField(_("set by a rule"), default=False)
    reason_code = models.CharField(_("reason"), max_length=40)
    began_at = models.DateTimeField(_("began"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("began_at")), name="measure_ends_later"),
            models.CheckConstraint(condition=Q(kind__in=MeasureKind.values), name="measure_known_kind"),
            models.CheckConstraint(condition=Q(by_rule=False) | Q(ends_at__isnull=False), name="measure_of_a_rule_ends"),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(by_rule=True, lifted_at__isnull=True), name="measure_of_a_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.get_kind_display()}"


class SafetyAppealStatus(models.TextChoices):
    """Where an appeal stands."""

    OPEN = "open", _("Waiting for a moderator")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")


class SafetyAppeal(models.Model):
    """Somebody asks for a second look: at a measure against them, or at a report of theirs that was dismissed. One for each, decided by somebody else."""

    appellant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="safety_appeals", verbose_name=_("who appeals")
    )
    measure = models.OneToOneField(
        Measure, on_delete=models.CASCADE, null=True, blank=True, related_name="appeal", verbose_name=_("measure")
    )
    report = models.OneToOneField(Report, on_delete=models.CASCADE, null=True, blank=True, related_name="appeal", verbose_name=_("report"))
    text = models.TextField(_("why"), max_length=3000, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=SafetyAppealStatus, default=SafetyAppealStatus.OPEN)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal in safety")
        verbose_name_plural = _("appeals in safety")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(measure__isnull=False, report__isnull=True) | Q(measure__isnull=True, report__isnull=False),
                name="safetyappeal_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(status="open", decided_at__isnull=True) | Q(~Q(status="open"), decided_at__isnull=False),
                name="safetyappeal_decided_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["opened_at"], condition=Q(status="open"), name="safetyappeal_queue")]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.get_status_display()}"
