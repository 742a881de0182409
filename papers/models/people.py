"""Authors and authorships. The unit of identity is the authorship: this work, this position."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from papers.models.bases import PagedModel, page_slug
from papers.models.choices import AttributionRule, AttributionState
from papers.models.institutions import Institution
from papers.models.works import Work


class Author(PagedModel):
    """A bibliographic entity: the person that a set of authorships points to, as far as records tell.

    It is made by imports and disambiguation, and is nobody's account. ``confidence`` (0 to 1) says how sure it is
    that these works belong together; null where nothing has judged it yet. ``name_decided_by_person``: somebody chose the
    name, and no import changes it. ``name_on_works``: it also stands wherever works name this person, in place of what was published.
    """

    display_name = models.CharField(_("name"), max_length=300)
    sort_name = models.CharField(_("name for sorting"), max_length=300)
    name_decided_by_person = models.BooleanField(_("name chosen by a person"), default=False, db_default=False)  # imports COPY
    name_on_works = models.BooleanField(_("chosen name stands on works too"), default=False, db_default=False)
    confidence = models.FloatField(_("confidence"), null=True, blank=True)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(display_name=""), name="author_named"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1), name="author_confidence_share"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="author_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(name_on_works=False) | Q(name_decided_by_person=True), name="author_chosen_name_on_works"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("profiles:researcher", args=[self.pk, page_slug(self.display_name)])


class NameVisibility(models.TextChoices):
    """Where a published form of a name may appear. Its bearer decides."""

    SHOWN = "shown", _("Shown")
    FOUND = "found", _("Leads to the page, shown nowhere")
    HIDDEN = "hidden", _("Neither shown nor found")


class NameVariant(models.Model):
    """A form under which an author's works were published. ``key`` is the folded name, ``block`` last name and first initial.

    ``is_published`` is false for a name that its bearer chose and no work states: it leads to the page, and says nothing to attribution.
    """

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="name_variants", verbose_name=_("author"), db_index=False)
    name = models.CharField(_("name"), max_length=300)
    key = models.CharField(_("folded name"), max_length=300)
    block = models.CharField(_("block"), max_length=200)
    # The database's defaults too: imports COPY the other columns.
    is_published = models.BooleanField(_("stands on a work"), default=True, db_default=True)
    visibility = models.CharField(
        _("visibility"), max_length=6, choices=NameVisibility, default=NameVisibility.SHOWN, db_default=NameVisibility.SHOWN
    )

    class Meta:
        verbose_name = _("name variant")
        verbose_name_plural = _("name variants")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["author", "name"], name="namevariant_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(key=""), name="namevariant_given"),
            models.CheckConstraint(condition=Q(visibility__in=NameVisibility.values), name="namevariant_known_visibility"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["key"], name="namevariant_key_trigram", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["block"], name="namevariant_block"),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorIdentifier(models.Model):
    """An identifier of an author. ``is_authenticated`` only where the person signed in to assert it."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="identifiers", verbose_name=_("author"))
    scheme = models.CharField(_("scheme"), max_length=30)
    value = models.CharField(_("value"), max_length=200)
    source = models.CharField(_("source"), max_length=30)
    is_authenticated = models.BooleanField(_("authenticated"), default=False)

    class Meta:
        verbose_name = _("identifier of an author")
        verbose_name_plural = _("identifiers of authors")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "value"], name="authoridentifier_once"),
            models.CheckConstraint(condition=~Q(scheme="") & ~Q(value=""), name="authoridentifier_given"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Authorship(models.Model):
    """One person's part in one work: what the source said beside what we decided.

    ``position`` counts from 0 and is null where the source cut its list before this person. ``decided_by_person``
    outlives the account that decided, so that no import ever undoes a person's decision.
    """

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="authorships", verbose_name=_("work"), db_index=False)
    position = models.PositiveSmallIntegerField(_("position"), null=True, blank=True)

    # What the source said.
    raw_name = models.CharField(_("name as published"), max_length=300)
    raw_affiliations = ArrayField(models.TextField(), verbose_name=_("affiliations as published"), default=list, blank=True)
    source_ids = models.JSONField(_("identifiers in the source"), default=dict, blank=True)
    orcid = models.CharField(_("asserted ORCID iD"), max_length=19, blank=True)
    orcid_authenticated = models.BooleanField(_("ORCID iD authenticated"), default=False)
    name_in_other_script = models.CharField(_("name in another script"), max_length=300, blank=True)
    homepage = models.TextField(_("homepage"), blank=True)
    is_corresponding = models.BooleanField(_("corresponding author"), default=False)
    is_organisation = models.BooleanField(_("organisation"), default=False)
    source = models.CharField(_("source"), max_length=30)
    import_run = models.ForeignKey(  # held by ImportRun's trigger: a check of each row costs an import one part in twenty-five
        "papers.ImportRun",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("import"),
        db_index=False,
        db_constraint=False,
    )

    # What we decided.
    author = models.ForeignKey(
        Author, on_delete=models.PROTECT, null=True, blank=True, related_name="authorships", verbose_name=_("author"), db_index=False
    )
    rule = models.CharField(_("attributed by"), max_length=20, choices=AttributionRule, default=AttributionRule.NONE, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=AttributionState, default=AttributionState.IMPORTED)
    decided_by_person = models.BooleanField(_("decided by a person"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    institutions = models.ManyToManyField(
        Institution, through="papers.AuthorshipInstitution", related_name="authorships", verbose_name=_("institutions")
    )

    class Meta:
        verbose_name = _("authorship")
        verbose_name_plural = _("authorships")
        ordering: ClassVar = [F("position").asc(nulls_last=True), "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["work", "position"], name="authorship_position_once"),
            models.UniqueConstraint(fields=["work", "author"], name="authorship_author_once_per_work"),
            models.CheckConstraint(condition=~Q(raw_name=""), name="authorship_named"),
            models.CheckConstraint(
                condition=Q(is_organisation=False) | Q(author__isnull=True), name="authorship_organisation_is_no_person"
            ),
            models.CheckConstraint(condition=Q(author__isnull=True) | ~Q(rule=""), name="authorship_attribution_has_rule"),
            models.CheckConstraint(
                condition=Q(orcid="") | Q(orcid__regex=r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$"), name="authorship_orcid_well_formed"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["author", "-work"], name="authorship_of_author"),  # in the order in which works came
            # few rows, and each account that goes asks for its own
            models.Index(fields=["decided_by"], condition=Q(decided_by__isnull=False), name="authorship_decided_by"),
        ]

    def __str__(self) -> str:
        return self.raw_name

    @property
    def shown_name(self) -> str:
        """The name as published, or the one that its bearer goes by on works too. Reads the author."""
        return self.author.display_name if self.author is not None and self.author.name_on_works else self.raw_name

    @property
    def shown_name_in_other_script(self) -> str:
        """The same for the form in another script: the published one, where the published name stands."""
        return "" if self.author is not None and self.author.name_on_works else self.name_in_other_script


class AuthorshipRefusal(models.Model):
    """A person said that this authorship is not this author's.

    While it ``stands``, no import and no other method gives the authorship, or another place on the same work, to that
    author. It outlives the account that decided; taken back, it no longer stands.
    """

    authorship = models.ForeignKey(
        Authorship, on_delete=models.CASCADE, related_name="refusals", verbose_name=_("authorship"), db_index=False
    )
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="refused_authorships", verbose_name=_("author"))
    stands = models.BooleanField(_("stands"), default=False)

    class Meta:
        verbose_name = _("refusal of an authorship")
        verbose_name_plural = _("refusals of authorships")
        constraints: ClassVar = [models.UniqueConstraint(fields=["authorship", "author"], name="authorshiprefusal_once")]

    def __str__(self) -> str:
        return f"{self.authorship_id}: not {self.author_id}"


class AuthorshipInstitution(models.Model):
    """An authorship names an institution."""

    authorship = models.ForeignKey(
        Authorship, on_delete=models.CASCADE, related_name="authorship_institutions", verbose_name=_("authorship"), db_index=False
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="authorship_institutions", verbose_name=_("institution"), db_index=False
    )

    class Meta:
        verbose_name = _("institution of an authorship")
        verbose_name_plural = _("institutions of authorships")
        constraints: ClassVar = [models.UniqueConstraint(fields=["authorship", "institution"], name="authorshipinstitution_once")]
        indexes: ClassVar = [models.Index(fields=["institution", "-authorship"], name="authorshipinstitution_of_place")]

    def __str__(self) -> str:
        return f"{self.authorship_id}: {self.institution_id}"


class NameCount(models.Model):
    """How many distinct names have this first given name, this family name; the row of role "all" counts all of them.

    Kept by ingest, read by attribution to tell a rare name from a common one.
    """

    role = models.CharField(_("part of the name"), max_length=6)  # "first", "family" or "all"
    token = models.CharField(_("folded name"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("distinct names"))

    class Meta:
        verbose_name = _("frequency of a name")
        verbose_name_plural = _("frequencies of names")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "token"], name="namecount_once"),
            models.CheckConstraint(condition=Q(role__in=["first", "family", "all"]), name="namecount_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.token}: {self.count}"
