"""Write the database to a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError

from config.embedded import EmbeddedServerError
from config.embedded.binaries import postgres_folder
from config.lib.dumps import DumpError, dump


class Command(BaseCommand):
    """See ``help``."""

    help = "Write the database to a file (pg_dump's custom format), by default a new one in var/backups/."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's way

    def add_arguments(self, parser: CommandParser) -> None:
        """The file is optional."""
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *, file: Path | None, **_options: Any) -> None:
        """Print the path and size of what was written."""
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        target = file or settings.VAR_DIR / "backups" / f"collegium-{moment}.dump"
        if target.exists():
            raise CommandError(f"{target} is there already; name another file.")
        try:
            dump(settings.DATABASES["default"], postgres_folder(), target)
        except (DumpError, EmbeddedServerError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{target} ({target.stat().st_size / 1_000_000:.1f} MB)")
