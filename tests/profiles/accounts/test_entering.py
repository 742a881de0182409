"""Signing up and in: codes, ways back, what a stranger can learn, and what they cannot."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from profiles.models import OutgoingMail, User
from tests.factories.accounts import TOTP_SECRET, authenticator_app, log_in, person
from tests.profiles.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

CLAIM = "/researchers/?claim=1"
FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "http://collegium.localhost/",
    "javascript:alert(1)",
]
LOGIN, SIGNUP, CODE = reverse("account_login"), reverse("account_signup"), reverse("account_email_verification_sent")


def log_in_by_form(client, email="ada@example.org", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def sign_up(client, email="ada@example.org", **more):
    return client.post(SIGNUP, {"email": email, "password1": PASSWORD, "password2": PASSWORD, **more})


def who(client):
    return client.session.get("_auth_user_id")


# --- Codes and ways back ----------------------------------------------------------------------------------------


def test_ada_signs_up_confirms_by_code_and_lands_where_she_was_going(client, code_for):
    assert sign_up(client, next=CLAIM)["Location"] == CODE
    assert who(client) is None

    response = client.post(CODE, {"code": code_for("ada@example.org")})

    assert response["Location"] == CLAIM
    assert who(client) == str(User.objects.get().pk)
    assert EmailAddress.objects.get().verified


def test_a_wrong_code_confirms_nothing_and_three_of_them_end_it(client, code_for):
    sign_up(client)

    for _ in range(3):
        response = client.post(CODE, {"code": "WRONG1"})
    assert response["Location"] == LOGIN
    client.post(CODE, {"code": code_for("ada@example.org")})

    assert who(client) is None
    assert not EmailAddress.objects.get().verified


def test_a_code_counts_in_the_browser_that_asked_for_it_only(client, other_client, code_for):
    sign_up(client)

    other_client.post(CODE, {"code": code_for("ada@example.org")})

    assert who(other_client) is None


def test_a_login_leads_back(client, ada):
    assert f'value="{CLAIM}"' in client.get(LOGIN, {"next": CLAIM}).content.decode()
    assert log_in_by_form(client, next=CLAIM)["Location"] == CLAIM


def test_the_way_from_the_login_to_the_sign_up_keeps_where_one_was_going(client):
    page = client.get(LOGIN, {"next": "/papers/x/"}).content.decode()

    assert re.search(r'href="/accounts/signup/\?next=(%2F|/)papers', page)
    assert re.search(r'href="/accounts/login/code/\?next=(%2F|/)papers', page)


@pytest.mark.parametrize("address", FOREIGN)
def test_nobody_is_led_to_another_site(client, ada, code_for, address):
    assert log_in_by_form(client, next=address)["Location"] == "/"
    client.post(reverse("account_logout"))

    sign_up(client, "grace@example.org", next=address)
    assert client.post(CODE, {"code": code_for("grace@example.org")})["Location"] == "/"

    assert client.post(reverse("account_logout"), {"next": address})["Location"] == "/"


def test_a_code_takes_the_place_of_the_password(client, ada, code_for):
    page = client.post(reverse("account_request_login_code"), {"email": "ada@example.org", "next": CLAIM}, follow=True)
    assert f'name="next" value="{CLAIM}"' in page.content.decode()

    response = client.post(reverse("account_confirm_login_code"), {"code": code_for("ada@example.org"), "next": CLAIM})

    assert response["Location"] == CLAIM
    assert who(client) == str(ada.pk)


def test_a_forgotten_password_is_chosen_anew_by_the_link_and_ends_other_sessions(client, other_client, ada, letters):
    log_in_by_form(other_client)
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    link = re.search(r"http://testserver(/\S+)", letters("ada@example.org")[-1].text)[1]

    form = client.get(link)["Location"]
    client.post(form, {"password1": "an entirely new one", "password2": "an entirely new one"})

    ada.refresh_from_db()
    assert ada.check_password("an entirely new one")
    assert client.get(link).status_code == 200, "the link works once"
    assert other_client.get(reverse("account_email")).status_code == 302


def test_a_second_factor_is_asked_for_after_the_password_and_leads_back(client, ada):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    authenticator_app(ada)

    assert log_in_by_form(client, next=CLAIM)["Location"] == reverse("mfa_authenticate")
    assert who(client) is None
    code = format_hotp_value(hotp_value(TOTP_SECRET, next(yield_hotp_counters_from_time())))
    response = client.post(reverse("mfa_authenticate"), {"code": code})

    assert response["Location"] == CLAIM
    assert who(client) == str(ada.pk)


def test_the_secret_of_an_app_does_not_lie_readable_in_the_database(ada, settings):
    app = authenticator_app(ada)

    assert TOTP_SECRET not in str(app.data)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key after a change"
    assert app.wrap().validate_code("000000") is False  # it could be read; it is just not the code
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="SECRET_KEY_FALLBACKS"):
        app.wrap().validate_code("000000")


# --- What a stranger can learn ----------------------------------------------------------------------------------


def without_tokens(response):
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]+', rb"\1", response.content)


@pytest.fixture
def count_hashes(monkeypatch):
    """How often a password was hashed, however that came about."""
    counted: list[str] = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode
    monkeypatch.setattr(
        hasher, "encode", lambda self, password, salt, *more: (counted.append(salt), encode(self, password, salt, *more))[1]
    )
    return counted


def test_a_login_with_an_unknown_address_looks_and_costs_like_one_with_a_wrong_password(ada, count_hashes):
    stranger = Client()
    known = log_in_by_form(stranger, "ada@example.org", "wrong guess here")
    spent_on_known = len(count_hashes)
    count_hashes.clear()
    unknown = log_in_by_form(stranger, "xyz@example.org", "wrong guess here")

    assert spent_on_known == len(count_hashes) == 1
    assert without_tokens(known).replace(b"ada@", b"xyz@") == without_tokens(unknown)
    assert known.status_code == unknown.status_code == 200
    assert dict(known.headers) == dict(unknown.headers)


def test_an_account_without_a_password_costs_the_same(db, count_hashes):
    person("ada@example.org", None)
    count_hashes.clear()

    log_in_by_form(Client(), "ada@example.org", "wrong guess here")

    assert len(count_hashes) == 1


@pytest.mark.parametrize("name", ["account_reset_password", "account_request_login_code"])
def test_asking_for_a_mail_tells_nothing_about_an_address(ada, name):
    known, unknown = Client(), Client()

    answers = [
        (browser.post(reverse(name), {"email": email}), browser)
        for browser, email in ((known, "ada@example.org"), (unknown, "xyz@example.org"))
    ]
    pages = [without_tokens(browser.get(answer["Location"])) for answer, browser in answers]

    assert answers[0][0].status_code == answers[1][0].status_code == 302
    assert answers[0][0]["Location"] == answers[1][0]["Location"]
    assert pages[0].replace(b"ada@", b"xyz@") == pages[1]
    assert OutgoingMail.objects.count() == 2, "each address gets a mail, so that sending takes no time of its own"


def test_signing_up_tells_nothing_about_an_address(ada, letters, count_hashes):
    taken, free = Client(), Client()

    answers, spent = [], []
    for browser, email in ((taken, "ada@example.org"), (free, "xyz@example.org")):
        answers.append(sign_up(browser, email))
        spent.append(len(count_hashes))
        count_hashes.clear()
    assert spent == [1, 1]
    pages = [without_tokens(browser.get(answer["Location"])) for browser, answer in zip((taken, free), answers, strict=True)]

    assert answers[0]["Location"] == answers[1]["Location"] == CODE
    assert pages[0].replace(b"ada@", b"xyz@") == pages[1]
    assert letters("ada@example.org")[-1].kind == "account-exists"
    assert User.objects.filter(email="ada@example.org").count() == 1


def test_only_as_many_attempts_as_the_limit_and_a_forged_header_does_not_help(ada, settings):
    settings.TRUSTED_PROXIES = 1
    cache.clear()
    statuses = []
    for attempt in range(12):
        forged = f"203.0.113.{attempt}, 198.51.100.7"  # the last entry is our proxy's, the first is whatever they wrote
        answer = Client().post(LOGIN, {"login": f"someone{attempt}@example.org", "password": "guess"}, headers={"X-Forwarded-For": forged})
        statuses.append(b"Too many attempts" in answer.content)

    assert statuses[:10] == [False] * 10
    assert statuses[10:] == [True, True]


def test_guessing_one_password_stops_after_five_attempts_from_wherever(ada, settings):
    settings.TRUSTED_PROXIES = 1
    refused = []
    for attempt in range(6):
        answer = Client().post(
            LOGIN, {"login": "ada@example.org", "password": "guess"}, headers={"X-Forwarded-For": f"198.51.100.{attempt}"}
        )
        refused.append(b"Too many attempts" in answer.content)

    assert refused == [False] * 5 + [True]


def test_sign_ups_are_limited_too(settings):
    answers = [sign_up(Client(), f"someone{number}@example.org").status_code for number in range(21)]

    assert answers[:20] == [302] * 20
    assert answers[20] == 429


# --- Sessions ---------------------------------------------------------------------------------------------------


def test_the_key_of_a_session_changes_at_login(client, ada):
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})  # begins a session before anybody is logged in
    before = client.session.session_key

    log_in_by_form(client)

    assert before
    assert client.session.session_key != before
    planted = Client()
    planted.cookies["sessionid"] = before
    assert planted.get(reverse("account_email")).status_code == 302


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_logout", "account_reset_password", "mfa_login_webauthn", "orcid_login"]
)
def test_forms_want_their_token(ada, name):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada) if name == "account_logout" else None

    assert strict.post(reverse(name), {"login": "ada@example.org", "password": PASSWORD}).status_code == 403


def test_following_a_link_does_not_log_out(client, ada):
    log_in(client, ada)

    assert client.get(reverse("account_logout")).status_code == 200
    assert who(client) == str(ada.pk)
    client.post(reverse("account_logout"))
    assert who(client) is None


def test_all_other_sessions_can_be_ended(client, other_client, ada):
    log_in_by_form(client)
    log_in_by_form(other_client)
    assert client.get(reverse("usersessions_list")).content.count(b"Since ") == 2

    client.post(reverse("usersessions_list"))

    assert other_client.get(reverse("account_email")).status_code == 302
    assert client.get(reverse("account_email")).status_code == 200


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn"])
def test_a_change_that_protects_the_account_wants_a_fresh_login(client, ada, name):
    log_in(client, ada, fresh=False)

    assert client.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate"))


def test_passwords_are_hashed_with_argon2_outside_of_tests():
    from config.settings import base

    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
