"""``manage.py import_works``: bibliographic records from a file, a pipe or a service into the database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from papers.exceptions import ImportBusyError
from papers.importers import FORMATS, UnreadableFormat, format_named, recognise
from papers.importers.base import Format, decompressed, read_records
from papers.ingest.ahead import Prepared, prepared, read_ahead
from papers.ingest.runs import execute, input_fingerprint, request_fingerprint, source_results, stopped_run
from papers.models import ImportItem, ImportRun, ItemOutcome
from papers.records import ParseResult
from papers.sources import SOURCES, SourceError, understand


class Command(BaseCommand):
    help = (
        "Import works from a file (or - for standard input); the format is recognised from the content, and .gz is read as it is."
        " An input that was stopped before its end goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", metavar="PATH|-", help="the file to read, or - for standard input")
        parser.add_argument(
            "--format",
            choices=[entry.key for entry in FORMATS if entry.holds == "works"],
            help="the format, where it is not to be recognised",
        )
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="write each rejected item with its reason there, as JSON lines")
        parser.add_argument("--from", dest="service", choices=list(SOURCES), help="ask a service instead of reading a file")
        for key, asked in _questions().items():
            parser.add_argument(f"--{key}", dest=f"ask_{key}", metavar="VALUE", help=asked)
        parser.add_argument("--limit", type=int, metavar="N", help="at most so many works of a service")
        parser.add_argument("--from-start", action="store_true", help="read from the beginning though an earlier reading was stopped")

    def handle(self, *_args: Any, **options: Any) -> None:
        if bool(options["path"]) == bool(options["service"]):
            raise CommandError("Name a file to read (- for standard input), or a service with --from.")
        try:
            run = self._import_from_service(options) if options["service"] else self._import_file(options)
        except (ImportBusyError, SourceError) as error:
            raise CommandError(str(error)) from None
        if options["rejects"]:
            self._write_rejects(run, options["rejects"])
        self.stdout.write(f"created={run.created} updated={run.updated} unchanged={run.unchanged} rejected={run.rejected}")

    def _import_file(self, options: dict[str, Any]) -> ImportRun:
        path = options["path"]
        with _opened(path) as source:
            stream = decompressed(source)
            chosen = self._format(options["format"], stream.head)
            run = self._run_for(path, chosen, from_start=options["from_start"])
            with _bar(path) as bar:
                if path == "-":
                    results = _counted(prepared(read_records(chosen, stream)), bar)
                else:
                    results = _followed(read_ahead(source, chosen.key), bar)
                return execute(run, results, progress=lambda at: bar.set_postfix_str(_counts(at), refresh=False), look_ahead=True)

    def _import_from_service(self, options: dict[str, Any]) -> ImportRun:
        request = {"from": options["service"]} | {key: value for key in _questions() if (value := options[f"ask_{key}"])}
        if options["limit"]:
            request["limit"] = options["limit"]
        source, question, value, _ = understand(request)
        key = request_fingerprint(request)
        stopped = None if options["from_start"] else stopped_run(key, source.key)
        run = stopped or ImportRun.objects.create(
            origin=f"{source.label}: {question.key} {value}"[:500], format=source.key, input_key=key, request=request
        )
        self.stdout.write(f"Asking {source.label} for {question.asks_for}: {value}.")
        with tqdm(unit=" items", disable=None) as bar:
            results = _counted(prepared(source_results(run)), bar)
            return execute(run, results, resume=False, progress=lambda at: bar.set_postfix_str(_counts(at), refresh=False))

    def _format(self, named: str | None, head: bytes) -> Format[ParseResult]:
        try:
            chosen = format_named(named) if named else recognise(head)
        except UnreadableFormat as error:
            raise CommandError(str(error)) from None
        if chosen is None or chosen.holds != "works":
            raise CommandError("These are records of institutions, not works: use import_institutions.")
        return chosen

    def _run_for(self, path: str, chosen: Format[ParseResult], *, from_start: bool) -> ImportRun:
        """The stopped run of the same input, else a new one."""
        key = "" if path == "-" else input_fingerprint(Path(path))
        stopped = None if from_start else stopped_run(key, chosen.key)
        if stopped is not None:
            self.stdout.write(f"Going on where an earlier reading stopped: after {stopped.items_read} items.")
            return stopped
        origin = "standard input" if path == "-" else Path(path).name
        self.stdout.write(f"Reading {origin} as {chosen.label}.")
        return ImportRun.objects.create(origin=origin, format=chosen.key, input_key=key)

    def _write_rejects(self, run: ImportRun, path: Path) -> None:
        rejected = ImportItem.objects.filter(run=run, outcome=ItemOutcome.REJECTED).order_by("ordinal")
        with path.open("w", encoding="utf-8") as out:
            for ordinal, record_id, reason, excerpt in rejected.values_list("ordinal", "record_id", "reason", "excerpt").iterator():
                row = {"ordinal": ordinal, "record_id": record_id, "reason": reason, "excerpt": excerpt}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _questions() -> dict[str, str]:
    """What services can be asked for, with a sentence of help: one option a question, whatever number of services knows it."""
    asked: dict[str, list[str]] = {}
    for source in SOURCES.values():
        for question in source.questions:
            asked.setdefault(question.key, []).append(f"{source.label}: {question.asks_for} ({question.example})")
    return {key: "; ".join(several).replace("%", "%%") for key, several in asked.items()}


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as source:
            yield source
    except OSError as error:
        raise CommandError(f"{Path(path).name} cannot be read: {error.strerror}.") from None


def _bar(path: str) -> tqdm[Any]:
    """Progress over the bytes of a file; over items where the input has no known end. Silent where nobody watches."""
    if path == "-":
        return tqdm(unit=" items", disable=None)
    return tqdm(total=Path(path).stat().st_size, unit="B", unit_scale=True, disable=None)


def _counted(results: Iterator[Prepared], bar: tqdm[Any]) -> Iterator[Prepared]:
    """The results as they are, moving the bar along by items."""
    for one in results:
        bar.update()
        yield one


def _followed(results: Iterator[tuple[Prepared, int]], bar: tqdm[Any]) -> Iterator[Prepared]:
    """The results without their places, moving the bar along by bytes."""
    for one, place in results:
        if place > bar.n:
            bar.update(place - bar.n)
        yield one


def _counts(run: ImportRun) -> str:
    return f"created={run.created} updated={run.updated} unchanged={run.unchanged} rejected={run.rejected}"
