"""The first page, the pages about the site, colours, and what browsers and crawlers ask for."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from papers.models import ImportRun, WorkSource
from papers.querysets.totals import sources_held
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.reading import counted_queries, links_of, text_of
from tests.factories.work import computed
from tests.papers.pages.conftest import Record


def test_the_first_page_counts_what_is_held_and_leads_to_pages(client: Client, record: Record) -> None:
    answer = client.get("/")

    text = text_of(answer)
    assert "papers 3" in text
    assert "people 3" in text
    assert record.ada.get_absolute_url() in links_of(answer)
    assert record.transport.get_absolute_url() in links_of(answer)


def test_an_empty_site_says_that_nothing_was_imported(client: Client, db: None) -> None:
    assert "No records have been imported yet." in text_of(client.get("/"))


def test_the_first_page_costs_the_same_for_more_records(client: Client, record: Record) -> None:
    with counted_queries() as few:
        client.get("/")
    for _ in range(30):
        author = AuthorFactory()
        WorkFactory(by=[author])
        computed(author)
    with counted_queries() as many:
        client.get("/")

    assert few.count == many.count == 9


def test_the_page_about_the_site_is_there(client: Client, record: Record) -> None:
    assert client.get("/about/").status_code == 200


def test_sources_say_how_much_is_held_of_each_exactly_or_about(client: Client, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        WorkSource.objects.create(work=record.engine, source="openalex", record_id=f"W{number}", read_at=timezone.now())
    held = {one.key: one for one in sources_held()}
    assert held["openalex"] == ("openalex", WorkSource.objects.filter(source="openalex").count(), False)
    monkeypatch.setattr("papers.querysets.totals.COUNTED_BELOW", 5)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_worksource")
    about = {one.key: one for one in sources_held()}
    assert about["openalex"] == (*held["openalex"][:2], True)
    with counted_queries() as queries:
        text = text_of(client.get("/about/sources/"))
    assert queries.count == 2
    assert f"OpenAlex about {held['openalex'].records}" in " ".join(text.split())


def test_the_page_of_sources_survives_imports_of_every_state(client: Client, record: Record) -> None:
    ImportRun.objects.create(format="arxiv_atom", origin="listing.xml", state="failed")

    assert client.get("/about/sources/").status_code == 200


# --- Colours ------------------------------------------------------------------------------------------------------


def test_dark_is_remembered_and_auto_forgets_it(client: Client, record: Record) -> None:
    back = record.ada.get_absolute_url()

    answer = client.post("/theme/", {"theme": "dark", "next": back})

    assert answer["Location"] == back
    assert 'data-theme="dark"' in client.get(back).content.decode()
    client.post("/theme/", {"theme": "auto", "next": back})
    assert "data-theme=" not in client.get(back).content.decode()


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "", "/\r\nSet-Cookie: a=b", "/" + "a" * 5000],
)
def test_the_switch_leads_nowhere_else(client: Client, db: None, back: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": back})["Location"] == "/"


def test_the_switch_needs_no_token_and_takes_no_get(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/theme/", {"theme": "dark"}).status_code == 302
    assert strict.get("/theme/").status_code == 405


# --- Copies -------------------------------------------------------------------------------------------------------


def test_a_copy_is_checked_by_its_tag(client: Client, record: Record) -> None:
    first = client.get(record.ada.get_absolute_url())

    again = client.get(record.ada.get_absolute_url(), headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304
    assert again.content == b""


def test_copies_depend_on_the_cookies(client: Client, signed_in: Client, record: Record) -> None:
    address = record.ada.get_absolute_url()
    anonymous = Client().get(address)

    assert "Cookie" in anonymous["Vary"]
    assert "public" in anonymous["Cache-Control"]
    own = signed_in.get(address)
    assert "Cookie" in own["Vary"]
    assert "private" in own["Cache-Control"]
    assert "no-cache" in own["Cache-Control"]
    assert not own.has_header("ETag")


def test_another_theme_is_another_copy(client: Client, record: Record) -> None:
    light = client.get(record.ada.get_absolute_url())
    client.cookies["theme"] = "dark"

    dark = client.get(record.ada.get_absolute_url(), headers={"if-none-match": light["ETag"]})

    assert dark.status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_are_only_read(client: Client, record: Record, method: str) -> None:
    assert getattr(client, method)(record.ada.get_absolute_url()).status_code == 405


# --- Machines -----------------------------------------------------------------------------------------------------


def _locations(body: bytes) -> list[str]:
    return [found.text or "" for found in ET.fromstring(body).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def test_the_sitemap_leads_to_every_page(client: Client, record: Record) -> None:
    WorkFactory(title="A & B < C")
    parts = _locations(client.get("/sitemap.xml").content)
    pages = [page for part in parts for page in _locations(client.get(part.removeprefix("http://testserver")).content)]

    for subject in (record.ada, record.grace, record.emmy, record.engine, record.transport, record.london):
        assert f"http://testserver{subject.get_absolute_url()}" in pages


def test_merged_pages_are_not_in_the_sitemap(client: Client, record: Record) -> None:
    type(record.ada).objects.filter(pk=record.ada.pk).update(merged_into=record.grace)

    assert record.ada.get_absolute_url() not in client.get("/sitemap/researchers-0.xml").content.decode()


@pytest.mark.parametrize("part", ["nothing-0", "papers-99999", "papers-999999999999999999999999", "papers--1"])
def test_parts_that_the_index_does_not_name_are_not_found(client: Client, db: None, part: str) -> None:
    assert client.get(f"/sitemap/{part}.xml").status_code == 404


def test_each_part_of_the_sitemap_costs_one_query(client: Client, record: Record) -> None:
    with counted_queries() as queries:
        client.get("/sitemap/papers-0.xml")

    assert queries.count == 1


def test_crawlers_are_told_what_to_read(client: Client, db: None) -> None:
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /admin/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


def test_browsers_learn_how_to_search_here(client: Client, db: None) -> None:
    body = client.get("/opensearch.xml").content
    ET.fromstring(body)

    assert b"http://testserver/search/?q={searchTerms}" in body
    assert client.get("/favicon.ico")["Location"].startswith("/static/img/icon")


# --- When something is wrong --------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_offers_the_search(client: Client, db: None) -> None:
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is no such page" in text_of(answer)
    assert 'action="/search/"' in answer.content.decode()


def test_every_link_of_the_main_pages_leads_somewhere(client: Client, record: Record) -> None:
    seen: set[str] = set()
    for start in (
        "/",
        record.ada.get_absolute_url(),
        record.engine.get_absolute_url(),
        record.transport.get_absolute_url(),
        "/search/?q=ada",
    ):
        for link in links_of(client.get(start)):
            address = link.removeprefix("http://testserver").partition("#")[0]
            if re.match(r"/(?!static/|accounts/|api/)", address) and address not in seen:
                seen.add(address)
                assert client.get(address).status_code in {200, 302}, f"{address}, linked from {start}"
