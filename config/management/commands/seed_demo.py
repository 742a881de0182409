"""``manage.py seed_demo``: the records that a fresh installation shows, and on one machine accounts to try it with."""

from __future__ import annotations

import io
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from config.demo import fingerprint, record_lines
from config.demo.people import people_have_pages
from config.demo.together import work_together
from config.lib.registries import refresh_kinds
from papers.importers.neutral import NEUTRAL
from papers.ingest.ahead import prepared
from papers.ingest.runs import execute, stopped_run
from papers.models import ImportRun, ImportState
from papers.rounds import refresh_until
from profiles.models import Claim, User

ORIGIN = "demo records"
PEOPLE = ("ada@example.org", "grace@example.org", "emmy@example.org")
OPERATOR = "operator@example.org"
FOREVER = float("inf")


class Command(BaseCommand):
    """Loads what is not there yet. A second call finds the same records read to their end and does nothing."""

    help = (
        "Load the demo records: facts of published works, and a fictional group that shows every feature. Where the site runs on "
        "one machine (never under production settings), also make accounts for Ada, Grace and Emmy and for an operator, "
        "and print their passwords."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="Read the records even if they were read to their end before.")
        parser.add_argument("--new-passwords", action="store_true", help="Give the demo accounts new passwords, and print them.")
        parser.add_argument("--no-claims", action="store_true", help="Leave the pages of the fictional three unclaimed.")

    def handle(self, *, again: bool, new_passwords: bool, no_claims: bool, verbosity: int, **_options: Any) -> None:
        """Two queries where everything is there already. Fails when a demo record is refused."""
        run = load_records(again=again)
        if run is not None:
            for kind in refresh_kinds:
                refresh_until(kind.key, deadline=FOREVER)
        if verbosity > 0:
            self.stdout.write(_("The demo records were there already.") if run is None else _summary(run))
        told = accounts(new_passwords=new_passwords)
        if settings.EMBEDDED_INSTANCE and not no_claims and _have_pages():
            work_together({user.email: user for user in User.objects.filter(email__in=PEOPLE)})
            for kind in refresh_kinds:
                refresh_until(kind.key, deadline=FOREVER)
        if run is not None and run.rejected:
            raise CommandError(_("Some demo records were refused; the import says why: %(run)s") % {"run": run.pk})
        for email, password in told:  # told at any verbosity: it is told only once
            self.stdout.write(_("Demo account: %(email)s, password %(password)s") % {"email": email, "password": password})


def load_records(*, again: bool = False) -> ImportRun | None:
    """The run that read the demo records, or None where an earlier one had read these very records to their end.

    A run that was stopped in the middle is continued.
    """
    key = fingerprint()[:64]
    known = ImportRun.objects.filter(input_key=key, format=NEUTRAL.key)
    if not again and known.filter(state=ImportState.FINISHED).exists():
        return None
    run = stopped_run(key, NEUTRAL.key) or ImportRun.objects.create(origin=ORIGIN, format=NEUTRAL.key, input_key=key)
    return execute(run, prepared(NEUTRAL.parse(io.BytesIO(b"".join(record_lines())))))


def accounts(*, new_passwords: bool = False) -> list[tuple[str, str]]:
    """Makes the demo accounts that are missing; returns those that got a password, with it.

    Only under the settings of one machine: a deployment has no accounts that nobody signed up for. The addresses
    are of example.org, where no mail arrives, and count as confirmed.
    """
    if not settings.EMBEDDED_INSTANCE:
        return []
    present = {user.email: user for user in User.objects.filter(email__in=[*PEOPLE, OPERATOR])}
    wanted = [email for email in (*PEOPLE, OPERATOR) if new_passwords or email not in present]
    return [(email, _account(email, present.get(email))) for email in wanted]


def _have_pages() -> int:
    """The fictional three claim their pages, once; how many claims were begun. One query where they have."""
    if Claim.objects.filter(profile__user__email__in=PEOPLE).values("profile").distinct().count() == len(PEOPLE):
        return 0
    users = {user.email: user for user in User.objects.filter(email__in=[*PEOPLE, OPERATOR])}
    operator = users.pop(OPERATOR, None)
    return people_have_pages(users, operator) if operator is not None else 0


@transaction.atomic
def _account(email: str, user: User | None) -> str:
    """Makes the account where there is none, and returns the password that it now has."""
    password = get_random_string(14)
    if user is None:
        create = User.objects.create_superuser if email == OPERATOR else User.objects.create_user
        EmailAddress.objects.create(user=create(email, password), email=email, verified=True, primary=True)
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
    return password


def _summary(run: ImportRun) -> str:
    return f"created={run.created} updated={run.updated} unchanged={run.unchanged} rejected={run.rejected}"
