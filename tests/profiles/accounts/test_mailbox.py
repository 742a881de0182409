"""The mailbox of one machine, which no deployment has."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import override_settings
from django.urls import Resolver404, include, path, resolve

from config import urls as site

BACKEND = "config.mailbox.backend.MailboxBackend"
urlpatterns = [*site.urlpatterns, path("dev/mailbox/", include("config.mailbox.urls"))]


@pytest.fixture
def box(settings, tmp_path, db):
    """A mailbox with two mails."""
    settings.MAILBOX_FOLDER = tmp_path / "box"
    settings.ROOT_URLCONF = __name__
    with get_connection(BACKEND) as backend:
        for number in (1, 2):
            sent = EmailMultiAlternatives(
                f"Mail {number} <b>",
                f"Ünïcode, see http://testserver/somewhere/?n={number} <script>",
                to=["ada@example.org"],
                connection=backend,
            )
            sent.attach_alternative("<!doctype html><html><head></head><body><script>alert(1)</script>As HTML</body></html>", "text/html")
            sent.send()
    return sorted((path.stem for path in settings.MAILBOX_FOLDER.glob("*.eml")), reverse=True)


def test_mails_are_listed_newest_first(client, box):
    page = client.get("/dev/mailbox/").content.decode()

    assert page.index("Mail 2 &lt;b&gt;") < page.index("Mail 1")


def test_a_mail_shows_its_text_with_links(client, box):
    response = client.get(f"/dev/mailbox/{box[0]}/")
    page = response.content.decode()

    assert '<a href="http://testserver/somewhere/?n=2"' in page
    assert "Ünïcode" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "frame-src 'self'" in response["Content-Security-Policy"]


def test_its_html_has_a_policy_of_its_own(client, box):
    response = client.get(f"/dev/mailbox/{box[0]}/html/")

    assert b"As HTML" in response.content
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e%2fsettings", "a" * 300])
def test_what_is_not_there_is_not_found(client, box, name):
    assert client.get(f"/dev/mailbox/{name}/").status_code == 404


def test_without_the_setting_there_is_no_such_page(client):
    with pytest.raises(Resolver404):
        resolve("/dev/mailbox/")
    assert client.get("/dev/mailbox/").status_code == 404


@override_settings(ROOT_URLCONF=__name__)
def test_even_mounted_it_shows_nothing_without_the_setting(client):
    assert client.get("/dev/mailbox/").status_code == 404


def test_only_the_latest_are_kept(box, settings, monkeypatch):
    monkeypatch.setattr("config.mailbox.backend.MOST_KEPT", 3)
    with get_connection(BACKEND) as backend:
        for _ in range(5):
            EmailMultiAlternatives("More", "More", to=["ada@example.org"], connection=backend).send()

    assert len(list(settings.MAILBOX_FOLDER.glob("*.eml"))) == 3
