"""Works and authorships as the API tells them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from papers.addresses import paper_address
from papers.api.fields import (
    ApiAddress,
    AuthorReferenceSerializer,
    FieldSerializer,
    IdentifierSerializer,
    PageAddress,
    PublicIdField,
    Read,
    absolute,
    author_or_none,
)
from papers.models import AttributionRule, AttributionState, Authorship, VenueKind, Work, WorkType


class VenueSerializer(Read):
    """Where a work appeared."""

    key = serializers.CharField()
    name = serializers.CharField()
    abbreviation = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(VenueKind.choices)


class PersonInBriefSerializer(Read):
    """Somebody in a work's list of people."""

    position = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(
        source="shown_name", help_text="As published, or the name that the person goes by now, where they chose so."
    )
    is_organisation = serializers.BooleanField()
    author = serializers.SerializerMethodField()

    @extend_schema_field(AuthorReferenceSerializer(allow_null=True))
    def get_author(self, authorship: Authorship) -> dict[str, Any] | None:
        return author_or_none(authorship.author)


class CitedBySerializer(Read):
    """How often a work is cited, according to whom, as of when."""

    count = serializers.IntegerField(min_value=0)
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields do not stay on the class
    as_of = serializers.DateField(allow_null=True)


class WorkSerializer(Read):
    """A work as lists show it, with its first ten people."""

    id = PublicIdField()
    url = ApiAddress("papers_api:work")
    page = PageAddress(paper_address, "title")
    title = serializers.CharField(help_text="Plain text with mathematics as LaTeX between dollar signs.")
    type = serializers.ChoiceField(WorkType.choices)
    year = serializers.IntegerField(allow_null=True)
    month = serializers.IntegerField(allow_null=True)
    day = serializers.IntegerField(allow_null=True)
    venue = VenueSerializer(allow_null=True)
    field = FieldSerializer(allow_null=True)
    identifiers = IdentifierSerializer(many=True, source="listed_identifiers")
    people = PersonInBriefSerializer(
        many=True, source="listed_authorships", help_text="The first ten at most; all are under `authorships`."
    )
    people_count = serializers.IntegerField(source="author_count")
    people_truncated = serializers.BooleanField(source="authors_truncated", help_text="The source cut its list of authors.")
    has_code = serializers.BooleanField()
    code_urls = serializers.ListField(child=serializers.CharField())
    is_retracted = serializers.BooleanField()
    cited_by = serializers.SerializerMethodField()
    sources = serializers.ListField(child=serializers.CharField())
    updated_at = serializers.DateTimeField()

    @extend_schema_field(CitedBySerializer(allow_null=True))
    def get_cited_by(self, work: Work) -> dict[str, Any] | None:
        if work.cited_by_count is None:
            return None
        as_of: date | None = work.cited_by_as_of
        return {"count": work.cited_by_count, "source": work.cited_by_source, "as_of": as_of.isoformat() if as_of else None}


class StatedSerializer(Read):
    """What the source said about one person's part in a work."""

    name = serializers.CharField(
        source="shown_name", help_text="As published, or the name that the person goes by now, where they chose so."
    )
    name_in_other_script = serializers.CharField(source="shown_name_in_other_script", allow_blank=True)
    affiliations = serializers.ListField(child=serializers.CharField(), source="raw_affiliations")
    identifiers = serializers.DictField(source="source_ids", help_text="Scheme to value.")
    orcid = serializers.CharField(allow_blank=True)
    orcid_authenticated = serializers.BooleanField(help_text="The source says that the person signed in to assert the ORCID iD.")
    is_corresponding = serializers.BooleanField()
    is_organisation = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields do not stay on the class


class InstitutionInBriefSerializer(Read):
    """An institution, named only."""

    id = PublicIdField()
    name = serializers.CharField()
    ror = serializers.CharField(allow_null=True)
    country_code = serializers.CharField(allow_blank=True)


class DecidedSerializer(Read):
    """What Collegium decided about it, by which rule."""

    author = serializers.SerializerMethodField()
    rule = serializers.ChoiceField(AttributionRule.choices)
    state = serializers.ChoiceField(AttributionState.choices)
    by_person = serializers.BooleanField(source="decided_by_person")
    at = serializers.DateTimeField(source="decided_at", allow_null=True)
    institutions = InstitutionInBriefSerializer(many=True, source="listed_institutions")

    @extend_schema_field(AuthorReferenceSerializer(allow_null=True))
    def get_author(self, authorship: Authorship) -> dict[str, Any] | None:
        return author_or_none(authorship.author)


class AuthorshipSerializer(Read):
    """One person's part in a work: what the source said beside what was decided."""

    position = serializers.IntegerField(allow_null=True, help_text="From 0; null where the source cut its list before this person.")
    stated = StatedSerializer(source="*")
    decided = DecidedSerializer(source="*")


class WorkTopicSerializer(Read):
    """A topic of a work, according to a source."""

    id = PublicIdField(source="topic_id")
    name = serializers.CharField(source="topic.name")
    score = serializers.FloatField(allow_null=True, help_text="0 to 1 where the source gives one.")
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields do not stay on the class


class SourceRecordSerializer(Read):
    """A source's record of a work."""

    source = serializers.CharField()  # type: ignore[assignment]  # declared fields do not stay on the class
    record = serializers.CharField(source="record_id")
    read_at = serializers.DateTimeField()


class WorkLinksSerializer(Read):
    """Where the rest of a work is."""

    authorships = serializers.URLField()
    references = serializers.URLField()
    citations = serializers.URLField()
    figures = serializers.URLField()


class WorkDetailSerializer(WorkSerializer):
    """A work with everything known about it."""

    people = None  # type: ignore[assignment]  # DRF's way to drop an inherited field; authorships say it in full
    abstract = serializers.CharField(allow_blank=True)
    volume = serializers.CharField(allow_blank=True)
    issue = serializers.CharField(allow_blank=True)
    pages = serializers.CharField(allow_blank=True)
    track = serializers.CharField(allow_blank=True)
    field_basis = serializers.CharField(allow_blank=True, help_text="Why the work is in this field.")
    language = serializers.CharField(allow_blank=True)
    licence = serializers.CharField(allow_blank=True)
    landing_url = serializers.CharField(allow_blank=True)
    pdf_url = serializers.CharField(allow_blank=True)
    retraction_note = serializers.CharField(allow_blank=True)
    topics = WorkTopicSerializer(many=True, source="listed_topics")
    affiliations_unaligned = serializers.ListField(
        child=serializers.CharField(), help_text="Affiliations that the source gives without saying whose they are."
    )
    authorships = AuthorshipSerializer(many=True, source="listed_authorships", help_text="The first hundred at most.")
    provenance = serializers.DictField(help_text="For each field, the “source:record” that it came from.")
    source_records = SourceRecordSerializer(many=True, source="listed_sources")
    created_at = serializers.DateTimeField()
    links = serializers.SerializerMethodField()

    @extend_schema_field(WorkLinksSerializer)
    def get_links(self, work: Work) -> dict[str, str]:
        names = ("authorships", "references", "citations", "figures")
        return {name: absolute(self.context, reverse(f"papers_api:work-{name}", args=[work.pk])) for name in names}
