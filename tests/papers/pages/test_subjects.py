"""The pages of topics and institutions."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from papers.models import Topic
from tests.factories.papers import AuthorFactory, InstitutionFactory, TopicFactory, WorkFactory
from tests.factories.reading import counted_queries, links_of, text_of
from tests.factories.work import computed
from tests.papers.pages.conftest import Record


def test_a_topic_shows_people_works_and_years(client: Client, record: Record) -> None:
    answer = client.get(record.transport.get_absolute_url())
    text = text_of(answer)

    assert "Optimal transport" in text
    assert "2 works" in text
    assert "Emmy Noether" in text
    assert "Invariant variation problems" in text
    assert record.london.get_absolute_url() in links_of(answer)
    assert record.transport.get_absolute_url() + "?year=2023#works" in links_of(answer)


def test_an_institution_shows_its_names_and_its_people(client: Client, record: Record) -> None:
    record.london.city, record.london.country_code = "London", "GB"
    record.london.save()

    text = text_of(client.get(record.london.get_absolute_url()))

    assert "University of London" in text
    assert "UOL" in text
    assert "London, GB" in text
    assert "Ada Lovelace" in text
    assert "Grace Hopper" not in text.partition("Work over time")[0]


def test_works_can_be_narrowed_to_a_year(client: Client, record: Record) -> None:
    text = text_of(client.get(record.transport.get_absolute_url() + "?year=2021"))

    assert "Notes on the analytical engine" in text
    assert "Invariant variation problems" not in text


def test_before_anything_is_counted_the_works_are_there_already(client: Client, db: None) -> None:
    topic = TopicFactory(name="Fresh from an import")
    WorkFactory(title="Only just arrived", on=[topic], by=[AuthorFactory()])

    text = text_of(client.get(topic.get_absolute_url()))

    assert "Only just arrived" in text
    assert "Not counted yet" in text


def test_who_was_erased_is_not_named_from_old_figures(client: Client, record: Record) -> None:
    type(record.emmy).objects.filter(pk=record.emmy.pk).update(erased_at=timezone.now())

    people = text_of(client.get(record.transport.get_absolute_url())).partition("Work over time")[0]

    assert "Emmy Noether" not in people


def test_works_beyond_the_fiftieth_have_pages(client: Client, db: None) -> None:
    topic = TopicFactory()
    for _ in range(55):
        WorkFactory(on=[topic])
    computed(topic)

    assert "51 to 55 of 55" in text_of(client.get(topic.get_absolute_url() + "?page=2"))


@pytest.mark.parametrize("size", [2, 20, 200])
def test_the_number_of_queries_does_not_grow(client: Client, db: None, size: int) -> None:
    place, topic = InstitutionFactory(), TopicFactory()
    for _ in range(size):
        work = WorkFactory(by=[AuthorFactory()], on=[topic])
        work.authorships.get().institutions.add(place)
    computed(place, topic)
    for subject in (place, topic):
        client.get(subject.get_absolute_url())  # the first reader has its picture drawn
        with counted_queries() as queries:
            assert client.get(subject.get_absolute_url()).status_code == 200
        assert queries.count == 7, f"{size} works of {type(subject).__name__}"


def test_merged_topics_are_offered_nowhere(client: Client, record: Record) -> None:
    other = TopicFactory(name="Transport, optimal")
    WorkFactory(by=[record.ada], on=[other])
    Topic.objects.filter(pk=other.pk).update(merged_into=record.transport)

    assert other.get_absolute_url() not in links_of(client.get(record.engine.get_absolute_url()))
