"""Ada claims her page; Grace and Emmy write with her. The network is a server on this machine."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
from allauth.socialaccount.models import SocialAccount

from papers.models import Authorship
from profiles.evidence import reading
from tests.factories.people import account, claim_by, page_of
from tests.factories.web import answering, web

ADA_ORCID = "0000-0002-1825-0097"
GRACE_ORCID = "0009-9990-0000-0427"


@pytest.fixture(autouse=True)
def private_root(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    settings.SERVICE_ADDRESSES = {**settings.SERVICE_ADDRESSES, "orcid": "https://pub.orcid.example/v3.0"}


@pytest.fixture
def ada():
    return account("ada")


@pytest.fixture
def page():
    return page_of("ada")


@pytest.fixture
def claim(ada, page):
    return claim_by(ada, page)


def sign_in_with(user, orcid=ADA_ORCID):
    return SocialAccount.objects.create(user=user, provider="orcid", uid=orcid)


def on_works_of(author, **fields):
    """Set columns on all authorships of a page."""
    Authorship.objects.filter(author=author).update(**fields)


@pytest.fixture
def internet(monkeypatch):
    """``with internet({path: answer}) as net``: what evidence is read from, under whatever name."""

    @contextmanager
    def opened(pages, names=("example.edu", "pub.orcid.example", "code.example.org")):
        script = pages if callable(pages) else answering(pages)
        with web(script, names=names) as net:
            monkeypatch.setattr(reading, "page_client", net.client)
            monkeypatch.setattr(
                reading, "record_client", lambda: replace(net.client(), accept=frozenset({"application/json"}), limits=reading.ORCID_LIMITS)
            )
            yield net

    return opened


@pytest.fixture
def no_internet(monkeypatch):
    """Any request outside fails the test."""

    def forbidden():
        pytest.fail("the network was asked")

    monkeypatch.setattr(reading, "page_client", forbidden)
    monkeypatch.setattr(reading, "record_client", forbidden)
