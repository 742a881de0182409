"""Several slices as one graph: what stood stays, what opens goes outwards, filters leave what was opened, ways are found."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

from config.lib.public_ids import encode_public_id
from papers.graph.document import NodeKind, SliceDocument
from papers.graph.files import FORMATS, Linked
from papers.graph.joining import MOST_NODES, Narrowing, join, narrow
from papers.graph.walking import way_between
from tests.factories.slices import made_slice

ADA, GRACE = made_slice(1), made_slice(2, subject="topic:" + encode_public_id(8))


def test_the_same_slices_give_the_same_graph_and_nothing_lies_upon_anything() -> None:
    joined = join([ADA, GRACE])
    assert join([ADA, GRACE]) == joined
    assert {ADA.subject, GRACE.subject} == joined.opened
    near = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in combinations(joined.nodes, 2)]
    assert min(near) > 12


def test_what_was_opened_or_pinned_stays_where_it_is() -> None:
    key = ADA.nodes[5].key
    alone, pinned = join([ADA]), join([ADA, GRACE], {key: (500.0, -300.0)})
    where = {node.key: (node.x, node.y) for node in pinned.nodes}
    assert where[key] == (500, -300)
    assert where[ADA.subject] == (0, 0)
    moved = [math.dist(where[node.key], (node.x, node.y)) for node in alone.nodes if node.key != key]
    assert sorted(moved)[len(moved) // 2] < 26, "a second slice hardly moves the first"


def test_a_filter_leaves_what_was_opened_and_takes_what_loses_its_last_line() -> None:
    whole = join([ADA])
    people = narrow(whole, Narrowing(kinds=frozenset({NodeKind.PERSON})))
    assert {node.kind for node in people.nodes} == {NodeKind.PERSON}
    recent = narrow(whole, Narrowing(first=2015, last=2020))
    assert all(2015 <= (node.year or 0) <= 2020 for node in recent.nodes if node.kind is NodeKind.PAPER)
    assert any(node.kind is NodeKind.TOPIC for node in recent.nodes)
    strong = narrow(whole, Narrowing(weight=0.999))
    assert strong.nodes[0].key == ADA.subject
    assert {node.key for node in strong.nodes[1:]} == {end for edge in strong.edges for end in (edge.a, edge.b)} - {ADA.subject}
    assert narrow(whole, Narrowing(hidden=frozenset({ADA.subject}))).opened == frozenset()


def test_a_way_takes_the_fewest_steps_and_of_those_the_strongest() -> None:
    joined = join([ADA, GRACE])
    way = way_between(joined, ADA.subject, GRACE.subject)
    assert way[0] == ADA.subject
    assert way[-1] == GRACE.subject
    pairs = {frozenset((edge.a, edge.b)) for edge in joined.edges}
    assert all(frozenset(step) in pairs for step in pairwise(way))
    assert way_between(joined, ADA.subject, "person:nowhere") == ()
    assert way_between(joined, ADA.subject, ADA.subject) == (ADA.subject,)


def test_more_slices_than_can_be_shown_say_how_much_is_left_out() -> None:
    many = [_crowd(number) for number in range(3)]
    joined = join(many)
    assert len(joined.nodes) == MOST_NODES
    assert joined.left_out == 3 * 901 - MOST_NODES


def _crowd(number: int) -> SliceDocument:
    """Nine hundred people whom no other crowd has."""
    document = made_slice(number, subject="topic:" + encode_public_id(50 + number), sizes={NodeKind.PERSON: 900})
    keys = {node.key: "person:" + encode_public_id(10_000 * (number + 1) + place) for place, node in enumerate(document.nodes[1:])}
    nodes = tuple(replace(node, key=keys.get(node.key, node.key)) for node in document.nodes)
    edges = tuple(replace(edge, a=keys.get(edge.a, edge.a), b=keys.get(edge.b, edge.b)) for edge in document.edges)
    return replace(document, nodes=nodes, edges=edges)


def test_files_hold_every_node_and_edge_with_its_facts() -> None:
    joined = join([ADA])
    linked = Linked(
        joined, lambda node: f"https://x.example/{node.key}", lambda edge: f"https://x.example/?a={edge.a}&b={edge.b}", "https://x.example/"
    )
    written = {key: "".join(made.write(linked)) for key, made in FORMATS.items()}
    told = json.loads(written["json"])
    assert (len(told["nodes"]), len(told["edges"])) == (len(joined.nodes), len(joined.edges))
    assert all(edge["facts"] and edge["text"] for edge in told["edges"])
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ET.fromstring(written["graphml"])
    assert len(root.findall(f".//{space}node")) == len(joined.nodes)
    assert {edge.get("source") for edge in root.iter(f"{space}edge")} <= {node.key for node in joined.nodes}
    assert written["nodes.csv"].count("\r\n") == len(joined.nodes) + 1
    assert written["edges.csv"].count("\r\n") == len(joined.edges) + 1
