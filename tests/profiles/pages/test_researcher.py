"""The researcher page: who somebody is, as far as the records tell, and every state of the list of works."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from papers.models import AttributionState, AuthorFigures, AuthorIdentifier, Authorship, Topic
from tests.factories.papers import (
    AuthorFactory,
    AuthorIdentifierFactory,
    AuthorshipFactory,
    InstitutionFactory,
    TopicFactory,
    WorkFactory,
)
from tests.factories.reading import counted_queries, links_of, text_of
from tests.factories.work import computed
from tests.papers.pages.conftest import Record

QUERIES = 7
"""Signed out, with no filter on: three for the record, one each for the claim, for whom it may be mistaken for, for what its person asks, for trust, for the
graph, and for who follows."""


# --- The person ---------------------------------------------------------------------------------------------------


def test_says_what_the_records_say_and_that_nobody_claimed_it(client: Client, record: Record) -> None:
    text = text_of(client.get(record.ada.get_absolute_url()))

    assert "Ada Lovelace" in text
    assert "Also published as A. Lovelace" in text
    assert "Unclaimed record, compiled from arXiv" in text
    assert "University of London" in text
    assert "2 works" in text


def test_without_affiliation_it_says_that_none_was_imported(client: Client, record: Record) -> None:
    assert "Affiliation not imported" in text_of(client.get(record.emmy.get_absolute_url()))


def test_the_affiliation_is_the_one_of_the_latest_works(client: Client, record: Record) -> None:
    paris = InstitutionFactory(name="Sorbonne")
    WorkFactory(by=[record.ada], year=2024).authorships.get().institutions.add(paris)
    computed(record.ada)

    header = text_of(client.get(record.ada.get_absolute_url())).partition("Trust score")[0]

    assert "Sorbonne" in header
    assert "University of London" not in header


@pytest.mark.parametrize(
    "authenticated, words", [(True, "(ORCID iD, authenticated)"), (False, "(ORCID iD from a record, not authenticated)")]
)
def test_an_orcid_says_whether_its_owner_signed_in_for_it(client: Client, record: Record, authenticated: bool, words: str) -> None:
    AuthorIdentifierFactory(author=record.ada, value="0000-0002-1825-0097", is_authenticated=authenticated)

    answer = client.get(record.ada.get_absolute_url())

    assert words in text_of(answer)
    assert "https://orcid.org/0000-0002-1825-0097" in links_of(answer)


def test_an_affiliation_that_is_no_known_institution_is_shown_as_it_stands(client: Client, record: Record) -> None:
    AuthorshipFactory(work=WorkFactory(), author=record.emmy, raw_affiliations=["Mathematisches Seminar, Erlangen"])

    assert "Mathematisches Seminar, Erlangen" in text_of(client.get(record.emmy.get_absolute_url())).partition("Trust score")[0]


def test_citations_are_shown_only_with_their_source_and_coverage(client: Client, record: Record) -> None:
    AuthorFigures.objects.filter(pk=record.ada.pk).update(
        h_index=7, cited_by_count=1234, citations_known=2, citation_sources=["openalex"], citations_as_of=date(2026, 5, 3)
    )

    ada = text_of(client.get(record.ada.get_absolute_url()))
    emmy = text_of(client.get(record.emmy.get_absolute_url()))

    assert "h-index 7" in ada
    assert "1,234" in ada
    assert "Counts of OpenAlex, known for 2 of 2 works. The oldest count is of 2026-05-03." in ada
    assert "h-index" not in emmy.replace("No h-index", "")
    assert "No h-index: none of our sources counts citations of these works." in emmy


def test_close_collaborators_come_with_the_works_behind_them(client: Client, record: Record) -> None:
    this_year = timezone.now().year
    for _ in range(3):
        WorkFactory(by=[record.ada, record.grace], year=this_year)
    computed(record.ada)

    answer = client.get(record.ada.get_absolute_url())
    joint = f"{record.ada.get_absolute_url()}?with={record.grace.public_id}"

    assert "5 works together" in text_of(answer)
    assert f"{joint}#works" in links_of(answer)
    assert "5 of 5 works" in text_of(client.get(joint))


def test_an_erased_collaborator_is_not_named(client: Client, record: Record) -> None:
    for _ in range(3):
        WorkFactory(by=[record.ada, "Somebody Else"], year=timezone.now().year)
    AuthorFigures.objects.filter(pk=record.ada.pk).update(collaborators=[{"id": record.grace.pk, "name": "Grace Hopper", "works": 3}])
    type(record.grace).objects.filter(pk=record.grace.pk).update(erased_at=timezone.now())

    answer = client.get(record.ada.get_absolute_url())

    assert "Close collaborators Grace" not in text_of(answer)
    assert record.grace.get_absolute_url() not in links_of(answer)


def test_a_page_without_works_says_so(client: Client, db: None) -> None:
    nobody = AuthorFactory(display_name="Somebody New")

    text = text_of(client.get(nobody.get_absolute_url()))

    assert "No works have been imported for this page yet." in text
    assert "Unclaimed record" in text


def test_what_is_not_open_yet_says_what_it_will_be(client: Client, record: Record) -> None:
    text = text_of(client.get(record.ada.get_absolute_url()))

    for heading in ("Trust score: not computed yet", "Research graph", "Is this you?", "Follow", "Invite to work together"):
        assert heading in text


# --- The works ----------------------------------------------------------------------------------------------------


def test_each_work_says_what_a_reader_needs(client: Client, record: Record) -> None:
    answer = client.get(record.ada.get_absolute_url())
    works = text_of(answer, "ol")

    assert "2021 10 Mar Notes on the analytical engine" in works
    assert "Ada Lovelace University of London , Grace Hopper" in works
    assert "The engine weaves algebraical patterns." in works
    assert "Journal article · Journal of Careful Studies" in works
    assert "Cited 12 times (OpenAlex)" in works
    assert "Imported from arXiv" in works
    assert "https://code.example/engine" in links_of(answer)


def test_attribution_states_are_told(client: Client, record: Record) -> None:
    Authorship.objects.filter(work=record.engine, author=record.ada).update(state=AttributionState.DISPUTED)

    assert "Disputed" in text_of(client.get(record.ada.get_absolute_url()), "ol")


def test_of_many_authors_the_first_three_and_the_person_are_named(client: Client, db: None) -> None:
    ada = AuthorFactory(display_name="Ada Lovelace")
    WorkFactory(by=["First", "Second", "Third", "Fourth", ada, "Sixth"])

    works = text_of(client.get(ada.get_absolute_url()), "ol")

    assert "First , Second , Third , … Ada Lovelace and 2 more" in works
    assert "Fourth" not in works


@pytest.mark.parametrize(
    "query, titles",
    [
        ("", ["The education of a compiler", "Notes on the analytical engine"]),
        ("?sort=oldest", ["Notes on the analytical engine", "The education of a compiler"]),
        ("?sort=cited", ["Notes on the analytical engine", "The education of a compiler"]),
        ("?year=2021", ["Notes on the analytical engine"]),
        ("?type=preprint", ["The education of a compiler"]),
        ("?code=1", ["Notes on the analytical engine"]),
        ("?year=2021&type=preprint", []),
        ("?year=&topic=&type=", ["The education of a compiler", "Notes on the analytical engine"]),
    ],
)
def test_works_are_sorted_and_filtered_by_the_address(client: Client, record: Record, query: str, titles: list[str]) -> None:
    page = client.get(record.ada.get_absolute_url() + query).content.decode()

    assert re.findall(r'<h3[^>]*><a href="/papers/[^"]*">([^<]*)</a>', page) == titles


def test_works_are_filtered_by_topic_and_joint_author_together(client: Client, record: Record) -> None:
    query = f"?topic={record.transport.public_id}&with={record.grace.public_id}"

    text = text_of(client.get(record.ada.get_absolute_url() + query))

    assert "1 of 2 works" in text
    assert "on Optimal transport, with Grace Hopper" in text
    assert "The education of a compiler" not in text


def test_filters_offer_what_would_remain(client: Client, record: Record) -> None:
    page = client.get(record.ada.get_absolute_url() + "?year=2021").content.decode()

    assert "2021 (1)" in page
    assert "2022 (1)" in page  # its own choice does not narrow a filter
    assert "Preprint (1)" not in page
    assert "Has code (1)" in page


def test_an_empty_choice_says_so_and_leads_back(client: Client, record: Record) -> None:
    answer = client.get(record.ada.get_absolute_url() + "?year=1999")

    assert "No work here fits what you chose." in text_of(answer)
    assert f"{record.ada.get_absolute_url()}#works" in links_of(answer)


@pytest.mark.parametrize(
    "query",
    [
        "year=abc",
        "year=99999999999999999999",
        "year=-5",
        "sort=fame",
        "type=novel",
        "topic=zzzzzzzzz",
        "topic='; DROP TABLE papers_work; --",
        "with=ada",
        "page=0",
        "page=7",
        "page=1e9",
        "code=yes",
        "colour=blue",
        "year=2021&year=2022",
    ],
)
def test_what_means_nothing_is_left_out_and_said(client: Client, record: Record, query: str) -> None:
    answer = client.get(f"{record.ada.get_absolute_url()}?{query}")

    assert answer.status_code == 200
    assert "left out" in text_of(answer), text_of(answer)


def test_every_state_names_its_own_canonical_address(client: Client, record: Record) -> None:
    answer = client.get(record.ada.get_absolute_url() + "?utm_source=x&year=2021&sort=newest&page=1")

    assert f"http://testserver{record.ada.get_absolute_url()}?year=2021" in links_of(answer)
    assert "left out" not in text_of(answer)


def test_works_beyond_the_fiftieth_have_pages(client: Client, db: None) -> None:
    ada = AuthorFactory()
    for _ in range(61):
        WorkFactory(by=[ada])
    computed(ada)

    first, second = client.get(ada.get_absolute_url()), client.get(ada.get_absolute_url() + "?page=2")

    assert "1 to 50 of 61" in text_of(first)
    assert "51 to 61 of 61" in text_of(second)
    assert first.content.count(b"<article>") == 50
    assert second.content.count(b"<article>") == 11


def test_merged_and_erased_works_are_not_listed(client: Client, record: Record) -> None:
    type(record.engine).objects.filter(pk=record.engine.pk).update(merged_into=record.compilers)

    assert "Notes on the analytical engine" not in text_of(client.get(record.ada.get_absolute_url()))


def test_a_topic_that_was_erased_cannot_be_filtered_by(client: Client, record: Record) -> None:
    Topic.objects.filter(pk=record.transport.pk).update(erased_at=timezone.now())

    text = text_of(client.get(record.ada.get_absolute_url() + f"?topic={record.transport.public_id}"))

    assert "left out" in text


# --- Machines -----------------------------------------------------------------------------------------------------


def test_structured_data_describes_the_person(client: Client, record: Record) -> None:
    AuthorIdentifier.objects.create(author=record.ada, scheme="orcid", value="0000-0002-1825-0097", source="orcid")
    page = client.get(record.ada.get_absolute_url()).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)

    assert found
    person = json.loads(found[1])["mainEntity"]
    assert person["name"] == "Ada Lovelace"
    assert person["sameAs"] == ["https://orcid.org/0000-0002-1825-0097"]


def test_what_a_source_says_cannot_run_as_script(client: Client, db: None) -> None:
    eve = AuthorFactory(display_name='</script><script>alert("e")</script>')
    WorkFactory(title="<script>alert(1)</script>", abstract="</details><script>alert(2)</script>", by=[eve, "<script>alert(3)</script>"])
    computed(eve)

    assert "<script>alert" not in client.get(eve.get_absolute_url()).content.decode()


def test_the_works_can_be_taken_along(client: Client, record: Record) -> None:
    links = [link for link in links_of(client.get(record.ada.get_absolute_url())) if "/works/" in link]

    assert len(links) == 3
    assert all(client.get(link).status_code == 200 for link in links)


# --- What it costs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 20, 200])
def test_the_number_of_queries_does_not_grow(client: Client, db: None, size: int) -> None:
    ada, grace = AuthorFactory(), AuthorFactory()
    topic, place = TopicFactory(), InstitutionFactory()
    for _ in range(size):
        work = WorkFactory(on=[topic], by=["First", grace, AuthorFactory(), AuthorFactory()], year=timezone.now().year)
        AuthorshipFactory(work=work, position=4, author=ada, at=[place])
    computed(ada)

    with counted_queries() as first:
        assert client.get(ada.get_absolute_url()).status_code == 200
    with counted_queries() as queries:
        assert client.get(ada.get_absolute_url()).status_code == 200

    assert queries.count == QUERIES
    assert first.count == QUERIES + 4  # the first reader has the picture drawn


@pytest.mark.parametrize("query", ["?sort=cited&page=1", "?year=2020&code=1", "?topic={topic}&with={other}&type=article&year=2020"])
def test_filters_stay_within_twelve_queries(client: Client, db: None, query: str) -> None:
    ada, other, topic = AuthorFactory(), AuthorFactory(), TopicFactory()
    for _ in range(5):
        WorkFactory(by=[ada, other], on=[topic], has_code=True)
    computed(ada)
    client.get(ada.get_absolute_url())  # the first reader has its picture drawn

    with counted_queries() as queries:
        client.get(ada.get_absolute_url() + query.format(topic=topic.public_id, other=other.public_id))

    assert queries.count <= QUERIES + 3


def test_somebody_signed_in_costs_at_most_the_session_the_account_and_whether_they_may_invite_more(
    signed_in: Client, record: Record
) -> None:
    with counted_queries() as signed_out:
        Client().get(record.ada.get_absolute_url())
    with counted_queries() as queries:
        signed_in.get(record.ada.get_absolute_url())

    assert queries.count <= signed_out.count + 3
