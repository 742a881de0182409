"""The figure of a slice as pages show it: two pictures (wide and narrow) and the table that says the same.

A worker draws it when it stores a slice, so that a page only reads it; what a page draws itself is the same, by the same function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from config.lib.public_ids import decode_public_id
from papers.addresses import institution_address, paper_address, researcher_address, topic_address
from papers.graph.document import Edge, Node, NodeKind, SliceDocument
from papers.graph.drawing import Addresses, Picture, canvases_for, legend_of, picture_of, scene_of, svg_of
from papers.graph.words import fact_text

DRAWING_VERSION: Final = 5  # of the markup: moved, it lets every stored drawing be made anew when it is next read
FEWEST: Final = 2  # nodes of which a picture says more than a sentence

_ADDRESSES: Final[Mapping[NodeKind, Callable[[int, str], str]]] = MappingProxyType(
    {
        NodeKind.PERSON: researcher_address,
        NodeKind.PAPER: paper_address,
        NodeKind.TOPIC: topic_address,
        NodeKind.INSTITUTION: institution_address,
    }
)


def page_address(kind: NodeKind, key: int, name: str) -> str:
    """The address of the page of a person, paper, topic or institution."""
    return _ADDRESSES[kind](key, name)


def node_address(node: Node) -> str:
    """The address of a node's own page."""
    return page_address(node.kind, decode_public_id(node.public_id), node.label)


def edge_address(a: str, b: str) -> str:
    """The address where the evidence for an edge is listed; the same whichever end comes first."""
    first, second = sorted((a, b))
    return f"{reverse('papers:graph-edge')}?{urlencode({'a': first, 'b': second}, safe=':')}"


def explorer_address(*keys: str) -> str:
    """The explorer with these slices open."""
    return f"{reverse('papers:graph')}?{urlencode({'open': ','.join(keys)}, safe=':,')}"


def drawn_for(people: Iterable[Mapping[str, Any]]) -> str:
    """Fingerprint of all that a drawing depends on beside its slice: ``people`` have ``id`` and ``name`` each."""
    named = sorted((int(row["id"]), str(row["name"])) for row in people)
    return hashlib.md5(repr((DRAWING_VERSION, get_language(), named)).encode(), usedforsecurity=False).hexdigest()


def stored_figure(document: SliceDocument) -> tuple[str, str]:
    """What a worker stores beside a slice, in the site's own language: the drawing, and what it is drawn for. About 80 ms of computing."""
    people = [{"id": decode_public_id(node.public_id), "name": node.label} for node in document.nodes if node.kind is NodeKind.PERSON]
    with override(settings.LANGUAGE_CODE):
        return figure_of(document), drawn_for(people)


def figure_of(document: SliceDocument) -> str:
    """The figure, safe to put into a page. "" for a subject with nothing around it. Asks the database nothing."""
    if len(document.nodes) < FEWEST:
        return ""
    subject = document.nodes[0]
    addresses = Addresses(lambda node: None if node.key == subject.key else node_address(node), lambda edge: edge_address(edge.a, edge.b))
    pictures = [picture_of(scene_of(document, canvas), canvas) for canvas in canvases_for(document)]
    drawings = "".join(svg_of(picture, addresses) for picture in pictures)
    return f'<div class="graph-pictures">{drawings}{legend_of(*pictures)}</div>{_table(document, subject, _between(pictures, subject))}'


def _between(pictures: Iterable[Picture], subject: Node) -> list[Edge]:
    """The lines of the pictures that do not lead to the subject, in the order of the document's edges."""
    drawn = {(edge.a, edge.b): edge for picture in pictures for edge in picture.lines if subject.key not in {edge.a, edge.b}}
    return [drawn[ends] for ends in sorted(drawn)]


def _table(document: SliceDocument, subject: Node, between: Sequence[Edge]) -> str:
    """Every node with what joins it, and the lines of the picture between neighbours, each reason a link to its evidence."""
    names = {node.key: node.label for node in document.nodes}
    best = _best_edges(document)
    rows = []
    for node in document.nodes[1:]:
        edge = best.get(node.key)
        reason = "" if edge is None else _reason(edge, names, node.key)
        year = f" <small>{node.year}</small>" if node.year else ""
        rows.append(
            f'<tr><td><a href="{escape(node_address(node))}" dir="auto">{escape(node.label)}</a>{year}</td>'
            f"<td>{escape(kind_name(node.kind))}</td><td>{reason}</td></tr>"
        )
    count = len(rows)
    summary = ngettext("As a table: %(n)d thing around it", "As a table: all %(n)d things around it", count) % {"n": count}
    caption = _("What is around %(name)s, nearest first") % {"name": subject.label}
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in (_("Name or title"), _("Kind"), _("What joins it")))
    return (
        f'<details class="why graph-table"><summary>{escape(summary)}</summary><div class="graph-rows"><table><caption>{escape(caption)}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>{_table_between(between, names)}</div></details>"
    )


def _table_between(edges: Sequence[Edge], names: Mapping[str, str]) -> str:
    """Who and what of these is joined with each other, as the picture shows it; "" where nothing is."""
    if not edges:
        return ""
    rows = "".join(
        f'<tr><td dir="auto">{escape(names[edge.a])}</td><td dir="auto">{escape(names[edge.b])}</td><td>{_reason(edge, names)}</td></tr>'
        for edge in edges
    )
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in (_("One"), _("Another"), _("What joins them")))
    caption = escape(_("Lines between these, as drawn"))
    return f'<table class="graph-between"><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _best_edges(document: SliceDocument) -> dict[str, Edge]:
    """For each node the edge that says why it is here: the one to the subject, else its heaviest."""
    best: dict[str, Edge] = {}
    for edge in sorted(document.edges, key=lambda edge: (document.subject not in {edge.a, edge.b}, -edge.weight, edge.a, edge.b)):
        best.setdefault(edge.a, edge)
        best.setdefault(edge.b, edge)
    return best


def _reason(edge: Edge, names: Mapping[str, str], told_of: str = "") -> str:
    """The facts as a link to their evidence; ``told_of`` is the end beside which they stand, so that the other is named."""
    beside = names[edge.a if edge.b == told_of else edge.b] if told_of else ""
    text = "; ".join(fact_text(fact, names[edge.a], names[edge.b], beside=beside) for fact in edge.facts)
    return f'<a href="{escape(edge_address(edge.a, edge.b))}" rel="nofollow">{escape(text)}</a>'


def kind_name(kind: NodeKind) -> str:
    """The kind in a word that begins with a capital, for tables and headings."""
    return {
        NodeKind.PERSON: _("Person"),
        NodeKind.PAPER: _("Paper"),
        NodeKind.TOPIC: _("Topic"),
        NodeKind.INSTITUTION: _("Institution"),
    }[kind]


def built_text(built_at: str) -> str:
    """The day of an ISO time, as pages write days; "" for what is no time."""
    moment = parse_datetime(built_at)
    return date_format(moment, "j M Y") if moment is not None else ""
