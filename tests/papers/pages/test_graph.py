"""The research graph on pages: a stored drawing, evidence for every line, an explorer whose address says everything."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from config.lib.public_ids import encode_public_id
from config.lib.registries import WITHHOLD_FIGURES, PageWishes, page_wishes
from papers.figures import refresh_author_figures
from papers.graph.document import NodeKind, SliceDocument
from papers.models import Author, GraphSlice
from papers.pages.graph_panel import panel_of
from papers.pictures import stored_figure
from papers.querysets.nodes import node_key
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.reading import counted_queries, links_of, text_of
from tests.factories.slices import made_slice
from tests.papers.pages.conftest import Record


def keep(kind: str, pk: int, document: SliceDocument, people: list[int]) -> GraphSlice:
    drawing, drawn_for = stored_figure(document)
    now = timezone.now()
    return GraphSlice.objects.create(
        kind=kind, subject_id=pk, document=document.to_json(), people=people, drawing=drawing, drawn_for=drawn_for,
        fingerprint="f", built_at=now, due_at=now,
    )  # fmt: skip


def around(person: Author, other: Author, *, seed: int = 1) -> SliceDocument:
    """A slice around somebody in which one other person really is in the database."""
    made = made_slice(seed, subject=node_key("person", person.pk), sizes={NodeKind.PERSON: 1, NodeKind.TOPIC: 3, NodeKind.PAPER: 3})
    stand_in = next(node for node in made.nodes[1:] if node.kind is NodeKind.PERSON)
    key = node_key("person", other.pk)
    nodes = [replace(made.nodes[0], label=person.display_name)]
    nodes += [replace(node, key=key, label=other.display_name) if node is stand_in else node for node in made.nodes[1:]]
    edges = [replace(e, a=key if e.a == stand_in.key else e.a, b=key if e.b == stand_in.key else e.b) for e in made.edges]
    return replace(made, nodes=tuple(nodes), edges=tuple(edges))


@pytest.fixture
def slices(record: Record) -> Record:
    keep("person", record.ada.pk, around(record.ada, record.grace), [record.ada.pk, record.grace.pk])
    keep("person", record.grace.pk, around(record.grace, record.emmy, seed=2), [record.grace.pk, record.emmy.pk])
    return record


def test_the_panel_shows_the_stored_drawing_and_costs_one_query(slices: Record, client: Client) -> None:
    with counted_queries() as queries:
        panel = panel_of(NodeKind.PERSON, slices.ada.pk, None, name="Ada Lovelace")
    assert queries.count == 1
    assert panel.figure == GraphSlice.objects.get(subject_id=slices.ada.pk).drawing
    page = client.get(slices.ada.get_absolute_url())
    assert b"graph-wide" in page.content
    assert b"graph-narrow" in page.content
    assert b"As a table: all 7 things around it" in page.content
    assert "Built" in text_of(page)
    assert any(link.startswith("/graph/edge/?a=") for link in links_of(page))


def test_who_was_renamed_or_erased_since_is_shown_as_today_or_not_at_all(slices: Record, client: Client) -> None:
    slices.grace.display_name = "Grace Brewster"
    slices.grace.save()
    figure = str(panel_of(NodeKind.PERSON, slices.ada.pk, None, name="Ada Lovelace").figure)
    assert "Grace Brewster" in figure
    assert "Grace Hopper" not in figure
    Author.objects.filter(pk=slices.grace.pk).update(erased_at=timezone.now())
    figure = str(panel_of(NodeKind.PERSON, slices.ada.pk, None, name="Ada Lovelace").figure)
    assert "Grace" not in figure
    assert node_key("person", slices.grace.pk) not in figure


def test_the_evidence_for_a_line_lists_the_works_behind_it(record: Record, client: Client) -> None:
    def told(one: str, other: str) -> str:
        return text_of(client.get("/graph/edge/", {"a": one, "b": other}))

    ada, grace, emmy = (node_key("person", person.pk) for person in (record.ada, record.grace, record.emmy))
    engine, invariants = node_key("paper", record.engine.pk), node_key("paper", record.invariants.pk)
    joint = told(ada, grace)
    assert record.engine.title in joint
    assert "wrote" in joint
    assert told(grace, ada) == joint, "the same whichever end comes first"
    assert record.invariants.title in told(emmy, engine), "the citing paper"
    assert "cites" in told(engine, invariants)
    assert record.engine.title in told(ada, node_key("topic", record.transport.pk))
    assert record.engine.title in told(ada, node_key("institution", record.london.pk))
    assert "No work joins these two" in told(ada, node_key("person", AuthorFactory().pk))


def test_evidence_takes_the_same_queries_for_two_works_as_for_twenty(record: Record, client: Client) -> None:
    address = f"/graph/edge/?a={node_key('person', record.ada.pk)}&b={node_key('person', record.grace.pk)}"
    with counted_queries() as few:
        client.get(address)
    for number in range(20):
        WorkFactory(title=f"Together {number}", by=[record.ada, record.grace])
    with counted_queries() as many:
        assert client.get(address).status_code == 200
    assert few.count == many.count <= 10


@pytest.mark.parametrize(
    "query",
    [
        "",
        "a=&b=",
        "a=person:zzzzzzzzz&b=person:zzzzzzzzz",
        "a=%00&b=%ff",
        "a=person:1&b=topic:2",
        "a=planet:000000001&b=person:000000001",
        "a=" + "x" * 4000,
    ],
)
def test_ends_that_are_nowhere_are_not_found(query: str, client: Client, db: None) -> None:
    assert client.get(f"/graph/edge/?{query}").status_code == 404


def explore(client: Client, **state: str) -> str:
    answer = client.get("/graph/", state)
    assert answer.status_code == 200
    return answer.content.decode()


def drawn(page: str) -> dict:
    return json.loads(page.partition('<script id="explorer-graph" type="application/json">')[2].partition("</script>")[0])


def test_from_a_search_to_two_slices_a_path_and_its_evidence(slices: Record, client: Client) -> None:
    ada, grace, emmy = (node_key("person", person.pk) for person in (slices.ada, slices.grace, slices.emmy))
    assert f"/graph/?open={ada}&amp;at={ada}" in explore(client, q="Lovelace")
    alone, both = drawn(explore(client, open=ada)), drawn(explore(client, open=f"{ada},{grace}", path=f"{ada}~{emmy}"))
    assert len(alone["nodes"]) == 8
    assert {node[0] for node in alone["nodes"]} < {node[0] for node in both["nodes"]}
    assert both["way"] == [ada, grace, emmy]
    page = explore(client, open=f"{ada},{grace}", path=f"{ada}~{emmy}")
    assert "in 2 steps" in page
    assert f"/graph/edge/?a={min(ada, grace)}&amp;b={max(ada, grace)}" in page


def test_a_path_leads_over_what_is_not_open_and_stands_between_its_ends(record: Record, client: Client) -> None:
    ada, far = record.ada, AuthorFactory(display_name="Far Away")
    middle = AuthorFactory(display_name="In Between")
    WorkFactory(title="The first step", by=[ada, middle])
    WorkFactory(title="The second step", by=[middle, far])
    start, end = node_key("person", ada.pk), node_key("person", far.pk)
    for person, kind in ((ada, NodeKind.TOPIC), (far, NodeKind.INSTITUTION)):  # what is stored of them knows nothing of each other
        keep("person", person.pk, made_slice(3, subject=node_key("person", person.pk), sizes={kind: 2}), [person.pk])
    page = explore(client, open=start, path=f"{start}~{end}")
    way = drawn(page)["way"]
    assert (way[0], way[-1]) == (start, end)
    assert node_key("person", middle.pk) in way
    assert "steps" in page
    assert "The second step" in page


def test_filters_pins_and_what_is_hidden_stand_in_the_address(slices: Record, client: Client) -> None:
    ada, grace = node_key("person", slices.ada.pk), node_key("person", slices.grace.pk)
    kinds = {node[1] for node in drawn(explore(client, open=ada, no_paper="1"))["nodes"]}
    assert 1 not in kinds
    assert {0, 2} <= kinds
    pinned = next(node for node in drawn(explore(client, open=ada, pin=f"{grace}~500~-200"))["nodes"] if node[0] == grace)
    assert (pinned[3], pinned[4]) == (500, -200)
    assert grace not in {node[0] for node in drawn(explore(client, open=ada, hide=grace))["nodes"]}
    looked_at = explore(client, open=ada, at=grace)
    for action in ("Expand", "Pin where it stands", "Hide", "Start a path here"):
        assert f">{action}</a>" in looked_at


def test_a_script_gets_the_same_page_without_pictures(slices: Record, client: Client) -> None:
    state = {"open": node_key("person", slices.ada.pk)}
    whole, live = client.get("/graph/", state), client.get("/graph/", state, headers={"X-Explorer": "live"})
    assert b'<svg class="graph' in whole.content
    assert b'<svg class="graph' not in live.content
    assert drawn(whole.content.decode()) == drawn(live.content.decode())
    assert "X-Explorer" in whole["Vary"]


@pytest.mark.parametrize("format_", ["json", "graphml", "nodes.csv", "edges.csv", "svg"])
def test_what_is_seen_can_be_taken_along(format_: str, slices: Record, client: Client) -> None:
    answer: Any = client.get(f"/graph/export/{format_}", {"open": node_key("person", slices.ada.pk)})
    content = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert "Grace Hopper" in content
    assert ("/graph/edge/?" in content) == (format_ != "nodes.csv")
    if format_ in {"graphml", "svg"}:
        ET.fromstring(content)
    assert client.get("/graph/export/exe").status_code == 404


def test_whatever_the_address_says_the_explorer_answers_and_tells_what_it_left_out(slices: Record, client: Client) -> None:
    ada = node_key("person", slices.ada.pk)
    nowhere = "person:" + encode_public_id(2**40)
    for state in (
        {"open": ",".join([ada, nowhere, "x", "\x00", "person:" + "z" * 400] + [f"topic:{encode_public_id(n)}" for n in range(1, 90)])},
        {"open": ada, "path": "~~~~", "at": "person", "pin": f"{ada}~1e9~0,{ada}~99999~99999,~~", "hide": "," * 500},
        {"open": ada, "from": "-1", "to": "99999999999999999999", "weight": "%", "no_person": "2", "no_topic": "\ud7ff"},
        {"open": ada, "path": f"{ada}~{nowhere}"},
        {"q": "\x00" + "x" * 5000, "open": "," * 9000},
        {"path": f"{ada}~{ada}"},
    ):
        page = explore(client, **state)
        assert ("left out" in page) == (state.get("open", "").startswith(ada)), state
        for format_ in ("json", "svg"):
            assert client.get(f"/graph/export/{format_}", state).status_code == 200
    assert client.post("/graph/").status_code == 405


def test_who_withholds_figures_is_not_opened_and_starts_no_path(slices: Record, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace = node_key("person", slices.ada.pk), node_key("person", slices.grace.pk)
    asked = {slices.grace.pk: frozenset({WITHHOLD_FIGURES})}
    wishes = PageWishes("test", "papers.Author", listed=lambda rows: rows, of=lambda ids: {pk: asked[pk] for pk in ids if pk in asked})
    monkeypatch.setattr(page_wishes, "_entries", {"test": wishes})
    for state in ({"open": grace}, {"open": f"{ada},{grace}"}, {"path": f"{ada}~{grace}"}):
        page = explore(client, **state)
        assert "left out" in page
        assert ("explorer-graph" in page) == (ada in state.get("open", ""))
    assert len(drawn(explore(client, open=f"{ada},{grace}"))["nodes"]) == 8
    looked_at = explore(client, open=ada, at=grace)
    assert "Pin where it stands" in looked_at
    assert "Start a path here" not in looked_at
    assert "Expand" not in looked_at.partition("data-focus")[2].partition("</ul>")[0]


def test_the_explorer_takes_the_same_queries_for_one_slice_as_for_two(slices: Record, client: Client) -> None:
    ada, grace = node_key("person", slices.ada.pk), node_key("person", slices.grace.pk)
    counts = []
    for keys in (ada, f"{ada},{grace}"):
        with counted_queries() as queries:
            explore(client, open=keys)
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 4


def test_a_way_between_two_never_seen_beside_others_never_seen_is_shown(db, client):
    ada, grace, *others = (AuthorFactory(display_name=f"Person {letter * 3}") for letter in "abcde")
    WorkFactory(by=[ada, grace])
    for other in others:
        WorkFactory(by=[other])
    keys = [f"person:{one.public_id}" for one in (*others, ada, grace)]
    answer = client.get("/graph/", {"open": ",".join(keys[:3]), "path": f"{keys[3]}~{keys[4]}"})
    assert answer.status_code == 200
    assert f"{ada.display_name} and {grace.display_name} are joined directly" in text_of(answer)


def test_whoever_has_no_name_in_mind_is_offered_some(slices: Record, client: Client) -> None:
    refresh_author_figures([slices.ada.pk, slices.grace.pk])
    with counted_queries() as queries:
        answer = client.get("/graph/")
    assert queries.count <= 4
    opened = [link for link in links_of(answer) if f"open={node_key('person', slices.ada.pk)}" in link.replace("%3A", ":")]
    assert opened
    assert slices.grace.display_name in text_of(client.get(opened[0]))
