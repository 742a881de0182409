"""Authors, institutions and topics as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.lib.public_ids import encode_public_id
from config.lib.registries import NOINDEX, WITHHOLD_FIGURES
from config.lib.rest.parts import part_fields
from papers.addresses import institution_address, researcher_address, topic_address
from papers.api.fields import ApiAddress, FieldSerializer, IdentifierSerializer, PageAddress, PublicIdField, Read, absolute
from papers.models import Author, Institution, Topic


class AuthorIdentifierSerializer(IdentifierSerializer):
    """An identifier of an author, who says so, and whether the person signed in to assert it."""

    source = serializers.CharField()  # type: ignore[assignment]  # declared fields do not stay on the class
    is_authenticated = serializers.BooleanField()


class AuthorLinksSerializer(Read):
    """Where the rest of an author's record is."""

    works = serializers.URLField()
    figures = serializers.URLField()


class AuthorSerializer(Read):
    """An author: the person that a set of authorships points to, as far as records tell."""

    id = PublicIdField()
    url = ApiAddress("papers_api:author")
    page = PageAddress(researcher_address, "display_name")
    name = serializers.CharField(source="display_name")
    sort_name = serializers.CharField()
    name_variants = serializers.SerializerMethodField()
    identifiers = AuthorIdentifierSerializer(many=True, source="listed_identifiers")
    confidence = serializers.FloatField(
        allow_null=True, help_text="0 to 1: how sure it is that these works belong together; null where nothing has judged it."
    )
    works_count = serializers.SerializerMethodField()
    asks = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    links = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **part_fields("papers.Author")}

    @extend_schema_field(
        {
            "type": "array",
            "items": {"type": "string", "enum": [NOINDEX, WITHHOLD_FIGURES]},
            "description": "What the person behind the record asks of those who show it: not to be listed by search engines, no figures.",
        }
    )
    def get_asks(self, author: Author) -> list[str]:
        return sorted(self.context["wishes"].get(author.pk, ()))

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_name_variants(self, author: Author) -> list[str]:
        return [variant.name for variant in author.listed_names]  # type: ignore[attr-defined]  # prefetched under this name

    @extend_schema_field({"type": ["integer", "null"], "description": "null until it has been counted, or where figures are withheld."})
    def get_works_count(self, author: Author) -> int | None:
        figures = None if WITHHOLD_FIGURES in self.get_asks(author) else getattr(author, "figures", None)
        return figures.works_count if figures is not None else None

    @extend_schema_field(AuthorLinksSerializer)
    def get_links(self, author: Author) -> dict[str, str]:
        return {name: absolute(self.context, reverse(f"papers_api:author-{name}", args=[author.pk])) for name in ("works", "figures")}


class YearCountSerializer(Read):
    """Works in one year."""

    year = serializers.IntegerField()
    works = serializers.IntegerField()


class YearCitationsSerializer(Read):
    """How often the works of one year have been cited since, and of how many of them that is known."""

    year = serializers.IntegerField()
    citations = serializers.IntegerField()
    works = serializers.IntegerField()


class CountedSerializer(Read):
    """A record with how many works it shares with the subject."""

    id = serializers.CharField()
    name = serializers.CharField()
    works = serializers.IntegerField()


class CitationFiguresSerializer(Read):
    """Figures from citation counts: given only where counts cover enough of the record."""

    h_index = serializers.IntegerField(allow_null=True)
    i10_index = serializers.IntegerField(allow_null=True)
    cited_by_count = serializers.IntegerField(allow_null=True)
    works_with_count = serializers.IntegerField(source="citations_known")
    sources = serializers.ListField(child=serializers.CharField(), source="citation_sources")
    as_of = serializers.DateField(source="citations_as_of", allow_null=True)
    withheld = serializers.CharField(
        source="citations_withheld", allow_blank=True, help_text="Why nothing is stated: few-works, few-counts, mixed."
    )
    by_year = serializers.SerializerMethodField()

    @extend_schema_field(YearCitationsSerializer(many=True))
    def get_by_year(self, figures: Any) -> list[dict[str, int]]:
        return [{"year": year, "citations": cited, "works": works} for year, cited, works in figures.citations_by_year]


