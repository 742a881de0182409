"""What the shapes and lines of two pictures mean: an entry for each that is drawn, and none for what is not."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from django.utils.translation import gettext as _

from papers.graph.document import Edge, EdgeKind, NodeKind
from papers.graph.drawing.placing import Picture
from papers.graph.drawing.svg import DASHED

_SHAPES: Final = (
    (NodeKind.PERSON, True, "graph-person", '<circle cx="8" cy="8" r="6"/>'),
    (NodeKind.PAPER, True, "graph-paper", '<rect x="3" y="3" width="10" height="10" rx="1"/>'),
    (NodeKind.PAPER, False, "graph-paper graph-far", '<rect x="3" y="3" width="10" height="10" rx="1"/>'),
    (NodeKind.TOPIC, True, "graph-topic", '<rect x="1" y="4" width="14" height="8" rx="4"/>'),
    (NodeKind.INSTITUTION, True, "graph-institution", '<polygon points="15,8 11.5,14 4.5,14 1,8 4.5,2 11.5,2"/>'),
)
_ONLY_WIDE: Final = ' class="graph-only-wide"'


def legend_of(wide: Picture, narrow: Picture) -> str:
    """A list of the shapes and a sentence on the lines. What the narrow picture lacks is marked, for the style sheet to leave out there."""
    kinds, fewer = _kinds(wide), _kinds(narrow)
    lines, fewer_lines = _lines(wide.lines, wide), _lines(narrow.lines, narrow)
    shapes = [
        f'<li{_ONLY_WIDE if (kind, own) not in fewer else ""}><svg class="graph-key {name}" viewBox="0 0 16 16" aria-hidden="true">'
        f"{shape}</svg>{escape(_name(kind, wide, own=own))}</li>"
        for kind, own, name, shape in _SHAPES
        if (kind, own) in kinds | fewer
    ]
    told = [
        _sentence(head, fewer_lines[dashed], lines[dashed]) for dashed, head in enumerate((_("A line joins"), _("A dashed line joins")))
    ]
    told.append(
        escape(
            _(
                "The more works stand behind a line, the thicker it is. Follow a line to see them. Not every tie is drawn: a missing line says nothing."
            )
        )
    )
    return f'<ul class="legend">{"".join(shapes)}</ul><p class="note graph-means">{" ".join(filter(None, told))}</p>'


def _sentence(head: str, narrow: list[str], wide: list[str]) -> str:
    """What such lines join; what only the wide picture has stands last and is marked. "" where there are none."""
    more = [escape(text) for text in wide if text not in narrow]
    told = f"{escape(head)} {'; '.join(map(escape, narrow))}"
    if not narrow:
        return f"<span{_ONLY_WIDE}>{escape(head)} {'; '.join(more)}.</span>" if more else ""
    return f"{told}<span{_ONLY_WIDE}>; {'; '.join(more)}</span>." if more else f"{told}."


def _kinds(picture: Picture) -> set[tuple[NodeKind, bool]]:
    """The kinds drawn around the subject; papers apart by whether a line joins them to it."""
    nodes = (placed.drawn for placed in picture.placed[1:])
    return {(drawn.node.kind, drawn.is_own or drawn.node.kind is not NodeKind.PAPER) for drawn in nodes}


def _name(kind: NodeKind, picture: Picture, *, own: bool) -> str:
    around = picture.placed[0].drawn.node.kind
    if kind is NodeKind.PAPER and not own:
        return _("Papers of others") if around is NodeKind.PERSON else _("Papers of neighbours")
    if kind is NodeKind.PAPER and around in {NodeKind.PERSON, NodeKind.PAPER}:
        return _("Own papers") if around is NodeKind.PERSON else _("Papers joined to it")
    return {
        NodeKind.PERSON: _("People"),
        NodeKind.PAPER: _("Papers"),
        NodeKind.TOPIC: _("Topics"),
        NodeKind.INSTITUTION: _("Institutions"),
    }[kind]


def _lines(edges: Iterable[Edge], picture: Picture) -> tuple[list[str], list[str]]:
    """What the whole and the dashed lines that are drawn join, each in a fixed order."""
    kinds = {placed.drawn.node.key: placed.drawn.node.kind for placed in picture.placed}
    found = {(edge.kind, frozenset({kinds[edge.a], kinds[edge.b]})) for edge in edges}
    order = list(EdgeKind)
    told = sorted((order.index(edge), edge in DASHED, _joins(edge, ends)) for edge, ends in found)
    whole, dashed = ([text for _place, is_dashed, text in told if is_dashed is wanted] for wanted in (False, True))
    return list(dict.fromkeys(whole)), list(dict.fromkeys(dashed))


def _joins(edge: EdgeKind, ends: frozenset[NodeKind]) -> str:
    if edge is EdgeKind.COAUTHOR and NodeKind.INSTITUTION in ends:
        return _("institutions with joint papers")
    if edge is EdgeKind.TOPIC and ends == {NodeKind.TOPIC}:
        return _("topics with works on both")
    return {
        EdgeKind.COAUTHOR: _("people who wrote together"),
        EdgeKind.AUTHORSHIP: _("a paper and its author"),
        EdgeKind.TOPIC: _("a topic and what or who is on it"),
        EdgeKind.INSTITUTION: _("an institution and whose works name it"),
        EdgeKind.CITATION: _("what cites and what it cites"),
        EdgeKind.SIMILAR: _("papers that cite the same works, or are cited together"),
    }[edge]
