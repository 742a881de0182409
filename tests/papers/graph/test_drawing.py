"""Pictures of slices: no label over another, over a node or over the border, whatever the names; the same slice, the same picture."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from papers.graph.document import EdgeKind, Fact, FactType, NodeKind
from papers.graph.drawing import NARROW, WIDE, Addresses, Box, Picture, canvases_for, legend_of, picture_of, scene_of, svg_of
from papers.graph.drawing.boxes import crossed
from papers.graph.drawing.choosing import works_behind
from papers.graph.drawing.labels import ELLIPSIS, shortened, wrapped
from papers.graph.drawing.widths import text_width
from papers.graph.words import fact_text, short_fact
from papers.pictures import edge_address, figure_of
from tests.factories.slices import FULL, made_slice

LINKED = Addresses(lambda node: f"/x/{node.key}", lambda edge: f"/e/?a={edge.a}&b={edge.b}")
SMALL = {NodeKind.PERSON: 2, NodeKind.PAPER: 2, NodeKind.TOPIC: 1, NodeKind.INSTITUTION: 0}


def pictures(seed: int = 1, sizes: dict[NodeKind, int] = FULL, subject: str | None = None) -> list[Picture]:
    document = made_slice(seed, sizes=sizes, subject=subject) if subject else made_slice(seed, sizes=sizes)
    return [picture_of(scene_of(document, canvas), canvas) for canvas in canvases_for(document)]


def nothing_is_covered(picture: Picture) -> None:
    frame = Box(0, 0, picture.canvas.width, picture.canvas.height)
    for placed in picture.placed:
        for box in (placed.label, placed.shape):
            assert frame.left <= box.left <= box.right <= frame.right, placed
            assert frame.top <= box.top <= box.bottom <= frame.bottom, placed
        assert placed.label.right - placed.label.left >= max(line.width for line in placed.drawn.label.lines) - 0.2
    for one, other in combinations(picture.placed, 2):
        for mine in (one.label, one.shape):
            assert not mine.meets(other.label), (one, other)
            assert not mine.meets(other.shape), (one, other)


def nothing_seems_joined(picture: Picture) -> None:
    """No line runs over or right beside a shape or a topic's box at which it does not end."""
    where = {placed.drawn.node.key: placed for placed in picture.placed}
    for edge in picture.lines:
        a, b = where[edge.a], where[edge.b]
        others = np.array([placed.shape.grown(5).row() for key, placed in where.items() if key not in {edge.a, edge.b}]).reshape(-1, 4)
        assert not crossed(np.array([(a.x, a.y, b.x, b.y)]), others).any(), edge


@pytest.mark.parametrize("kind", list(NodeKind))
def test_no_label_is_cut_or_covers_anything(kind: NodeKind, accept: bool) -> None:
    for seed in range(150 if accept else 4):
        for picture in pictures(seed, FULL if seed % 3 else SMALL, f"{kind}:{made_slice().nodes[0].public_id}"):
            nothing_is_covered(picture)
            assert len(picture.placed) >= min(len(picture.scene.nodes), 10), "and nearly all find a place"
            shown = {placed.drawn.node.key for placed in picture.placed}
            joined = {end for edge in picture.lines for end in (edge.a, edge.b)}
            assert joined == shown, "and nothing hangs in the air"
            nothing_seems_joined(picture)


def test_the_subject_stands_in_the_middle_and_what_is_nearest_is_shown() -> None:
    wide, narrow = pictures()
    for picture in (wide, narrow):
        first = picture.placed[0]
        assert first.drawn.is_subject
        assert (first.x, first.y) == (picture.canvas.width / 2, picture.canvas.height / 2)
    assert len(wide.placed) >= 26
    assert len(narrow.placed) >= 13
    assert wide.left_out == 61 - len(wide.placed)


def test_the_same_slice_gives_the_same_picture_to_the_byte() -> None:
    assert [svg_of(picture, LINKED) for picture in pictures(3)] == [svg_of(picture, LINKED) for picture in pictures(3)]


def test_the_svg_needs_nothing_but_classes_and_keeps_names_as_text() -> None:
    document = made_slice(5)
    named = replace(document.nodes[1], label='<script>alert("1")</script> & co')
    document = replace(document, nodes=(document.nodes[0], named, *document.nodes[2:]))
    for canvas in (WIDE, NARROW):
        svg = svg_of(picture_of(scene_of(document, canvas), canvas), LINKED)
        assert "style=" not in svg
        assert "<script" not in svg
        assert not re.search(r"\son[a-z]+=", svg)
        root = ET.fromstring(svg)
        assert [element.tag for element in root][:2] == ["title", "desc"]
        shapes = {element.tag for element in root.iter()}
        assert {"circle", "rect", "polygon"} <= shapes, "people, papers and topics, institutions"
        titles = [node.findtext("title") for node in root.iter("a") if node.get("data-n")]
        assert all(titles), "the whole name stands in the title"


