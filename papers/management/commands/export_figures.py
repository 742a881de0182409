"""``manage.py export_figures FILE``: what all figures were computed from, and what came out, as JSON lines (.gz)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from papers.figures.exporting import export_lines


class Command(BaseCommand):
    """Writes the file that ``check_figures`` computes again from."""

    help = "Write the inputs and results of all figures of works and authors as JSON lines, compressed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Write, and say how much. Raises ``CommandError`` where the file cannot be written."""
        count = 0
        try:
            with gzip.open(file, "wt", encoding="utf-8", compresslevel=3) as out:
                for count, line in enumerate(export_lines(), start=1):  # noqa: B007 - the last number counts
                    out.write(json.dumps(line, cls=DjangoJSONEncoder) + "\n")
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}") from error
        self.stdout.write(f"lines={count}")
