"""``manage.py deliver_mails``: send what waits, where no worker runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from profiles.accounts.delivery import deliver_due


class Command(BaseCommand):
    """Sends every mail that is due, and ends."""

    help = "Send the mails that wait to be sent. Workers do this by themselves."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"looked_at={deliver_due()}")
