"""What a topic's and an institution's page counts and lists."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.figures import refresh_institution_figures, refresh_subject_figures, refresh_topic_figures
from papers.models import SubjectFigures

pytestmark = pytest.mark.django_db


def listed(objects):
    return [(entry["name"], entry["works"]) for entry in objects]


def test_a_topic_counts_its_works_people_topics_and_institutions(library):
    library.work(["Ada", "Grace"], year=2024, topics=["Engines", "Looms"], at={"Ada": ["Hall"], "Grace": ["Hall"]})
    library.work(["Ada"], year=2025, topics=["Engines"], at={"Ada": ["Tower"]})
    library.work(["Ada"], year=None, topics=["Engines", "Looms"])
    library.work(["Emmy"], year=2025, topics=["Tides"])

    assert refresh_topic_figures([library.topic("Engines").pk]) == 1

    engines = SubjectFigures.objects.get(kind="topic", subject_id=library.topic("Engines").pk)
    assert (engines.works_count, engines.authors_count) == (3, 2)
    assert engines.by_year == [[2024, 1], [2025, 1]]
    assert listed(engines.authors) == [("Ada", 3), ("Grace", 1)]
    assert listed(engines.topics) == [("Looms", 2)]
    assert listed(engines.institutions) == [("Hall", 1), ("Tower", 1)]


def test_an_institution_counts_only_the_people_who_name_it(library):
    library.work(["Ada", "Grace", "Emmy"], year=2024, topics=["Engines"], at={"Ada": ["Hall"], "Emmy": ["Hall", "Tower"]})
    library.work(["Ada"], year=2025, topics=["Looms"], at={"Ada": ["Hall"]})

    assert refresh_institution_figures([library.institution("Hall").pk]) == 1

    hall = SubjectFigures.objects.get(kind="institution", subject_id=library.institution("Hall").pk)
    assert (hall.works_count, hall.authors_count) == (2, 2)
    assert hall.by_year == [[2024, 1], [2025, 1]]
    assert listed(hall.authors) == [("Ada", 2), ("Emmy", 1)]
    assert listed(hall.topics) == [("Engines", 1), ("Looms", 1)]
    assert listed(hall.institutions) == [("Tower", 1)]


def test_lists_are_bounded_and_ties_go_by_id(library):
    library.work([f"Person {number}" for number in range(30)], topics=["Engines"])
    refresh_topic_figures([library.topic("Engines").pk])

    engines = SubjectFigures.objects.get()
    assert [person["id"] for person in engines.authors] == [library.author(f"Person {number}").pk for number in range(24)]
    assert engines.authors_count == 30


def test_a_subject_without_works_has_zeros_and_one_that_is_gone_has_nothing(library):
    empty, gone = library.topic("Empty"), library.topic("Gone")
    refresh_topic_figures([empty.pk, gone.pk])
    number = gone.pk
    gone.delete()

    assert refresh_topic_figures([empty.pk, number]) == 1

    only = SubjectFigures.objects.get()
    assert (only.subject_id, only.works_count, only.authors_count, only.by_year, only.authors) == (empty.pk, 0, 0, [], [])


def test_merged_and_erased_works_do_not_count(library):
    kept = library.work(["Ada"], topics=["Engines"], at={"Ada": ["Hall"]})
    library.work(["Ada"], topics=["Engines"], at={"Ada": ["Hall"]}, merged_into=kept)
    library.work(["Grace"], topics=["Engines"], at={"Grace": ["Hall"]}, erased_at=timezone.now())

    refresh_topic_figures([library.topic("Engines").pk])
    refresh_institution_figures([library.institution("Hall").pk])

    assert list(SubjectFigures.objects.values_list("works_count", "authors_count")) == [(1, 1), (1, 1)]


@pytest.mark.parametrize("kind", ["topic", "institution"])
def test_many_subjects_cost_as_many_queries_as_one(library, kind):
    for number in range(20):
        library.work(["Ada"], topics=[f"T{number}"], at={"Ada": [f"I{number}"]})
    chosen = library.subjects if kind == "topic" else library.places
    everything = [subject.pk for subject in chosen.values()]

    with CaptureQueriesContext(connection) as one:
        refresh_subject_figures(kind, everything[:1])
    with CaptureQueriesContext(connection) as all_of_them:
        refresh_subject_figures(kind, everything)

    assert len(all_of_them) == len(one) <= 10
