"""What an importer hands over: one bibliographic record in neutral form, before anything is written.

Importers parse a source's own format into ``WorkRecord`` and write nothing. Every text in a record is already
clean: Unicode NFC, no HTML (mathematics as LaTeX between dollar signs), no control characters, white space folded.
An item that cannot become a record is a ``Rejected`` with the reason in one plain sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


class Packed:
    """Packs a record as its class and values: a third of the time that dataclasses with slots take by themselves."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), tuple(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class InstitutionRecord(Packed):
    """An institution as an affiliation names it. ``ror`` is the bare nine-character id ("05gq02987")."""

    name: str
    ror: str = ""
    country_code: str = ""  # ISO 3166-1 alpha-2, upper case, or "" where unknown
    homepage: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # e.g. {"openalex": "I27837315"}


@dataclass(frozen=True, slots=True)
class AuthorshipRecord(Packed):
    """One person's part in a work, as the source states it.

    ``position`` counts from 0; None where the source cut its author list and the place is unknown.
    ``ids`` maps schemes ("orcid", "openalex", "s2", "openreview", "dblp", "acl", ...) to normalised values.
    ``orcid_authenticated`` is true only where the source says that the person signed in to assert it.
    """

    name: str
    position: int | None
    given_name: str = ""
    family_name: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    orcid_authenticated: bool = False
    affiliations: tuple[str, ...] = ()  # raw strings
    institutions: tuple[InstitutionRecord, ...] = ()
    is_corresponding: bool = False
    is_organisation: bool = False  # a consortium or corporate author: shown, never given a person's page
    homepage: str = ""
    name_in_other_script: str = ""


@dataclass(frozen=True, slots=True)
class TopicRecord(Packed):
    """A topic, keyword or category. ``scheme`` is "openalex", "arxiv", "keyword", "venue-area" or "s2"."""

    name: str
    scheme: str = "keyword"
    identifier: str = ""  # "T10320", "cs.LG", ...
    score: float | None = None  # 0..1 where the source gives one
    subfield: str = ""  # OpenAlex names above the topic, where given
    field: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True)
class VenueRecord(Packed):
    """Where a work appeared. ``kind`` is "conference", "journal", "repository", "book-series" or ""."""

    name: str
    key: str = ""  # the source's own short key ("neurips"), else ""
    abbreviation: str = ""
    kind: str = ""
    issn: tuple[str, ...] = ()
    volume: str = ""
    issue: str = ""
    pages: str = ""
    track: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceRecord(Packed):
    """A work that this one cites: by identifier (scheme and value), else by its title and year."""

    scheme: str = ""
    value: str = ""
    title: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class WorkRecord(Packed):
    """One work as one source states it.

    ``source`` names the kind of source ("openalex", "arxiv", "crossref", "s2", "orcid", "bibtex", "ris",
    "openreview", "acl", "paperlists", ...) and ``record_id`` the record in it; together they are the identity of
    the record, so the same pair is always the same work.
    """

    source: str
    record_id: str
    title: str
    type: str = "other"  # a value of papers.models.WorkType
    ids: Mapping[str, str] = field(default_factory=dict)  # normalised: {"doi": "10.1/x", "arxiv": "2401.00001"}
    abstract: str = ""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    venue: VenueRecord | None = None
    authorships: tuple[AuthorshipRecord, ...] = ()
    authors_truncated: bool = False  # the source's list is known to be cut
    affiliations_unaligned: tuple[str, ...] = ()  # affiliations of the work that belong to nobody in particular
    topics: tuple[TopicRecord, ...] = ()
    language: str = ""
    landing_urls: tuple[str, ...] = ()
    pdf_urls: tuple[str, ...] = ()
    code_urls: tuple[str, ...] = ()
    has_code: bool = False  # the source says so without giving a link
    licence: str = ""
    cited_by_count: int | None = None
    cited_by_source: str = ""  # whose count it is ("openalex", "google-scholar")
    cited_by_as_of: date | None = None
    references: tuple[ReferenceRecord, ...] = ()
    is_retracted: bool = False
    retraction_note: str = ""
    updated: date | None = None  # when the source last changed the record
    asserted_by: tuple[str, ...] = ()  # who told the source, where it says so ("Europe PubMed Central (put-code 1)")


@dataclass(frozen=True, slots=True)
class Rejected(Packed):
    """An item that could not become a record, with what a person needs to find and mend it."""

    ordinal: int  # place in the input, from 1
    record_id: str  # as far as it could be read, else ""
    reason: str  # one plain sentence
    excerpt: str = ""  # at most 500 characters of what was read


ParseResult = WorkRecord | Rejected
