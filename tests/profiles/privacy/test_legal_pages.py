"""The pages that say who operates the site: whole, linked from everywhere, and honest about what nobody filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from profiles.privacy.retention import RULES
from tests.factories.reading import counted_queries, links_of, text_of

PAGES = ("/privacy/", "/terms/", "/imprint/", "/accessibility/", "/contact/")
GAP = "[the operator of this site has not filled this in]"


@pytest.mark.parametrize("address", PAGES)
def test_each_page_is_there_for_everybody_and_asks_the_database_nothing(address, client, db):
    with counted_queries() as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    assert queries.count == 0
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", PAGES)
def test_every_page_leads_there(address, client, db):
    assert address in links_of(client.get("/about/"))
    assert address in links_of(client.get("/no/such/page/"))


@pytest.mark.parametrize("address", ["/imprint/", "/privacy/", "/terms/", "/contact/", "/accessibility/"])
def test_what_nobody_filled_in_is_said_to_be_missing(address, client, settings):
    settings.OPERATOR_NAME = settings.CONTACT_EMAIL = settings.PRIVACY_CONTACT = settings.SECURITY_CONTACT = ""
    assert GAP in text_of(client.get(address))


def test_what_the_operator_filled_in_stands_there(client, settings):
    settings.OPERATOR_NAME = "Library of <Exampleton>"
    settings.OPERATOR_ADDRESS = "1 Loom Street|Exampleton"
    settings.CONTACT_EMAIL = "desk@example.org"
    settings.PRIVACY_CONTACT = "privacy@example.org"
    settings.SECURITY_CONTACT = "https://example.org/report"
    imprint = client.get("/imprint/")
    said = text_of(imprint)
    assert "Library of <Exampleton> 1 Loom Street Exampleton" in said
    assert GAP not in said
    assert {"mailto:desk@example.org", "mailto:privacy@example.org", "https://example.org/report"} <= set(links_of(imprint))
    for address in PAGES:
        assert GAP not in text_of(client.get(address)), address


def test_the_notice_shows_every_rule_of_retention(client):
    said = text_of(client.get("/privacy/"))
    for rule in RULES:
        assert str(rule.what) in said
        assert str(rule.how_long) in said


@time_machine.travel(datetime(2026, 3, 1, 15, 30, tzinfo=UTC), tick=False)
def test_security_txt_is_as_the_rfc_wants_it(client, settings):
    settings.SECURITY_CONTACT = "security@example.org"
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Expires"] == "2026-08-28T00:00:00Z"
    assert datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC) < timedelta(days=365)
    assert fields["Canonical"] == "http://testserver/.well-known/security.txt"
    assert Client().get(fields["Policy"].removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize("said, found", [("", 404), ("by pigeon", 404), ("http://example.org", 404), ("https://example.org/r", 200)])
def test_security_txt_without_a_real_contact_is_no_file(said, found, client, settings, db):
    settings.SECURITY_CONTACT, settings.CONTACT_EMAIL = said, ""
    assert client.get("/.well-known/security.txt").status_code == found


def test_the_general_contact_serves_where_no_other_was_named(client, settings):
    settings.SECURITY_CONTACT, settings.CONTACT_EMAIL = "", "desk@example.org"
    assert "Contact: mailto:desk@example.org" in client.get("/.well-known/security.txt").content.decode()
