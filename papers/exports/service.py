"""Exports as a view hands them out: bounded, read and sent in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from papers.exports import bibtex, csl, ris
from papers.exports.records import records_of
from papers.models import Author, Work
from papers.models.bases import page_slug
from papers.querysets.works import works
from papers.records import WorkRecord

MAX_WORKS: Final = 5000


class UnknownExportFormat(ValueError):  # noqa: N818 - the name says what is wrong
    """No export format has this name."""


@dataclass(frozen=True)
class ExportFormat:
    """A format that works are written in. ``write`` gives pieces of text that make one file."""

    key: str
    label: str | Promise
    content_type: str
    extension: str
    write: Callable[[Iterable[WorkRecord]], Iterator[str]]


FORMATS: Final[Mapping[str, ExportFormat]] = MappingProxyType(
    {
        chosen.key: chosen
        for chosen in (
            ExportFormat("bibtex", _("BibTeX"), "application/x-bibtex; charset=utf-8", "bib", bibtex.write),
            ExportFormat("ris", _("RIS"), "application/x-research-info-systems; charset=utf-8", "ris", ris.write),
            ExportFormat("csl-json", _("CSL-JSON"), "application/vnd.citationstyles.csl+json", "json", csl.write),
        )
    }
)


@dataclass(frozen=True)
class Export:
    """A file to hand out: its type, its name, and its bytes piece by piece, which are read as they are sent."""

    content_type: str
    filename: str
    pieces: Iterator[bytes]

    def content(self) -> bytes:
        """All of it at once. The pieces are used up then."""
        return b"".join(self.pieces)


def export_works(chosen: QuerySet[Work], format: str, *, name: str) -> Export:  # noqa: A002 - the word for it
    """The works in that format, 5,000 at most, in the queryset's order. Raises ``UnknownExportFormat``.

    Four queries for every 200 works, while it is sent.
    """
    if format not in FORMATS:
        raise UnknownExportFormat(format)
    written = FORMATS[format]
    pieces = (piece.encode() for piece in written.write(records_of(chosen, MAX_WORKS)))
    return Export(written.content_type, f"{name}.{written.extension}", pieces)


def export_work(work: Work, format: str) -> Export:  # noqa: A002 - the word for it
    """One work's reference. Raises ``UnknownExportFormat``."""
    return export_works(works().filter(pk=work.pk), format, name=page_slug(work.title).strip("-") or work.public_id)


def export_author_works(author: Author, format: str) -> Export:  # noqa: A002 - the word for it
    """The works that stand under an author, newest first, as everybody sees them. Raises ``UnknownExportFormat``."""
    chosen = works().visible_to(None).of_author(author.pk).in_order("newest")
    return export_works(chosen, format, name=page_slug(author.display_name).strip("-") or author.public_id)
