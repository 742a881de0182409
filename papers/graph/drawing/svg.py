"""The picture as inline SVG: classes and attributes only, so that the page's policy, both themes and print hold for it.

Nodes are links in the order of their rank; lines are links too, outside of the tab order, because the table below the picture
lists the same evidence. ``data-n`` and ``data-e`` number nodes and the two ends of lines, for the script that lights neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from papers.graph.document import Edge, EdgeKind, Node, NodeKind
from papers.graph.drawing.choosing import works_behind
from papers.graph.drawing.following import Placed
from papers.graph.drawing.placing import PILL, Picture
from papers.graph.words import fact_text

KIND_NAMES: Final[Mapping[NodeKind, str | Promise]] = MappingProxyType(
    {
        NodeKind.PERSON: gettext_lazy("person"),
        NodeKind.PAPER: gettext_lazy("paper"),
        NodeKind.TOPIC: gettext_lazy("topic"),
        NodeKind.INSTITUTION: gettext_lazy("institution"),
    }
)
_ANCHORS: Final = MappingProxyType({"end": "", "start": ' text-anchor="end"', "below": ' text-anchor="middle"', "above": ' text-anchor="middle"', "middle": ' text-anchor="middle"'})  # fmt: skip
DASHED: Final = frozenset({EdgeKind.CITATION, EdgeKind.SIMILAR})
_WORKS_OF_THE_THICKEST: Final = 64
_BASELINE: Final = 0.8  # of a line's height, from its top


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where nodes and lines lead. None: a node is no link (the page's own subject, a file that leaves the site)."""

    node: Callable[[Node], str | None]
    edge: Callable[[Edge], str | None]


@dataclass(frozen=True, slots=True)
class Emphasis:
    """What a picture dwells on: the node that is looked at, and the pairs of keys (smaller first) that a path runs over."""

    at: str = ""
    path: frozenset[tuple[str, str]] = frozenset()


def svg_of(picture: Picture, addresses: Addresses, *, prefix: str = "graph", emphasis: Emphasis = Emphasis()) -> str:
    """The ``<svg>`` element. ``prefix`` begins its ids, for pages with several pictures. About half a millisecond."""
    canvas = picture.canvas
    subject = picture.placed[0].drawn.node
    numbers = {placed.drawn.node.key: number for number, placed in enumerate(picture.placed)}
    names = {placed.drawn.node.key: placed.drawn.node.label for placed in picture.placed}
    title, said = f"{prefix}-{canvas.name}-title", f"{prefix}-{canvas.name}-said"
    parts = [
        (
            f'<svg class="graph graph-{canvas.name}" viewBox="0 0 {canvas.width:g} {canvas.height:g}" role="group" '
            f'aria-labelledby="{title}" aria-describedby="{said}" data-graph="">'
        ),
        f'<title id="{title}">{escape(_("Research graph around %(name)s") % {"name": subject.label})}</title>',
        f'<desc id="{said}">{escape(description(picture))}</desc><g class="graph-all"><g class="graph-edges">',
    ]
    where = {placed.drawn.node.key: placed for placed in picture.placed}
    for edge in picture.lines:
        on_path = (min(edge.a, edge.b), max(edge.a, edge.b)) in emphasis.path
        kinds = " ".join(kind for kind, is_so in (("graph-path", on_path), ("graph-dash", edge.kind in DASHED)) if is_so)
        styled = f' class="{kinds}"' if kinds else ""
        marks = f'{styled} data-e="{numbers[edge.a]} {numbers[edge.b]}"'
        parts.append(_edge(edge, where[edge.a], where[edge.b], marks, names, addresses.edge(edge)))
    parts.append('</g><g class="graph-nodes">')
    facts = _facts_to_subject(picture)
    for placed in picture.placed:
        node = placed.drawn.node
        mark = " graph-at" if node.key == emphasis.at else ""
        parts.append(_node(placed, numbers[node.key], facts, addresses.node(node), mark))
    parts.append("</g></g></svg>")
    return "".join(parts)


def description(picture: Picture) -> str:
    """What the picture shows, in a sentence, for who does not see it."""
    counted = dict.fromkeys(NodeKind, 0)
    for placed in picture.placed[1:]:
        counted[placed.drawn.node.kind] += 1
    told = [
        ngettext("%(n)d person", "%(n)d people", counted[NodeKind.PERSON]) % {"n": counted[NodeKind.PERSON]},
        ngettext("%(n)d paper", "%(n)d papers", counted[NodeKind.PAPER]) % {"n": counted[NodeKind.PAPER]},
        ngettext("%(n)d topic", "%(n)d topics", counted[NodeKind.TOPIC]) % {"n": counted[NodeKind.TOPIC]},
        ngettext("%(n)d institution", "%(n)d institutions", counted[NodeKind.INSTITUTION]) % {"n": counted[NodeKind.INSTITUTION]},
    ]
    return _("%(what)s around %(name)s. The table below says the same.") % {
        "what": ", ".join(told),
        "name": picture.placed[0].drawn.node.label,
    }


