"""What the arrays count of people, topics and institutions is what their works say, before and after works changed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.graph.arrays import Graph, assemble, laid_over
from papers.graph.counting import COAUTHORS_OF_A_WORK, counted_of_people
from papers.graph.document import FactType, NodeKind
from papers.graph.evidence import Counted, Ref
from papers.models import Author, Authorship, AuthorshipInstitution, Work, WorkTopic
from papers.slices.facts import facts_around
from papers.slices.marking import works_changed
from papers.slices.standing import current_walker
from tests.factories.papers import AuthorFactory, InstitutionFactory, TopicFactory, WorkFactory

SMALL = {"person": range(1, 8), "topic": range(1, 5), "institution": range(1, 4)}
COUNTED = {FactType.JOINT_WORKS, FactType.WORKS_ON, FactType.AFFILIATED, FactType.MEETS, FactType.WORKS_FROM}

Keys = Mapping[str, Sequence[int]]
Record = tuple[int, int, dict[int, set[int]], set[int]]  # date as a number, authors, institutions by person, topics


def drawn(chance: random.Random) -> Record:
    date = chance.choice([0, 20200000, 20240000, 20240131, 20240201, 315])
    people = chance.sample(SMALL["person"], chance.randint(0, 4))
    by = {person: set(chance.sample(SMALL["institution"], chance.randint(0, 2))) for person in people}
    return date, chance.choice([len(by), len(by), 3_000, 70_000]), by, set(chance.sample(SMALL["topic"], chance.randint(0, 3)))


def ref(kind: str, key: int) -> Ref:
    return NodeKind(kind), key


def told(works: dict[int, Record], a: Ref, b: Ref, kind: FactType, of: int | None) -> dict[Any, Any]:
    """A fact as a reader would count it, or nothing where no work bears it out."""
    if not works:
        return {}
    newest = sorted(works, key=lambda work: (-works[work][0], -work))
    years = [works[work][0] // 10_000 for work in newest if works[work][0] >= 10_000]
    return {(a, b, kind): (len(works), of, min(years, default=None), max(years, default=None), tuple(newest[:5]))}


def of_people(works: dict[int, Record], keys: Keys = SMALL) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    written = {person: {key: work for key, work in works.items() if person in work[2]} for person in keys["person"]}
    for one, other in combinations(keys["person"], 2):
        both = {key: work for key, work in written[one].items() if key in written[other] and work[1] <= COAUTHORS_OF_A_WORK}
        found |= told(both, ref("person", one), ref("person", other), FactType.JOINT_WORKS, None)
    for person, mine in written.items():
        for topic in keys["topic"]:
            on_it = {key: work for key, work in mine.items() if topic in work[3]}
            found |= told(on_it, ref("person", person), ref("topic", topic), FactType.WORKS_ON, len(mine))
        for place in keys["institution"]:
            there = {key: work for key, work in mine.items() if place in work[2][person]}
            found |= told(there, ref("person", person), ref("institution", place), FactType.AFFILIATED, None)
    return found


def said(facts: list[Counted]) -> dict[Any, Any]:
    assert len({(one.a, one.b, one.type) for one in facts}) == len(facts)
    return {(one.a, one.b, one.type): (one.count, one.of, one.first, one.last, one.works) for one in facts}


def neighbours(work: Record) -> list[tuple[str, int]]:
    return [*(("person", person) for person in work[2]), *(("topic", topic) for topic in work[3])]


def names_of(works: dict[int, Record]) -> list[tuple[int, int, int]]:
    return [(person, place, key) for key, work in works.items() for person, places in work[2].items() for place in places]


def graph_of(works: dict[int, Record]) -> Graph:
    pairs = [(("paper", key), other) for key, work in works.items() for other in neighbours(work)]
    pairs += [(("person", person), ("institution", place)) for person, place, _ in names_of(works)]
    return assemble({**SMALL, "paper": works}, pairs, dated={key: work[:2] for key, work in works.items()}, named=names_of(works))


def counted(graph: Graph) -> dict[Any, Any]:
    return said(counted_of_people(graph, *([ref(kind, key) for key in keys] for kind, keys in SMALL.items())))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_the_arrays_count_what_works_say_and_what_is_laid_over_them_too(seed: int) -> None:
    chance = random.Random(seed)
    works = {key: drawn(chance) for key in range(1, chance.randint(2, 25))}
    graph = graph_of(works)
    assert counted(graph) == of_people(works)

    changed = {key: drawn(chance) for key in chance.sample(range(1, 30), 5)}
    gone = chance.sample(sorted(works), 1)
    after = {key: work for key, work in (works | changed).items() if key not in gone}
    touched = {key: neighbours(after[key]) if key in after else [] for key in {*changed, *gone}}
    fresh = {("paper", key): others for key, others in touched.items() if others or key in works}
    shown = {key: work for key, work in after.items() if key in works or neighbours(work)}
    named: dict[int, list[tuple[int, int]]] = {person: [] for person in SMALL["person"]}
    for person, place, key in names_of(shown):
        named[person].append((place, key))
    dated = {key: after[key][:2] for key in touched if key in shown}
    over = laid_over(graph, fresh, named, dated)

    assert counted(over) == of_people(shown)
    assert laid_over(graph_of(shown), {}, named, {key: work[:2] for key, work in shown.items()}).overlay.slot.size == 0, "nothing new"


def in_records() -> dict[int, Record]:
    """The works as the tables hold them."""
    shown = Work.objects.filter(merged_into=None, erased_at=None)
    by: dict[int, dict[int, set[int]]] = defaultdict(dict)
    topics: dict[int, set[int]] = defaultdict(set)
    names = defaultdict(set)
    for authorship, place in AuthorshipInstitution.objects.values_list("authorship_id", "institution_id"):
        names[authorship].add(place)
    for key, work, person in Authorship.objects.exclude(author=None).values_list("pk", "work_id", "author_id"):
        by[work][person] = names[key]
    for work, topic in WorkTopic.objects.values_list("work_id", "topic_id"):
        topics[work].add(topic)
    return {work: (date, count, by[work], topics[work]) for work, date, count in shown.values_list("pk", "date_key", "author_count")}


def around(subject: Ref, works: dict[int, Record]) -> dict[Any, Any]:
    """What the works on a topic, or from an institution, are on and name besides."""
    at = 0 if subject[0] == NodeKind.TOPIC else 1
    sides = {key: (work[3], set().union(*work[2].values())) for key, work in works.items()}
    mine = {key: works[key] for key, side in sides.items() if subject[1] in side[at]}
    kinds = (FactType.MEETS, FactType.WORKS_FROM) if at == 0 else (FactType.WORKS_ON, FactType.JOINT_WORKS)
    found: dict[Any, Any] = {}
    for side, (name, kind) in enumerate(zip(("topic", "institution"), kinds, strict=True)):
        for other in set().union(*(sides[key][side] for key in mine)) - ({subject[1]} if side == at else set()):
            shared = {key: work for key, work in mine.items() if other in sides[key][side]}
            found |= told(shared, subject, ref(name, other), kind, len(mine))
    return found


@pytest.mark.django_db
def test_the_reasons_in_a_slice_are_those_of_the_records_also_when_works_have_changed_since(settings, tmp_path):
    settings.GRAPH_ROOT = tmp_path / "graph"
    people, places = AuthorFactory.create_batch(6), InstitutionFactory.create_batch(3)
    topics = [TopicFactory(name=name) for name in ("Rings", "Fields", "Groups")]
    keys = {kind: [one.pk for one in some] for kind, some in (("person", people), ("topic", topics), ("institution", places))}
    chance = random.Random(7)

    def written() -> Work:
        work = WorkFactory(
            by=chance.sample(people, chance.randint(1, 3)),
            on=chance.sample(topics, chance.randint(0, 2)),
            year=chance.choice([2019, 2021, None]),
        )
        for authorship in work.authorships.all():
            for place in chance.sample(places, chance.randint(0, 2)):
                AuthorshipInstitution.objects.create(authorship=authorship, institution=place)
        return work

    def check() -> None:
        works = in_records()
        graph, wanted = current_walker().graph, of_people(works, keys)
        refs = [ref(kind, key) for kind, some in keys.items() for key in some]
        for subject in refs:
            more = around(subject, works) if subject[0] != NodeKind.PERSON else {}
            facts = said([one for one in facts_around(graph, refs, subject=subject) if one.type in COUNTED])
            assert facts == wanted | more, subject

    made = [written() for _ in range(14)]
    check()
    made[0].authorships.first().delete()
    Work.objects.filter(pk=made[1].pk).update(year=2023, month=5)
    Work.objects.filter(pk=made[2].pk).update(erased_at=made[2].created_at)
    Work.objects.filter(pk=made[3].pk).update(merged_into=made[4])
    AuthorshipInstitution.objects.filter(authorship__work=made[5]).delete()
    new = written()
    works_changed([one.pk for one in [*made[:6], new]], reason="decision")
    check()
    assert Author.objects.count() == len(people), "nobody but those who were asked about"
