"""Another main address or ORCID iD: a fresh login, three days, and a word to the old address, which can stop it."""

from __future__ import annotations

import contextlib
import re
import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from profiles.accounts import changes
from profiles.accounts.tokens import known_token, make_token
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import AccountChange, ChangeKind, User
from tests.factories.accounts import log_in, person
from tests.profiles.accounts.conftest import ADA_ORCID, GRACE_ORCID, PASSWORD

pytestmark = pytest.mark.django_db

EMAIL = reverse("account_email")
NEW = "ada@new.example.org"
THREE_DAYS = timedelta(hours=72)


@pytest.fixture
def second(ada):
    """Ada's second address, confirmed."""
    return EmailAddress.objects.create(user=ada, email=NEW, verified=True)


@pytest.fixture
def asked(ada, second):
    """Ada asked for the second address to be the main one."""
    return changes.ask(user=ada, kind=ChangeKind.EMAIL, old_value="ada@example.org", new_value=NEW)


def later(hours: float):
    return timezone.now() + timedelta(hours=hours)


def main_address(user):
    user.refresh_from_db()
    assert EmailAddress.objects.get(user=user, primary=True).email == user.email
    return user.email


def stop_link(letter):
    return re.search(r"http://testserver(/accounts/changes/stop/\S+)", letter.text)[1]


# --- Asking -----------------------------------------------------------------------------------------------------


def test_another_main_address_waits_and_the_old_one_is_told(client, ada, second, letters):
    log_in(client, ada)

    page = client.post(EMAIL, {"action_primary": "", "email": NEW}, follow=True).content.decode()

    assert main_address(ada) == "ada@example.org"
    change = AccountChange.objects.get()
    assert change.takes_effect_at - change.asked_at == THREE_DAYS
    assert "Changes that wait" in page
    [letter] = letters("ada@example.org")
    assert (letter.kind, letter.is_essential) == ("account-change-asked", True)
    assert NEW in letter.text
    assert letters(NEW) == []


def test_it_wants_a_fresh_login(client, ada, second):
    log_in(client, ada, fresh=False)

    response = client.post(EMAIL, {"action_primary": "", "email": NEW})

    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert AccountChange.objects.count() == 0
    done = client.post(response["Location"], {"password": PASSWORD, "next": EMAIL}, follow=True)
    assert done.status_code == 200
    assert AccountChange.objects.count() == 1, "what was asked for is taken up where it was left"


def test_a_second_address_is_added_at_once_by_a_code(client, ada, code_for):
    log_in(client, ada)

    client.post(EMAIL, {"action_add": "", "email": NEW})
    client.post(reverse("account_email_verification_sent"), {"code": code_for(NEW)})

    assert EmailAddress.objects.get(email=NEW).verified
    assert main_address(ada) == "ada@example.org"


def test_an_unconfirmed_address_is_removed_at_once_and_a_confirmed_one_waits(client, ada, second, letters):
    EmailAddress.objects.create(user=ada, email="typo@example.org")
    log_in(client, ada)

    client.post(EMAIL, {"action_remove": "", "email": "typo@example.org"})
    client.post(EMAIL, {"action_remove": "", "email": NEW})

    assert set(EmailAddress.objects.values_list("email", flat=True)) == {"ada@example.org", NEW}
    assert {letter.kind for letter in letters(NEW)} == {"account-change-asked"}
    assert {letter.kind for letter in letters("ada@example.org")} >= {"account-change-asked"}


def test_the_main_address_is_not_removed(client, ada, second):
    log_in(client, ada)

    client.post(EMAIL, {"action_remove": "", "email": "ada@example.org"})

    assert AccountChange.objects.count() == 0
    assert EmailAddress.objects.count() == 2


def test_another_persons_address_cannot_be_touched(client, ada, grace):
    log_in(client, ada)

    for action in ("action_primary", "action_remove", "action_send"):
        client.post(EMAIL, {action: "", "email": "grace@example.org"})

    assert AccountChange.objects.count() == 0
    assert main_address(grace) == "grace@example.org"


