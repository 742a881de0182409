"""Query parameters, read with manners: whatever a reader or a robot sends, a page answers.

Nothing here raises for bad input. A value that cannot be used is left out and told to the reader in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from django.http import QueryDict

from config.lib.public_ids import decode_public_id

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufffd\ufffe\uffff\ud800-\udfff]+")
_DIGITS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_NOT_OURS: Final = re.compile(r"(utm_\w+|fbclid|gclid|ref|source|_\w*)", re.ASCII)  # what other sites hang on links
SHOWN_LENGTH: Final = 40


def clean_text(value: str, limit: int = 200) -> str:
    """``value`` on one line without control characters, at most ``limit`` characters. Safe to hand to PostgreSQL."""
    return " ".join(_UNPRINTABLE.sub(" ", value[: limit * 4]).split())[:limit].strip()


class QueryParams:
    """The parameters of one request. ``ignored`` collects what was left out, as "name=value" for the reader to see.

    Of a parameter given several times the first counts. Every reader marks its name as known; ``close`` adds the
    names that nobody asked for.
    """

    def __init__(self, params: QueryDict) -> None:
        self._params = params
        self._known: set[str] = set()
        self.ignored: list[str] = []

    def text(self, name: str, limit: int = 200) -> str:
        """The cleaned value, or ""."""
        self._known.add(name)
        values = self._params.getlist(name)
        if not values:
            return ""
        for surplus in values[1:]:
            if surplus != values[0]:
                self._ignore(name, surplus)
        return clean_text(values[0], limit)

    def choice(self, name: str, choices: Collection[str], default: str = "") -> str:
        """The value where it is one of ``choices``, else ``default``."""
        value = self.text(name)
        if not value or value in choices:
            return value or default
        self._ignore(name, value)
        return default

    def number(self, name: str, low: int, high: int) -> int | None:
        """The whole number where it lies between ``low`` and ``high``, else None."""
        value = self.text(name)
        if not value:
            return None
        if _DIGITS.fullmatch(value) and low <= int(value) <= high:
            return int(value)
        self._ignore(name, value)
        return None

    def public_id(self, name: str) -> int | None:
        """The row key behind a public id, else None."""
        value = self.text(name)
        if not value:
            return None
        try:
            return decode_public_id(value)
        except ValueError:
            self._ignore(name, value)
            return None

    def flag(self, name: str) -> bool:
        """Whether the value is "1"; "0" and nothing are no."""
        return self.choice(name, ("1", "0")) == "1"

    def close(self) -> tuple[str, ...]:
        """Everything that was left out, at most five, also parameters that this page does not know."""
        for name in self._params:
            if name not in self._known and not _NOT_OURS.fullmatch(name):
                self._ignore(name, self._params.get(name) or "")
        return tuple(dict.fromkeys(self.ignored))[:5]

    def reject(self, name: str, value: str) -> None:
        """Note that a value was well-formed but means nothing here, such as the id of a topic that is gone."""
        self._ignore(name, value)

    def _ignore(self, name: str, value: str) -> None:
        self.ignored.append(f"{_short(name)}={_short(value)}")


def _short(text: str) -> str:
    cleaned = clean_text(text, SHOWN_LENGTH + 1)
    return cleaned if len(cleaned) <= SHOWN_LENGTH else cleaned[: SHOWN_LENGTH - 1] + "…"