def test_the_more_works_stand_behind_a_line_the_thicker_it_is_whatever_their_share() -> None:
    document = made_slice(2, sizes={NodeKind.PERSON: 1, NodeKind.TOPIC: 1})
    facts = (Fact(FactType.WORKS_ON, count=1, of=1), Fact(FactType.WORKS_ON, count=51, of=208))
    lines = [
        replace(document.edges[0], a=document.subject, b=node.key, weight=weight, facts=(fact,))
        for node, weight, fact in zip(document.nodes[1:], (1.0, 0.25), facts, strict=True)
    ]
    svg = svg_of(picture_of(scene_of(replace(document, edges=tuple(lines)), WIDE), WIDE), LINKED)
    thin, thick = (float(width) for width in re.findall(r'stroke-width="([\d.]+)"', svg))
    assert thick > 2 * thin


def test_those_with_more_works_are_drawn_and_the_narrow_picture_shows_the_first_of_the_wide() -> None:
    for seed in range(3):
        document = made_slice(seed)
        counts = {node.key: 1 + number % 5 for number, node in enumerate(document.nodes)}
        counted = [
            replace(edge, facts=(replace(edge.facts[0], count=counts[edge.b]),)) if edge.a == document.subject else edge
            for edge in document.edges
        ]
        document = replace(document, edges=tuple(counted))
        wide, narrow = (scene_of(document, canvas) for canvas in (WIDE, NARROW))
        assert {drawn.node.key for drawn in narrow.nodes} <= {drawn.node.key for drawn in wide.nodes}
        own = {edge.b: works_behind(edge) for edge in document.edges if edge.a == document.subject}
        for kind in (NodeKind.PERSON, NodeKind.TOPIC, NodeKind.INSTITUTION):
            keys = {node.key for node in document.nodes if node.kind is kind} & own.keys()
            drawn = {one.node.key for one in wide.nodes} & keys
            assert min(own[key] for key in drawn) >= max((own[key] for key in keys - drawn), default=0)
            assert kind is NodeKind.PERSON or min(own[key] for key in drawn) > 1, "no topic of one work beside those of several"


def test_the_legend_names_what_is_drawn_and_dashes_are_citations() -> None:
    document = made_slice(4, sizes={NodeKind.PERSON: 3})
    document = replace(document, edges=tuple(edge for edge in document.edges if edge.kind is EdgeKind.COAUTHOR))
    people = [picture_of(scene_of(document, canvas), canvas) for canvas in canvases_for(document)]
    told = legend_of(*people)
    assert "People" in told
    assert "people who wrote together" in told
    assert not any(word in told for word in ("Papers", "Topics", "Institutions", "dashed"))
    cited = replace(document, edges=tuple(replace(edge, kind=EdgeKind.CITATION) for edge in document.edges))
    dashed = picture_of(scene_of(cited, WIDE), WIDE)
    assert "A dashed line joins what cites" in legend_of(dashed, dashed)
    assert svg_of(dashed, LINKED).count("graph-dash") == len(dashed.lines)


def test_every_line_of_the_picture_stands_in_the_table() -> None:
    document = made_slice(6)
    figure = figure_of(document)
    table = figure.partition("<details")[2]
    for picture in (picture_of(scene_of(document, canvas), canvas) for canvas in canvases_for(document)):
        for edge in picture.lines:
            assert escape(edge_address(edge.a, edge.b)) in table
    assert "joint papers with Grace Farrowgate" in table


def test_long_titles_end_at_a_word_and_nothing_is_longer_than_its_room() -> None:
    title = "Learning Search Space Partition for Black-box Optimization using Monte Carlo Tree Search"
    lines = wrapped(title, 150, 12, 2)
    assert len(lines) == 2
    assert lines[1].endswith(ELLIPSIS)
    assert title.startswith(" ".join(lines).removesuffix(ELLIPSIS))
    assert all(text_width(line, 12) <= 150 for line in lines)
    assert shortened("short", 150, 12) == "short"
    assert wrapped("e\u0301" * 60, 60, 12, 1)[0].removesuffix(ELLIPSIS).endswith("\u0301"), "no letter loses its accent"


@pytest.mark.parametrize("type_", list(FactType))
def test_every_fact_has_its_words(type_: FactType) -> None:
    told = fact_text(Fact(type_, count=3, of=9, place=1, first=2022, last=2024), "Ada", "Grace")
    assert told.endswith("2022–2024")
    assert "%" not in told
    assert "3" in told or type_ in {FactType.WROTE, FactType.ABOUT, FactType.CITES, FactType.NAMES}
    uncounted = fact_text(Fact(type_), "Ada", "Grace")
    assert "0" not in uncounted, "what nobody counted is not said to be nothing"
    assert "0" not in short_fact(Fact(type_), from_a=True) + short_fact(Fact(type_), from_a=False)
