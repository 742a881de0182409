"""What every address of the API does alike: pages, refusals, limits, conditional answers, fixed costs."""

from __future__ import annotations

import base64
import json

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as CacheDown

from config.lib.rest.pagination import encode_cursor
from papers.api.views import WorkViewSet
from papers.models import SubjectFigures
from tests.factories.papers import (
    AuthorFactory,
    AuthorIdentifierFactory,
    AuthorshipFactory,
    CitationFactory,
    FieldFactory,
    InstitutionFactory,
    TopicFactory,
    VenueFactory,
    WorkFactory,
    WorkIdentifierFactory,
)

pytestmark = pytest.mark.django_db

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def test_pages_follow_each_other_without_gap_or_repetition(ask):
    works = [WorkFactory(year=year, month=month) for year in (2020, 2021) for month in (None, 3, 3, 3)]
    seen, address = [], "works/?page_size=3"
    while address:
        page = ask(address)
        seen += [work["id"] for work in page["results"]]
        address = page["next"]

    expected = sorted(works, key=lambda work: (work.year, work.month or 0, work.pk), reverse=True)
    assert seen == [work.public_id for work in expected]


def test_the_next_page_keeps_the_filters(ask):
    for year in (2019, 2020, 2020, 2020):
        WorkFactory(year=year)

    first = ask("works/", year=2020, page_size=2)

    assert [work["year"] for work in ask(first["next"])["results"]] == [2020]


def test_a_work_that_arrives_meanwhile_shifts_nothing(ask):
    for year in (2018, 2019, 2020):
        WorkFactory(year=year)
    first = ask("works/", page_size=2)
    WorkFactory(year=2026)

    assert [work["year"] for work in ask(first["next"])["results"]] == [2018]


