"""The formats that Collegium reads. Each module parses one family of formats to ``WorkRecord``; none writes.

``FORMATS`` lists them in the order in which recognition asks them: the strictest first, plain text last.
"""

from __future__ import annotations

from typing import Any, Final

from papers.importers.arxiv import ARXIV_ATOM, ARXIV_OAI
from papers.importers.base import Format, InputStream, UnreadableFormat, decompressed, open_stream, read_records
from papers.importers.bibtex import BIBTEX
from papers.importers.crossref import CROSSREF
from papers.importers.neutral import NEUTRAL
from papers.importers.openalex import OPENALEX
from papers.importers.orcid import ORCID
from papers.importers.ris import RIS
from papers.importers.ror import ROR
from papers.importers.semanticscholar import SEMANTIC_SCHOLAR
from papers.importers.unreadable import refusals, refuse_early

FORMATS: Final[tuple[Format[Any], ...]] = (
    OPENALEX,
    CROSSREF,
    SEMANTIC_SCHOLAR,
    ORCID,
    ARXIV_ATOM,
    ARXIV_OAI,
    ROR,
    NEUTRAL,
    RIS,
    BIBTEX,
)


def format_named(key: str) -> Format[Any] | None:
    """The format of that key ("openalex", "bibtex", …), or None."""
    return next((entry for entry in FORMATS if entry.key == key), None)


def recognise(head: bytes) -> Format[Any]:
    """The format that the first (decompressed) bytes are of.

    Raises ``UnreadableFormat``, whose message names the format that we do not read as far as it can be told.
    """
    refusal = refuse_early(head)
    if refusal is None:
        for entry in FORMATS:
            if entry.recognises(head):
                return entry
        refusal = next(refusals(head))
    raise refusal


__all__ = [
    "FORMATS",
    "Format",
    "InputStream",
    "UnreadableFormat",
    "decompressed",
    "format_named",
    "open_stream",
    "read_records",
    "recognise",
]
