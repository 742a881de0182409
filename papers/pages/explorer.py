"""What the explorer says. The template is ``papers/graph/explorer.html``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.query_params import QueryParams
from papers.graph.document import Edge, Node, NodeKind
from papers.graph.files import FORMATS, edge_text
from papers.pages.explorer_picture import pictures_of
from papers.pages.explorer_search import examples, starts_for
from papers.pages.explorer_state import ExplorerState
from papers.pages.exploring import Exploration, explore
from papers.pages.parts import Link
from papers.pictures import edge_address, kind_name, node_address

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

ROWS_LISTED: Final = 120
NEIGHBOURS_LISTED: Final = 40
KIND_LABELS: Final = tuple(NodeKind)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Something next to what is looked at: where it leads in the explorer, why it is there, and the evidence."""

    name: str
    url: str
    reason: str
    evidence_url: str


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The node that is looked at. ``actions`` are what can be done with it: text and address in the explorer."""

    key: str
    name: str
    kind_text: str
    page_url: str
    actions: list[Link]
    neighbours: list[Neighbour]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table."""

    name: str
    url: str
    kind_text: str
    year: int | None
    reason: str
    evidence_url: str
    is_open: bool


def explorer_context(params: QueryParams, viewer: Viewer, *, live: bool) -> dict[str, Any]:
    """Everything that the template reads. At most six queries, and those of a search or of examples; ``live`` leaves out the pictures, which a script draws."""
    found = explore(ExplorerState.read(params), params, viewer)
    state, path = found.state, reverse("papers:graph")
    export = reverse("papers:graph-export", args=["json"]).removesuffix("json")
    starts, search_note = starts_for(state, path, viewer) if state.q else ([], "")
    return {
        "state": state,
        "keeps": [pair for pair in state.pairs() if pair[0] not in {"q", "at"}],
        "filter_keeps": [pair for pair in state.pairs() if pair[0] in {"open", "path", "hide", "pin", "at"}],
        "clear_url": path + state.query(without=(), first=None, last=None, weight=0, hidden=()) if state.is_narrowed else "",
        "starts": starts,
        "search_note": search_note,
        "examples": examples(state, path) if not (state.open or state.path or state.q) else [],
        "summary": summary(found),
        "way": way_rows(found, path),
        "way_text": way_text(found),
        "figure": mark_safe(pictures_of(found, path)) if not live and found.shown.nodes else SafeString(""),  # noqa: S308 - escapes every name
        "looked_at": looked_at(found, path),
        "open_links": [Link(found.names[key].name, path + state.closed(key)) for key in state.open],
        "rows": table_rows(found, path),
        "more_rows": max(0, len(found.shown.nodes) - ROWS_LISTED),
        "files": [Link(made.label, export + made.key + state.query()) for made in FORMATS.values()]
        + [Link("SVG", f"{export}svg{state.query()}")],
        "drawn": drawn(found),
        "kinds": [(kind, kind in state.without) for kind in KIND_LABELS],
        "waiting": found.waiting,
        "ignored": params.close(),
    }


def summary(found: Exploration) -> str:
    """How much is shown, and of how much."""
    shown, whole = len(found.shown.nodes), len(found.whole.nodes)
    if not whole:
        return ""
    text = ngettext("%(n)d thing", "%(n)d things", shown) % {"n": shown}
    lines = ngettext("%(n)d line", "%(n)d lines", len(found.shown.edges)) % {"n": len(found.shown.edges)}
    parts = [_("%(things)s, %(lines)s") % {"things": text, "lines": lines}]
    if shown < whole:
        parts.append(_("of %(whole)d; the filter leaves out the others") % {"whole": whole})
    if found.whole.left_out:
        parts.append(_("%(n)d more than can be shown at once") % {"n": found.whole.left_out})
    return "; ".join(parts)


def way_text(found: Exploration) -> str:
    """What came of the path that was asked for; "" where none was."""
    if not found.state.path:
        return ""
    a, *rest = (found.names[key].name for key in found.state.path)
    if not rest:
        return _("A path starts at %(a)s. Choose where it is to lead, and take “Path from … to here”.") % {"a": a}
    b = rest[0]
    if not found.way:
        return _("No path of at most six steps leads from %(a)s to %(b)s, as the records stand now.") % {"a": a, "b": b}
    steps = len(found.way) - 1
    return ngettext("%(a)s and %(b)s are joined directly", "From %(a)s to %(b)s in %(n)d steps", steps) % {"a": a, "b": b, "n": steps}


def way_rows(found: Exploration, path: str) -> list[Neighbour]:
    """The steps of the path, each with its evidence."""
    names = found.whole.names()
    edges = _by_pair(found.whole.edges)
    rows = []
    for a, b in zip(found.way, found.way[1:], strict=False):
        edge = edges[min(a, b), max(a, b)]
        rows.append(Neighbour(names[b], path + found.state.query(at=b), edge_text(edge, names), edge_address(a, b)))
    return rows