def test_the_same_is_not_asked_for_twice(ada, asked):
    with pytest.raises(WrongStateError):
        changes.ask(user=ada, kind=ChangeKind.EMAIL, old_value="ada@example.org", new_value=NEW)


@pytest.mark.parametrize("to", ["nobody@example.org", "grace@example.org", "ada@example.org"])
def test_only_a_confirmed_address_of_ones_own_can_become_the_main_one(ada, grace, to):
    with pytest.raises(NotAllowedError):
        changes.ask(user=ada, kind=ChangeKind.EMAIL, old_value="ada@example.org", new_value=to)


def test_asking_and_stopping_does_not_flood_anybody_with_mails(ada, second, letters):
    for _ in range(10):
        changes.cancel(change=changes.ask(user=ada, kind=ChangeKind.EMAIL, old_value="ada@example.org", new_value=NEW))

    with pytest.raises(LimitReachedError):
        changes.ask(user=ada, kind=ChangeKind.EMAIL, old_value="ada@example.org", new_value=NEW)
    assert len(letters("ada@example.org")) == 20


# --- Taking effect ----------------------------------------------------------------------------------------------


def test_it_takes_effect_after_three_days_and_not_before(ada, asked, letters):
    assert changes.carry_out_due(at=later(71.9)) == 0
    assert main_address(ada) == "ada@example.org"

    assert changes.carry_out_due(at=later(72.1)) == 1

    assert main_address(ada) == NEW
    assert letters("ada@example.org")[-1].kind == letters(NEW)[-1].kind == "account-change-done"
    assert EmailAddress.objects.count() == 2, "the old address stays, as a second one"
    assert changes.carry_out_due(at=later(73)) == 0


def test_the_database_itself_holds_the_wait(asked):
    for change in ({"takes_effect_at": asked.asked_at + timedelta(hours=71)}, {"done_at": asked.asked_at + timedelta(hours=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountChange.objects.filter(pk=asked.pk).update(**change)


def test_what_no_longer_fits_is_given_up_and_told(ada, asked, letters):
    EmailAddress.objects.filter(email=NEW).delete()

    changes.carry_out_due(at=later(73))

    assert main_address(ada) == "ada@example.org"
    asked.refresh_from_db()
    assert asked.cancelled_at
    assert letters("ada@example.org")[-1].kind == "account-change-stopped"


def test_an_address_that_another_account_took_meanwhile_is_not_taken_from_it(ada, asked):
    User.objects.create_user(NEW.upper())

    changes.carry_out_due(at=later(73))

    assert main_address(ada) == "ada@example.org"


def test_one_change_that_fails_holds_up_no_other(ada, grace, asked):
    EmailAddress.objects.filter(email=NEW).delete()
    EmailAddress.objects.create(user=grace, email="g2@example.org", verified=True)
    changes.ask(user=grace, kind=ChangeKind.EMAIL, old_value="grace@example.org", new_value="g2@example.org")

    changes.carry_out_due(at=later(73))

    assert main_address(grace) == "g2@example.org"


def test_orcid_is_replaced_and_disconnected_after_the_wait(ada, letters):
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    changes.ask(user=ada, kind=ChangeKind.ORCID, old_value=ADA_ORCID, new_value=GRACE_ORCID)
    changes.carry_out_due(at=later(73))
    assert SocialAccount.objects.get().uid == GRACE_ORCID

    changes.ask(user=ada, kind=ChangeKind.ORCID_REMOVAL, old_value=GRACE_ORCID)
    changes.carry_out_due(at=later(73))

    assert SocialAccount.objects.count() == 0


def test_disconnecting_orcid_by_the_page_waits(client, ada):
    account = SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)
    log_in(client, ada)

    client.post(reverse("socialaccount_connections"), {"account": account.pk})

    assert SocialAccount.objects.count() == 1
    assert AccountChange.objects.get().kind == "orcid-removal"


def test_anothers_connection_cannot_be_given_up(client, ada, grace):
    account = SocialAccount.objects.create(user=grace, provider="orcid", uid=GRACE_ORCID)
    log_in(client, ada)

    client.post(reverse("socialaccount_connections"), {"account": account.pk})

    assert AccountChange.objects.count() == 0


def test_who_has_only_orcid_does_not_lock_themselves_out():
    ada = person("ada@example.org", None)
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ADA_ORCID)

    with pytest.raises(NotAllowedError):
        changes.ask(user=ada, kind=ChangeKind.ORCID_REMOVAL, old_value=ADA_ORCID)


# --- Stopping ---------------------------------------------------------------------------------------------------


def test_the_link_in_the_mail_stops_it_and_throws_everybody_out(client, ada, asked, letters):
    thief = Client()
    thief.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})
    program = make_token(user=ada, name="Quiet hands", scopes=["follow:read"], days=365).token
    link = stop_link(letters("ada@example.org")[0])

    page = client.get(link)
    assert "Stop this change?" in page.content.decode()
    asked.refresh_from_db()
    assert asked.cancelled_at is None, "mail programs follow links by themselves"
    assert "The change is stopped" in client.post(link).content.decode()

    assert changes.carry_out_due(at=later(73)) == 0
    assert main_address(ada) == "ada@example.org"
    assert thief.get(EMAIL).status_code == 302
    assert known_token(program) is None
    log_in(client, ada)
    assert "The change is stopped" in client.post(link).content.decode(), "twice is once"
    assert client.get(EMAIL).status_code == 200, "an old link throws nobody out again"


