"""Runs: every item accounted for, stopped and gone on with, never two at the same one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections

from papers.exceptions import ImportBusyError
from papers.ingest import runs
from papers.ingest.ahead import prepared
from papers.models import Author, Authorship, ImportItem, ImportRun, ImportState, NameCount, Work, WorkSource, WorkTopic
from papers.records import ParseResult
from tests.papers.ingest.conftest import counts, record

Read = Callable[..., ImportRun]


def neutral_lines(count: int) -> Iterator[str]:
    """Works of a small circle of people, as neutral JSON lines."""
    people = ["Ada Quill", "Grace Harrow", "Emmy Stern", "Ranajoy Weaver", "Wei Wang", "Wei Wang"]
    for number in range(count):
        authors = [people[(number + step * 7) % len(people)] for step in range(1 + number % 4)]
        yield json.dumps(
            {
                "id": f"acl:W{number:02d}-{number:04d}",
                "ids": {},
                "title": f"Threads of the loom, part {number}: on $x_{{{number}}}$",
                "abstract": "How threads are counted.",
                "type": "proceedings-article",
                "publication_year": 2000 + number % 20,
                "venue": {"key": "acl", "abbreviation": "ACL", "display_name": "Meeting of Weavers"},
                "authorships": [
                    {"position": place, "display_name": name, "ids": {}, "raw_affiliation_strings": [], "institutions": []}
                    for place, name in enumerate(authors)
                ],
                "keywords": [f"thread {number % 7}"],
                "topics": [],
                "urls": [],
                "code_urls": [],
                "source": {"dataset": "test", "record": "test"},
            }
        )


def state() -> list[object]:
    """What an import has left behind, without row keys and times."""
    authors = {key: place for place, key in enumerate(Author.objects.order_by("pk").values_list("pk", flat=True))}
    return [
        list(Work.objects.order_by("title").values_list("title", "title_html", "year", "author_count", "sources", "provenance")),
        [
            (title, position, name, rule, authors[author])
            for title, position, name, rule, author in Authorship.objects.order_by("work__title", "position").values_list(
                "work__title", "position", "raw_name", "rule", "author"
            )
        ],
        list(WorkTopic.objects.order_by("work__title", "topic__name").values_list("work__title", "topic__name")),
        list(NameCount.objects.order_by("role", "token").values_list("role", "token", "count")),
    ]


@pytest.mark.django_db
def test_a_stopped_run_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH_ITEMS", 2)
    works = [record(f"r{n}", title=f"Looms that count to {n} and stop there") for n in range(7)]
    run = ImportRun.objects.create(origin="test")
    runs.execute(run, prepared(works), progress=lambda at: runs.stop_run(run=at))
    assert (run.state, counts(run), run.items_read) == (ImportState.STOPPED, (2, 0, 0, 0), 2)
    runs.execute(run, prepared(works))
    assert (run.state, counts(run), run.items_read) == (ImportState.FINISHED, (7, 0, 0, 0), 7)
    assert list(ImportItem.objects.filter(run=run).order_by("ordinal").values_list("ordinal", flat=True)) == list(range(1, 8))


@pytest.mark.django_db
def test_results_that_break_off_leave_what_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "BATCH_ITEMS", 2)

    def breaking() -> Iterator[ParseResult]:
        yield from (record(f"r{n}", title=f"Looms that count to {n} and stop there") for n in range(3))
        raise OSError("the line went dead")

    run = ImportRun.objects.create(origin="test")
    with pytest.raises(OSError, match="dead"):
        runs.execute(run, prepared(breaking()))
    run.refresh_from_db()
    assert (run.items_read, Work.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_a_run_that_goes_leaves_nothing_behind_that_names_it(read: Read) -> None:
    run = read(record())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM papers_importitem; DELETE FROM papers_importrun")
    assert set(Authorship.objects.values_list("import_run_id", flat=True)) == {None}
    assert set(WorkSource.objects.values_list("import_run_id", flat=True)) == {None}
    assert run.pk


@pytest.mark.django_db(transaction=True)
def test_what_is_read_under_a_run_that_is_gone_is_not_kept() -> None:
    run = ImportRun.objects.create(origin="test")

    def results() -> Iterator[ParseResult]:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM papers_importrun")
        yield record()

    with pytest.raises(IntegrityError):
        runs.execute(run, prepared(results()))
    assert not Work.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_at_a_run_twice() -> None:
    run = ImportRun.objects.create(origin="test")
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [runs.LOCK_SPACE, run.pk])
        with pytest.raises(ImportBusyError):
            runs.execute(run, prepared([record()]))
        runs.execute_run(run.pk)  # a worker steps aside without a word
        assert Work.objects.count() == 0
    finally:
        other.close()


@pytest.mark.django_db
def test_the_command_reads_a_file_and_says_what_became_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "works.jsonl"
    path.write_text("\n".join([*neutral_lines(3), '{"id": "acl:X1", "title": ""}', "no json"]))
    rejects = tmp_path / "rejects.jsonl"
    call_command("import_works", str(path), rejects=rejects)
    assert capsys.readouterr().out.splitlines()[-1] == "created=3 updated=0 unchanged=0 rejected=2"
    rejected = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [one["ordinal"] for one in rejected] == [4, 5]
    assert all(one["reason"] for one in rejected)
    call_command("import_works", str(path))
    assert capsys.readouterr().out.splitlines()[-1] == "created=0 updated=0 unchanged=3 rejected=2"
    assert str(tmp_path) not in ImportRun.objects.latest("id").origin


@pytest.mark.django_db
def test_the_command_names_a_format_that_it_does_not_read(tmp_path: Path) -> None:
    path = tmp_path / "page.bib"
    path.write_text("<!doctype html><html><head><title>Please log in</title></head><body></body></html>")
    with pytest.raises(CommandError, match="HTML"):
        call_command("import_works", str(path))
    with pytest.raises(CommandError, match=r"nothing\.bib cannot be read"):
        call_command("import_works", str(tmp_path / "nothing.bib"))


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_started_again_ends_in_the_same_state(tmp_path: Path) -> None:
    path = tmp_path / "works.jsonl"
    path.write_text("\n".join(neutral_lines(2500)))
    call_command("import_works", str(path))
    undisturbed = state()
    _empty()

    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_works", str(path)], env=_environment(), cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 90
    while ImportRun.objects.filter(items_read__gt=0).first() is None and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    run = ImportRun.objects.get()
    assert 0 < run.items_read < 2500, "the kill was to come in the middle"
    call_command("import_works", str(path))
    run.refresh_from_db()
    assert (run.state, counts(run)) == (ImportState.FINISHED, (2500, 0, 0, 0))
    assert state() == undisturbed


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_importrun, papers_work, papers_author, papers_namecount, papers_topic, papers_venue CASCADE")


def _environment() -> dict[str, str]:
    """This test's database for a process of its own."""
    database = connection.settings_dict
    address = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST'].replace('/', '%2F')}:{database['PORT']}/{database['NAME']}"
    )
    return {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
