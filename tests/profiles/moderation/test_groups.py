"""Who moderates: the groups that come with the database, and the command that appoints the first moderator."""

from __future__ import annotations

import importlib
import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from profiles.models import TrailEntry, User
from profiles.moderation.groups import SEES, moderators_group
from profiles.querysets.moderation import moderators
from tests.factories.moderation import moderator
from tests.factories.people import account

pytestmark = pytest.mark.django_db


def run(*arguments):
    said = io.StringIO()
    call_command("appoint_moderator", *arguments, stdout=said)
    return said.getvalue()


def test_the_first_moderator_is_appointed_by_a_command():
    ada = account("ada")
    said = run("ADA@example.org")

    ada = User.objects.get(pk=ada.pk)
    entry = TrailEntry.objects.get()
    assert ada.is_staff
    assert ada.has_perm("profiles.decide_claim")
    assert "ada@example.org is a moderator" in said
    assert "no other moderator yet" in said
    assert (entry.action, entry.subject_id) == ("appoint-moderator", ada.pk)
    assert "ada@" not in str(entry.changes)
    assert "no other moderator" not in run(account("grace").email)


def test_a_moderator_is_dismissed():
    grace = moderator("grace")
    said = run("grace@example.org", "--dismiss")

    grace = User.objects.get(pk=grace.pk)
    assert (grace.is_staff, grace.has_perm("profiles.decide_claim")) == (False, False)
    assert "may no longer enter the administration" in said
    assert TrailEntry.objects.get().action == "dismiss-moderator"


def test_who_has_other_powers_stays_on_the_staff():
    grace = moderator("grace")
    grace.groups.add(Group.objects.get_or_create(name="Operators")[0])
    assert "stays on the staff" in run("grace@example.org", "--dismiss")
    assert User.objects.get(pk=grace.pk).is_staff


@pytest.mark.parametrize("arguments", [["nobody@example.org"], ["\x00"], ["ada@example.org", "--dismiss"], ["closed@example.org"]])
def test_what_cannot_be_done_is_said(arguments):
    account("ada")
    account("closed", is_active=False)
    with pytest.raises(CommandError):
        run(*arguments)
    assert not TrailEntry.objects.exists()


def test_nobody_is_appointed_twice():
    moderator("grace")
    with pytest.raises(CommandError, match="moderator already"):
        run("grace@example.org")


def test_the_migration_gives_what_the_code_gives():
    migration = importlib.import_module("profiles.migrations.0004_moderation_groups")
    assert {label: set(models) for label, models in migration.SEEN_BY_MODERATORS.items()} == {
        label: set(models) for label, models in SEES.items()
    }
    Group.objects.filter(name="Moderators").delete()
    made = set(moderators_group().permissions.values_list("content_type__app_label", "codename"))
    assert made == {(label, f"view_{model}") for label, models in SEES.items() for model in models} | {("profiles", "decide_claim")}


def test_groups_are_made_where_there_are_no_permissions_yet(django_db_setup):
    """As in an empty database, where permissions come after all migrations."""
    from django.apps import apps
    from django.db import connection

    migration = importlib.import_module("profiles.migrations.0004_moderation_groups")
    Group.objects.all().delete()
    Permission.objects.filter(content_type__app_label__in=["profiles", "papers"]).delete()
    with connection.schema_editor() as editor:
        migration.make_groups(apps, editor)

    found = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    assert {"decide_claim", "view_claim", "view_author"} <= found["Moderators"]
    assert "decide_claim" not in found["Operators"]
    assert {"add_importrun", "change_user", "view_work"} <= found["Operators"]


def test_closed_accounts_and_people_off_the_staff_are_no_moderators():
    grace, vera, emmy = moderator("grace"), moderator("vera"), moderator("emmy")
    User.objects.filter(pk=vera.pk).update(is_active=False)
    User.objects.filter(pk=emmy.pk).update(is_staff=False)
    assert list(moderators()) == [grace]
