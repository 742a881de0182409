"""Slices from the record to the page: drawn at first sight, built by workers, marked when what they show changes."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from config.lib.public_ids import encode_public_id
from config.lib.registries import VisibilityFilter, visibility_filters
from papers.graph.arrays import MANIFEST, VERSION
from papers.graph.coupling import candidates
from papers.graph.document import QUOTAS, FactType, NodeKind, Scope, SliceDocument
from papers.models import Author, AuthorshipInstitution, GraphSlice, RefreshRequest, Work
from papers.querysets.slices import shown_document, stored_slice
from papers.slices.keeping import refresh_slices
from papers.slices.making import _alike, with_reasons
from papers.slices.marking import mark_aged, people_changed, works_changed
from papers.slices.sight import first_sight
from papers.slices.standing import _held, current_walker, opened_graph
from papers.slices.ways import way_between
from tests.factories.papers import AuthorFactory, CitationFactory, InstitutionFactory, TopicFactory, WorkFactory
from tests.factories.reading import counted_queries


@pytest.fixture(autouse=True)
def _own_arrays(settings, tmp_path):
    settings.GRAPH_ROOT = tmp_path / "graph"


class World:
    """Ada and Grace wrote two papers at one place, one of them with Emmy; a paper of Grace's cites one of them."""

    def __init__(self) -> None:
        self.ada, self.grace, self.emmy = (
            AuthorFactory(display_name=f"{name}") for name in ("Ada Quillmere", "Grace Farrowgate", "Emmy Notherby")
        )
        self.rings, self.place = TopicFactory(name="Rings"), InstitutionFactory(name="Hall")
        self.first = WorkFactory(title="On rings", by=[self.ada, self.grace], on=[self.rings], year=2022)
        self.second = WorkFactory(title="On more rings", by=[self.ada, self.grace, self.emmy], on=[self.rings], year=2024)
        self.later = WorkFactory(title="Far from rings", by=[self.grace], year=2025)
        CitationFactory(citing=self.later, cited=self.first)
        AuthorshipInstitution.objects.create(authorship=self.first.authorships.get(author=self.ada), institution=self.place)


@pytest.fixture
def world(db) -> World:
    return World()


def key(kind, row) -> str:
    return f"{kind}:{encode_public_id(row.pk)}"


def facts(document: SliceDocument) -> dict:
    return {(edge.a, edge.b, fact.type): fact for edge in document.edges for fact in edge.facts}


def built(kind, row) -> SliceDocument:
    assert refresh_slices(kind, [row.pk]) == 1
    return SliceDocument.from_json(GraphSlice.objects.get(kind=kind.value, subject_id=row.pk).document)


def test_a_persons_slice_shows_who_and_what_is_around_them_and_why(world):
    document = built(NodeKind.PERSON, world.ada)

    assert document.nodes[0].label == "Ada Quillmere"
    assert (document.nodes[0].x, document.nodes[0].y) == (0, 0)
    assert {node.label for node in document.nodes[1:]} == {
        "Grace Farrowgate",
        "Emmy Notherby",
        "On rings",
        "On more rings",
        "Far from rings",
        "Rings",
        "Hall",
    }
    found = facts(document)
    joint = found[key("person", world.ada), key("person", world.grace), FactType.JOINT_WORKS]
    assert (joint.count, joint.first, joint.last, joint.works) == (2, 2022, 2024, (world.second.public_id, world.first.public_id))
    works_on = found[key("person", world.ada), key("topic", world.rings), FactType.WORKS_ON]
    assert (works_on.count, works_on.of) == (2, 2)
    assert found[key("paper", world.later), key("paper", world.first), FactType.CITES].first == 2025
    assert found[key("person", world.ada), key("paper", world.later), FactType.CITED_BY].count == 1
    assert found[key("person", world.ada), key("institution", world.place), FactType.AFFILIATED].count == 1


