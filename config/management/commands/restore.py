"""Read the database back from a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandParser, call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.embedded import EmbeddedServerError
from config.embedded.binaries import postgres_folder
from config.lib.dumps import DumpError, is_empty, restore


class Command(BaseCommand):
    """See ``help``."""

    help = "Read the database back from a file that backup wrote. Refuses to replace a database that is in use."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's way

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, and whether it may replace what is there."""
        parser.add_argument("file", nargs="?", default="")
        parser.add_argument("--force", action="store_true", default=os.environ.get("FORCE") == "1", help="replace what is there")

    def handle(self, *, file: str, force: bool, **_options: Any) -> None:
        """Restore, then bring the database up to the migrations of this version."""
        if not file or not Path(file).is_file():
            raise CommandError(
                f"There is no file {file!r}. Name the one to read: make restore FILE=var/backups/…"
                if file
                else "Name the file to read: make restore FILE=var/backups/…"
            )
        database = settings.DATABASES["default"]
        connection.close()
        if not force and not is_empty(database):
            raise CommandError(
                f"The database {database['NAME']} is not empty, and restoring would replace everything in it. "
                f"If that is wanted: make restore FILE={file} FORCE=1"
            )
        try:
            restore(database, postgres_folder(), Path(file))
        except (DumpError, EmbeddedServerError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"Restored from {file}.")
