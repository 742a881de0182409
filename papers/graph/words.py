"""Facts in the reader's words: what a line of the graph states, long (for titles, tables and evidence) and short (beside a node)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.graph.document import Fact, FactType


def years(first: int | None, last: int | None) -> str:
    """Such as "2022–2024" or "2022"; "" where no year is known."""
    known = sorted({year for year in (first, last) if year is not None})
    return "–".join(map(str, known))


def fact_text(fact: Fact, a: str, b: str) -> str:
    """The fact as a sentence without its full stop; ``a`` and ``b`` are the names of the edge's ends."""
    stated = _SENTENCES[fact.type](fact, {"a": a, "b": b, "count": fact.count or 0, "of": fact.of or 0, "place": fact.place or 0})
    when = years(fact.first, fact.last)
    return f"{stated}, {when}" if when else stated


def short_fact(fact: Fact, *, from_a: bool) -> str:
    """A few words that stand beside a node whose edge leads to the picture's subject; ``from_a`` where the subject is ``a``. May be ""."""
    count = fact.count or 0
    return _SHORT[fact.type](fact, count, from_a)


Values = Mapping[str, str | int]


def _joint(fact: Fact, values: Values) -> str:
    return ngettext("%(count)d joint paper", "%(count)d joint papers", fact.count or 0) % values


def _wrote(fact: Fact, values: Values) -> str:
    if fact.place and fact.of:
        return _("%(a)s wrote “%(b)s”, as author %(place)d of %(of)d") % values
    return _("%(a)s wrote “%(b)s”") % values


def _works_on(fact: Fact, values: Values) -> str:
    if fact.of:
        return (
            ngettext("%(count)d of %(of)d work of %(a)s is on %(b)s", "%(count)d of %(of)d works of %(a)s are on %(b)s", fact.of) % values
        )
    return ngettext("%(count)d work of %(a)s is on %(b)s", "%(count)d works of %(a)s are on %(b)s", fact.count or 0) % values


def _meets(fact: Fact, values: Values) -> str:
    if fact.of:
        return _("%(count)d of %(of)d works on %(a)s are on %(b)s as well") % values
    return ngettext("%(count)d work is on both %(a)s and %(b)s", "%(count)d works are on both %(a)s and %(b)s", fact.count or 0) % values


def _works_cite(fact: Fact, values: Values) -> str:
    return ngettext("%(count)d work of %(a)s cites %(b)s", "%(count)d works of %(a)s cite %(b)s", fact.count or 0) % values


def _cited_by(fact: Fact, values: Values) -> str:
    return ngettext("“%(b)s” cites %(count)d work of %(a)s", "“%(b)s” cites %(count)d works of %(a)s", fact.count or 0) % values


def _affiliated(fact: Fact, values: Values) -> str:
    return ngettext("%(count)d work of %(a)s names %(b)s", "%(count)d works of %(a)s name %(b)s", fact.count or 0) % values


def _shared(fact: Fact, values: Values) -> str:
    return ngettext("Both cite %(count)d same work", "Both cite the same %(count)d works", fact.count or 0) % values


def _together(fact: Fact, values: Values) -> str:
    return ngettext("%(count)d work cites both", "%(count)d works cite both", fact.count or 0) % values


_SENTENCES: Final[Mapping[FactType, Callable[[Fact, Values], str]]] = MappingProxyType(
    {
        FactType.JOINT_WORKS: _joint,
        FactType.WROTE: _wrote,
        FactType.ABOUT: lambda _fact, values: _("“%(a)s” is about %(b)s") % values,
        FactType.WORKS_ON: _works_on,
        FactType.MEETS: _meets,
        FactType.CITES: lambda _fact, values: _("“%(a)s” cites “%(b)s”") % values,
        FactType.WORKS_CITE: _works_cite,
        FactType.CITED_BY: _cited_by,
        FactType.AFFILIATED: _affiliated,
        FactType.NAMES: lambda _fact, values: _("“%(a)s” names %(b)s as an affiliation") % values,
        FactType.SHARED_REFERENCES: _shared,
        FactType.CITED_TOGETHER: _together,
    }
)


def _works(_fact: Fact, count: int, _from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    return ngettext("%(count)d work", "%(count)d works", count) % {"count": count}


def _short_affiliation(fact: Fact, count: int, from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    return years(fact.first, fact.last) if from_a and fact.first else _works(fact, count, from_a)


def _short_place(fact: Fact, _count: int, from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    if from_a or not (fact.place and fact.of):
        return ""
    return _("author %(place)d of %(of)d") % {"place": fact.place, "of": fact.of}


def _short_cited(_fact: Fact, count: int, from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    if from_a:
        return ngettext("cited in %(count)d work", "cited in %(count)d works", count) % {"count": count}
    return ngettext("%(count)d work cites this", "%(count)d works cite this", count) % {"count": count}


def _short_citing(_fact: Fact, count: int, from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    if from_a:
        return ngettext("cites %(count)d work", "cites %(count)d works", count) % {"count": count}
    return ngettext("%(count)d work cited here", "%(count)d works cited here", count) % {"count": count}


_SHORT: Final[Mapping[FactType, Callable[[Fact, int, bool], str]]] = MappingProxyType(
    {
        FactType.JOINT_WORKS: lambda _fact, count, _from_a: (
            ngettext("%(count)d joint paper", "%(count)d joint papers", count) % {"count": count}
        ),
        FactType.WROTE: _short_place,
        FactType.ABOUT: lambda _fact, _count, _from_a: "",
        FactType.WORKS_ON: _works,
        FactType.MEETS: lambda _fact, count, _from_a: ngettext("%(count)d shared work", "%(count)d shared works", count) % {"count": count},
        FactType.CITES: lambda _fact, _count, from_a: _("cited here") if from_a else _("cites this"),
        FactType.WORKS_CITE: _short_cited,
        FactType.CITED_BY: _short_citing,
        FactType.AFFILIATED: _short_affiliation,
        FactType.NAMES: lambda _fact, _count, _from_a: "",
        FactType.SHARED_REFERENCES: lambda _fact, count, _from_a: (
            ngettext("%(count)d shared reference", "%(count)d shared references", count) % {"count": count}
        ),
        FactType.CITED_TOGETHER: lambda _fact, count, _from_a: (
            ngettext("cited together once", "cited together by %(count)d", count) % {"count": count}
        ),
    }
)