@pytest.mark.parametrize("kind,name", [(NodeKind.PAPER, "first"), (NodeKind.TOPIC, "rings"), (NodeKind.INSTITUTION, "place")])
def test_other_subjects_have_slices_with_a_reason_for_every_node(world, kind, name):
    sketch = SliceDocument.from_json(first_sight(kind, getattr(world, name).pk, "It").document)
    document = built(kind, getattr(world, name))
    reached = {end for edge in document.edges for end in (edge.a, edge.b)}
    assert len(document.nodes) >= 4
    assert {node.key for node in document.nodes} == reached
    assert all(edge.facts for edge in document.edges)
    assert sketch.scope == Scope.ONE_HOP
    assert facts(sketch).keys() <= facts(document).keys(), "nothing is said at first sight that is not so"


def test_the_same_record_gives_the_same_slice_and_one_that_is_gone_loses_it(world):
    document = built(NodeKind.PERSON, world.ada)
    assert document.canonical() == built(NodeKind.PERSON, world.ada).canonical() == SliceDocument.from_json(document.to_json()).canonical()

    Work.objects.filter(authorships__author=world.emmy).update(erased_at=timezone.now())
    Author.objects.filter(pk=world.ada.pk).update(merged_into=world.grace)
    assert refresh_slices(NodeKind.PERSON, [world.ada.pk, 99_999]) == 0
    assert not GraphSlice.objects.exists()


def test_the_graph_takes_up_what_changed_since_its_arrays_were_built(world):
    walker = current_walker()
    with counted_queries() as queries:
        assert current_walker() is walker
    assert queries.count == 1
    new = WorkFactory(title="Rings again", by=[world.ada, AuthorFactory(display_name="Late Comer")], on=[world.rings])
    works_changed([new.pk], reason="import")
    Work.objects.filter(pk=world.second.pk).update(erased_at=timezone.now())
    works_changed([world.second.pk], reason="decision")

    labels = {node.label for node in built(NodeKind.PERSON, world.ada).nodes}
    assert {"Rings again", "Late Comer"} <= labels
    assert not {"On more rings", "Emmy Notherby"} & labels


def test_whoever_is_joined_only_by_somebody_that_has_no_place_makes_room_for_the_next(monkeypatch):
    """A far topic hangs on a person behind the last place, and one paper on that topic alone."""
    monkeypatch.setitem(QUOTAS, NodeKind.PERSON, 2)
    monkeypatch.setitem(QUOTAS, NodeKind.TOPIC, 1)
    subject, near, second, third = ((NodeKind.PERSON, number) for number in range(1, 5))
    far, next_best, paper = (NodeKind.TOPIC, 1), (NodeKind.TOPIC, 2), (NodeKind.PAPER, 1)
    lines = [(subject, near), (subject, second), (subject, third), (third, far), (far, paper), (near, next_best)]
    ranked = [near, far, paper, second, third, next_best]
    assert with_reasons(subject, ranked, lines) == [near, second, next_best]
    assert with_reasons(subject, ranked, lines, first=[third]) == [near, far, paper, third]


def test_arrays_that_an_older_program_left_are_as_none_and_the_next_worker_builds_anew(world, settings):
    current_walker()
    manifest = settings.GRAPH_ROOT / "current" / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": VERSION - 1}))
    _held.clear()
    assert opened_graph() is None
    assert len(current_walker().graph) > 0
    assert opened_graph() is not None


def test_first_sight_is_one_bounded_slice_that_a_worker_completes(client, world):
    page = client.get(world.ada.get_absolute_url())
    assert "Grace Farrowgate" in page.content.decode()
    stored = GraphSlice.objects.get(kind="person", subject_id=world.ada.pk)
    assert stored.scope == Scope.ONE_HOP
    assert RefreshRequest.objects.filter(kind="graph-person", object_id=world.ada.pk).count() == 1

    call_command("refresh", "--kind", "graph-person", verbosity=0)
    stored.refresh_from_db()
    assert stored.scope == Scope.FULL
    assert not RefreshRequest.objects.filter(kind="graph-person").exists()
    with counted_queries() as queries:
        assert shown_document(stored_slice("person", world.ada.pk, None)).subject == key("person", world.ada)
    assert queries.count == 1