def test_it_can_be_stopped_on_the_page_by_its_owner_only(client, ada, grace, asked):
    stop = reverse("account-safety:stop-own", args=[asked.pk])
    assert client.post(stop)["Location"].startswith(reverse("account_login"))
    assert log_in(Client(), grace).post(stop).status_code == 404
    assert log_in(client, ada).get(stop).status_code == 405
    asked.refresh_from_db()
    assert asked.cancelled_at is None

    client.post(stop)

    asked.refresh_from_db()
    assert asked.cancelled_at


def test_what_is_done_is_not_stopped(client, ada, asked, letters):
    link = stop_link(letters("ada@example.org")[0])
    changes.carry_out_due(at=later(73))

    assert "Too late to stop it" in client.post(link).content.decode()
    assert main_address(ada) == NEW


@pytest.mark.parametrize("token", ["x", "x" * 3000, "\x00", "ä"])
def test_a_made_up_token_is_none(client, asked, token):
    from urllib.parse import quote

    assert client.get(f"/accounts/changes/stop/{quote(token)}/").status_code == 404


def test_the_token_is_not_in_the_database(asked, letters):
    token = stop_link(letters("ada@example.org")[0]).rstrip("/").rpartition("/")[2]

    assert asked.token_hash != token
    assert changes.by_token(token) == asked


# --- Races ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_stopping_and_taking_effect_at_the_same_moment_end_one_way(ada, second):
    change = changes.ask(user=ada, kind=ChangeKind.EMAIL, old_value="ada@example.org", new_value=NEW)
    together = threading.Barrier(2)
    stopped: list[bool] = []

    def stop() -> None:
        together.wait()
        try:
            changes.cancel(change=change)
        except WrongStateError:
            stopped.append(False)
        else:
            stopped.append(True)
        connection.close()

    def carry_out() -> None:
        together.wait()
        changes.carry_out_due(at=later(73))
        connection.close()

    threads = [threading.Thread(target=stop), threading.Thread(target=carry_out)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    change.refresh_from_db()
    assert (change.done_at is None) is stopped[0]
    assert main_address(ada) == ("ada@example.org" if stopped[0] else NEW)


@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_the_same_moment_asks_once(ada, second):
    together = threading.Barrier(2)

    def ask() -> None:
        together.wait()
        with contextlib.suppress(WrongStateError):
            changes.ask(user=ada, kind=ChangeKind.EMAIL, old_value="ada@example.org", new_value=NEW)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert AccountChange.objects.count() == 1
