"""A session ends while its owner writes: what they typed is there when they have logged in again."""

from __future__ import annotations

import pytest
from django.test import Client

from profiles.models import Profile
from profiles.views import typed
from tests.factories.reading import text_of
from tests.profiles.owners.conftest import People

pytestmark = pytest.mark.django_db
EDIT, KEPT = "/settings/profile/", "/accounts/typed/"
KEY = "1d2efd20-da6d-460a-a9db-353e4bef1234"
WRITTEN = "I weave.\nAnd when I do not weave, I keep books."


def test_what_was_sent_too_late_is_shown_after_logging_in_and_done_only_when_sent_again(people: People, client: Client) -> None:
    sent = {"display_name": "Ada Quillmere", "biography": WRITTEN, "links-TOTAL_FORMS": "0", "links-INITIAL_FORMS": "0"}
    away = client.post(EDIT, {**sent, "csrfmiddlewaretoken": "secret"})
    assert away["Location"] == f"/accounts/login/?next={KEPT}"
    assert Client().get(KEPT)["Location"].startswith("/accounts/login/")

    client.force_login(people.ada)
    page = client.get(KEPT)
    assert WRITTEN in page.content.decode()
    assert "Biography" in text_of(page)
    assert '<input type="hidden" name="links-TOTAL_FORMS" value="0">' in page.content.decode()
    assert "secret" not in page.content.decode()
    assert f'action="{EDIT}"' in page.content.decode()
    assert Profile.objects.get(user=people.ada).biography != WRITTEN

    client.post(EDIT, sent)
    assert Profile.objects.get(user=people.ada).biography == WRITTEN


def test_it_can_be_thrown_away_and_nobody_else_sees_it(people: People, client: Client) -> None:
    client.post(f"{people.graces_page.get_absolute_url()}invite/", {"topic": "Looms", "ask": WRITTEN, "token": KEY})
    stranger = Client()
    stranger.force_login(people.emmy)
    assert stranger.get(KEPT)["Location"] == "/"

    client.force_login(people.ada)
    assert "Looms" in client.get(KEPT).content.decode()
    assert f'<input type="hidden" name="token" value="{KEY}">' in client.get(KEPT).content.decode()
    assert client.post(KEPT)["Location"].endswith("/invite/")
    assert client.get(KEPT)["Location"] == "/"


def test_what_is_too_much_is_not_kept(people: People, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "MOST_AN_HOUR", 1)
    late = {"biography": WRITTEN}
    assert client.post(EDIT, {"biography": "x" * (typed.MOST_CHARACTERS + 1)})["Location"].endswith(f"next={EDIT}")
    assert client.post(EDIT, late, REMOTE_ADDR="192.0.2.77")["Location"].endswith(KEPT)
    assert client.post(EDIT, late, REMOTE_ADDR="192.0.2.77")["Location"].endswith(f"next={EDIT}")


def test_what_is_pasted_is_never_cut_without_a_word(people: People, client: Client) -> None:
    client.force_login(people.ada)
    page = client.get(EDIT).content.decode()
    assert 'name="biography"' in page
    assert "maxlength" not in page.split('name="biography"')[1].split(">")[0]
    long = "ä" * 30_000
    shown = client.post(EDIT, {"display_name": "Ada", "biography": long, "links-TOTAL_FORMS": "0", "links-INITIAL_FORMS": "0"})
    assert long in shown.content.decode()
    assert "Ensure this value has at most" in text_of(shown)
    lines = "a\r\n" * 1000
    client.post(EDIT, {"display_name": "Ada", "biography": lines, "links-TOTAL_FORMS": "0", "links-INITIAL_FORMS": "0"})
    assert Profile.objects.get(user=people.ada).biography == lines.replace("\r\n", "\n").strip()
