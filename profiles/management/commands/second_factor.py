"""``manage.py second_factor ada@example.org``: the code of an authenticator app, for trying things out on one machine."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from profiles.accounts.adapters import SecondFactorAdapter
from profiles.models import User


class Command(BaseCommand):
    """Plays the authenticator app of an account. Whoever can run it has the database and the keys anyway."""

    help = (
        "Print the code that the authenticator app of an account shows now; where it has none, make one first. "
        "Only where the site runs on one machine, never under production settings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **_options: Any) -> None:
        """Fails for an account that does not exist, and under production settings."""
        if not settings.EMBEDDED_INSTANCE:
            raise CommandError(_("This works only where the site runs on one machine. Use your authenticator app."))
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(_("There is no account with the address %(email)s.") % {"email": email})
        app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        if app is None:
            app = TOTP.activate(user, generate_totp_secret()).instance
        seconds, period = int(time.time()), app_settings.TOTP_PERIOD
        code = format_hotp_value(hotp_value(SecondFactorAdapter().decrypt(app.data["secret"]), seconds // period))
        told = {"email": user.email, "code": code, "left": period - seconds % period}
        self.stdout.write(_("Code for %(email)s: %(code)s (the next one comes in %(left)s s)") % told)
