"""Access tokens: made after a proof of who asks, shown once, kept as a hash, told by mail, ended at will and by time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from profiles.accounts.tokens import MOST, end_token, known_token, make_token
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import AccessToken, OutgoingMail
from profiles.privacy.erasure import erase_account
from profiles.privacy.parts import parts
from profiles.privacy.retention import forget_access_tokens
from tests.factories.accounts import log_in
from tests.factories.people import account
from tests.factories.reading import counted_queries, text_of
from tests.factories.tokens import Program, program_of

pytestmark = pytest.mark.django_db
NEW = "/settings/tokens/new/"
FORM = {"name": "Reading list", "scopes": ["follow:read"], "days": "30"}


def test_a_token_is_shown_once_kept_as_a_hash_and_told_by_mail():
    ada = account("ada")
    stale = log_in(Client(), ada, fresh=False)
    assert "reauthenticate" in stale.get(NEW).url, "who asks is proven first"

    client = log_in(Client(), ada)
    answer = client.post(NEW, FORM)
    token = re.findall(r'value="(collegium_[^"]+)"', answer.content.decode())[0]
    assert "no-store" in answer["Cache-Control"]
    row = AccessToken.objects.get()
    assert token not in str(AccessToken.objects.values().get())
    assert Program(token)("get", "token/").json()["scopes"] == ["follow:read"]
    listed = text_of(client.get(reverse("profiles:tokens")))
    assert row.beginning in listed
    assert token not in listed
    assert "Last used on" in listed
    mail = OutgoingMail.objects.get(kind="token-made")
    assert "Reading list" in mail.text
    assert token not in mail.text + mail.html
    assert "You have a token of this name already" in text_of(client.post(NEW, FORM)), "a form that is sent twice makes one"

    assert log_in(Client(), account("mo")).post(reverse("profiles:token-end", args=[row.pk])).status_code == 404
    client.post(reverse("profiles:token-end", args=[row.pk]))
    assert Program(token)("get", "token/").status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"days": "4000"}, {"name": "\x00"}, {"name": " . "}, {"name": "x" * 81}]
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(wrong):
    answer = log_in(Client(), account("ada")).post(NEW, FORM | wrong)
    assert answer.status_code == 200
    assert 'class="errors"' in answer.content.decode()
    assert not AccessToken.objects.exists()
    if "name" not in wrong:
        assert "Reading list" in answer.content.decode()


def test_tokens_end_by_time_by_a_new_password_with_the_account_and_by_themselves():
    ada = account("ada")
    made = make_token(user=ada, name="Short", scopes=["follow:read"], days=30)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert known_token(made.token) is None
        assert "works no more" in text_of(log_in(Client(), ada).get(reverse("profiles:tokens")))
        assert forget_access_tokens(timezone.now()) == 0
        assert forget_access_tokens(timezone.now() + timedelta(days=30)) == 1
    made = make_token(user=ada, name="Password", scopes=["follow:read"], days=30)
    ada.is_active = False
    ada.save()
    assert known_token(made.token) is None
    ada.is_active = True
    ada.set_password("another one, for looms")
    ada.save()
    assert known_token(made.token) is None
    ends_itself = program_of(ada)
    assert ends_itself("delete", "token/").status_code == 204
    assert ends_itself("get", "token/").status_code == 401
    kept = next(part for part in parts() if part.key == "access-tokens")
    assert [row["name"] for row in kept.collect(ada)] == ["Password"]
    erase_account(user=ada)
    assert not AccessToken.objects.exists()


def test_limits_and_constraints():
    ada = account("ada")
    for number in range(MOST):
        make_token(user=ada, name=str(number), scopes=["follow:read"], days=30)
    with pytest.raises(LimitReachedError):
        make_token(user=ada, name="more", scopes=["follow:read"], days=30)
    assert "which is the most" in text_of(log_in(Client(), ada).get(reverse("profiles:tokens")))
    with pytest.raises(NotAllowedError):
        make_token(user=account("mo", confirmed=False), name="x", scopes=["follow:read"], days=30)
    with pytest.raises(NotAllowedError):
        end_token(token=AccessToken.objects.first(), user=account("grace"))
    for wrong in ({"scopes": []}, {"expires_at": timezone.now() + timedelta(days=4000)}, {"name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessToken.objects.filter(name="1").update(**wrong)
    with counted_queries() as few:
        log_in(Client(), ada).get(reverse("profiles:tokens"))
    AccessToken.objects.exclude(name="1").delete()
    with pytest.raises(WrongStateError):
        make_token(user=ada, name="1", scopes=["follow:read"], days=30)
    with counted_queries() as fewer:
        log_in(Client(), ada).get(reverse("profiles:tokens"))
    assert few.count == fewer.count


def test_without_a_token_that_works_nothing_is_told_and_guesses_are_counted(settings, client):
    settings.API_LIMITS = {"minute": 6, "hour": 0}
    for header in (None, "Basic YWRhOmFkYQ==", "Bearer", "Bearer \xff\x00", f"Bearer collegium_{'x' * 43}", f"Bearer {'x' * 9000}"):
        answer = client.get("/api/v1/following/", headers={"authorization": header} if header else {})
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json"), header
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert "Access-Control-Allow-Origin" not in answer
    assert client.get("/api/v1/following/").status_code == 429
    cache.clear()
    log_in(client, account("ada"))
    assert client.get("/api/v1/following/").status_code == 401, "a session opens nothing here"


def test_an_account_is_counted_whatever_number_of_addresses_it_asks_from(settings):
    settings.API_LIMITS = {"minute": 3, "hour": 0}
    ada = account("ada")
    programs = [program_of(ada, "follow:read"), program_of(ada, "follow:write")]
    codes = [programs[turn % 2].client.get("/api/v1/token/", REMOTE_ADDR=f"192.0.2.{turn}").status_code for turn in range(4)]
    assert codes == [200, 200, 200, 429]
