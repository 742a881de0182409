"""An import attributes quickly; what it marked is compared soon after, wherever that is interrupted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from papers.exceptions import BlockBusyError
from papers.models import Author, Authorship, ImportRun, ImportState, NameBlock, RefreshRequest
from papers.persons import blocks, whole
from papers.persons.marking import mark_blocks, mark_everything, mark_outdated_blocks
from papers.records import AuthorshipRecord
from papers.refresh import kinds_with_work
from papers.rounds import refresh_some, refresh_until
from tests.papers.ingest.conftest import record
from tests.papers.persons.conftest import FOREVER, compare_all, persons

INSTITUTE = "Department of Looms, Collegium Institute (fictional)"


def signed(name, place, *, at=INSTITUTE):
    return AuthorshipRecord(name=name, position=place, affiliations=(at,) if at else ())


@pytest.fixture
def read(db):
    from papers.ingest.ahead import prepared
    from papers.ingest.runs import execute

    def reading(*results):
        return execute(ImportRun.objects.create(origin="test"), prepared(results))

    return reading


def studies(start, count, *authors):
    """Works about looms by these people."""
    return [
        record(f"r{number}", title=f"Looms of the {number}th kind: warp, weft and engines", authors=list(authors))
        for number in range(start, start + count)
    ]


def test_what_an_import_took_for_two_people_is_one_within_minutes(read):
    """The import sees no co-author in common, and opens a page; the comparison sees place and subject."""
    read(*studies(0, 4, signed("Ada Quillmere", 0), signed("Grace Farrowgate", 1)))
    read(*studies(10, 3, signed("A. Quillmere", 0, at=""), signed("Emmy Notherby", 1)))
    assert Author.objects.filter(name_variants__block="quillmere a").distinct().count() == 2
    assert kinds_with_work()[0] == "mentions"

    refresh_until("mentions", deadline=FOREVER)
    assert set(
        NameBlock.objects.filter(pk__in=RefreshRequest.objects.filter(kind="block").values("object_id")).values_list("key", flat=True)
    ) == {
        "quillmere a",
        "farrowgate g",
        "notherby e",
    }
    done = refresh_until("block", deadline=FOREVER)

    assert (done.cleared, done.failed) == (3, 0)
    assert not RefreshRequest.objects.filter(kind="block").exists()
    assert all(author.confidence is not None for author in Author.objects.filter(merged_into=None))


def test_nothing_is_compared_while_an_import_reads(read):
    read(*studies(0, 2, signed("Ada Quillmere", 0)))
    going = ImportRun.objects.create(origin="test", state=ImportState.RUNNING, started_at=timezone.now(), beat_at=timezone.now())

    assert "mentions" not in kinds_with_work()
    assert refresh_until("mentions", deadline=FOREVER).handled == 0
    with pytest.raises(CommandError, match="import is reading"):
        call_command("disambiguate_all", verbosity=0)

    for change in ({"beat_at": timezone.now() - timedelta(minutes=3)}, {"started_at": timezone.now() - timedelta(hours=1)}):
        ImportRun.objects.filter(pk=going.pk).update(**{"beat_at": timezone.now(), "started_at": timezone.now(), **change})
        assert "mentions" in kinds_with_work()


COMPANY = [("Grace Farrowgate", "Emmy Notherby"), ("Nell Bracken", "Ove Cinder"), ("Pia Dapple",)]


@pytest.fixture
def library(read):
    """Three people called A. Quillmere in three companies, under changing forms of the name, split and mixed by what came first."""
    for number in range(18):
        company = COMPANY[number % 3]
        name = ("Ada Quillmere", "A. Quillmere", "Ada Q. Quillmere")[number % 4 % 3]
        read(
            record(
                f"r{number}",
                title=f"{('Looms', 'Lattices', 'Diffusion')[number % 3]} of the {number}th kind",
                authors=[
                    signed(name, 0, at=f"Institute {number % 3}"),
                    *(signed(one, place, at="") for place, one in enumerate(company, 1)),
                ],
            )
        )


def test_killed_in_the_middle_and_resumed_is_as_undisturbed(library, monkeypatch):
    """Block by block and all at once: who is whom is the same, and so is what a second run writes: nothing."""
    with transaction.atomic():
        compare_all()
        undisturbed = persons()
        transaction.set_rollback(True)

    mark_everything(reason="test")
    refresh_some("block", 2)
    with monkeypatch.context() as killed:
        killed.setattr(blocks, "store_clustering", _killed)
        with pytest.raises(KeyboardInterrupt):
            refresh_some("block", 2)
    RefreshRequest.objects.update(leased_until=None, attempts=0)
    refresh_until("block", deadline=FOREVER)

    assert persons() == undisturbed


def _killed(*_given):
    raise KeyboardInterrupt


def test_all_at_once_says_what_block_by_block_says_and_says_it_twice(library, monkeypatch):
    monkeypatch.setattr(whole, "MENTIONS_TOGETHER", 5)
    with monkeypatch.context() as killed:
        killed.setattr(whole, "_settle", _killed)
        with pytest.raises(KeyboardInterrupt):
            whole.compare_everything()
    done = whole.compare_everything()
    together = persons()
    confidences = dict(Author.objects.values_list("pk", "confidence"))

    assert done.mentions == Authorship.objects.count()
    assert done.left == 0
    assert not RefreshRequest.objects.filter(kind="block").exists()
    compare_all()
    assert persons() == together
    call_command("disambiguate_all", verbosity=0)
    assert persons() == together
    assert dict(Author.objects.values_list("pk", "confidence")) == confidences


@pytest.mark.parametrize("waited_before", [True, False])
def test_what_is_marked_while_all_is_compared_at_once_waits_for_the_workers(library, monkeypatch, waited_before):
    """A decision, or an import, that comes between reading and storing; and a piece that cannot be stored because of it."""
    compare_all()
    key = NameBlock.objects.exclude(persons=0).order_by("key").values_list("key", flat=True)[0]
    if waited_before:
        mark_everything(reason="test")
    read = whole.read_everything

    def read_and_mark():
        found = read()
        mark_blocks([key], reason="somebody decided")
        return found

    monkeypatch.setattr(whole, "read_everything", read_and_mark)
    whole.compare_everything()
    assert waiting_blocks() == [key]
    monkeypatch.setattr(whole, "read_everything", read)
    monkeypatch.setattr(whole, "_ensure_nobody_decided", _busy)
    mark_everything(reason="test")
    done = whole.compare_everything()
    assert done.left > 0
    assert len(waiting_blocks()) == NameBlock.objects.filter(persons__gt=0).count()


def waiting_blocks() -> list[str]:
    marks = RefreshRequest.objects.filter(kind="block").values_list("object_id", flat=True)
    return list(NameBlock.objects.filter(pk__in=list(marks)).order_by("key").values_list("key", flat=True))


def _busy(*_given):
    raise BlockBusyError


def test_blocks_that_an_older_engine_compared_are_compared_again(library):
    compare_all()
    older = NameBlock.objects.filter(clustered_at__isnull=False).order_by("pk")[:2]
    for block in older:
        block.method = "clusters-0"
        block.save(update_fields=["method"])
    assert mark_outdated_blocks(blocks.METHOD) == len(older) == 2
    refresh_until("block", deadline=FOREVER)
    assert mark_outdated_blocks(blocks.METHOD) == 0
