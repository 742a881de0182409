"""People somebody could work with: what was computed for them, whom they do not want suggested, and who does not want to be."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from papers.models import Author

MOST_KEPT: Final = 40  # so that there is somebody left after some are dismissed


class SuggestionList(models.Model):
    """When suggestions were computed for somebody, for the page that they owned then, and out of how many candidates."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="suggestion_list", verbose_name=_("account")
    )
    author = models.OneToOneField(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("author page"))
    considered = models.PositiveIntegerField(_("candidates"), default=0)
    computed_at = models.DateTimeField(_("computed at"), default=timezone.now)

    class Meta:
        verbose_name = _("list of suggestions")
        verbose_name_plural = _("lists of suggestions")
        indexes: ClassVar = [models.Index(fields=["computed_at"], name="suggestionlist_oldest")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.computed_at:%Y-%m-%d}"


class Suggestion(models.Model):
    """Somebody to work with, by place from 0. ``reasons`` are those of ``collaboration.suggestions.reasons``: kinds, counts, keys; never a name."""

    list = models.ForeignKey(SuggestionList, on_delete=models.CASCADE, related_name="suggestions", verbose_name=_("list"), db_index=False)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("author page"))
    place = models.PositiveSmallIntegerField(_("place"))
    score = models.FloatField(_("score"))
    reasons = models.JSONField(_("reasons"))

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering: ClassVar = ["list", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "author"], name="suggestion_once"),
            models.UniqueConstraint(fields=["list", "place"], name="suggestion_one_a_place"),
            models.CheckConstraint(condition=Q(place__lt=MOST_KEPT), name="suggestion_few"),
            models.CheckConstraint(condition=~Q(reasons=[]), name="suggestion_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}: {self.author_id}"


class SuggestionDismissal(models.Model):
    """Somebody does not want a person suggested. Nobody is told."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="suggestions_dismissed",
        verbose_name=_("account"),
        db_index=False,
    )
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", verbose_name=_("author page"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("dismissed suggestion")
        verbose_name_plural = _("dismissed suggestions")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "author"], name="suggestiondismissal_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.author_id}"


class SuggestionChoice(models.Model):
    """Whether somebody may be suggested to others. Without a row: yes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="suggestion_choice", verbose_name=_("account")
    )
    is_suggested = models.BooleanField(_("may be suggested to others"), default=True)

    class Meta:
        verbose_name = _("whether somebody is suggested")
        verbose_name_plural = _("whether people are suggested")

    def __str__(self) -> str:
        return f"{self.user_id}: {'yes' if self.is_suggested else 'no'}"
