"""The works of a page laid out for somebody to say whose they are: in the groups that the records suggest, else by year. And what they said, read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.public_ids import encode_public_id
from papers.models import Author, Authorship
from papers.querysets.ambiguity import doubts_about
from profiles.identity.forms import page_named
from profiles.identity.splitting import NOBODY, Group

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

STAYS: Final = "stays"
AS_GROUP: Final = ""
UNKNOWN: Final = "nobody"
PEOPLE: Final = ("a", "b", "c", "d")
"""The other people that one form can tell apart. More are told in a second step."""


@dataclass(frozen=True, slots=True)
class Line:
    """One work: its key in the form, what is chosen for it ("" for what its group has), and who else stands on it."""

    key: str
    authorship: Authorship
    chosen: str
    companions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heap:
    """Works that belong together as far as the records tell. ``chosen`` is whose they all are unless a line says otherwise."""

    key: str
    title: str
    because: str
    chosen: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody filled in: groups to move, and for each of ``PEOPLE`` the page that they gave, with what was wrong about it."""

    groups: tuple[Group, ...]
    addresses: dict[str, str]
    errors: dict[str, str]


def options() -> list[tuple[str, str]]:
    """Whose a work can be: value and words."""
    return [
        (STAYS, _("This page's")),
        *((letter, _("Another person, %(letter)s") % {"letter": letter.upper()}) for letter in PEOPLE),
        (UNKNOWN, _("Not this page's; I do not know whose")),
    ]


def heaps_of(
    works: Sequence[Authorship], hints: Sequence[Mapping[str, Any]], given: Mapping[str, str], companions: Mapping[int, Sequence[str]]
) -> list[Heap]:
    """The works in heaps. ``hints`` are the groups of an ambiguity finding (``examples`` are keys of works, ``work_ids`` all of them, ``coauthors`` are names);
    ``companions`` are names by work.
    """
    place: dict[int, int] = {}
    for number, hint in enumerate(hints, start=1):
        for work in (*hint.get("work_ids", ()), *hint.get("examples", ())):
            place.setdefault(int(work), number)
    found: dict[str, list[Authorship]] = {}
    for one in works:
        group = place.get(one.work_id)
        key = f"group-{group}" if group is not None else f"year-{one.work.year or 0}"
        found.setdefault(key, []).append(one)
    ordered = sorted(found, key=lambda key: (not key.startswith("group"), key if key.startswith("group") else "", -int(key.split("-")[1])))
    return [_heap(key, found[key], hints, given, companions) for key in ordered]


def read_back(heaps: Sequence[Heap], given: Mapping[str, str]) -> Said:
    """The groups that somebody chose: a work's own choice, else that of its heap. At most two queries for each address."""
    chosen: dict[str, list[int]] = {}
    for heap in heaps:
        for line in heap.lines:
            whose = line.chosen or heap.chosen
            if whose in {*PEOPLE, UNKNOWN}:
                chosen.setdefault(whose, []).append(line.authorship.pk)
    addresses = {letter: given.get(f"page-{letter}", "").replace("\0", "")[:500].strip() for letter in PEOPLE}
    errors: dict[str, str] = {}
    groups = []
    for whose, keys in sorted(chosen.items()):
        target: int | None = NOBODY if whose == UNKNOWN else None
        if text := addresses.get(whose, ""):
            page = page_named(text)
            if page is None:
                errors[whose] = _("There is no researcher page at this address. Copy it from the address bar of the page.")
            else:
                target = page.pk
        groups.append(Group(tuple(keys), target))
    return Said(tuple(groups), addresses, errors)


def hints_for(author: Author, viewer: Viewer) -> list[Mapping[str, Any]]:
    """The groups in which the records suggest that the page mixes people, with the names of co-authors that the viewer may see; none where
    nothing was found. One query.
    """
    found = doubts_about(author, viewer).finding
    if found is None:
        return []
    return [{**group, "coauthors": [found.names[key] for key in group["coauthors"] if key in found.names]} for group in found.groups]


def _heap(
    key: str,
    works: Sequence[Authorship],
    hints: Sequence[Mapping[str, Any]],
    given: Mapping[str, str],
    companions: Mapping[int, Sequence[str]],
) -> Heap:
    kind, _dash, number = key.partition("-")
    because = ""
    if kind == "group":
        hint = hints[int(number) - 1]
        title = _("Group %(number)s") % {"number": number}
        people = ", ".join(str(name) for name in list(hint.get("coauthors", ()))[:3])
        because = _("with %(people)s") % {"people": people} if people else ""
    elif number == "0":
        title = _("Without a year")
    else:
        title = number
    return Heap(
        key=key,
        title=f"{title} · {ngettext('%(count)s work', '%(count)s works', len(works)) % {'count': len(works)}}",
        because=because,
        chosen=_choice(given.get(key, "")) or STAYS,
        lines=tuple(
            Line(
                encode_public_id(one.pk),
                one,
                _choice(given.get(f"work-{encode_public_id(one.pk)}", "")),
                tuple(companions.get(one.work_id, ())),
            )
            for one in works
        ),
    )


def _choice(value: str) -> str:
    return value if value in {STAYS, UNKNOWN, *PEOPLE} else AS_GROUP
