"""``manage.py export_labels``: what people decided in the review queue, for the next training."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from papers.identity.labels import labels as decided_mentions
from papers.identity.labels import works as their_works


class Command(BaseCommand):
    """Writes JSON lines; a name that ends in ``.gz`` is compressed."""

    help = "Write the pairs that people decided as labelled mentions, and the works that they stand on, for train_disambiguation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("labels", type=Path, help="Where the labelled mentions go.")
        parser.add_argument("--works", type=Path, help="Where their works go, in the neutral format.")

    def handle(self, *, labels: Path, works: Path | None, verbosity: int, **_options: Any) -> None:
        """Write the files. Raises ``CommandError`` where one cannot be written."""
        counts = [_write(labels, decided_mentions()), _write(works, their_works()) if works is not None else 0]
        if verbosity > 0:
            self.stdout.write(f"mentions={counts[0]} works={counts[1]}")


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    opener = gzip.open if path.suffix == ".gz" else open
    count = 0
    try:
        with opener(path, "wt", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    except OSError as error:
        raise CommandError(_("%(file)s cannot be written: %(why)s") % {"file": path, "why": error.strerror}) from error
    return count
