"""Where people work: institutions, with ROR's record where one matches."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from papers.models.bases import PagedModel, page_slug


class Institution(PagedModel):
    """An institution. Without ``ror`` it is provisional: known only from what works say, one per folded name and country."""

    name = models.CharField(_("name"), max_length=500)
    name_key = models.CharField(_("folded name"), max_length=500)
    ror = models.CharField(_("ROR id"), max_length=9, null=True, blank=True)  # noqa: DJ001 - null is what lets many have none and each id stand once
    country_code = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=200, blank=True)
    types = ArrayField(models.CharField(max_length=30), verbose_name=_("types"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=20, default="active")
    established = models.SmallIntegerField(_("established"), null=True, blank=True)
    homepage = models.CharField(_("website"), max_length=500, blank=True)
    site_host = models.CharField(_("host of the website"), max_length=253, blank=True)
    domains = ArrayField(models.CharField(max_length=253), verbose_name=_("e-mail domains"), default=list, blank=True)
    identifiers = models.JSONField(_("identifiers"), default=dict, blank=True)

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(name="") & ~models.Q(name_key=""), name="institution_named"),
            models.CheckConstraint(
                condition=models.Q(ror__isnull=True) | models.Q(ror__regex=r"^0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}$"),
                name="institution_ror_well_formed",
            ),
            models.UniqueConstraint(fields=["ror"], name="institution_ror_once"),
            models.UniqueConstraint(
                fields=["name_key", "country_code"], condition=models.Q(ror__isnull=True), name="institution_provisional_once"
            ),
            models.CheckConstraint(condition=~models.Q(merged_into=models.F("id")), name="institution_not_merged_into_itself"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["domains"], name="institution_domains"),
            models.Index(fields=["site_host"], name="institution_site_host"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("papers:institution", args=[self.pk, page_slug(self.name)])


class InstitutionName(models.Model):
    """A name by which an institution is known: the displayed one, labels in other languages, aliases, acronyms."""

    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="names", verbose_name=_("institution"), db_index=False
    )
    name = models.CharField(_("name"), max_length=500)
    key = models.CharField(_("folded name"), max_length=500)
    kind = models.CharField(_("kind"), max_length=20)
    language = models.CharField(_("language"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("name of an institution")
        verbose_name_plural = _("names of institutions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "name"], name="institutionname_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="institutionname_given"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["key"], name="institutionname_key_trigram", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["key"], name="institutionname_key"),
        ]

    def __str__(self) -> str:
        return self.name