def test_first_sight_looks_both_ways_and_shows_whom_the_viewer_may_see(world, monkeypatch):
    monkeypatch.setattr("papers.slices.sight.LOOKED_AT", 2)
    for number in range(3):
        CitationFactory(citing=world.first, cited=WorkFactory(title=f"Before {number}", by=[], year=1990))
    labels = {node.label for node in SliceDocument.from_json(first_sight(NodeKind.PAPER, world.first.pk, "It").document).nodes}
    assert "Far from rings" in labels, "who cites is not crowded out by what is cited"

    hidden = VisibilityFilter("test", "papers.Author", lambda rows, _viewer: rows.exclude(pk=world.emmy.pk))
    monkeypatch.setattr(visibility_filters, "_entries", {"test": hidden})
    assert "Emmy Notherby" not in {node.label for node in shown_document(first_sight(NodeKind.PERSON, world.ada.pk, "It")).nodes}
    assert "Emmy Notherby" in {node["label"] for node in GraphSlice.objects.get(kind="person").document["nodes"]}


def test_nobody_is_named_from_a_slice_as_they_are_no_longer_named(world):
    built(NodeKind.PERSON, world.ada)
    Author.objects.filter(pk=world.grace.pk).update(display_name="Grace Newname")
    Author.objects.filter(pk=world.emmy.pk).update(erased_at=timezone.now())

    document = shown_document(stored_slice("person", world.ada.pk, None))

    labels = {node.label for node in document.nodes}
    assert "Grace Newname" in labels
    assert not {"Grace Farrowgate", "Emmy Notherby"} & labels
    assert {end for edge in document.edges for end in (edge.a, edge.b)} <= {node.key for node in document.nodes}
    assert people_changed([world.emmy.pk], reason="erased") == 1


def test_a_change_marks_the_slices_that_show_it_and_no_others(world):
    stranger = AuthorFactory()
    WorkFactory(by=[stranger])
    for kind, row in (
        (NodeKind.PERSON, world.ada),
        (NodeKind.PAPER, world.first),
        (NodeKind.TOPIC, world.rings),
        (NodeKind.PERSON, stranger),
    ):
        first_sight(kind, row.pk, "It")
    RefreshRequest.objects.all().delete()

    works_changed([world.second.pk], hands=[world.grace.pk, None], reason="import")

    marked = set(RefreshRequest.objects.values_list("kind", "object_id"))
    assert marked == {("graph-person", world.ada.pk), ("graph-topic", world.rings.pk), ("graph-reach", world.second.pk)}


def test_who_sees_a_new_work_from_afar_is_marked_by_a_worker_and_who_does_not_is_left(world):
    near, far = (AuthorFactory() for _ in range(2))
    WorkFactory(by=[near, world.grace])
    WorkFactory(by=[far])
    for subject in (near, far, world.emmy):
        built(NodeKind.PERSON, subject)
    WorkFactory(title="Not in it", by=[far])
    new = WorkFactory(title="Rings again", by=[world.grace], on=[world.rings])

    assert works_changed([new.pk], reason="import") == 0
    call_command("refresh", "--kind", "graph-reach", verbosity=0)

    assert set(RefreshRequest.objects.values_list("kind", "object_id")) == {("graph-person", near.pk), ("graph-person", world.emmy.pk)}

    RefreshRequest.objects.all().delete()
    works_changed([world.later.pk], reason="import")  # its title perhaps: it stands where it stood
    call_command("refresh", "--kind", "graph-reach", verbosity=0)
    assert not RefreshRequest.objects.exists()


