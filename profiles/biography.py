"""What an owner writes about themselves: how much of it, in which languages, and as which HTML. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

from django.conf.locale import LANG_INFO
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.lib.markdown import is_web_address, render_markdown
from papers.names import fold

LONGEST_BIOGRAPHY: Final = 5000  # characters
MOST_LINKS: Final = 8
MOST_LANGUAGES: Final = 12
MOST_TOPICS: Final = 12
MOST_MONTHS_OPEN: Final = 12

BIOGRAPHY_HELP = _(
    "Markdown: *emphasis*, **strong**, [a link](https://…), lists, and formulas such as $E = mc^2$. No pictures and no HTML."
)


def render_biography(text: str) -> SafeString:
    """A biography as safe HTML; "" for an empty one. See ``config.lib.markdown``."""
    return render_markdown(text[:LONGEST_BIOGRAPHY])


def latest_end(today: date) -> date:
    """The last day that somebody may say today to be open until: the same day a year later."""
    months = today.month - 1 + MOST_MONTHS_OPEN
    year, month = today.year + months // 12, months % 12 + 1
    day = today.day if (month, today.day) != (2, 29) or _is_leap(year) else 28
    return date(year, month, day)


def read_languages(text: str) -> tuple[list[str], list[str]]:
    """The codes of the languages that somebody listed by name or code, in their order, and the words that name none."""
    codes: list[str] = []
    unknown: list[str] = []
    for word in (part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",")):
        if not word:
            continue
        code = _codes().get(word.lower()) or _codes().get(fold(word))
        if code is None:
            unknown.append(word[:40])
        elif code not in codes:
            codes.append(code)
    return codes, unknown


def language_names(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Each code with the name of the language in that language itself, which needs no translation."""
    return [(code, str(LANG_INFO[code]["name_local"])) for code in codes if code in LANG_INFO]


def languages_text(codes: Sequence[str]) -> str:
    """The languages as ``read_languages`` takes them back."""
    return ", ".join(str(LANG_INFO[code]["name"]) for code in codes if code in LANG_INFO)


def tidy_line(text: str, limit: int) -> str:
    """One line without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:limit]


def is_link(address: str) -> bool:
    """Whether an owner may show this address: http or https with a host, and no name or password in it."""
    rest = address.partition("://")[2]
    host = rest.partition("/")[0]
    return is_web_address(address) and bool(host) and "@" not in host and address.isprintable() and " " not in address


@cache
def _codes() -> Mapping[str, str]:
    """Codes by code and by name, in English and in the language itself. Regional forms are left to their language."""
    found: dict[str, str] = {}
    for code, told in LANG_INFO.items():
        if "name" not in told or ("-" in code and code.split("-")[0] in LANG_INFO):
            continue
        for word in (code, str(told["name"]).lower(), str(told["name_local"]).lower(), fold(str(told["name"]))):
            found.setdefault(word, code)
    return found


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
