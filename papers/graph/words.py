"""Facts in the reader's words: what a line of the graph states, long (for titles, tables and evidence) and short (beside a node)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.graph.document import Fact


def years(first: int | None, last: int | None) -> str:
    """Such as "2022–2024" or "2022"; "" where no year is known."""
    known = sorted({year for year in (first, last) if year is not None})
    return "–".join(map(str, known))


def fact_text(fact: Fact, a: str, b: str, *, beside: str = "") -> str:
    """The fact as a sentence without its full stop; ``a`` and ``b`` are the names of the edge's ends.

    ``beside`` names the other end where a text about one of them would not: "3 joint papers with Ada".
    """
    values: Values = {"a": a, "b": b, "beside": beside, "count": fact.count or 0, "of": fact.of or 0, "place": fact.place or 0}
    stated = _uncounted(fact, values) if fact.count is None else ""
    stated = stated or _SENTENCES[fact.type.value](fact, values)
    when = years(fact.first, fact.last)
    return f"{stated}, {when}" if when else stated


def short_fact(fact: Fact, *, from_a: bool) -> str:
    """A few words that stand beside a node whose edge leads to the picture's subject; ``from_a`` where the subject is ``a``. May be ""."""
    if fact.count is None and fact.type.value in _COUNTED:
        return ""
    return _SHORT[fact.type.value](fact, fact.count or 0, from_a)


def fact_over(fact: Fact, name: str, *, from_a: bool) -> str:
    """A few words beside a node that is here by its line to a neighbour of the subject, whose short name is given; ``from_a`` where the neighbour
    is ``a``. May be "".
    """
    if fact.type.value == "wrote":
        return _("author of “%(name)s”") % {"name": name}
    told = {
        "joint-works": lambda n: ngettext("%(count)d joint paper with %(name)s", "%(count)d joint papers with %(name)s", n),
        "works-on": lambda n: (
            ngettext("%(count)d work of %(name)s", "%(count)d works of %(name)s", n)
            if from_a
            else ngettext("%(count)d work on %(name)s", "%(count)d works on %(name)s", n)
        ),
        "affiliated": lambda n: (
            ngettext("%(count)d work of %(name)s", "%(count)d works of %(name)s", n)
            if from_a
            else ngettext("%(count)d work from %(name)s", "%(count)d works from %(name)s", n)
        ),
    }.get(fact.type.value)
    return told(fact.count) % {"count": fact.count, "name": name} if told is not None and fact.count is not None else ""


Values = Mapping[str, str | int]
_COUNTED: Final = frozenset(
    {"joint-works", "works-on", "meets", "works-from", "works-cite", "cited-by", "affiliated", "shared-references", "cited-together"}
)


def _uncounted(fact: Fact, values: Values) -> str:
    """What is stated where nobody counted, as in a first sketch of somebody with very many works; "" where the type counts nothing."""
    texts = {
        "joint-works": _("Joint papers"),
        "works-on": _("Works of %(a)s on %(b)s"),
        "meets": _("Works on both %(a)s and %(b)s"),
        "works-from": _("Works on %(a)s from %(b)s"),
        "works-cite": _("Works of %(a)s cite %(b)s"),
        "cited-by": _("“%(b)s” cites works of %(a)s"),
        "affiliated": _("Works of %(a)s name %(b)s"),
        "shared-references": _("Both cite the same works"),
        "cited-together": _("Works cite both"),
    }
    return texts[fact.type.value] % values if fact.type.value in texts else ""


def _joint(fact: Fact, values: Values) -> str:
    if values["beside"]:
        return ngettext("%(count)d joint paper with %(beside)s", "%(count)d joint papers with %(beside)s", fact.count or 0) % values
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


def _works_from(fact: Fact, values: Values) -> str:
    return ngettext("%(count)d work on %(a)s is from %(b)s", "%(count)d works on %(a)s are from %(b)s", fact.count or 0) % values


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


_SENTENCES: Final[Mapping[str, Callable[[Fact, Values], str]]] = MappingProxyType(
    {
        "joint-works": _joint,
        "wrote": _wrote,
        "about": lambda _fact, values: _("“%(a)s” is about %(b)s") % values,
        "works-on": _works_on,
        "meets": _meets,
        "works-from": _works_from,
        "cites": lambda _fact, values: _("“%(a)s” cites “%(b)s”") % values,
        "works-cite": _works_cite,
        "cited-by": _cited_by,
        "affiliated": _affiliated,
        "names": lambda _fact, values: _("“%(a)s” names %(b)s as an affiliation") % values,
        "shared-references": _shared,
        "cited-together": _together,
    }
)


def _works(_fact: Fact, count: int, _from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    return ngettext("%(count)d work", "%(count)d works", count) % {"count": count}


def _works_on_it(fact: Fact, count: int, from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    is_topic = from_a if fact.type.value == "works-from" else not from_a  # the subject, beside whose people and institutions this stands
    return ngettext("%(count)d work on it", "%(count)d works on it", count) % {"count": count} if is_topic else _works(fact, count, from_a)


def _short_affiliation(fact: Fact, count: int, from_a: bool) -> str:  # noqa: FBT001 - one signature for all
    if from_a:
        return years(fact.first, fact.last) or _works(fact, count, from_a)
    return ngettext("%(count)d work from here", "%(count)d works from here", count) % {"count": count}


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


_SHORT: Final[Mapping[str, Callable[[Fact, int, bool], str]]] = MappingProxyType(
    {
        "joint-works": lambda _fact, count, _from_a: ngettext("%(count)d joint paper", "%(count)d joint papers", count) % {"count": count},
        "wrote": _short_place,
        "about": lambda _fact, _count, _from_a: "",
        "works-on": _works_on_it,
        "works-from": _works_on_it,
        "meets": lambda _fact, count, _from_a: ngettext("%(count)d shared work", "%(count)d shared works", count) % {"count": count},
        "cites": lambda _fact, _count, from_a: _("cited here") if from_a else _("cites this"),
        "works-cite": _short_cited,
        "cited-by": _short_citing,
        "affiliated": _short_affiliation,
        "names": lambda _fact, _count, _from_a: "",
        "shared-references": lambda _fact, count, _from_a: (
            ngettext("%(count)d shared reference", "%(count)d shared references", count) % {"count": count}
        ),
        "cited-together": lambda _fact, count, _from_a: (
            ngettext("cited together once", "cited together by %(count)d", count) % {"count": count}
        ),
    }
)
