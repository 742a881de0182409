"""The person with an account. Everything private hangs here; what is public of it the owner chooses."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from papers.models import Topic
from profiles.models.choices import PublicPart, WorkKind


def every_part() -> list[str]:
    """All parts of a profile: what is written to be shown is shown unless its owner says otherwise."""
    return list(PublicPart.values)


class Profile(models.Model):
    """A person with an account. Tied to an author page by a granted claim, and by nothing else."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile", verbose_name=_("account"))
    display_name = models.CharField(_("name"), max_length=300, blank=True)
    biography = models.TextField(_("biography"), max_length=5000, blank=True)
    biography_html = models.TextField(_("biography, rendered"), blank=True, editable=False)
    position = models.CharField(_("position"), max_length=200, blank=True)
    pronouns = models.CharField(_("pronouns"), max_length=60, blank=True)
    languages = ArrayField(models.CharField(max_length=12), verbose_name=_("languages"), default=list, blank=True)
    open_until = models.DateField(_("open to collaborate until"), null=True, blank=True)
    collaboration_topics = models.ManyToManyField(Topic, related_name="+", verbose_name=_("topics to collaborate on"), blank=True)
    collaboration_kinds = ArrayField(
        models.CharField(max_length=12, choices=WorkKind), verbose_name=_("kinds of work to collaborate on"), default=list, blank=True
    )
    public_parts = ArrayField(
        models.CharField(max_length=20, choices=PublicPart), verbose_name=_("what is public"), default=every_part, blank=True
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(public_parts__contained_by=PublicPart.values), name="profile_known_parts"),
            models.CheckConstraint(condition=Q(collaboration_kinds__contained_by=WorkKind.values), name="profile_known_kinds"),
        ]

    def __str__(self) -> str:
        return self.display_name or f"#{self.pk}"


class ProfileLink(models.Model):
    """A link that the owner shows. Evidence never rests on it: the owner typed it."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="links", verbose_name=_("profile"))
    label = models.CharField(_("label"), max_length=60)
    url = models.URLField(_("address"), max_length=500)
    place = models.PositiveSmallIntegerField(_("place"), default=0)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering: ClassVar = ["place", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "url"], name="profilelink_once"),
            models.CheckConstraint(condition=Q(url__startswith="https://") | Q(url__startswith="http://"), name="profilelink_web"),
            models.CheckConstraint(condition=~Q(label=""), name="profilelink_labelled"),
        ]

    def __str__(self) -> str:
        return self.label
