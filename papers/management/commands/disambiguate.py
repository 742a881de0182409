"""``manage.py disambiguate``: who wrote what, in a file of works, without touching the database."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from papers.disambiguation.clustering import cluster
from papers.disambiguation.collection import Collection
from papers.disambiguation.mentions import Constraints
from papers.disambiguation.model import read_model
from papers.disambiguation.outcomes import Clustering
from papers.disambiguation.standstill import without_walks
from papers.disambiguation.works_file import read_mentions


class Command(BaseCommand):
    """Reads works in the neutral format and writes a person for each mention. How common names are is counted in the file itself."""

    help = "Gather the mentions of a file of works (neutral JSON lines, .gz too) into persons; the database is neither read nor written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--works", type=Path, action="append", required=True, metavar="FILE", help="The works; may be repeated.")
        parser.add_argument(
            "--export", type=Path, required=True, metavar="FILE", help="Where a line per mention goes: work_id, position, predicted_person."
        )
        parser.add_argument("--merges", type=Path, metavar="FILE", help="Where the merges across blocks of names go, with their reasons.")
        parser.add_argument("--without-ids", action="store_true", help="Do not look at what sources assert about who is who.")

    def handle(self, *, works: list[Path], export: Path, merges: Path | None, without_ids: bool, **options: Any) -> None:
        started = time.monotonic()
        shown = options["verbosity"] > 0 and sys.stderr.isatty()
        with without_walks():
            collection = _collected(works, with_ids=not without_ids, shown=shown)
            with tqdm(total=len(collection.mentions), desc="compared", unit=" mentions", disable=not shown, file=sys.stderr) as bar:
                found = cluster(collection, Constraints(), read_model(), progress=bar.update)
        _write(export, lambda out: _write_persons(out, found))
        if merges is not None:
            _write(merges, lambda out: _write_merges(out, found))
        if options["verbosity"] > 0:
            seconds = max(time.monotonic() - started, 0.001)
            count = len(collection.mentions)
            self.stdout.write(
                f"works={len(collection.works)} mentions={count} persons={len(found.clusters)} merged_across={len(found.across)}"
                f" uncertain={len(found.uncertain)} seconds={seconds:.1f} mentions_per_second={count / seconds:.0f}"
            )


def _collected(paths: list[Path], *, with_ids: bool, shown: bool) -> Collection:
    try:
        total = sum(path.stat().st_size for path in paths)
        with tqdm(total=total, desc="read", unit="B", unit_scale=True, disable=not shown, file=sys.stderr) as bar:
            return Collection(mention for path in paths for mention in read_mentions(path, with_ids=with_ids, progress=bar.update))
    except OSError as error:
        raise CommandError(f"{error.filename or 'The file of works'} cannot be read: {error.strerror or error}.") from None
    except ValueError as error:
        raise CommandError(f"The works cannot be used: {error}.") from None


def _write(path: Path, rows: Any) -> None:
    try:
        with path.open("w", encoding="utf-8") as out:
            rows(out)
    except OSError as error:
        raise CommandError(f"{path.name} cannot be written: {error.strerror}.") from None


def _write_persons(out: TextIO, found: Clustering) -> None:
    out.writelines(
        json.dumps({"work_id": work, "position": position, "predicted_person": f"p{number}"}, ensure_ascii=False) + "\n"
        for number, one in enumerate(found.clusters)
        for work, position in one.mentions
    )


def _write_merges(out: TextIO, found: Clustering) -> None:
    for merge in found.across:
        row = {
            "reason": merge.reason.value,
            "names": [merge.first_name, merge.second_name],
            "mentions": [list(merge.first), list(merge.second)],
            "shared_coauthors": list(merge.shared_coauthors),
            "shared_affiliation": merge.shared_affiliation,
            "probability": merge.probability,
        }
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
