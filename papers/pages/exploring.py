"""The graph that an explorer's address asks for: its slices joined, a path between two things, and what the filter leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from config.lib.query_params import QueryParams
from config.lib.registries import WITHHOLD_FIGURES, wishes_of
from papers.graph.document import Edge, Node, NodeKind, SliceDocument
from papers.graph.joining import Joined, join, narrow
from papers.graph.walking import way_between as way_within
from papers.pages.explorer_state import ExplorerState
from papers.querysets.nodes import NamedNode, named_nodes
from papers.querysets.slices import shown_document, stored_slices
from papers.slices.sight import first_sight
from papers.slices.ways import way_between

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

SHORT_WAY: Final = 3  # things on a way, its ends among them, that is not worth looking beyond what is open
FIRST_SIGHTS: Final = 3  # slices that one request draws at first sight; further ones are told to be waiting


@dataclass(frozen=True, slots=True)
class Exploration:
    """What was found: ``whole`` before the filter and ``shown`` after it. ``way`` holds the keys along the path, () where none was found,
    ``withheld`` those of the named whose pictures are not drawn, as they asked.
    """

    state: ExplorerState
    names: Mapping[str, NamedNode]
    whole: Joined
    shown: Joined
    way: tuple[str, ...]
    waiting: tuple[str, ...]
    withheld: frozenset[str]

    @property
    def way_edges(self) -> frozenset[tuple[str, str]]:
        """The pairs along the path, each with the smaller key first."""
        return frozenset((min(pair), max(pair)) for pair in zip(self.way, self.way[1:], strict=False))


def explore(state: ExplorerState, params: QueryParams, viewer: Viewer) -> Exploration:
    """The graph of a state, without the pictures of people who withhold theirs.

    At most six queries, nine more for a path, and four for each of up to three slices that nobody has looked at before.
    """
    asked = dict.fromkeys([*state.open, *state.path, *([state.at] if state.at else [])])
    names = named_nodes(list(asked), viewer)
    withheld = _withheld(names.values())
    with_picture = names.keys() - withheld
    for key in asked:
        if key not in (with_picture if key in {*state.open, *state.path} else names):
            params.reject("open" if key in state.open else "path" if key in state.path else "at", key)
    state = replace(
        state,
        open=tuple(key for key in state.open if key in with_picture),
        path=state.path if all(key in with_picture for key in state.path) else (),
        at=state.at if state.at in names else "",
    )
    documents, waiting = _documents(state, names, viewer)
    pins = {key: (float(x), float(y)) for key, x, y in state.pins}
    whole = join(documents, pins)
    way = way_within(whole, *state.ends) if state.ends else ()
    if state.ends and not 0 < len(way) <= SHORT_WAY:  # perhaps a shorter one leads over what is not open
        nodes, edges = _way(state, names, viewer)
        drawn = {document.subject for document in documents}
        if nodes and drawn.issuperset(state.ends) and (not way or len(nodes) < len(way)):
            whole, way = join(documents, pins, through=(nodes, edges)), tuple(node.key for node in nodes)
    keep = {*way, *(key for key, _x, _y in state.pins), *([state.at] if state.at else [])}
    return Exploration(state, names, whole, narrow(whole, state.narrowing, keep=keep), way, waiting, withheld)


def _withheld(nodes: Iterable[NamedNode]) -> frozenset[str]:
    """The keys of those people who ask that no figures are computed about them: they stand in the pictures of others, and have none. One query."""
    people = {node.pk: node.key for node in nodes if node.kind is NodeKind.PERSON}
    wishes = wishes_of("papers.Author", list(people))
    return frozenset(key for pk, key in people.items() if WITHHOLD_FIGURES in wishes.get(pk, ()))


def _way(state: ExplorerState, names: Mapping[str, NamedNode], viewer: Viewer) -> tuple[Sequence[Node], Sequence[Edge]]:
    """The best way between the ends over the whole graph; nothing where there is none, or where it leads over what this viewer may not see."""
    if state.ends is None:
        return (), ()
    a, b = (names[key] for key in state.ends)
    way = way_between((a.kind, a.pk), (b.kind, b.pk))
    if way is None:
        return (), ()
    seen = named_nodes([node.key for node in way.nodes], viewer)
    if any(node.key not in seen for node in way.nodes):
        return (), ()
    return tuple(replace(node, label=seen[node.key].name) for node in way.nodes), way.edges


def _documents(state: ExplorerState, names: Mapping[str, NamedNode], viewer: Viewer) -> tuple[list[SliceDocument], tuple[str, ...]]:
    """The slices that are open, and those of the ends of a path; and the names of those that nothing has computed yet."""
    wanted = list(dict.fromkeys([*state.open, *state.path]))
    stored = stored_slices([_row_of(names[key]) for key in wanted], viewer)
    missing = [names[key] for key in dict.fromkeys([*state.path, *wanted]) if _row_of(names[key]) not in stored]  # a way needs its ends
    stored |= {_row_of(node): first_sight(node.kind, node.pk, node.name, viewer) for node in missing[:FIRST_SIGHTS]}
    documents = [shown_document(stored[_row_of(names[key])]) for key in wanted if _row_of(names[key]) in stored]
    return documents, tuple(node.name for node in missing if _row_of(node) not in stored)


def _row_of(node: NamedNode) -> tuple[str, int]:
    return node.kind.value, node.pk
