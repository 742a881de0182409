"""Search: people however they are written, papers by their words, identifiers straight to their page."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client

from papers.search import found
from tests.factories.papers import AuthorFactory, AuthorIdentifierFactory, InstitutionFactory, TopicFactory, WorkFactory
from tests.factories.reading import counted_queries, links_of, text_of
from tests.factories.work import computed
from tests.papers.pages.conftest import Record


@pytest.fixture
def tian(db: None) -> object:
    AuthorFactory(display_name="Yu Tan")
    AuthorFactory(display_name="Grace Hopper")
    return AuthorFactory(display_name="Yuandong Tian")


@pytest.mark.parametrize(
    "asked",
    [
        "Yuandong Tian",
        "Yuandong Tien",
        "yuandong tian",
        "Tian, Yuandong",
        "Tian Yuandong",
        "Y. Tian",
        "Tian Y",
        "Yuandogn Tian",
        "yuandong",
        '"Yuandong Tian"',
        "“Tian, Yuandong”",
    ],
)
def test_a_name_is_found_however_it_is_written(client: Client, tian: object, asked: str) -> None:
    answer = client.get("/search/", {"q": asked, "kind": "people"})

    assert text_of(answer).partition("Person")[0].endswith("YT Yuandong Tian "), text_of(answer)


def test_accents_do_not_matter(client: Client, db: None) -> None:
    AuthorFactory(display_name="Bernhard Schölkopf")

    assert "Bernhard Schölkopf" in text_of(client.get("/search/?q=scholkopf"))
    assert "Bernhard Schölkopf" in text_of(client.get("/search/?q=Schölkopf, Bernhard"))


@pytest.mark.parametrize("asked", ["Ludwig van Beethoven", "van Beethoven, Ludwig", "L. van Beethoven", "van Beethoven"])
def test_particles_belong_to_the_name(client: Client, db: None, asked: str) -> None:
    AuthorFactory(display_name="Ludwig van Beethoven")

    assert "Person Ludwig van Beethoven" in text_of(client.get("/search/", {"q": asked, "kind": "people"})).replace(
        "LB Ludwig", "Person Ludwig"
    )


def test_somebody_published_by_initials_is_found_by_the_full_name(client: Client, db: None) -> None:
    AuthorFactory(display_name="E. Noether")

    assert "The initials fit: published as E. Noether" in text_of(client.get("/search/?q=Emmy Noether&kind=people"))


def test_each_hit_says_why_it_is_there(client: Client, record: Record) -> None:
    assert "The name as you wrote it" in text_of(client.get("/search/?q=Ada Lovelace"))
    assert "A similar name" in text_of(client.get("/search/?q=Ada Lovelaec"))
    assert "This is its title" in text_of(client.get("/search/?q=Notes on the analytical engine"))
    assert "Its abstract contains these words" in text_of(client.get("/search/?q=algebraical patterns"))
    assert "Its acronym is UOL" in text_of(client.get("/search/?q=uol"))


def test_of_namesakes_the_one_who_wrote_more_comes_first(client: Client, db: None) -> None:
    few, many = AuthorFactory(display_name="Wei Wang"), AuthorFactory(display_name="Wei Wang")
    for _ in range(3):
        WorkFactory(by=[many])
    computed(few, many)

    links = links_of(client.get("/search/?q=Wei Wang&kind=people"))

    assert links.index(many.get_absolute_url()) < links.index(few.get_absolute_url())


def test_words_are_found_in_titles_and_abstracts_and_marked(client: Client, record: Record) -> None:
    answer = client.get("/search/?q=weaving patterns&kind=papers")

    assert record.engine.get_absolute_url() in links_of(answer)
    assert "<mark>weaves</mark>" in answer.content.decode()


def test_a_misspelt_title_is_found_by_resemblance(client: Client, record: Record) -> None:
    answer = client.get("/search/?q=Invariant variaton problms&kind=papers")

    assert "The title resembles it" in text_of(answer)
    assert record.invariants.get_absolute_url() in links_of(answer)


def test_what_is_marked_cannot_run_as_script(client: Client, db: None) -> None:
    WorkFactory(title="Harmless title", abstract="weave <script>alert(1)</script> weave")

    assert "<script>alert" not in client.get("/search/?q=weave").content.decode()


def test_facets_narrow_the_papers_and_count_them(client: Client, record: Record) -> None:
    for year in (2019, 2020, 2020):
        WorkFactory(title="A careful study of engines", year=year)

    everything = client.get("/search/?q=engine&kind=papers")
    narrowed = client.get("/search/?q=engine&kind=papers&year=2020")
    with_code = client.get("/search/?q=engine&kind=papers&code=1")

    assert "2020 2" in text_of(everything, "aside")
    assert "2 results" in text_of(narrowed)
    assert "1 result" in text_of(with_code)


def test_papers_of_an_institution_and_a_topic(client: Client, record: Record) -> None:
    answer = client.get(f"/search/?kind=papers&institution={record.london.public_id}&topic={record.transport.public_id}")

    assert "1 result" in text_of(answer)
    assert record.engine.get_absolute_url() in links_of(answer)


def test_people_on_a_topic(client: Client, record: Record) -> None:
    text = text_of(client.get(f"/search/?kind=people&topic={record.transport.public_id}"))

    assert "3 results" in text
    assert "Emmy Noether" in text


@pytest.mark.parametrize("asked", ["10.1234/engine", "https://doi.org/10.1234/engine", "doi: 10.1234/ENGINE", "arXiv:2103.00001v2"])
def test_an_identifier_leads_straight_to_the_page(client: Client, record: Record, asked: str) -> None:
    assert client.get("/search/", {"q": asked})["Location"] == record.engine.get_absolute_url()


def test_an_orcid_leads_straight_to_the_person(client: Client, record: Record) -> None:
    AuthorIdentifierFactory(author=record.grace, scheme="orcid", value="0000-0002-1825-0097")

    assert client.get("/search/?q=0000-0002-1825-0097")["Location"] == record.grace.get_absolute_url()


def test_an_identifier_that_is_not_held_is_said_to_be_missing(client: Client, db: None) -> None:
    assert "DOI 10.1234/nowhere is not among the records held here." in text_of(client.get("/search/?q=10.1234/nowhere"))
    assert "is no ORCID iD: its last character does not fit" in text_of(client.get("/search/?q=0000-0002-1825-0098"))


def test_without_a_question_the_page_says_what_can_be_asked(client: Client, db: None) -> None:
    text = text_of(client.get("/search/"))

    assert "Type a name, a title, a topic or an institution." in text
    assert "ORCID" in text


def test_without_results_it_says_what_to_try(client: Client, db: None) -> None:
    text = text_of(client.get("/search/?q=qqqqqq"))

    assert "Nothing here fits “qqqqqq”." in text
    assert "Check the spelling" in text
    assert "For somebody's papers" not in text
    assert "For somebody's papers, search for the name alone." in text_of(client.get("/search/?q=qqqqqq zzzzzz&kind=papers"))


def test_many_hits_come_in_pages_and_are_not_counted_for_ever(client: Client, db: None) -> None:
    for _ in range(30):
        WorkFactory(title="Engines of every kind")

    with patch.object(found, "MOST_FOUND", 25), patch("papers.search.papers.MOST_FOUND", 25):
        answer = client.get("/search/?q=engines&kind=papers&page=2")

    assert "25+" in text_of(answer)
    assert "21 to 25 of 25+" in text_of(answer)


def test_a_search_that_takes_too_long_is_stopped_and_says_so(client: Client, db: None) -> None:
    def slow(*_args: object, **_options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(2)")

    with patch.object(found, "TIMEOUT_MS", 50), patch("papers.pages.search.find_people", slow):
        answer = client.get("/search/?q=anything")

    assert answer.status_code == 503
    assert "This search took too long, so we stopped it." in text_of(answer)


@pytest.mark.parametrize("kind", ["", "people", "papers", "topics", "institutions"])
def test_the_number_of_queries_does_not_grow(client: Client, db: None, kind: str) -> None:
    counts = set()
    for first, last in ((0, 2), (2, 20), (20, 60)):
        for number in range(first, last):
            maker = "engine " + chr(97 + number % 26) * 3 + chr(97 + number // 26) * 3
            WorkFactory(title="The engine again", by=[AuthorFactory(display_name=maker)], on=[TopicFactory(name=maker)])
            InstitutionFactory(name=maker)
        with counted_queries() as queries:
            assert client.get("/search/", {"q": "engine", "kind": kind}).status_code == 200
        counts.add(queries.count)

    assert len(counts) == 1
    assert counts.pop() <= 14


def test_what_was_merged_or_erased_is_not_found(client: Client, record: Record) -> None:
    type(record.ada).objects.filter(pk=record.ada.pk).update(merged_into=record.grace)

    assert record.ada.get_absolute_url() not in links_of(client.get("/search/?q=Ada Lovelace&kind=people"))


def test_a_passage_leaves_formulas_out(client: Client, db: None) -> None:
    WorkFactory(
        title="Loops", abstract=r"We compute $$\mathrm{attention}(Q) = \frac{Q}{K}$$ by hand, with attention to $\sqrt{d}$ threads."
    )

    shown = text_of(client.get("/search/?q=attention&kind=papers"))

    assert "with attention to … threads" in shown
    assert "mathrm" not in shown
