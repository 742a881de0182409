"""The filters of the lists. Each narrows by something an index serves, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from config.lib.public_ids import decode_public_id
from papers.api.fields import PUBLIC_ID_PATTERN
from papers.identifiers import (
    normalise_arxiv,
    normalise_author_id,
    normalise_doi,
    normalise_orcid,
    normalise_ror,
    normalise_s2_author,
    normalise_work_id,
)
from papers.models import (
    Author,
    AuthorIdentifier,
    AuthorshipInstitution,
    Institution,
    InstitutionName,
    NameVariant,
    NameVisibility,
    Topic,
    Work,
    WorkIdentifier,
    WorkType,
)
from papers.models.works import SEARCH_CONFIGURATION
from papers.names import fold
from papers.querysets.works import is_about, is_from, stands_on

MAX_QUERY_LENGTH = 200
FIRST_YEAR, LAST_YEAR = 1400, 2200
_INDEXED_WORD = 3  # characters: what a trigram index can look up


class PublicIdFormField(forms.CharField):
    """Reads a public id as the row's key."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return decode_public_id(text)
        except ValueError:
            raise ValidationError(_("This is not the id of a record.")) from None


class NormalisedFormField(forms.CharField):
    """Reads an identifier as its normal form."""

    def __init__(self, *, normalise: Callable[[str | None], str], **options: Any) -> None:
        self.normalise = normalise
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return ""
        normal = self.normalise(text)
        if not normal or "\x00" in normal:
            raise ValidationError(_("This is not an identifier of that kind."))
        return normal


class StrictBooleanFormField(forms.Field):
    """Reads "true" or "false" and nothing else."""

    def to_python(self, value: Any) -> bool | None:
        if value in (None, ""):
            return None
        if value not in ("true", "false"):
            raise ValidationError(_("Say true or false."))
        return bool(value == "true")


@extend_schema_field({"type": "string", "pattern": PUBLIC_ID_PATTERN})
class PublicIdFilter(django_filters.Filter):
    """A filter by a record's public id."""

    field_class = PublicIdFormField


@extend_schema_field({"type": "string"})
class IdentifierFilter(django_filters.CharFilter):
    """A filter by an identifier of one scheme, in any form that people write it."""

    field_class = NormalisedFormField


@extend_schema_field({"type": "boolean"})
class FlagFilter(django_filters.Filter):
    """A filter by a yes or no."""

    field_class = StrictBooleanFormField


@extend_schema_field({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR})
class YearFilter(django_filters.NumberFilter):
    """A filter by a year."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=FIRST_YEAR, max_value=LAST_YEAR, **options)

    def get_max_validator(self) -> None:
        """The field's own bounds say it better."""
        return


def _words(text: str) -> list[str]:
    return fold(text).split()


def named_like(model: type[Model], owner: str, text: str, among: Q | None = None) -> Exists:
    """Whether a name (``among`` these) of the outer row contains every word of ``text``; the trigram index of the folded names serves it.

    A text of words below three letters ("Li Na"), which no trigram could look up, must be a whole name.
    """
    words = _words(text)
    names: QuerySet[Model] = QuerySet(model).filter(among or Q(), **{owner: OuterRef("pk")})
    if max(map(len, words), default=0) < _INDEXED_WORD:
        return Exists(names.filter(key=" ".join(words) or text.strip().lower()))
    for word in words:
        names = names.filter(key__contains=word)
    return Exists(names)


