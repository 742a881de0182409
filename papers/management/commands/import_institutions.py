"""``manage.py import_institutions``: ROR's organisation records into the database, and works' institutions matched to them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from papers.importers import UnreadableFormat, recognise
from papers.importers.base import open_stream, read_records
from papers.ingest.organisations import import_organisations
from papers.records import Rejected


class Command(BaseCommand):
    help = "Import ROR records (JSON lines or a JSON array, .gz as it is) and match the institutions of works to them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH|-", help="the file to read, or - for standard input")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="write each rejected item with its reason there, as JSON lines")

    def handle(self, *_args: Any, **options: Any) -> None:
        rejected: list[Rejected] = []
        try:
            with open_stream(options["path"]) as stream, tqdm(unit=" institutions", disable=None) as bar:
                chosen = recognise(stream.head)
                if chosen.holds != "institutions":
                    raise CommandError(f"{chosen.label} holds works: use import_works.")
                counts = import_organisations(read_records(chosen, stream), reject=rejected.append, progress=bar.update)
        except UnreadableFormat as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{Path(options['path']).name} cannot be read: {error.strerror}.") from None
        if options["rejects"]:
            with options["rejects"].open("w", encoding="utf-8") as out:
                for one in rejected:
                    row = {"ordinal": one.ordinal, "record_id": one.record_id, "reason": one.reason, "excerpt": one.excerpt}
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.stdout.write(
            f"Institutions known from works that became registered ones: {counts.matched}; authorships that gained one: {counts.affiliated}."
        )
        self.stdout.write(f"created={counts.created} updated={counts.updated} unchanged={counts.unchanged} rejected={len(rejected)}")
