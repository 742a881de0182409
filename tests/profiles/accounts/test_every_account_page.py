"""Every page of an account, as those see it who may: in our frame, under the policy, and not for others."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from tests.factories.accounts import authenticator_app, log_in
from tests.profiles.accounts.conftest import ADA_ORCID

pytestmark = pytest.mark.django_db

ENTRANCES = [
    "account_login",
    "account_signup",
    "account_signup_by_passkey",
    "account_reset_password",
    "account_reset_password_done",
    "account_request_login_code",
    "account_inactive",
    "socialaccount_login_cancelled",
    "orcid_login",
]
OWN = [
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "socialaccount_connections",
    "usersessions_list",
]
PROTECTED = ["mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_reauthenticate"]


def assert_is_ours(response):
    text = response.content.decode()
    assert response.status_code == 200, response.status_code
    assert '<a class="skip"' in text, "not in our frame"
    assert "<h1" in text
    assert "noindex" in text
    assert "'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("name", ENTRANCES)
def test_a_visitor_sees_the_entrances(client, name):
    assert_is_ours(client.get(reverse(name)))


@pytest.mark.parametrize("name", [*(name for name in OWN if name != "account_logout"), *PROTECTED, "account_set_password"])
def test_a_visitor_is_led_to_the_login_and_back(client, name):
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert f"next={reverse(name)}" in unquote(response["Location"])


@pytest.mark.parametrize("name", OWN)
def test_somebody_sees_their_own_pages(client, ada, name):
    assert_is_ours(log_in(client, ada).get(reverse(name)))


@pytest.mark.parametrize("name", PROTECTED)
def test_somebody_with_a_second_factor_sees_the_pages_about_it(client, ada, name):
    authenticator_app(ada)
    RecoveryCodes.activate(ada)

    assert_is_ours(log_in(client, ada).get(reverse(name)))


def test_recovery_codes_are_downloaded_as_text(client, ada):
    authenticator_app(ada)
    codes = RecoveryCodes.activate(ada).get_unused_codes()

    response = log_in(client, ada).get(reverse("mfa_download_recovery_codes"))

    assert response["Content-Type"].startswith("text/plain")
    assert response.content.decode().split() == codes


def test_somebody_without_a_password_sets_one(client, db):
    from tests.factories.accounts import person

    orphan = person("ada@example.org", None)
    authenticator_app(orphan)

    assert_is_ours(log_in(client, orphan).get(reverse("account_set_password")))


def test_connected_accounts_are_listed(client, ada):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)

    response = log_in(client, ada).get(reverse("socialaccount_connections"))

    assert_is_ours(response)
    assert ADA_ORCID in response.content.decode()


def test_a_passkey_of_another_cannot_be_renamed_or_removed(client, ada, grace):
    key = Authenticator.objects.create(user=grace, type=Authenticator.Type.WEBAUTHN, data={"name": "Grace's key", "credential": {}})
    log_in(client, ada)

    assert client.get(reverse("mfa_edit_webauthn", args=[key.pk])).status_code == 404
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password", "account_request_login_code"])
@pytest.mark.parametrize("typed", ["\x00", "a" * 5000, "ада@пример.рф", "🙂@🙂", "ada@example.org\r\nBcc: x@example.org"])
def test_whatever_is_typed_gets_an_answer(client, name, typed):
    told = {"email": typed, "login": typed, "password": typed, "password1": typed, "password2": typed, "next": typed, "remember": typed}

    assert client.post(reverse(name), told).status_code in {200, 302, 429}


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", '"x"', '{"id": 1}', '{"id":"AA","rawId":"AA","type":"public-key","response":{}}', "\x00"]
)
def test_whatever_comes_as_a_passkey_gets_an_answer(client, ada, credential):
    assert client.post(reverse("mfa_login_webauthn"), {"credential": credential}).status_code in {200, 302, 403}
    log_in(client, ada)
    client.get(reverse("mfa_add_webauthn"))
    assert client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": credential}).status_code in {200, 302}