def looked_at(found: Exploration, path: str) -> LookedAt | None:
    """The node that is looked at with what can be done with it and what is next to it; None while nothing is."""
    state = found.state
    node = next((node for node in found.whole.nodes if node.key == state.at), None)
    if node is None:
        return None
    names = found.shown.names()
    near = sorted((edge for edge in found.shown.edges if state.at in {edge.a, edge.b}), key=lambda edge: (-edge.weight, edge.a, edge.b))
    neighbours = []
    for edge in near[:NEIGHBOURS_LISTED]:
        other = edge.b if edge.a == state.at else edge.a
        neighbours.append(Neighbour(names[other], path + state.query(at=other), edge_text(edge, names), edge_address(edge.a, edge.b)))
    return LookedAt(node.key, node.label, _said(node), node_address(node), _actions(node, found, path), neighbours)


def _said(node: Node) -> str:
    parts = [kind_name(node.kind), str(node.year or "")]
    if node.works:
        parts.append(ngettext("%(n)d work", "%(n)d works", node.works) % {"n": node.works})
    return ", ".join(part for part in parts if part)


def _actions(node: Node, found: Exploration, path: str) -> list[Link]:
    state = found.state
    is_open = node.key in state.open
    pins = {key: (x, y) for key, x, y in state.pins}
    is_withheld = node.key in found.withheld
    around = (
        Link(_("Close its surroundings"), path + state.closed(node.key)) if is_open else Link(_("Expand"), path + state.opened(node.key))
    )
    actions = [
        *(() if is_withheld else (around,)),
        Link(_("Unpin"), path + state.query(pins=tuple(pin for pin in state.pins if pin[0] != node.key)))
        if node.key in pins
        else Link(_("Pin where it stands"), path + state.query(pins=(*state.pins, (node.key, round(node.x), round(node.y))))),
        Link(_("Hide"), path + state.without_node(node.key)),
    ]
    if len(state.path) == 1 and state.path[0] != node.key and not is_withheld:
        start = found.names[state.path[0]].name
        actions.append(Link(_("Path from %(name)s to here") % {"name": start}, path + state.query(path=(state.path[0], node.key))))
    if not is_withheld:
        actions.append(Link(_("Start a path here"), path + state.query(path=(node.key,))))
    if state.path:
        actions.append(Link(_("Drop the path"), path + state.query(path=())))
    return actions


def table_rows(found: Exploration, path: str) -> list[Row]:
    """The first nodes, what is open first, then by rank, each with the strongest line that leads to it."""
    names = found.shown.names()
    best: dict[str, Edge] = {}
    for edge in sorted(found.shown.edges, key=lambda edge: (-edge.weight, edge.a, edge.b)):
        best.setdefault(edge.a, edge)
        best.setdefault(edge.b, edge)
    ordered = sorted(found.shown.nodes, key=lambda node: (node.key not in found.shown.opened, -node.rank, node.key))
    return [_row(node, best.get(node.key), names, found, path) for node in ordered[:ROWS_LISTED]]


def _row(node: Node, edge: Edge | None, names: Mapping[str, str], found: Exploration, path: str) -> Row:
    return Row(
        name=node.label,
        url=path + found.state.query(at=node.key),
        kind_text=kind_name(node.kind),
        year=node.year,
        reason=edge_text(edge, names) if edge else "",
        evidence_url=edge_address(edge.a, edge.b) if edge else "",
        is_open=node.key in found.shown.opened,
    )


def drawn(found: Exploration) -> dict[str, Any]:
    """The graph for the script that draws it: nodes as [key, kind, label, x, y, rank, year, address], edges as [node, node, weight, words]."""
    numbers = {node.key: number for number, node in enumerate(found.shown.nodes)}
    names = found.shown.names()
    kinds = list(NodeKind)
    pinned = {key for key, _x, _y in found.state.pins}
    return {
        "nodes": [
            [
                n.key,
                kinds.index(n.kind),
                n.label,
                n.x,
                n.y,
                n.rank,
                n.year,
                node_address(n),
                int(n.key in found.shown.opened) + 2 * (n.key in pinned),
            ]
            for n in found.shown.nodes
        ],
        "edges": [[numbers[e.a], numbers[e.b], e.weight, edge_text(e, names)] for e in found.shown.edges],
        "at": found.state.at,
        "way": list(found.way),
    }


def _by_pair(edges: tuple[Edge, ...]) -> dict[tuple[str, str], Edge]:
    return {(min(edge.a, edge.b), max(edge.a, edge.b)): edge for edge in edges}
