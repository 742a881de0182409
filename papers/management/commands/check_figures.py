"""``manage.py check_figures FILE``: all figures computed again from an export alone, and compared with those in it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from papers.figures.exporting import check_lines

SHOWN = 20


class Command(BaseCommand):
    """Reads what ``export_figures`` wrote. The database is not asked."""

    help = "Compute all figures again from an export and compare. Ends with 1 where one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to read."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Compute and compare. Raises ``CommandError`` where the file is none, or a figure differs."""
        try:
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                checked = check_lines(json.loads(line) for line in lines)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{file} is not an export of figures: {error}") from error
        for line in checked.different[:SHOWN]:
            self.stdout.write(line)
        self.stdout.write(f"works={checked.works} authors={checked.authors} different={len(checked.different)}")
        if checked.different:
            raise CommandError("Some figures are not those that follow from their inputs.")
