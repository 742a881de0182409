"""Introductions: somebody in between is asked to pass an invitation on, and does, or says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collaboration.models.invitations import Invitation
from config.lib.public_ids import encode_public_id

MOST_BETWEEN: Final = 2


class IntroductionStatus(models.TextChoices):
    """Where a request for an introduction stands."""

    ASKED = "asked", _("Asked")
    PASSED_ON = "passed-on", _("Passed on")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Ended without an answer")
    WITHDRAWN = "withdrawn", _("Taken back")


STEPS: Final[Mapping[IntroductionStatus, tuple[IntroductionStatus, ...]]] = {
    IntroductionStatus.ASKED: (
        IntroductionStatus.PASSED_ON,
        IntroductionStatus.DECLINED,
        IntroductionStatus.EXPIRED,
        IntroductionStatus.WITHDRAWN,
    ),
    IntroductionStatus.DECLINED: (IntroductionStatus.EXPIRED, IntroductionStatus.WITHDRAWN),  # for whoever asked it looks asked until then
    IntroductionStatus.PASSED_ON: (),
    IntroductionStatus.EXPIRED: (),
    IntroductionStatus.WITHDRAWN: (),
}
"""The only changes of state there are. A trigger in the database holds them too."""

UNDER_WAY: Final = (IntroductionStatus.ASKED, IntroductionStatus.DECLINED)
"""States that whoever asked sees as "asked": nobody is told that they were refused."""


class Introduction(models.Model):
    """A request to pass an invitation on along a path. ``between`` are the pages of those in between, in order; ``place`` counts who has it now.

    ``holder`` is that person's account. ``note`` is what whoever asks tells them, and nobody else.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="introductions", verbose_name=_("invitation"))
    between = ArrayField(models.BigIntegerField(), verbose_name=_("pages in between"))
    place = models.PositiveSmallIntegerField(_("with the person at this place"), default=0)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="introductions_asked",
        verbose_name=_("who has it now"),
    )
    status = models.CharField(_("status"), max_length=12, choices=IntroductionStatus, default=IntroductionStatus.ASKED)
    note = models.TextField(_("note to those in between"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invitation"], condition=Q(status__in=UNDER_WAY), name="introduction_one_under_way"),
            models.CheckConstraint(condition=Q(status__in=IntroductionStatus.values), name="introduction_known_status"),
            models.CheckConstraint(condition=Q(between__len__gte=1, between__len__lte=MOST_BETWEEN), name="introduction_three_hops"),
            models.CheckConstraint(condition=Q(place__lt=MOST_BETWEEN), name="introduction_place_on_path"),
            models.CheckConstraint(condition=Q(status__in=UNDER_WAY) | Q(ended_at__isnull=False), name="introduction_ended_has_date"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(status__in=UNDER_WAY), name="introduction_ending"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="known_steps",
                field="status",
                transitions=[(str(before), str(after)) for before, following in STEPS.items() for after in following],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        return reverse("collaboration:introduction", args=[self.pk])

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class IntroductionWord(models.Model):
    """What somebody in between wrote when they passed it on, for whoever comes after them."""

    introduction = models.ForeignKey(
        Introduction, on_delete=models.CASCADE, related_name="words", verbose_name=_("introduction"), db_index=False
    )
    place = models.PositiveSmallIntegerField(_("place"))
    author_id = models.BigIntegerField(_("page"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("account"))
    text = models.TextField(_("words"), max_length=1000, blank=True)
    passed_at = models.DateTimeField(_("passed on"), default=timezone.now)

    class Meta:
        verbose_name = _("word with an introduction")
        verbose_name_plural = _("words with introductions")
        ordering: ClassVar = ["introduction", "place"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["introduction", "place"], name="introductionword_once")]

    def __str__(self) -> str:
        return f"{self.introduction_id}: {self.place}"
