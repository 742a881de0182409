"""Addresses: the right slug, merged and erased rows, identifiers of the outside world."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from papers.addresses import institution_address, paper_address, researcher_address, topic_address
from tests.factories.papers import AuthorFactory, AuthorIdentifierFactory, WorkFactory, WorkIdentifierFactory
from tests.papers.pages.conftest import Record


def test_addresses_made_in_bulk_are_those_of_the_rows(record: Record) -> None:
    assert researcher_address(record.ada.pk, "Ada Lovelace") == record.ada.get_absolute_url()
    assert paper_address(record.engine.pk, record.engine.title) == record.engine.get_absolute_url()
    assert topic_address(record.transport.pk, "Optimal transport") == record.transport.get_absolute_url()
    assert institution_address(record.london.pk, "University of London") == record.london.get_absolute_url()


@pytest.mark.parametrize("what", ["ada", "engine", "transport", "london"])
def test_another_slug_leads_to_the_right_one(client: Client, record: Record, what: str) -> None:
    right = getattr(record, what).get_absolute_url()
    short = right.rsplit("/", 2)[0] + "/"

    for address in (short, short + "another-slug/", short + "%F0%9F%90%99/"):
        answer = client.get(address + "?sort=cited")
        assert answer.status_code == 301
        assert answer["Location"] == right + "?sort=cited"
        assert "max-age=300" in answer["Cache-Control"]


@pytest.mark.parametrize("what", ["ada", "engine", "transport", "london"])
def test_a_merged_page_leads_to_its_survivor_for_a_while(client: Client, record: Record, what: str) -> None:
    survivor = getattr(record, what)
    merged = type(survivor).objects.get(pk=survivor.pk)
    merged.pk, merged.merged_into = None, survivor
    for name in ("key", "name_key", "title_key"):
        if hasattr(merged, name):
            setattr(merged, name, "merged away")
    merged.save(force_insert=True)

    answer = client.get(merged.get_absolute_url())

    assert answer.status_code == 301
    assert answer["Location"] == survivor.get_absolute_url()
    assert "max-age=300" in answer["Cache-Control"]


@pytest.mark.parametrize("what", ["ada", "engine", "transport", "london"])
def test_an_erased_page_is_gone(client: Client, record: Record, what: str) -> None:
    erased = getattr(record, what)
    type(erased).objects.filter(pk=erased.pk).update(erased_at=timezone.now())

    assert client.get(erased.get_absolute_url()).status_code == 410


@pytest.mark.parametrize("kind", ["researchers", "papers", "topics", "institutions"])
@pytest.mark.parametrize("key", ["zzzzzzzzz", "000000000", "short", "ILLEGAL!!", "0123456789"])
def test_an_unknown_page_is_not_found(client: Client, db: None, kind: str, key: str) -> None:
    assert client.get(f"/{kind}/{key}/-/").status_code == 404


@pytest.mark.parametrize("address", ["/doi/10.1234/ENGINE", "/doi/10.1234%2Fengine", "/arxiv/2103.00001", "/arxiv/2103.00001v2"])
def test_an_identifier_leads_to_the_paper(client: Client, record: Record, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"] == record.engine.get_absolute_url()


def test_an_old_arxiv_id_with_its_slash_leads_to_the_paper(client: Client, db: None) -> None:
    old = WorkFactory()
    WorkIdentifierFactory(work=old, scheme="arxiv", value="hep-th/9901001")

    assert client.get("/arxiv/hep-th/9901001v3")["Location"] == old.get_absolute_url()


def test_the_doi_that_arxiv_registers_is_the_arxiv_paper(client: Client, record: Record) -> None:
    assert client.get("/doi/10.48550/arXiv.2103.00001")["Location"] == record.engine.get_absolute_url()


def test_an_orcid_leads_to_the_person(client: Client, record: Record) -> None:
    AuthorIdentifierFactory(author=record.ada, scheme="orcid", value="0000-0002-1825-0097")

    assert client.get("/orcid/0000-0002-1825-0097")["Location"] == record.ada.get_absolute_url()
    assert client.get("/orcid/https://orcid.org/0000-0002-1825-0097")["Location"] == record.ada.get_absolute_url()


@pytest.mark.parametrize(
    "address",
    [
        "/doi/10.1/%00",
        "/doi/nonsense",
        "/arxiv/9999.99999",
        "/orcid/0000-0002-1825-0098",
        "/orcid/0009-9990-0000-0427",
        "/doi/10.1234/none",
    ],
)
def test_an_identifier_that_nobody_has_is_not_found(client: Client, db: None, address: str) -> None:
    AuthorFactory()

    assert client.get(address).status_code == 404
