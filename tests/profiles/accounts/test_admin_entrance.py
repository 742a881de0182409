"""The administration: the same login, and a second factor that was shown not long ago."""

from __future__ import annotations

import io
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.factories.accounts import authenticator_app, log_in, log_in_with_second_factor, person

pytestmark = pytest.mark.django_db

ADMIN = reverse("admin:index")
LIST = reverse("admin:profiles_user_changelist")


@pytest.fixture
def operator(db):
    return person("operator@example.org", is_staff=True, is_superuser=True)


def way_in(client, address=LIST):
    """Where a request to the administration ends: the addresses on the way, and the last answer."""
    response = client.get(address, follow=True)
    return [where for where, _status in response.redirect_chain], response


def test_a_visitor_goes_to_the_login_of_the_site_and_back(client):
    chain, _last = way_in(client)

    assert chain[-1] == f"{reverse('account_login')}?next={LIST.replace('/', '%2F')}"


def test_the_login_of_the_administration_itself_takes_no_password(client, operator):
    response = client.post(reverse("admin:login"), {"username": "operator@example.org", "password": "engines and looms"})

    assert response["Location"].startswith(reverse("account_login"))
    assert client.session.get("_auth_user_id") is None


def test_who_is_not_on_the_staff_is_refused(client, ada):
    log_in_with_second_factor(client, ada)

    assert way_in(client)[1].status_code == 403


def test_who_has_no_second_factor_is_led_to_set_one_up(client, operator):
    chain, last = way_in(log_in(client, operator))

    assert chain[-1].startswith(reverse("mfa_index"))
    assert "The administration needs a second factor" in last.content.decode()


def test_who_has_one_and_has_not_shown_it_is_asked_for_it(client, operator):
    authenticator_app(operator)

    assert way_in(log_in(client, operator))[0][-1].startswith(reverse("mfa_reauthenticate"))


def test_who_has_a_passkey_only_is_asked_for_that(client, operator):
    Authenticator.objects.create(user=operator, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}})

    response = log_in(client, operator).get(reverse("admin:login"))

    assert response["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))


def test_who_has_shown_it_is_in(client, operator):
    log_in_with_second_factor(client, operator)

    assert client.get(LIST).status_code == 200
    assert client.get(f"{reverse('admin:login')}?next={LIST}")["Location"] == LIST


def test_it_counts_for_eight_hours(client, operator):
    log_in_with_second_factor(client, operator, age=8 * 3600 + 1)

    assert client.get(LIST).status_code == 302


def test_a_factor_that_was_removed_since_counts_no_longer(client, operator):
    log_in_with_second_factor(client, operator)
    Authenticator.objects.all().delete()

    assert client.get(LIST).status_code == 302


def test_anothers_factor_counts_for_nothing(client, operator, ada):
    log_in_with_second_factor(client, operator)
    Authenticator.objects.update(user=ada)

    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example/"])
def test_it_leads_to_no_other_site(client, operator, foreign):
    log_in_with_second_factor(client, operator)

    assert client.get(reverse("admin:login"), {"next": foreign})["Location"] == ADMIN


def test_the_jobs_of_the_administration_cannot_be_posted_to_either(client, operator):
    log_in(client, operator)

    response = client.post(reverse("admin:profiles_user_add"), {"email": "x@example.org", "usable_password": "false"})

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))


def test_providers_secrets_are_not_administered(client, operator):
    from django.contrib import admin

    names = {model._meta.label for model in admin.site._registry}

    assert "account.EmailAddress" in names
    assert not names & {"socialaccount.SocialApp", "socialaccount.SocialToken"}


# --- Playing the app on one machine -----------------------------------------------------------------------------


def test_on_one_machine_a_command_plays_the_app(client, operator):
    said = io.StringIO()
    call_command("second_factor", "operator@example.org", stdout=said)
    code = re.search(r": (\d{6}) ", said.getvalue())
    assert code, said.getvalue()

    client.post(reverse("account_login"), {"login": "operator@example.org", "password": "engines and looms", "next": LIST})
    response = client.post(reverse("mfa_authenticate"), {"code": code[1]})

    assert response["Location"] == LIST
    assert client.get(LIST).status_code == 200


def test_elsewhere_it_plays_nothing(operator, settings):
    settings.EMBEDDED_INSTANCE = ""

    with pytest.raises(CommandError, match="on one machine"):
        call_command("second_factor", "operator@example.org")
    assert Authenticator.objects.count() == 0


def test_it_plays_for_no_unknown_account(db):
    with pytest.raises(CommandError, match="no account"):
        call_command("second_factor", "nobody@example.org")
