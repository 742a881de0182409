"""Accounts in the administration."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from profiles.models import User
from tests.factories.accounts import log_in_with_second_factor

pytestmark = pytest.mark.django_db

LIST = "admin:profiles_user_changelist"


def page_of(user):
    return reverse("admin:profiles_user_change", args=[user.pk])


@pytest.fixture
def grace(client):
    grace = User.objects.create_superuser("grace@example.org", "a long password")
    log_in_with_second_factor(client, grace)
    return grace


@pytest.fixture
def emmy(client):
    """On the staff, allowed to change accounts, without all powers."""
    emmy = User.objects.create_user("emmy@example.org", "a long password", is_staff=True)
    emmy.user_permissions.set(Permission.objects.filter(content_type__app_label="profiles", codename__in=["view_user", "change_user"]))
    log_in_with_second_factor(client, emmy)
    return emmy


def test_grace_makes_an_account(client, grace):
    added = {"email": "ada@example.org", "usable_password": "true", "password1": "engines and looms", "password2": "engines and looms"}
    response = client.post(reverse("admin:profiles_user_add"), added)

    assert response.status_code == 302
    assert User.objects.get(email="ada@example.org").check_password("engines and looms")


def test_an_address_in_other_letters_is_the_same_account(client, grace):
    added = {"email": "GRACE@example.org", "usable_password": "true", "password1": "engines and looms", "password2": "engines and looms"}
    response = client.post(reverse("admin:profiles_user_add"), added)

    assert response.status_code == 200
    assert "This address has an account already." in response.content.decode()


@pytest.mark.parametrize("term", ["ada@", "ADA@Example.org", "ada@example.org"])
def test_an_account_is_found_by_its_address(client, grace, term):
    User.objects.create_user("ada@example.org", "x")

    found = client.get(reverse(LIST), {"q": term}).context["cl"].result_list

    assert [user.email for user in found] == ["ada@example.org"]


def test_who_has_not_all_powers_gives_none(client, emmy):
    client.post(page_of(emmy), {"email": emmy.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"})

    emmy.refresh_from_db()
    assert not emmy.is_superuser


def test_who_has_not_all_powers_changes_nobody_who_has(client, emmy):
    grace = User.objects.create_superuser("grace@example.org", "a long password")

    client.post(page_of(grace), {"email": "emmy2@example.org", "is_active": "on"})
    client.post(reverse("admin:auth_user_password_change", args=[grace.pk]), {"password1": "taken over now", "password2": "taken over now"})

    grace.refresh_from_db()
    assert grace.email == "grace@example.org"
    assert grace.check_password("a long password")


def test_accounts_are_not_deleted_here(client, grace):
    ada = User.objects.create_user("ada@example.org", "x")

    assert client.post(reverse("admin:profiles_user_delete", args=[ada.pk]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=ada.pk).exists()
