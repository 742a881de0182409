"""An import in the administration: started, followed, stopped."""

from __future__ import annotations

import gzip
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from papers.models import ImportItem, ImportRun, ImportState, Work
from papers.tasks import run_import
from tests.factories.accounts import log_in_with_second_factor

pytestmark = pytest.mark.django_db

ADD = "admin:papers_importrun_add"
LINES = b"".join(
    json.dumps({"id": f"openreview:{n}", "title": title, "authors": [{"name": "Ada Byron"}], "year": 2020}).encode() + b"\n"
    for n, title in enumerate(["On engines", "On looms"])
)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def told(monkeypatch):
    """The runs that workers were told of."""
    runs: list[int] = []
    monkeypatch.setattr(run_import, "delay_on_commit", runs.append)
    return runs


def page_of(run):
    return reverse("admin:papers_importrun_change", args=[run.pk])


def a_run(**said):
    return ImportRun.objects.create(**{"origin": "works.jsonl", "format": "neutral", "started_at": timezone.now(), **said})


def test_grace_uploads_a_file_and_follows_its_import(admin_client, grace, told, settings):
    response = admin_client.post(reverse(ADD), {"file": SimpleUploadedFile("works.jsonl", LINES), "read_as": "neutral"})

    run = ImportRun.objects.get()
    assert response["Location"] == page_of(run)
    assert told == [run.pk]
    assert (run.origin, run.started_by, run.state) == ("works.jsonl", grace, ImportState.WAITING)
    with run.upload.open("rb") as kept:
        assert kept.read() == LINES

    following = admin_client.get(page_of(run))
    assert following["Refresh"] == "3"
    assert "Stop this import" in following.content.decode()
    assert not admin_client.get(page_of(run), {"still": "1"}).has_header("Refresh")


def test_a_compressed_file_is_recognised(admin_client, told):
    bibtex = b"@article{x, title = {On engines}, author = {Byron, Ada}, year = {1843}}"

    response = admin_client.post(reverse(ADD), {"file": SimpleUploadedFile("refs.bib.gz", gzip.compress(bibtex))})

    assert response.status_code == 302, response.context["errors"]
    assert len(told) == 1


def test_a_file_that_nobody_can_read_is_refused_at_once(admin_client, told):
    response = admin_client.post(reverse(ADD), {"file": SimpleUploadedFile("holiday.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 100)})

    assert response.status_code == 200
    assert response.context["errors"]
    assert (ImportRun.objects.count(), told) == (0, [])


def test_grace_asks_a_service(admin_client, told):
    admin_client.post(reverse(ADD), {"ask": "openalex:author", "ask_for": "https://openalex.org/A5048491430", "at_most": "50"})

    run = ImportRun.objects.get()
    assert run.request == {"from": "openalex", "author": "https://openalex.org/A5048491430", "limit": 50}
    assert run.origin == "OpenAlex: author A5048491430"
    assert told == [run.pk]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"ask": "openalex:author", "ask_for": ""},
        {"ask": "openalex:author", "ask_for": "nobody"},
        {"ask": "elsewhere:author", "ask_for": "x"},
        {"ask": "openalex:author", "ask_for": "A5048491430", "at_most": "0"},
        {"ask": "openalex:author", "ask_for": "A\x005048491430"},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_at_once(admin_client, told, asked):
    response = admin_client.post(reverse(ADD), asked)

    assert response.status_code == 200
    assert response.context["errors"]
    assert (ImportRun.objects.count(), told) == (0, [])


def test_a_file_and_a_question_together_are_refused(admin_client, told):
    both = {"file": SimpleUploadedFile("works.jsonl", LINES), "ask": "openalex:author", "ask_for": "A5048491430"}

    assert admin_client.post(reverse(ADD), both).context["errors"]
    assert told == []


def test_the_page_of_an_ended_import_says_what_became_of_its_items(admin_client):
    run = a_run(state=ImportState.FINISHED, items_read=3, created=2, rejected=1, finished_at=timezone.now())
    ImportItem.objects.create(run=run, ordinal=2, outcome="rejected", record_id="x:1", reason="It has no title.", excerpt="<b>{}</b>")

    response = admin_client.get(page_of(run))
    lines = b"".join(admin_client.get(reverse("admin:papers_importrun_rejected", args=[run.pk])).streaming_content)

    page = response.content.decode()
    assert not response.has_header("Refresh")
    assert "It has no title." in page
    assert "<b>{}</b>" not in page
    assert "Stop this import" not in page
    assert json.loads(lines) == {"ordinal": 2, "record_id": "x:1", "reason": "It has no title.", "excerpt": "<b>{}</b>"}


def test_a_failed_import_says_why(admin_client):
    run = a_run(state=ImportState.FAILED, error="OpenAlex has nothing under author A1.")

    assert "OpenAlex has nothing under author A1." in admin_client.get(page_of(run)).content.decode()


def test_grace_stops_an_import(admin_client):
    run = a_run(state=ImportState.RUNNING)
    address = reverse("admin:papers_importrun_stop", args=[run.pk])

    looked = admin_client.get(address)
    stopped = admin_client.post(address, follow=True)
    again = admin_client.post(address, follow=True)

    run.refresh_from_db()
    assert looked.status_code == 405
    assert run.state == ImportState.STOPPED
    assert "ends after its present batch" in stopped.content.decode()
    assert "had ended already" in again.content.decode()


def test_an_onlooker_follows_and_neither_starts_nor_stops(onlooker, told):
    run = a_run(state=ImportState.RUNNING)

    page = onlooker.get(page_of(run)).content.decode()

    assert "items read" in page
    assert "Stop this import" not in page
    assert onlooker.post(reverse("admin:papers_importrun_stop", args=[run.pk])).status_code == 403
    assert onlooker.get(reverse(ADD)).status_code == 403
    run.refresh_from_db()
    assert run.state == ImportState.RUNNING


def test_the_items_of_a_run_come_in_the_order_of_the_input(admin_client):
    run, other = a_run(), a_run()
    for ordinal in (2, 1):
        ImportItem.objects.create(run=run, ordinal=ordinal, outcome="created")
    ImportItem.objects.create(run=other, ordinal=7, outcome="created")

    listed = admin_client.get(reverse("admin:papers_importitem_changelist"), {"run__id__exact": run.pk}).context["cl"].result_list

    assert [item.ordinal for item in listed] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_what_was_started_is_what_a_worker_reads(client, monkeypatch):
    from profiles.models import User

    log_in_with_second_factor(client, User.objects.create_superuser("grace@example.org", "a long password"))
    runs: list[int] = []
    monkeypatch.setattr(run_import, "delay_on_commit", runs.append)
    client.post(reverse(ADD), {"file": SimpleUploadedFile("works.jsonl", LINES), "read_as": "neutral"})

    run_import(runs[0])

    run = ImportRun.objects.get()
    assert (run.state, run.created, run.error) == (ImportState.FINISHED, 2, "")
    assert set(Work.objects.values_list("title", flat=True)) == {"On engines", "On looms"}