class NoveltySerializer(Read):
    """The mean novelty of an author's works, shrunk towards .5, with its 95 % interval; stated from ten works on. No measure of quality."""

    value = serializers.FloatField(source="novelty", allow_null=True)
    low = serializers.FloatField(source="novelty_low", allow_null=True)
    high = serializers.FloatField(source="novelty_high", allow_null=True)
    works = serializers.IntegerField(source="novelty_works", help_text="Works with a novelty.")
    withheld = serializers.CharField(source="novelty_withheld", allow_blank=True, help_text="Why nothing is stated: few-papers, mixed.")


class AuthorFiguresSerializer(Read):
    """What was counted over an author's works, and when."""

    works_count = serializers.IntegerField()
    first_year = serializers.IntegerField(allow_null=True)
    last_year = serializers.IntegerField(allow_null=True)
    topics_count = serializers.IntegerField()
    coauthors_count = serializers.IntegerField()
    close_collaborators_count = serializers.IntegerField(source="close_count")
    citations = CitationFiguresSerializer(source="*")
    novelty = NoveltySerializer(source="*")
    field = FieldSerializer(allow_null=True)
    field_works = serializers.IntegerField()
    works_by_year = serializers.SerializerMethodField()
    topics = serializers.SerializerMethodField()
    close_collaborators = serializers.SerializerMethodField()
    institutions = serializers.SerializerMethodField()
    sources = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(help_text="Version of the computation.")
    computed_at = serializers.DateTimeField()

    @extend_schema_field(YearCountSerializer(many=True))
    def get_works_by_year(self, figures: Any) -> list[dict[str, int]]:
        return [{"year": year, "works": works} for year, works in figures.by_year]

    @extend_schema_field(CountedSerializer(many=True))
    def get_topics(self, figures: Any) -> list[dict[str, Any]]:
        return counted(figures.topics)

    @extend_schema_field(CountedSerializer(many=True))
    def get_close_collaborators(self, figures: Any) -> list[dict[str, Any]]:
        return counted(figures.collaborators)

    @extend_schema_field(CountedSerializer(many=True))
    def get_institutions(self, figures: Any) -> list[dict[str, Any]]:
        return counted(figures.institutions)


class InstitutionNameSerializer(Read):
    """A name of an institution."""

    name = serializers.CharField()
    kind = serializers.CharField(help_text="For instance display, label, alias, acronym.")
    language = serializers.CharField(allow_blank=True)


class InstitutionSerializer(Read):
    """An institution. Without a ROR id it is known only from what works say."""

    id = PublicIdField()
    url = ApiAddress("papers_api:institution")
    page = PageAddress(institution_address, "name")
    name = serializers.CharField()
    names = InstitutionNameSerializer(many=True, source="listed_names")
    ror = serializers.CharField(allow_null=True)
    country_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    types = serializers.ListField(child=serializers.CharField())
    status = serializers.CharField()
    established = serializers.IntegerField(allow_null=True)
    homepage = serializers.CharField(allow_blank=True)
    domains = serializers.ListField(child=serializers.CharField())
    identifiers = serializers.DictField(help_text="Scheme to value.")
    works_count = serializers.SerializerMethodField()
    people_count = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["integer", "null"], "description": "null until it has been counted."})
    def get_works_count(self, institution: Institution) -> int | None:
        return _count(self.context, institution.pk, "works_count")

    @extend_schema_field({"type": ["integer", "null"], "description": "null until it has been counted."})
    def get_people_count(self, institution: Institution) -> int | None:
        return _count(self.context, institution.pk, "authors_count")


class TopicSerializer(Read):
    """Something that works are about."""

    id = PublicIdField()
    url = ApiAddress("papers_api:topic")
    page = PageAddress(topic_address, "name")
    name = serializers.CharField()
    key = serializers.CharField(help_text="The folded name: topics of different sources with the same key are one.")
    identifiers = serializers.DictField(help_text="Scheme to value.")
    field = FieldSerializer(allow_null=True)
    works_count = serializers.SerializerMethodField()
    people_count = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["integer", "null"], "description": "null until it has been counted."})
    def get_works_count(self, topic: Topic) -> int | None:
        return _count(self.context, topic.pk, "works_count")

    @extend_schema_field({"type": ["integer", "null"], "description": "null until it has been counted."})
    def get_people_count(self, topic: Topic) -> int | None:
        return _count(self.context, topic.pk, "authors_count")


def counted(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The public id, name and number of works of stored entries."""
    return [{"id": encode_public_id(entry["id"]), "name": entry["name"], "works": entry["works"]} for entry in entries]


def _count(context: Mapping[str, Any], key: int, figure: str) -> int | None:
    figures = context["figures"].get(key)
    return getattr(figures, figure) if figures is not None else None
