"""What a line of the graph rests on: the works behind it, listed. The template is ``papers/graph/evidence.html``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import grouped
from papers.graph.document import NodeKind
from papers.graph.drawing.svg import KIND_NAMES
from papers.pages.parts import Link, works_text, years_text
from papers.pages.rows import WorkRow, rows_of
from papers.pictures import explorer_address, kind_name, page_address
from papers.querysets.joined import Reason, in_order, works_between
from papers.querysets.nodes import NamedNode

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

LISTED: Final = 50
COUNTED: Final = 2000  # further works are "2,000 or more"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: what it says in a sentence, and its works."""

    heading: str
    text: str
    rows: list[WorkRow]
    more_text: str


def evidence_context(one: NamedNode, other: NamedNode, viewer: Viewer) -> dict[str, Any]:
    """Everything that the template reads. At most eight queries: two for each of up to four reasons."""
    a, b = in_order(one, other)
    found = []
    for reason, works in works_between(a, b, viewer).items():
        rows = list(works.values_list("pk", "year")[: COUNTED + 1])
        if rows:
            found.append(_evidence(reason, a, b, rows))
    return {
        "ends": [Link(node.name, page_address(node.kind, node.pk, node.name)) for node in (a, b)],
        "kinds": [kind_name(node.kind) for node in (a, b)],
        "evidence": found,
        "explore": explorer_address(a.key, b.key),
        "description": _("The works that join %(a)s (%(a_kind)s) and %(b)s (%(b_kind)s).")
        % {"a": a.name, "b": b.name, "a_kind": KIND_NAMES[a.kind], "b_kind": KIND_NAMES[b.kind]},
    }


def _evidence(reason: Reason, a: NamedNode, b: NamedNode, rows: list[tuple[int, int | None]]) -> Evidence:
    count = len(rows)
    known = [year for _pk, year in rows if year]
    when = years_text(min(known), max(known)) if known else ""
    amount = _("%(count)s or more works") % {"count": grouped(COUNTED)} if count > COUNTED else works_text(count)
    more = max(0, count - LISTED)
    return Evidence(
        heading=f"{amount}, {when}" if when else amount,
        text=reason_text(reason, a, b, count),
        rows=rows_of([pk for pk, _year in rows[:LISTED]]),
        more_text=ngettext("and %(count)s more, not listed here", "and %(count)s more, not listed here", more) % {"count": grouped(more)}
        if more
        else "",
    )


def reason_text(reason: Reason, a: NamedNode, b: NamedNode, count: int) -> str:
    """Why these works stand here, as a sentence."""
    names = {"a": a.name, "b": b.name}
    if reason is Reason.TOGETHER:
        return _together_text(a, b, count) % names
    texts = {
        Reason.A_CITES_B: _("Here %(a)s cites %(b)s.") if a.kind is NodeKind.PERSON else _("“%(a)s” cites “%(b)s”."),
        Reason.B_CITES_A: _("Here %(b)s cites %(a)s.") if b.kind is NodeKind.PERSON else _("“%(b)s” cites this."),
        Reason.BOTH_CITE: _("Both papers cite these."),
        Reason.CITE_BOTH: _("These cite both papers."),
    }
    return texts[reason] % names


def _together_text(a: NamedNode, b: NamedNode, count: int) -> str:
    texts = {
        (NodeKind.PERSON, NodeKind.PERSON): ngettext("%(a)s and %(b)s wrote it together.", "%(a)s and %(b)s wrote these together.", count),
        (NodeKind.PERSON, NodeKind.PAPER): _("%(a)s is one of its authors."),
        (NodeKind.PERSON, NodeKind.TOPIC): ngettext("A work of %(a)s on %(b)s.", "Works of %(a)s on %(b)s.", count),
        (NodeKind.PERSON, NodeKind.INSTITUTION): ngettext(
            "%(a)s names %(b)s as affiliation on it.", "%(a)s names %(b)s as affiliation on these.", count
        ),
        (NodeKind.PAPER, NodeKind.TOPIC): _("Its sources give it the topic %(b)s."),
        (NodeKind.PAPER, NodeKind.INSTITUTION): _("An author of it names %(b)s as affiliation."),
        (NodeKind.TOPIC, NodeKind.TOPIC): ngettext("On both %(a)s and %(b)s.", "On both %(a)s and %(b)s.", count),
        (NodeKind.TOPIC, NodeKind.INSTITUTION): ngettext("A work from %(b)s on %(a)s.", "Works from %(b)s on %(a)s.", count),
        (NodeKind.INSTITUTION, NodeKind.INSTITUTION): ngettext(
            "Its authors are at %(a)s and at %(b)s.", "Their authors are at %(a)s and at %(b)s.", count
        ),
    }
    return texts[a.kind, b.kind]