BAD_CURSORS = [
    "x",
    "\x00",
    "A" * 2000,
    "!!!!",
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"[" * 700).decode(),
    encode_cursor("date", 20200000, 1),  # of another order
    encode_cursor("-date", "2020", 1),  # text for a number
    encode_cursor("-date", 10**30, 1),
    encode_cursor("-date", True, 1),
    encode_cursor("-date", None, 1),
    base64.urlsafe_b64encode(json.dumps(["-date", 20200000, 1]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps(["-date", 20200000, "000000000"]).encode()).decode(),
    base64.urlsafe_b64encode(b'["-date", NaN, "abcdefgh0"]').decode(),
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_a_cursor_that_is_not_ours_is_refused(client, cursor):
    response = client.get("/api/v1/works/", {"cursor": cursor})

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize(
    "parameter, value",
    [
        ("page_size", "0"),
        ("page_size", "101"),
        ("page_size", "-1"),
        ("page_size", "9" * 400),
        ("page_size", "٣"),
        ("ordering", "title"),
        ("year", "1e400"),
        ("year", "99999999999999999999"),
        ("year", "NaN"),
        ("year_from", "soon"),
        ("type", "novel"),
        ("author", "no-such"),
        ("author", "1"),
        ("topic", "ilouilou0"),
        ("doi", "not a doi"),
        ("doi", "10.1234/\x00"),
        ("openalex", "A123"),  # an author, not a work
        ("source", "UPPER"),
        ("has_code", "perhaps"),
        ("q", "a\x00b"),
        ("q", "x" * 201),
        ("author", ""),  # a program that lost its value must not get everything
        ("cursor", ""),
        ("yaer", "2020"),  # a filter with a typing error must not give everything
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused_by_name(client, parameter, value):
    WorkFactory()

    response = client.get("/api/v1/works/", {parameter: value})

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 400
    assert problem["type"] == "/api/docs/#invalid"
    assert problem["errors"][0]["parameter"] == parameter


def test_a_parameter_given_twice_is_refused(client):
    assert client.get("/api/v1/works/?year=2020&year=2021").status_code == 400


@pytest.mark.parametrize("path", ["works/zzzzzzzzz/", "works/1/", "works/ABCDEFGHI/", "nothing/", "works/zzzzzzzzz/authorships/", "works"])
def test_an_address_that_leads_nowhere_is_a_problem_in_json(client, path):
    response = client.get(f"/api/v1/{path}", follow=True)

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, method):
    response = getattr(client, method)("/api/v1/works/")

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"


def test_a_client_that_prefers_pages_gets_json_too(client):
    response = client.get("/api/v1/works/", headers={"accept": "text/html"})

    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_an_unchanged_record_is_not_sent_twice(client):
    work = WorkFactory()
    first = client.get(f"/api/v1/works/{work.public_id}/")
    again = client.get(f"/api/v1/works/{work.public_id}/", headers={"if-none-match": first["ETag"]})
    work.title = "Corrected"
    work.save()
    corrected = client.get(f"/api/v1/works/{work.public_id}/", headers={"if-none-match": first["ETag"]})

    assert first["Last-Modified"]
    assert (again.status_code, again.content) == (304, b"")
    assert corrected.status_code == 200


def test_a_new_name_of_its_author_changes_a_works_etag(client):
    ada = AuthorFactory()
    path = f"/api/v1/works/{WorkFactory(by=[ada]).public_id}/"
    before = client.get(path)["ETag"]
    ada.display_name = "Ada King"
    ada.save()

    assert client.get(path)["ETag"] != before


def test_an_address_that_asks_too_often_waits(client, settings):
    settings.API_LIMITS = {"minute": 3, "hour": 0}
    answers = [client.get("/api/v1/topics/") for _ in range(4)]
    elsewhere = client.get("/api/v1/topics/", REMOTE_ADDR="198.51.100.7")

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert answers[3].json()["title"] == "Too many requests"
    assert elsewhere.status_code == 200


def test_a_network_of_ipv6_counts_as_one_address(client, settings):
    settings.API_LIMITS = {"minute": 1, "hour": 0}
    client.get("/api/v1/topics/", REMOTE_ADDR="2001:db8:1:2::1")

    assert client.get("/api/v1/topics/", REMOTE_ADDR="2001:db8:1:2:ffff::9").status_code == 429
    assert client.get("/api/v1/topics/", REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


def test_a_forged_forwarding_header_does_not_lift_the_limit(client, settings):
    settings.API_LIMITS = {"minute": 1, "hour": 0}
    client.get("/api/v1/topics/", headers={"x-forwarded-for": "203.0.113.1"})

    assert client.get("/api/v1/topics/", headers={"x-forwarded-for": "203.0.113.2"}).status_code == 429


def test_without_the_cache_the_api_still_answers(client, monkeypatch):
    def down(*_arguments, **_options):
        raise CacheDown("the cache is down")

    monkeypatch.setattr(cache, "add", down)

    assert client.get("/api/v1/topics/").status_code == 200


def test_a_question_that_takes_too_long_is_a_problem_not_a_failure(client, monkeypatch):
    def too_long(*_arguments):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(1)")

    monkeypatch.setattr(WorkViewSet, "list", too_long)

    response = client.get("/api/v1/works/")

    assert response.status_code == 503
    assert response.json()["title"] == "This question takes too long to answer"
    assert response["Retry-After"] == "60"


def make_everything(count):
    """``count`` of everything, all joined; the path of one record of each kind."""
    target = WorkFactory(title="Cited by all")
    people = [AuthorFactory(variants=["A. Other"]) for _ in range(count)]
    places = [InstitutionFactory(name=f"Place {LETTERS[n]}") for n in range(count)]
    topics = [TopicFactory(name=f"Topic {LETTERS[n]}", field=FieldFactory()) for n in range(count)]
    for n in range(count):
        work = WorkFactory(on=topics, venue=VenueFactory(), field=FieldFactory())
        WorkIdentifierFactory(work=work)
        AuthorIdentifierFactory(author=people[n], scheme="s2", value=str(n))
        for position, person in enumerate(people):
            AuthorshipFactory(work=work, author=person, position=position, at=places)
        CitationFactory(citing=work, cited=target)
        CitationFactory(citing=target, cited=work)
        SubjectFigures.objects.create(kind="topic", subject_id=topics[n].pk, computed_at=timezone.now())
    return {
        "works": "works/",
        "work": f"works/{work.public_id}/",
        "authorships": f"works/{work.public_id}/authorships/",
        "references": f"works/{target.public_id}/references/",
        "citations": f"works/{target.public_id}/citations/",
        "authors": "authors/",
        "author": f"authors/{people[0].public_id}/",
        "author's works": f"authors/{people[0].public_id}/works/",
        "institutions": "institutions/",
        "institution": f"institutions/{places[0].public_id}/",
        "topics": "topics/",
        "topic": f"topics/{topics[0].public_id}/",
    }


def costs(client, paths):
    counted = {}
    for what, path in paths.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/{path}").status_code == 200
        assert not any("COUNT(" in query["sql"].upper() for query in queries), what
        counted[what] = len(queries)
    return counted


EXPECTED_COSTS = {
    "works": 3,
    "work": 6,
    "authorships": 3,
    "references": 4,
    "citations": 4,
    "authors": 6,
    "author": 6,
    "author's works": 4,
    "institutions": 3,
    "institution": 3,
    "topics": 2,
    "topic": 2,
}


@pytest.mark.parametrize("count", [2, 20])
def test_no_answer_costs_more_queries_for_more_rows_and_none_counts(client, count):
    assert costs(client, make_everything(count)) == EXPECTED_COSTS
