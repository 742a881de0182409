"""The archive itself: a ZIP with a README, each part as JSON and as a table, and the works of one's page. Written row by row."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.registries import PersonalPart, personal_parts
from config.lib.spreadsheets import table
from papers.exports import FORMATS, export_author_works
from papers.models import Author
from profiles.models import User
from profiles.models.choices import HOLDING
from profiles.querysets.claims import claims_of

MEMORY: Final = 1_000_000  # bytes of a table that stay in memory before they go to a temporary file
WORKS_FORMATS: Final = ("csl-json", "bibtex")

Progress = Callable[[int, int], None]


def write_archive(user: User, place: Path, *, on_part: Progress) -> None:
    """Write everything that belongs to ``user`` into a ZIP at ``place``, readable by us alone; ``on_part(done, total)`` after each part.

    Whatever ``on_part`` raises ends the writing.
    """
    parts = list(personal_parts)
    place.touch(mode=0o600)
    counts: dict[str, int] = {}
    with ZipFile(place, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        for done, part in enumerate(parts, start=1):
            counts[part.key] = _write_part(archive, part, user)
            on_part(done, len(parts))
        _write_works(archive, user)
        archive.writestr("README.txt", _readme(parts, counts))


def _write_part(archive: ZipFile, part: PersonalPart, user: User) -> int:
    """One part as JSON and as a table; how many rows. The table is written beside, as a ZIP takes one file at a time."""
    with tempfile.SpooledTemporaryFile(MEMORY, mode="w+", encoding="utf-8", newline="") as beside:
        counted = _Counted(part.collect(user))
        with archive.open(f"{part.key}.json", "w", force_zip64=True) as raw, TextIOWrapper(raw, encoding="utf-8") as text:
            for piece in _json(_copied(counted, beside.write)):
                text.write(piece)
        if counted.rows:
            beside.seek(0)
            with (
                archive.open(f"tables/{part.key}.csv", "w", force_zip64=True) as raw,
                TextIOWrapper(raw, encoding="utf-8", newline="") as text,
            ):
                text.write("\ufeff")  # by which spreadsheets know UTF-8
                while piece := beside.read(64_000):
                    text.write(piece)
    return counted.rows


class _Counted:
    """Rows as they pass, counted."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = rows
        self.rows = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self._rows:
            self.rows += 1
            yield row


def _copied(rows: Iterable[Mapping[str, Any]], write: Callable[[str], object]) -> Iterator[Mapping[str, Any]]:
    """The rows, each also written as a line of a table whose header is the first row's keys."""
    header: list[str] | None = None
    for row in rows:
        lines = table(header or list(row), [[_flat(row.get(key)) for key in header or list(row)]])
        first = next(lines)
        if header is None:
            header = list(row)
            write(first)
        for line in lines:
            write(line)
        yield row


def _json(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    opening = "["
    for row in rows:
        yield f"{opening}\n{json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)}"
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def _flat(value: Any) -> Any:
    """A value as one cell."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    plain = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return plain[1:-1] if plain.startswith('"') else plain


def _write_works(archive: ZipFile, user: User) -> None:
    """The works of the page that the person owns, in the formats that reference managers read."""
    claim = claims_of(user.pk).filter(status__in=HOLDING).first()
    if claim is None:
        return
    author: Author = claim.author
    for key in WORKS_FORMATS:
        export = export_author_works(author, key)
        with archive.open(f"works/works.{FORMATS[key].extension}", "w", force_zip64=True) as raw:
            for piece in export.pieces:
                raw.write(piece)


def _readme(parts: Iterable[PersonalPart], counts: Mapping[str, int]) -> str:
    lines = [
        _("Everything that %(site)s stores about your account, as of %(when)s (UTC).")
        % {"site": settings.SITE_NAME, "when": timezone.now().strftime("%Y-%m-%d %H:%M")},
        "",
        _("Each subject is a JSON file (UTF-8) and, in tables/, the same as a table for spreadsheets (CSV). Times are in ISO 8601."),
        _("In tables, a cell that a spreadsheet could take for a formula has an apostrophe before it."),
        _("works/ holds the works of your page as CSL-JSON and BibTeX, where you own one."),
        _(
            "Who moderated is not named: moderators act for the site. Hashes of passwords and keys are left out: they help nobody but thieves."
        ),
        "",
    ]
    width = max((len(part.key) for part in parts), default=0)
    lines += [f"{part.key:<{width}}  {counts.get(part.key, 0):>6}  {part.title}" for part in parts]
    return "\r\n".join([*lines, ""])