@extend_schema_field({"type": "string", "maxLength": MAX_QUERY_LENGTH})
class QueryFilter(django_filters.CharFilter):
    """The free words of a search, of bounded length."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_QUERY_LENGTH, **options)


class WorkFilters(django_filters.FilterSet):
    """Which works."""

    q = QueryFilter(method="matching", help_text="Words of title and abstract; quotation marks, “or” and “-” as in web searches.")
    year = YearFilter(field_name="year", help_text="In that year.")
    year_from = YearFilter(field_name="year", lookup_expr="gte", help_text="In that year or later.")
    year_to = YearFilter(field_name="year", lookup_expr="lte", help_text="In that year or earlier.")
    type = django_filters.MultipleChoiceFilter(choices=WorkType.choices, help_text="Of that type; give several for any of them.")
    field = django_filters.CharFilter(field_name="field__key", max_length=60, help_text="Key of a field.")
    venue = django_filters.CharFilter(field_name="venue__key", max_length=200, help_text="Key of a venue.")
    topic = PublicIdFilter(method="about", help_text="Id of a topic.")
    author = PublicIdFilter(method="by", help_text="Id of an author.")
    institution = PublicIdFilter(method="at", help_text="Id of an institution that an author of the work names.")
    has_code = FlagFilter(field_name="has_code", help_text="With (or without) code.")
    is_retracted = FlagFilter(field_name="is_retracted", help_text="Retracted (or not).")
    source = django_filters.CharFilter(
        field_name="sources",
        method="known_to",
        validators=[RegexValidator(r"\A[a-z0-9._-]{1,30}\Z")],
        help_text="Known to a source, for instance openalex or arxiv.",
    )
    doi = IdentifierFilter(method="identified", normalise=normalise_doi, help_text="By DOI, bare or as an address.")
    arxiv = IdentifierFilter(method="identified", normalise=normalise_arxiv, help_text="By arXiv id.")
    openalex = IdentifierFilter(
        method="identified", normalise=lambda value: normalise_work_id("openalex", value), help_text="By OpenAlex id (W…)."
    )

    class Meta:
        model = Work
        fields: tuple[str, ...] = ()

    def matching(self, works: QuerySet[Work], _name: str, value: str) -> QuerySet[Work]:
        return works.filter(search=SearchQuery(value, config=SEARCH_CONFIGURATION, search_type="websearch"))

    def about(self, works: QuerySet[Work], _name: str, value: int) -> QuerySet[Work]:
        return works.filter(is_about(value))

    def by(self, works: QuerySet[Work], _name: str, value: int) -> QuerySet[Work]:
        return works.filter(stands_on(value))

    def at(self, works: QuerySet[Work], _name: str, value: int) -> QuerySet[Work]:
        return works.filter(is_from(value))

    def known_to(self, works: QuerySet[Work], _name: str, value: str) -> QuerySet[Work]:
        return works.filter(sources__contains=[value])

    def identified(self, works: QuerySet[Work], name: str, value: str) -> QuerySet[Work]:
        return works.filter(pk__in=WorkIdentifier.objects.filter(scheme=name, value=value).values("work_id"))


class AuthorFilters(django_filters.FilterSet):
    """Which authors."""

    q = QueryFilter(method="named", help_text="Words of a name, accents and case aside: every word must occur in one of the names.")
    orcid = IdentifierFilter(method="identified", normalise=normalise_orcid, help_text="By ORCID iD.")
    openalex = IdentifierFilter(
        method="identified", normalise=lambda value: normalise_author_id("openalex", value), help_text="By OpenAlex id (A…)."
    )
    s2 = IdentifierFilter(method="identified", normalise=normalise_s2_author, help_text="By Semantic Scholar author id.")
    field = django_filters.CharFilter(field_name="figures__field__key", max_length=60, help_text="Key of the author's main field.")
    institution = PublicIdFilter(method="at", help_text="Id of an institution that a work names for the author.")

    class Meta:
        model = Author
        fields: tuple[str, ...] = ()

    def named(self, authors: QuerySet[Author], _name: str, value: str) -> QuerySet[Author]:
        return authors.filter(named_like(NameVariant, "author", value, ~Q(visibility=NameVisibility.HIDDEN)))

    def identified(self, authors: QuerySet[Author], name: str, value: str) -> QuerySet[Author]:
        return authors.filter(pk__in=AuthorIdentifier.objects.filter(scheme=name, value=value).values("author_id"))

    def at(self, authors: QuerySet[Author], _name: str, value: int) -> QuerySet[Author]:
        return authors.filter(
            pk__in=AuthorshipInstitution.objects.filter(institution_id=value, authorship__author__isnull=False).values(
                "authorship__author_id"
            )
        )


class InstitutionFilters(django_filters.FilterSet):
    """Which institutions."""

    q = QueryFilter(method="named", help_text="Words of a name: every word must occur in one of the names.")
    ror = IdentifierFilter(field_name="ror", normalise=normalise_ror, help_text="By ROR id.")
    country = django_filters.CharFilter(
        field_name="country_code", validators=[RegexValidator(r"\A[A-Z]{2}\Z")], help_text="Two capital letters (ISO 3166-1)."
    )
    domain = django_filters.CharFilter(method="at_domain", max_length=253, help_text="By e-mail domain or host of the website.")

    class Meta:
        model = Institution
        fields: tuple[str, ...] = ()

    def named(self, institutions: QuerySet[Institution], _name: str, value: str) -> QuerySet[Institution]:
        return institutions.filter(named_like(InstitutionName, "institution", value))

    def at_domain(self, institutions: QuerySet[Institution], _name: str, value: str) -> QuerySet[Institution]:
        domain = value.strip().lower()
        return institutions.filter(Q(domains__contains=[domain]) | Q(site_host=domain))


class TopicFilters(django_filters.FilterSet):
    """Which topics."""

    q = QueryFilter(method="named", help_text="Words of the name: every word must occur.")
    field = django_filters.CharFilter(field_name="field__key", max_length=60, help_text="Key of a field.")

    class Meta:
        model = Topic
        fields: tuple[str, ...] = ()

    def named(self, topics: QuerySet[Topic], _name: str, value: str) -> QuerySet[Topic]:
        for word in _words(value) or [value.strip().lower()]:
            topics = topics.filter(key__contains=word)
        return topics