def edge_title(edge: Edge, names: Mapping[str, str]) -> str:
    """Both ends and every fact."""
    a, b = names[edge.a], names[edge.b]
    return f"{a} – {b}: " + "; ".join(fact_text(fact, a, b) for fact in edge.facts)


def line_width(edge: Edge) -> float:
    """In units of the drawing: the more works, the thicker, by the logarithm, the same for all kinds of lines in all pictures."""
    return round(1.2 + 2.8 * min(1.0, math.log(works_behind(edge), _WORKS_OF_THE_THICKEST)), 1)


def _edge(edge: Edge, a: Placed, b: Placed, marks: str, names: Mapping[str, str], address: str | None) -> str:
    way = f"M{a.x:g} {a.y:g}L{b.x:g} {b.y:g}"
    width = line_width(edge)
    drawn = (
        f'<title>{escape(edge_title(edge, names))}</title><path class="graph-reach" d="{way}"/>'
        f'<path class="graph-line" stroke-width="{width:g}" d="{way}"/>'
    )
    if address is None:
        return f"<g{marks}>{drawn}</g>"
    return f'<a href="{escape(address)}" tabindex="-1" rel="nofollow"{marks}>{drawn}</a>'


def _facts_to_subject(picture: Picture) -> dict[str, str]:
    subject = picture.placed[0].drawn.node
    names = {placed.drawn.node.key: placed.drawn.node.label for placed in picture.placed}
    found: dict[str, str] = {}
    for edge in picture.lines:
        if subject.key in {edge.a, edge.b}:
            other = edge.b if edge.a == subject.key else edge.a
            found[other] = "; ".join(fact_text(fact, names[edge.a], names[edge.b]) for fact in edge.facts)
    return found


def _node(placed: Placed, number: int, facts: Mapping[str, str], address: str | None, mark: str = "") -> str:
    node = placed.drawn.node
    told = ", ".join(part for part in (str(KIND_NAMES[node.kind]), str(node.year or ""), facts.get(node.key, "")) if part)
    inner = f"<title>{escape(node.label)} ({escape(told)})</title>{_reach(placed)}{shape_of(placed)}{_text(placed)}"
    kind = (
        f"graph-{node.kind.value}{' graph-subject' if placed.drawn.is_subject else ''}{'' if placed.drawn.is_own else ' graph-far'}{mark}"
    )
    if address is None:
        return f'<g class="{kind}" data-n="{number}">{inner}</g>'
    return f'<a class="{kind}" href="{escape(address)}" data-n="{number}">{inner}</a>'


def _reach(placed: Placed) -> str:
    """What a finger finds: shape and label together, at least 24 high."""
    left, right = min(placed.shape.left, placed.label.left), max(placed.shape.right, placed.label.right)
    top, bottom = min(placed.shape.top, placed.label.top), max(placed.shape.bottom, placed.label.bottom)
    spare = max(0.0, 24.5 - (bottom - top)) / 2
    return f'<rect class="graph-reach" x="{left:g}" y="{top - spare:g}" width="{right - left:g}" height="{bottom - top + 2 * spare:g}"/>'


def shape_of(placed: Placed) -> str:
    """A circle for a person, a square for a paper, a rounded label for a topic, a hexagon for an institution."""
    x, y, r = placed.x, placed.y, placed.drawn.radius
    match placed.drawn.node.kind:
        case NodeKind.PERSON:
            return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}"/>'
        case NodeKind.PAPER:
            return f'<rect x="{x - r:g}" y="{y - r:g}" width="{2 * r:g}" height="{2 * r:g}" rx="1"/>'
        case NodeKind.INSTITUTION:
            corners = ((-1.0, 0.0), (-0.5, -0.87), (0.5, -0.87), (1.0, 0.0), (0.5, 0.87), (-0.5, 0.87))
            return f'<polygon points="{" ".join(f"{x + dx * r:.1f},{y + dy * r:.1f}" for dx, dy in corners)}"/>'
        case NodeKind.TOPIC:
            box = placed.shape
            round_off = min((box.bottom - box.top) / 2, PILL[0] + PILL[1])
            return (
                f'<rect x="{box.left:g}" y="{box.top:g}" width="{box.right - box.left:.1f}" '
                f'height="{box.bottom - box.top:.1f}" rx="{round_off:.1f}"/>'
            )


def _text(placed: Placed) -> str:
    label = placed.label
    middle = (label.left + label.right) / 2
    x = {"end": label.left, "start": label.right}.get(placed.side, middle)
    top = (label.top + label.bottom - placed.drawn.label.height) / 2
    parts = []
    for line in placed.drawn.label.lines:
        kind = ' class="graph-fact"' if line.is_fact else ""
        baseline = round(top + line.height * _BASELINE, 1)
        parts.append(f'<text x="{round(x, 1):g}" y="{baseline:g}"{_ANCHORS[placed.side]}{kind}>{escape(line.text)}</text>')
        top += line.height
    return "".join(parts)
