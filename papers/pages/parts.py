"""Small things that stand on several pages, as their templates read them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from config.lib.paging import grouped
from papers.addresses import institution_address, researcher_address, topic_address
from papers.exports import FORMATS
from papers.pages.markup import chip_item, person_item, tally_item


@dataclass(frozen=True, slots=True)
class Link:
    """Text that may lead somewhere; ``count`` where something was counted."""

    text: str
    url: str = ""
    count: int | None = None

    @property
    def tally(self) -> SafeString:
        """As a line of ``_partials/tallies.html``."""
        return tally_item(self.text, self.url, self.count)

    @property
    def chip(self) -> SafeString:
        """As a chip with its count."""
        return chip_item(self.text, self.url, self.count)


@dataclass(frozen=True, slots=True)
class Count:
    """A figure with its word and, where there is something to go to, an address."""

    text: str
    value: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a figure rests on."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a list of people; ``note_url`` leads to what the note counts."""

    name: str
    url: str
    note: str = ""
    note_url: str = ""
    detail: str = ""

    @property
    def item(self) -> SafeString:
        """As a line of ``_partials/people.html``."""
        return person_item(self.name, self.url, note=self.note, note_url=self.note_url, detail=self.detail)


def topic_links(listed: Iterable[Mapping[str, Any]]) -> list[Link]:
    """Topics from a list of figures, with their pages."""
    return [Link(row["name"], topic_address(row["id"], row["name"]), row.get("works")) for row in listed]


def institution_links(listed: Iterable[Mapping[str, Any]]) -> list[Link]:
    """Institutions from a list of figures, with their pages."""
    return [Link(row["name"], institution_address(row["id"], row["name"]), row.get("works")) for row in listed]


def people_links(listed: Iterable[Mapping[str, Any]], names: Mapping[int, str]) -> list[Person]:
    """People from a list of figures by their present ``names``; who may not be seen any more is left out."""
    return [
        Person(names[row["id"]], researcher_address(row["id"], names[row["id"]]), note=works_text(row["works"]))
        for row in listed
        if row["id"] in names
    ]


def works_text(count: int) -> str:
    """Such as "1 work", "61 works"."""
    return ngettext("%(count)s work", "%(count)s works", count) % {"count": grouped(count)}


def years_text(first: int | None, last: int | None) -> str:
    """Such as "2015 to 2026" or "2015"; "" where no year is known."""
    if first is None or last is None:
        return ""
    return str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def language_name(code: str) -> str:
    """A language in the reader's ("pt-BR" is "Brazilian Portuguese", "pt-AO" "Portuguese"), as far as Django knows its name; else the code."""
    known = code.strip().lower().replace("_", "-")
    for one in (known, known.partition("-")[0]):
        if one == "zh":  # Django knows only its two scripts
            return _("Chinese")
        with contextlib.suppress(KeyError):
            return str(get_language_info(one)["name_translated"])
    return code


def export_links(view: str, key: int) -> list[Link]:
    """The formats of reference managers, with where to get this in each."""
    return [Link(str(chosen.label), reverse(view, args=[key, chosen.key])) for chosen in FORMATS.values()]
