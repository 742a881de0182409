"""Trust: the score of a page as it stands, how it came to be, and what it is measured against."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from papers.models import Author, Field
from profiles.models.choices import Level


class Band(models.IntegerChoices):
    """The bands of the score, by its rounded value."""

    THIN = 0, _("Thin record")
    EMERGING = 1, _("Emerging")
    ESTABLISHED = 2, _("Established")
    TRUSTED = 3, _("Trusted")
    HIGHLY_TRUSTED = 4, _("Highly trusted")


class TrustScore(models.Model):
    """The present score of a page, with everything that anybody needs to compute it again.

    ``parts`` holds the components and their points, ``inputs`` what they were computed from, ``input_hash`` the SHA-256 of the
    inputs as canonical JSON.
    """

    author = models.OneToOneField(Author, on_delete=models.CASCADE, primary_key=True, related_name="trust", verbose_name=_("author page"))
    formula_version = models.PositiveSmallIntegerField(_("version of the formula"))
    score = models.FloatField(_("score"))
    shown = models.PositiveSmallIntegerField(_("score as shown"))
    band = models.PositiveSmallIntegerField(_("band"), choices=Band)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    parts = models.JSONField(_("components"))
    inputs = models.JSONField(_("inputs"))
    input_hash = models.CharField(_("hash of the inputs"), max_length=64)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("trust score")
        verbose_name_plural = _("trust scores")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="trustscore_of_a_hundred"),
            models.CheckConstraint(condition=Q(shown__lte=100), name="trustscore_shown_of_a_hundred"),
        ]
        indexes: ClassVar = [models.Index(fields=["band", "-shown", "author"], name="trustscore_by_band")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.shown}"


class TrustEvent(models.Model):
    """The score changed by at least one point or its band did, or a month went by: what it was then, and why."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="trust_events", verbose_name=_("author page"), db_index=False)
    at = models.DateTimeField(_("when"))
    formula_version = models.PositiveSmallIntegerField(_("version of the formula"))
    score = models.FloatField(_("score"))
    shown = models.PositiveSmallIntegerField(_("score as shown"))
    band = models.PositiveSmallIntegerField(_("band"), choices=Band)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    points = models.JSONField(_("points by component"))
    moved = models.JSONField(_("what moved"), default=dict)
    reasons = ArrayField(models.CharField(max_length=60), verbose_name=_("reasons"), default=list)
    input_hash = models.CharField(_("hash of the inputs"), max_length=64)
    is_snapshot = models.BooleanField(_("monthly"), default=False)

    class Meta:
        verbose_name = _("change of trust")
        verbose_name_plural = _("changes of trust")
        indexes: ClassVar = [models.Index(fields=["author", "-at", "-id"], name="trustevent_of_page")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.shown}"


class ShadowScore(models.Model):
    """What the next version of the formula would give, computed beside the present one for two weeks before it is shown."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("author page"), db_index=False)
    formula_version = models.PositiveSmallIntegerField(_("version of the formula"))
    score = models.FloatField(_("score"))
    shown = models.PositiveSmallIntegerField(_("score as shown"))
    band = models.PositiveSmallIntegerField(_("band"), choices=Band)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("score by the next formula")
        verbose_name_plural = _("scores by the next formula")
        constraints: ClassVar = [models.UniqueConstraint(fields=["author", "formula_version"], name="shadowscore_once")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.shown} (version {self.formula_version})"


class FieldStatistics(models.Model):
    """What is usual in a field, from our own records: the 90th percentile of works in each career window, and the median of works cited by others.

    The row without a field is about the whole corpus; a field with too few authors uses it. ``version`` counts the nightly computations.
    """

    field = models.ForeignKey(Field, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("field"))
    version = models.PositiveIntegerField(_("version"))
    authors = ArrayField(models.PositiveIntegerField(), size=4, verbose_name=_("authors by window"))
    n90 = ArrayField(models.FloatField(), size=4, verbose_name=_("90th percentile by window"))
    kappa = models.FloatField(_("median of works cited by others"))
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("statistics of a field")
        verbose_name_plural = _("statistics of fields")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "field"], nulls_distinct=False, name="fieldstatistics_once"),
            models.CheckConstraint(condition=Q(n90__len=4, authors__len=4), name="fieldstatistics_four_windows"),
        ]

    def __str__(self) -> str:
        return f"{self.field_id or 'all'}, version {self.version}"


class SupportEdge(models.Model):
    """One page's support for another, from one source (vouch, verified co-authorship, accepted collaboration …)."""

    source = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("supporter"), db_index=False)
    target = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("supported"))
    kind = models.CharField(_("kind"), max_length=30)
    weight = models.FloatField(_("weight"))
    latest_at = models.DateTimeField(_("latest event"))

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("support")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="supportedge_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="supportedge_not_for_oneself"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="supportedge_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} supports {self.target_id} ({self.kind})"


class SupportFlow(models.Model):
    """Where the propagation stands for one page: what was passed on to it, and how it passed on last.

    ``flow`` is x, ``seed`` the seed in it, ``community`` z. ``passed_at``, ``level`` and ``out_weight`` are the time, the giver's level and the
    decayed weight of all its support (at least 10) by which its shares were last computed: from them and its edges the very shares that
    stand in everybody's x can be had again. Without ``passed_at`` it has passed on nothing.
    """

    author = models.OneToOneField(Author, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name=_("author page"))
    flow = models.FloatField(_("trust that flows here"), default=0, db_default=0)
    seed = models.FloatField(_("trust that starts here"), default=0, db_default=0)
    community = models.FloatField(_("support that counts"), default=0, db_default=0)
    level = models.PositiveSmallIntegerField(_("level when it passed on"), default=0, db_default=0)
    out_weight = models.FloatField(_("weight of all its support"), default=0, db_default=0)
    passed_at = models.FloatField(_("passed on at, in seconds since 1970"), null=True, blank=True)

    class Meta:
        verbose_name = _("flow of trust")
        verbose_name_plural = _("flows of trust")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(flow__gte=0, seed__gte=0, community__gte=0), name="supportflow_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.flow:.4f}"


class SanctionKind(models.TextChoices):
    """What a page was sanctioned for; the severity is in ``profiles.trust.sanctions``."""

    WARNING = "warning", _("Warning")
    VOUCHED_FOR_REVOKED = "vouched-for-revoked", _("Vouched for somebody whose claim was revoked")
    MISATTRIBUTION = "misattribution", _("Claimed works of others")
    SOCK_PUPPETS = "sock-puppets", _("Used several accounts to deceive")
    IMPERSONATION = "impersonation", _("Posed as somebody else")


class Sanction(models.Model):
    """A sanction on a page, with a reason, and an end where one was set. Its weight fades by half in a year."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="sanctions", verbose_name=_("author page"))
    kind = models.CharField(_("kind"), max_length=20, choices=SanctionKind)
    imposed_at = models.DateTimeField(_("imposed"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    imposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("imposed by")
    )

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("imposed_at")), name="sanction_ends_later")
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.get_kind_display()}"
