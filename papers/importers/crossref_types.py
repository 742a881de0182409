"""Crossref's types of records: which are works of ours, and which describe something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORK_TYPES: Final[Mapping[str, str]] = {
    "journal-article": "article",
    "proceedings-article": "proceedings-article",
    "posted-content": "preprint",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "book-chapter": "book-chapter",
    "book-part": "book-chapter",
    "book-section": "book-chapter",
    "book-track": "book-chapter",
    "reference-entry": "book-chapter",
    "dataset": "dataset",
    "database": "dataset",
    "dissertation": "dissertation",
    "report": "report",
    "report-component": "report",
    "standard": "standard",
    "peer-review": "peer-review",
    "other": "other",
}
NO_WORKS: Final[Mapping[str, str]] = {
    "journal": "a journal",
    "journal-volume": "a volume of a journal",
    "journal-issue": "an issue of a journal",
    "book-series": "a series of books",
    "book-set": "a set of books",
    "proceedings": "a volume of proceedings (its papers are the works)",
    "proceedings-series": "a series of proceedings",
    "report-series": "a series of reports",
    "standard-series": "a series of standards",
    "component": "a part of a work (a figure, a table or a supplement)",
    "grant": "a grant",
}
POSTED_TYPES: Final[Mapping[str, str]] = {
    "preprint": "preprint",
    "working_paper": "preprint",
    "letter": "article",
    "dissertation": "dissertation",
    "report": "report",
    "other": "other",
}
VENUE_KINDS: Final[Mapping[str, str]] = {
    "journal-article": "journal",
    "proceedings-article": "conference",
    "posted-content": "repository",
    "dataset": "repository",
    "book": "book-series",
    "monograph": "book-series",
    "edited-book": "book-series",
    "reference-book": "book-series",
}
BOOKS: Final = frozenset({"book", "monograph", "edited-book", "reference-book"})

# https://www.crossref.org/documentation/crossmark/version-control-corrections-and-retractions/
RETRACTING: Final = frozenset({"retraction", "removal", "withdrawal"})
NOTICES: Final = RETRACTING | {
    "addendum",
    "clarification",
    "concern",
    "correction",
    "corrigendum",
    "erratum",
    "expression_of_concern",
    "partial_retraction",
}
