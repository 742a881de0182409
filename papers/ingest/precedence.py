"""Whose word counts for which field when sources differ.

For each group of fields, sources from the least to the most reliable. A publisher's own record outranks an
aggregator's, which outranks what somebody typed into a list. A source that is not named ranks below all that are.
A value that a person set (provenance "person:…") is replaced by no source.
"""

from __future__ import annotations

from collections.abc import Mapping

PERSON = "person"
_BIBLIOGRAPHIC = ("seed", "ris", "bibtex", "orcid", "s2", "arxiv", "openalex", "paperlists", "openreview", "acl", "crossref")
_ABSTRACT = ("ris", "bibtex", "orcid", "s2", "openalex", "crossref", "paperlists", "arxiv", "openreview", "acl")
_CITATIONS = ("ris", "bibtex", "google-scholar", "paperlists", "openreview", "acl", "crossref", "s2", "openalex")
_ORDER: Mapping[str, tuple[str, ...]] = {"abstract": _ABSTRACT, "cited_by_count": _CITATIONS}


def may_replace(field: str, *, present: str, incoming: str) -> bool:
    """Whether a value from the source record ``incoming`` ("source:record") may replace one from ``present``.

    Always where both are the same record, or nothing says where the present value came from.
    """
    if not present or present == incoming:
        return True
    if present.startswith(f"{PERSON}:"):
        return False
    order = _ORDER.get(field, _BIBLIOGRAPHIC)
    return _rank(order, incoming) > _rank(order, present)


def _rank(order: tuple[str, ...], origin: str) -> int:
    source = origin.split(":", 1)[0]
    return order.index(source) if source in order else -1
