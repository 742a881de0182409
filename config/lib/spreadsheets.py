"""Tables for spreadsheets (CSV, TSV) whose cells cannot be taken for formulas. Every such file of ours is written here.

Excel, LibreOffice and Google Sheets run a cell that begins with = + - @ (or the same in full width), and some readers
see a beginning after a tab, a line break, a separator or a quotation mark. OWASP's advice (CSV Injection): an apostrophe before
the cell, and every cell between quotation marks. Numbers stay numbers: they are written from numbers, never from text.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

COMMA: Final = ","
TAB: Final = "\t"
_TRIGGERS: Final = "=+\\-@|\uff1d\uff0b\uff0d\uff20"  # "|": old DDE calls; the rest in full width
_BEGINS: Final = re.compile(rf"""(?:^|["',;\t\r\n])[\s\x00-\x20"'\u200b-\u200f\u2060\ufeff]*[{_TRIGGERS}]""")
_INSIDE: Final = re.compile("(?<=[,;])(?=[=@|\uff1d\uff20])")  # where somebody who knows no quotation marks sees a cell begin
_NO_CELL: Final = re.compile(r"[\x00\r\n\t\x0b\x0c\x85\u2028\u2029]+")


def safe_cell(value: Any) -> str | int | float | Decimal:
    """A cell that no spreadsheet takes for a formula: numbers as they are, text on one line, with an apostrophe before it where
    it, or what follows a separator or a quotation mark in it, begins like one, and one behind each such separator. "" for None. Pure.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)) and _is_finite(value):
        return value
    raw = str(value)
    text = _INSIDE.sub("'", _NO_CELL.sub(" ", raw).strip(" "))
    return f"'{text}" if _BEGINS.search(text) or _BEGINS.search(raw) else text


def _is_finite(value: float | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)  # math knows no signalling NaN


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, separator: str = COMMA) -> Iterator[str]:
    """A table line by line, its header first, as RFC 4180 has it: every text between quotation marks, lines ended by CR LF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        yield _taken(buffer)
        writer.writerow([safe_cell(cell) for cell in row])
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
