"""Ada and Grace with accounts, Emmy on the staff, and the mails that they get."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from config.lib.sign_in import OrcidAddress
from profiles.models import OutgoingMail
from tests.factories.accounts import person
from tests.live.orcid_server import Orcid, orcid_server

PASSWORD = "engines and looms"
ADA_ORCID, GRACE_ORCID = "0000-0002-1825-0097", "0000-0002-1694-233X"


@pytest.fixture
def ada(db):
    return person("ada@example.org", PASSWORD)


@pytest.fixture
def grace(db):
    return person("grace@example.org", PASSWORD)


@pytest.fixture
def emmy(db):
    """She is on the staff."""
    return person("emmy@example.org", PASSWORD, is_staff=True)


@pytest.fixture
def other_client():
    """A second browser."""
    return Client()


@pytest.fixture
def letters(db):
    """The mails written to an address, oldest first."""

    def written(to: str) -> list[OutgoingMail]:
        return list(OutgoingMail.objects.filter(to__iexact=to).order_by("pk"))

    return written


@pytest.fixture
def code_for(letters):
    """The code in the latest mail to an address."""

    def code(to: str) -> str:
        found = re.search(r"^    (\S+)$", letters(to)[-1].text, re.MULTILINE)
        assert found, letters(to)[-1].text
        return found[1]

    return code


@pytest.fixture
def orcid(settings) -> Iterator[Orcid]:
    """ORCID, played on this machine, where Ada and Grace can sign in."""
    with orcid_server({ADA_ORCID: "Ada Quillmere", GRACE_ORCID: "Grace Farrowgate"}) as server:
        settings.ORCID_ADDRESS = OrcidAddress(server.origin, server.origin)
        settings.SOCIALACCOUNT_PROVIDERS = {"orcid": {"APPS": [{"client_id": server.client_id, "secret": server.client_secret}]}}
        yield server


@pytest.fixture
def sign_in(orcid):
    """Somebody goes to ORCID with a browser, allows it there, and comes back: the answer of our callback."""

    def go(client: Client, who: str, *, query: str = ""):
        from urllib.parse import parse_qs, urlsplit

        away = client.post(f"/accounts/orcid/login/{query}")
        assert away.status_code == 302, away.content
        asked = parse_qs(urlsplit(away["Location"]).query)
        code = orcid.authorise(who, asked["redirect_uri"][0])
        return client.get("/accounts/orcid/login/callback/", {"code": code, "state": asked["state"][0]})

    return go
