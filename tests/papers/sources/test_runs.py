"""Imports from a service end to end: asked for, written, failed in words, and gone on with."""

import pytest

from papers.ingest.runs import execute_run
from papers.models import ImportRun, ImportState, Work
from tests.papers.sources.conftest import Reply
from tests.papers.sources.test_sources import five_works, openalex_page

pytestmark = pytest.mark.django_db(transaction=True)


def asked_for(request):
    return ImportRun.objects.create(origin="OpenAlex", request=request)


def test_what_a_service_gives_becomes_works(pretend):
    run = asked_for(five_works(pretend))
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.created, run.rejected) == (ImportState.FINISHED, 5, 0)
    assert sorted(Work.objects.values_list("title", flat=True)) == [f"Work {number}" for number in range(1, 6)]


def test_a_service_that_stays_troubled_ends_the_import_with_the_reason(pretend):
    pretend.replies = [openalex_page([1, 2], "next"), Reply(status=500)]
    run = asked_for({"from": "openalex", "author": "A1"})
    execute_run(run.pk)
    run.refresh_from_db()
    assert run.state == ImportState.FAILED
    assert run.error == "OpenAlex could not be read: it answered 500, 6 times in a row. Try again later."
    assert run.cursor["places"] == [{"items": 2, "place": {"cursor": "next"}}]


def test_an_import_goes_on_behind_what_it_has_written(pretend):
    run = asked_for(five_works(pretend))
    ImportRun.objects.filter(pk=run.pk).update(
        items_read=3, created=3, cursor={"places": [{"items": 2, "place": {"cursor": "b"}}, {"items": 4, "place": {"cursor": "c"}}]}
    )
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.items_read) == (ImportState.FINISHED, 5)
    assert sorted(Work.objects.values_list("title", flat=True)) == ["Work 4", "Work 5"]
    assert [asked.params["cursor"] for asked in pretend.asked] == ["b", "c"]
