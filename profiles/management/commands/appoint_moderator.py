"""``manage.py appoint_moderator``: makes an account a moderator, or takes that from it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from profiles.exceptions import IdentityError
from profiles.moderation.conflicts import other_moderators
from profiles.moderation.groups import appoint, dismiss


class Command(BaseCommand):
    help = "Make an account a moderator: it may enter the administration and decide on claims. With --dismiss, take that from it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address of an account that is there already")
        parser.add_argument("--dismiss", action="store_true", help="no longer a moderator")

    def handle(self, *_args: Any, **options: Any) -> None:
        email: str = options["email"]
        if "\x00" in email:
            raise CommandError("This is no e-mail address.")
        try:
            user = dismiss(email=email) if options["dismiss"] else appoint(email=email)
        except IdentityError as error:
            raise CommandError(str(error)) from None
        if options["dismiss"]:
            stays = "It stays on the staff for its other powers." if user.is_staff else "It may no longer enter the administration."
            self.stdout.write(f"{user.email} is no longer a moderator. {stays}")
            return
        self.stdout.write(f"{user.email} is a moderator and may enter the administration, with a second factor: {reverse('admin:index')}")
        if not other_moderators(user.pk):
            self.stdout.write("There is no other moderator yet: appeals, documents and second reviews that need two people will wait.")
