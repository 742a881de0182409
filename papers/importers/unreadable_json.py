"""JSON that Collegium knows by sight and does not read, each with what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from papers import identifiers
from papers.importers.base import UnreadableFormat
from papers.importers.json_head import head_document, head_record
from papers.importers.loose import mapping, raw

Record = Mapping[str, Any]
Recognises = Callable[[Record, Record], bool]  # given the first record and the document around it

_OPENALEX_ENTITIES: Final[Mapping[str, str]] = {
    "A": "an OpenAlex author record",
    "I": "an OpenAlex institution record",
    "S": "an OpenAlex source record (a journal or another venue)",
    "T": "an OpenAlex topic record",
    "P": "an OpenAlex publisher record",
    "F": "an OpenAlex funder record",
    "C": "an OpenAlex concept record",
    "V": "an OpenAlex venue record",
}
_ERROR_WORDS: Final = frozenset({"message", "detail", "code", "status", "title", "type"})


def refused(name: str, advice: str) -> UnreadableFormat:
    """The refusal "This is <name>. <advice>"."""
    return UnreadableFormat(name, f"This is {name}. {advice}")


def refuse_json(head: bytes) -> UnreadableFormat | None:
    """Why a JSON input is not read that no importer recognised; None where it is no JSON."""
    document = head_document(head)
    if document is None:
        return None
    record = head_record(head, ("results",), ("data",), ("items",), ("message", "items"))
    around = mapping(document)
    if entity := _openalex_entity(record):
        return refused(entity, "Of OpenAlex, Collegium reads works only. Ask for the works instead.")
    for name, advice, recognises in _FORMATS:
        if recognises(record, around):
            return refused(name, advice)
    if not document:
        return UnreadableFormat("empty JSON", "This JSON is empty: there is nothing in it to import.")
    return refused("JSON of a kind that Collegium does not know", "Name the format if you know it.")


def _openalex_entity(record: Record) -> str:
    stated = raw(record.get("id"))
    openalex_id = identifiers.normalise_openalex(stated) if "openalex.org" in stated else ""
    return _OPENALEX_ENTITIES.get(openalex_id[:1], "")


def _is_error(_record: Record, around: Record) -> bool:
    if {"error-code", "developer-message", "error", "errors"} & around.keys():
        return True
    if raw(around.get("status")).lower() in {"error", "failed"}:
        return True
    return bool({"message", "detail"} & around.keys()) and around.keys() <= _ERROR_WORDS


def _is_datacite(record: Record, _around: Record) -> bool:
    attributes = mapping(record.get("attributes")) or record
    beside = {"types", "publicationYear", "schemaVersion", "titles"} & attributes.keys()
    return record.get("type") == "dois" or ("creators" in attributes and bool(beside))


def _is_orcid_person(_record: Record, around: Record) -> bool:
    return bool({"other-names", "external-identifiers"} & around.keys()) or "given-names" in mapping(around.get("name"))


def _is_codemeta(record: Record, _around: Record) -> bool:
    return "codemeta" in raw(record.get("@context")).lower() or record.get("@type") == "SoftwareSourceCode"


def _is_csl(record: Record, _around: Record) -> bool:
    return "container-title" in record or ("DOI" in record and "id" in record) or {"issued", "type"} <= record.keys()


_FORMATS: Final[tuple[tuple[str, str, Recognises], ...]] = (
    (
        "an OpenAlex answer that found nothing",
        "There is nothing in it to import.",
        lambda _record, around: around.get("results") == [] and "meta" in around,
    ),
    (
        "an answer of ORCID's search",
        "It lists people, not works. Import a person's works by the ORCID iD instead.",
        lambda _record, around: "num-found" in around and "result" in around,
    ),
    ("an ORCID person record", "It has no works. Import the whole record, or its works, instead.", _is_orcid_person),
    (
        "an ORCID record of affiliations",
        "It has no works. Import the whole record, or its works, instead.",
        lambda _record, around: "affiliation-group" in around,
    ),
    (
        "a Crossref answer that describes no works",
        "Of Crossref, Collegium reads works only.",
        lambda _record, around: "message-type" in around and isinstance(around.get("message"), Mapping),
    ),
    (
        "a Semantic Scholar author answer",
        "It has no papers. Ask for the author's papers instead.",
        lambda record, _around: "authorId" in record and "paperId" not in record,
    ),
    (
        "a ROR record",
        "It describes an institution. Use the ROR import for it.",
        lambda record, _around: "ror.org" in raw(record.get("id")) and bool({"names", "name"} & record.keys()),
    ),
    (
        "a list of affiliations labelled with ROR ids",
        "It holds neither works nor institutions.",
        lambda record, _around: {"ror_ids", "affiliation"} <= record.keys(),
    ),
    ("a CodeMeta file (JSON-LD)", "Collegium does not read CodeMeta yet.", _is_codemeta),
    ("a DataCite record (JSON)", "Collegium does not read DataCite yet.", _is_datacite),
    (
        "a unarXive file",
        "Collegium does not read unarXive yet.",
        lambda record, _around: "paper_id" in record and bool({"metadata", "bib_entries"} & record.keys()),
    ),
    (
        "arXiv metadata in JSON",
        "Collegium reads arXiv's Atom and OAI-PMH answers instead.",
        lambda record, _around: "primary_classification" in record or {"authors_parsed", "categories"} <= record.keys(),
    ),
    ("a CSL JSON (citeproc) file", "Collegium does not read CSL JSON yet.", _is_csl),
    ("an error answer of a service, not a record", "There is nothing in it to import.", _is_error),
)