def test_slices_are_built_again_by_age_each_at_its_own_time(world):
    built(NodeKind.PERSON, world.ada)
    due = GraphSlice.objects.get().due_at - timezone.now()
    assert timedelta(days=23) < due < timedelta(days=37)
    assert mark_aged() == 0
    assert mark_aged(timezone.now() + timedelta(days=40)) == 1
    assert RefreshRequest.objects.get().reason == "age"


@pytest.mark.parametrize("with_arrays", [True, False])
def test_a_way_between_two_things_bears_its_evidence(world, with_arrays):
    if with_arrays:
        current_walker()
    way = way_between((NodeKind.PERSON, world.emmy.pk), (NodeKind.PAPER, world.later.pk))
    assert [node.label for node in way.nodes] == ["Emmy Notherby", "On more rings", "Grace Farrowgate", "Far from rings"]
    assert [edge.facts[0].type for edge in way.edges] == [FactType.WROTE] * 3
    assert way_between((NodeKind.PERSON, world.emmy.pk), (NodeKind.PERSON, AuthorFactory().pk)) is None


def test_the_api_tells_a_slice_with_caching_headers(client, world):
    address = f"/api/v1/authors/{world.ada.public_id}/graph/"
    told = client.get(address)
    assert told.json()["nodes"][0]["label"] == "Ada Quillmere"
    same = {"If-None-Match": told["ETag"]}
    assert client.get(address, headers=same).status_code == 304
    Author.objects.filter(pk=world.grace.pk).update(display_name="Grace Newname")  # the slice that is stored stays as it was
    renamed = client.get(address, headers={"If-Modified-Since": format_datetime(timezone.now().astimezone(UTC), usegmt=True)} | same)
    assert "Grace Newname" in {node["label"] for node in renamed.json()["nodes"]}
    assert client.get("/api/v1/authors/zzzzzzzzz/graph/").status_code == 404
    for path, row in (("works", world.first), ("topics", world.rings), ("institutions", world.place)):
        assert client.get(f"/api/v1/{path}/{row.public_id}/graph/").json()["scope"] == "one-hop"


def test_beside_a_paper_stand_those_that_share_its_references_with_how_many(world):
    """Bibliographic coupling and co-citation, by cosine; who cites, or is cited, is told as that; one work in common is too little."""
    read = [WorkFactory(title=f"Read {number}") for number in range(4)]
    same, fewer, long, once = (WorkFactory(title=title) for title in ("Same", "Fewer", "Long", "Once"))
    for citing, cited in (
        (world.later, read),
        (same, read),
        (fewer, read[:2]),
        (long, [*read, *WorkFactory.create_batch(30)]),
        (once, read[:1]),
    ):
        for work in cited:
            CitationFactory(citing=citing, cited=work)
    CitationFactory(citing=fewer, cited=same)
    document = built(NodeKind.PAPER, world.later)

    found = facts(document)
    shared = {
        b: fact.count for (a, b, kind), fact in found.items() if kind == FactType.SHARED_REFERENCES and a == key("paper", world.later)
    }
    assert {label: shared.get(key("paper", work)) for label, work in (("same", same), ("fewer", fewer), ("long", long))} == {
        "same": 4,
        "fewer": 2,
        "long": 4,
    }
    graph = current_walker().graph
    node = graph.node(NodeKind.PAPER, world.later.pk)
    assert [graph.name(other)[1] for other in candidates(graph, node)] == [same.pk, fewer.pk, long.pk], (
        "by cosine, not by count; not for one work"
    )
    ranks = {(NodeKind.PAPER, work.pk): 0.0 for work in (same, fewer, long, once)}
    _shared, alike = _alike(graph, (NodeKind.PAPER, world.later.pk), ranks)
    assert [row for _kind, row in alike] == [same.pk, fewer.pk, long.pk]
    assert _alike(graph, (NodeKind.PERSON, world.ada.pk), ranks) == ([], [])
