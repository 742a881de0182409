"""What an author's page counts and lists."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.figures import refresh_author_figures
from papers.models import Author, AuthorFigures

pytestmark = pytest.mark.django_db
NOVEMBER = "2026-11-21T12:00:00Z"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOVEMBER, tick=False):
        yield


def figures_of(author: Author) -> AuthorFigures:
    refresh_author_figures([author.pk])
    return AuthorFigures.objects.get(author=author)


def test_works_years_and_sources_are_counted(library):
    library.work(["Ada", "Grace"], year=2020)
    library.work(["Ada"], year=2024, source="arxiv")
    library.work(["Ada"], year=2024)
    library.work(["Ada"], year=None)
    library.work(["Grace"], year=2025)

    ada = figures_of(library.author("Ada"))

    assert ada.works_count == 4
    assert (ada.first_year, ada.last_year) == (2020, 2024)
    assert ada.by_year == [[2020, 1], [2024, 2]]
    assert ada.sources == ["arxiv", "openalex"]
    assert ada.coauthors_count == 1
    assert ada.computed_at == timezone.now()


def test_an_author_without_works_has_a_row_of_zeros(library):
    emmy = figures_of(library.author("Emmy"))

    assert emmy.works_count == emmy.topics_count == emmy.coauthors_count == emmy.close_count == emmy.citations_known == 0
    assert emmy.first_year is None
    assert emmy.h_index is None
    assert emmy.field is None
    assert emmy.by_year == emmy.topics == emmy.collaborators == emmy.institutions == emmy.sources == []


def test_authors_that_are_gone_are_skipped(library):
    ada = library.author("Ada")
    assert refresh_author_figures([ada.pk, ada.pk + 1000, ada.pk]) == 1
    assert refresh_author_figures([]) == 0


def test_merged_and_erased_works_do_not_count(library):
    kept = library.work(["Ada"], year=2020, topics=["Engines"])
    library.work(["Ada"], year=2021, topics=["Looms"], merged_into=kept)
    library.work(["Ada", "Grace"], year=2022, topics=["Looms"], erased_at=timezone.now())

    ada = figures_of(library.author("Ada"))

    assert ada.works_count == 1
    assert ada.coauthors_count == 0
    assert [topic["name"] for topic in ada.topics] == ["Engines"]


def test_the_h_index_stands_with_its_sources_and_the_oldest_date(library):
    library.work(["Ada"], cited=10, source="openalex", as_of=date(2026, 10, 1))
    library.work(["Ada"], cited=3, source="crossref", as_of=date(2026, 11, 2))
    library.work(["Ada"], cited=2, source="openalex", as_of=None)

    ada = figures_of(library.author("Ada"))

    assert (ada.h_index, ada.cited_by_count, ada.citations_known) == (2, 15, 3)
    assert ada.citation_sources == ["crossref", "openalex"]
    assert ada.citations_as_of == date(2026, 10, 1)


def test_no_h_index_where_too_few_works_have_a_count(library):
    for cited in (10, 9, 8, None, None):
        library.work(["Ada"], cited=cited)

    ada = figures_of(library.author("Ada"))

    assert (ada.h_index, ada.cited_by_count, ada.citations_known) == (None, None, 3)


def test_no_h_index_for_a_doubtful_record(library):
    for cited in (10, 9, 8):
        library.work(["J. Smith"], cited=cited)
    Author.objects.update(confidence=0.1)

    assert figures_of(library.author("J. Smith")).h_index is None


def test_topics_come_by_works_then_recency_and_are_bounded(library):
    library.work(["Ada"], year=2020, topics=["Looms", "Engines"])
    library.work(["Ada"], year=2021, topics=["Engines"])
    library.work(["Ada"], year=2023, topics=["Tides"])
    library.work(["Ada"], year=2019, topics=[f"Aside {number}" for number in range(30)])

    ada = figures_of(library.author("Ada"))

    assert [topic["name"] for topic in ada.topics[:3]] == ["Engines", "Tides", "Looms"]
    assert ada.topics[0] == {"id": library.topic("Engines").pk, "name": "Engines", "works": 2}
    assert len(ada.topics) == 24
    assert ada.topics_count == 33


def test_institutions_come_latest_first_with_their_years(library):
    library.work(["Ada", "Grace"], year=2015, at={"Ada": ["Old Hall"], "Grace": ["Harbour"]})
    library.work(["Ada"], year=2018, at={"Ada": ["Old Hall"]})
    library.work(["Ada"], year=2024, at={"Ada": ["New Tower", "Annex"]})
    library.work(["Ada"], year=2023, at={"Ada": ["New Tower"]})
    library.work(["Ada"], year=None, at={"Ada": ["Nowhen"]})

    ada = figures_of(library.author("Ada"))

    assert [place["name"] for place in ada.institutions] == ["New Tower", "Annex", "Old Hall", "Nowhen"]
    assert ada.institutions[2] == {
        "id": library.institution("Old Hall").pk,
        "name": "Old Hall",
        "works": 2,
        "first_year": 2015,
        "last_year": 2018,
    }


def test_the_field_is_that_of_most_works_and_among_equals_of_the_latest(library):
    library.work(["Ada"], year=2020, field="Mechanics")
    library.work(["Ada"], year=2020, field="Mechanics")
    library.work(["Ada"], year=2024, field="Poetry")
    ada = figures_of(library.author("Ada"))
    assert (ada.field.name, ada.field_works) == ("Mechanics", 2)

    library.work(["Ada"], year=2025, field="Poetry")
    ada = figures_of(library.author("Ada"))
    assert (ada.field.name, ada.field_works) == ("Poetry", 2)


def test_close_collaborators_come_strongest_first_with_the_works_behind_each(library):
    library.work(["Ada", "Grace"], year=2026)
    library.work(["Ada", "Grace", "Emmy"], year=2024)
    library.work(["Ada", "Emmy"], year=2020)
    library.work(["Ada", "Once"], year=2026)

    ada = figures_of(library.author("Ada"))

    assert [person["name"] for person in ada.collaborators] == ["Grace", "Emmy"]
    # Grace: 1 + exp(-2/6)/sqrt(2) = 1.5067; Emmy: exp(-2/6)/sqrt(2) + exp(-1) = 0.8745.
    assert [person["strength"] for person in ada.collaborators] == [0.778, 0.583]
    assert ada.collaborators[1] == {
        "id": library.author("Emmy").pk,
        "name": "Emmy",
        "works": 2,
        "strength": 0.583,
        "first_year": 2020,
        "last_year": 2024,
    }
    assert (ada.close_count, ada.coauthors_count) == (2, 3)


def test_equally_close_people_come_in_the_order_of_their_ids_and_are_bounded(library):
    everybody = ["Ada", *(f"Colleague {number}" for number in range(14))]
    library.work(everybody, year=2026)
    library.work(everybody, year=2026)

    ada = figures_of(library.author("Ada"))

    assert [person["name"] for person in ada.collaborators] == everybody[1:13]
    assert ada.close_count == 14


def test_very_long_author_lists_make_nobody_close_nor_a_coauthor(library):
    crowd = ["Ada", *(f"Person {number}" for number in range(120))]
    for _ in range(3):
        library.work(crowd, year=2026)
    library.work(["Ada", *crowd[1:41]], year=2026)

    ada = figures_of(library.author("Ada"))

    assert ada.works_count == 4
    assert (ada.close_count, ada.collaborators) == (0, [])
    assert ada.coauthors_count == 40  # of the work with forty-one authors; the lists of 121 do not count


def test_erased_people_are_not_listed(library):
    for _ in range(2):
        library.work(["Ada", "Grace"], year=2026)
    Author.objects.filter(display_name="Grace").update(erased_at=timezone.now())

    ada = figures_of(library.author("Ada"))

    assert (ada.collaborators, ada.close_count) == ([], 0)


def test_the_same_records_give_the_same_figures(library):
    for year in range(2016, 2027):
        library.work(["Ada", "Grace", "Emmy"], year=year, topics=["A", "B", "C"], at={"Ada": ["X", "Y"]}, cited=year % 7, field="F")

    first = model_to_dict(figures_of(library.author("Ada")))
    with time_machine.travel("2026-12-24T12:00:00Z"):
        second = model_to_dict(figures_of(library.author("Ada")))

    assert first.pop("computed_at") != second.pop("computed_at")
    assert first == second


def test_many_authors_cost_as_many_queries_as_one(library):
    for number in range(20):
        library.work([f"A{number}", f"B{number}"], topics=["T"], at={f"A{number}": ["I"]})
    everybody = [person.pk for person in library.people.values()]

    with CaptureQueriesContext(
        connection,
    ) as one:
        refresh_author_figures(everybody[:1])
    with CaptureQueriesContext(connection) as all_of_them:
        refresh_author_figures(everybody)

    assert len(all_of_them) == len(one) <= 10
    assert AuthorFigures.objects.count() == 40


def test_a_batch_with_very_many_pairs_is_taken_in_pieces_with_the_same_result(library, monkeypatch):
    for number in range(6):
        library.work([f"A{number}", f"B{number}", "Ada"], year=2026)
    everybody = [person.pk for person in library.people.values()]
    refresh_author_figures(everybody)
    whole = {row.pk: (row.works_count, row.coauthors_count, row.collaborators) for row in AuthorFigures.objects.all()}

    AuthorFigures.objects.all().delete()
    monkeypatch.setattr("papers.figures.authors.MOST_PAIRS", 4)
    refresh_author_figures(everybody)

    assert {row.pk: (row.works_count, row.coauthors_count, row.collaborators) for row in AuthorFigures.objects.all()} == whole
