"""Taking along everything that is one's own: written by a worker, whole or not at all, for its owner alone, and gone after a week."""

from __future__ import annotations

import csv
import io
import json
import stat
import threading
from datetime import timedelta
from zipfile import ZipFile

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.lib.registries import PersonalPart, personal_parts
from profiles.exceptions import LimitReachedError
from profiles.models import ClaimMessage, PersonalExport, ProfileLink, Review, TrailNote
from profiles.models.choices import MessageKind, Method, ReviewStage, Role, Verdict
from profiles.models.privacy import ExportStatus
from profiles.privacy import archives, private_files
from profiles.privacy.archives import ask_for_export, delete_old_archives, resume_exports, write_export
from profiles.tasks import privacy as tasks
from profiles.trail import act
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of
from tests.factories.reading import counted_queries, text_of


def written(user) -> ZipFile:
    export = ask_for_export(user=user)
    assert write_export(number=export.pk)
    export.refresh_from_db()
    return ZipFile(private_files.place_of(export.stored_as))


def part(archive: ZipFile, key: str) -> list[dict]:
    return json.loads(archive.read(f"{key}.json"))


@pytest.fixture
def full(ada, mo):
    """Ada's account with something in every corner."""
    claim = ada.profile.claims.get()
    ada.profile.biography = "=HYPERLINK(1)"
    ada.profile.save()
    ProfileLink.objects.create(profile=ada.profile, label="Looms", url="https://example.org/looms")
    ClaimMessage.objects.create(claim=claim, kind=MessageKind.STATEMENT, role=Role.CLAIMANT, sender=ada, body="It is me — Ada")
    ClaimMessage.objects.create(claim=claim, kind=MessageKind.QUESTION, role=Role.MODERATOR, sender=mo, body="Which paper?")
    Review.objects.create(claim=claim, stage=ReviewStage.CLAIM, verdict=Verdict.APPROVE, reviewer=mo, created_at=timezone.now())
    with act(action="look", actor=mo, role=Role.MODERATOR, subject=claim, claim=claim, note="Mo's own note"):
        pass
    with act(action="answer", actor=ada, role=Role.OWNER, subject=claim, claim=claim, note="Ada's own note"):
        pass
    return ada


def test_everything_that_is_hers_is_in_it(full, page):
    archive = written(full)

    assert archive.testzip() is None
    assert part(archive, "account")[0]["email"] == "ada@example.org"
    assert part(archive, "email-addresses") == [{"email": "ada@example.org", "verified": True, "primary": True}]
    assert part(archive, "profile")[0]["display_name"] == "Ada Quillmere"
    assert part(archive, "links") == [{"label": "Looms", "url": "https://example.org/looms", "place": 0}]
    [claim] = part(archive, "claims")
    assert (claim["author"], claim["status"]) == (page.public_id, "granted")
    assert [(one["role"], one["is_yours"], one["text"]) for one in part(archive, "messages")] == [
        ("claimant", True, "It is me — Ada"),
        ("moderator", False, "Which paper?"),
    ]
    assert part(archive, "evidence")[0]["subject"] == "https://example.org/~ada"
    assert part(archive, "reviews")[0]["verdict"] == "approve"
    assert {one["note"] for one in part(archive, "trail")} == {"", "Ada's own note"}
    for key in personal_parts:
        assert f"{key.key}.json" in archive.namelist()
        assert str(key.title) in archive.read("README.txt").decode()


def test_a_moderator_is_never_named_in_it(full, mo):
    archive = written(full)
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert mo.email not in whole
    assert "Mo's own note" not in whole
    assert f'"{mo.pk}"' not in whole
    for row in part(archive, "reviews") + part(archive, "trail") + part(archive, "messages"):
        assert not {"reviewer", "reviewer_id", "actor", "actor_id", "sender", "sender_id"} & set(row)


def test_no_hash_of_a_password_or_code_is_in_it(full):
    archive = written(full)
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert full.password not in whole
    assert "hash" not in json.dumps([part(archive, one.key) for one in personal_parts])


def test_her_works_are_there_for_reference_managers_and_tables_are_safe(full):
    archive = written(full)
    assert archive.read("works/works.bib").decode().count("@") >= 3
    assert len(json.loads(archive.read("works/works.json"))) == 3
    text = archive.read("tables/profile.csv").decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["biography"] == "'=HYPERLINK(1)"
    assert part(archive, "profile")[0]["biography"] == "=HYPERLINK(1)", "JSON is no spreadsheet"


def test_somebody_elses_things_are_not_in_it(full, unclaimed):
    owner_of(unclaimed, "grace")
    whole = written(full)
    everything = b"".join(whole.read(name) for name in whole.namelist() if not name.startswith("works/")).decode()
    assert "grace" not in everything.lower()


def test_it_costs_the_same_however_much_there_is(emmy):
    costs = []
    for already, claims in ((0, 2), (2, 20)):
        for number in range(already, claims):
            evidence_for(claim_by(emmy, page_of(f"page {number}", works=1)), Method.TOKEN, f"https://example.org/{number}")
        export = ask_for_export(user=emmy)
        with counted_queries() as queries:
            assert write_export(number=export.pk)
        costs.append(queries.count)
    assert costs[0] == costs[1] < 4 * len(list(personal_parts))


# --- The page -------------------------------------------------------------------------------------------------


def test_the_page_tells_how_far_it_is_and_hands_it_out(full, entered, django_capture_on_commit_callbacks, monkeypatch):
    sent: list[list[int]] = []
    monkeypatch.setattr(archives.current_app, "send_task", lambda name, args: sent.append([name, *args]))
    client = entered(full)
    assert "You have not asked for an archive yet" in text_of(client.get("/settings/privacy/"))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/settings/privacy/export/").status_code == 302
    export = PersonalExport.objects.get()
    assert sent == [["profiles.tasks.privacy.write_export", export.pk]]
    waiting = client.get("/settings/privacy/")
    assert "waits for a worker" in text_of(waiting)
    assert 'hx-get="/settings/privacy/export/state/"' in waiting.content.decode()

    PersonalExport.objects.update(
        status=ExportStatus.RUNNING, parts_done=3, parts_total=26, leased_until=timezone.now() + timedelta(minutes=1)
    )
    assert "3 of 26 parts" in text_of(client.get("/settings/privacy/export/state/"), "div")

    PersonalExport.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
    tasks.write_export(export.pk)
    ready = client.get("/settings/privacy/")
    assert "is ready" in text_of(ready)
    assert "hx-get" not in ready.content.decode()
    answer = client.get("/settings/privacy/export/download/")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="collegium-')
    assert "no-store" in answer.headers["Cache-Control"]
    assert ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None


def test_nobody_else_gets_it_and_its_owner_shows_who_she_is_first(full, emmy, mo, entered):
    written(full)
    assert Client().get("/settings/privacy/export/download/").status_code == 302
    for other in (emmy, mo):
        assert entered(other).get("/settings/privacy/export/download/").status_code == 404
    hers = entered(full)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        stale = hers.get("/settings/privacy/export/download/")
    assert stale.status_code == 302
    assert stale["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("address", ["", "export/state/", "export/download/", "delete/"])
def test_visitors_are_asked_to_log_in(address, client, db):
    assert client.get(f"/settings/privacy/{address}")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("address", ["export/", "page/", "keep/"])
def test_what_changes_something_is_posted_with_a_token_of_ours(address, ada, entered):
    client = entered(ada)
    assert client.get(f"/settings/privacy/{address}").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(f"/settings/privacy/{address}").status_code == 403
    assert not PersonalExport.objects.exists()


# --- The work -------------------------------------------------------------------------------------------------


def test_asking_twice_makes_one_and_five_a_day_are_enough(ada):
    first = ask_for_export(user=ada)
    assert ask_for_export(user=ada) == first
    for _more in range(4):
        write_export(number=PersonalExport.objects.latest("pk").pk)
        ask_for_export(user=ada)
    write_export(number=PersonalExport.objects.latest("pk").pk)
    with pytest.raises(LimitReachedError):
        ask_for_export(user=ada)


def test_a_killed_worker_leaves_nothing_half_and_the_next_one_finishes(ada, monkeypatch, private_root):
    def killed(*_given, **_more):
        raise SystemExit

    export = ask_for_export(user=ada)
    with monkeypatch.context() as patch:
        patch.setattr(archives, "_finish", killed)
        with pytest.raises(SystemExit):
            write_export(number=export.pk)
    assert not write_export(number=export.pk), "its lease still holds"
    assert archives.ready_export(ada) is None

    monkeypatch.setattr(archives.current_app, "send_task", lambda _name, args: write_export(number=args[0]))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert resume_exports(timezone.now()) == [export.pk]
    export.refresh_from_db()
    assert export.status == ExportStatus.READY
    assert [path.name for path in (private_root / "exports").iterdir()] == [export.stored_as]
    assert not write_export(number=export.pk), "done is done"


def test_a_worker_that_outlived_its_lease_throws_its_work_away(ada, monkeypatch):
    export = ask_for_export(user=ada)

    def taken_over(user):
        PersonalExport.objects.filter(pk=export.pk).update(leased_until=timezone.now() + timedelta(hours=1))
        yield {"x": 1}

    probe = PersonalPart("zz-probe", "Probe", taken_over, order=9999)
    personal_parts.register(probe)
    try:
        assert not write_export(number=export.pk)
    finally:
        del personal_parts._entries["zz-probe"]
    export.refresh_from_db()
    assert export.status == ExportStatus.RUNNING
    assert not private_files.place_of(export.stored_as).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_archive():
    user = account("ada")
    export = ask_for_export(user=user)
    results: list[bool] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        try:
            results.append(write_export(number=export.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert len(list(private_files.folder().iterdir())) == 1


def test_what_fails_for_a_day_has_failed_and_says_so(ada, entered, monkeypatch):
    export = ask_for_export(user=ada)
    monkeypatch.setattr(archives.current_app, "send_task", lambda *_a, **_k: None)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert resume_exports(timezone.now()) == []
    export.refresh_from_db()
    assert export.status == ExportStatus.FAILED
    assert "could not be written" in text_of(entered(ada).get("/settings/privacy/"))


def test_it_is_gone_after_a_week_file_and_all(ada, entered, private_root):
    written(ada)
    stored = private_files.place_of(PersonalExport.objects.get().stored_as)
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert stat.S_IMODE(stored.parent.stat().st_mode) == 0o700
    assert delete_old_archives(timezone.now() + timedelta(days=6)) == 0
    assert stored.exists()

    assert delete_old_archives(timezone.now() + timedelta(days=7, minutes=1)) == 1
    assert not stored.exists()
    assert PersonalExport.objects.get().status == ExportStatus.EXPIRED
    assert entered(ada).get("/settings/privacy/export/download/").status_code == 404

    (private_root / "exports" / "left.123.part").write_bytes(b"x")
    assert delete_old_archives(timezone.now() + timedelta(days=60)) == 1
    assert not PersonalExport.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a.zip", "A" * 43 + ".zip/..", "A" * 43 + ".zip\n"])
def test_no_row_leads_out_of_the_store(name, db):
    with pytest.raises(ValueError, match="not a name"):
        private_files.place_of(name)


def test_a_note_of_the_trail_that_was_erased_stays_erased(full):
    TrailNote.objects.update(text="", erased_at=timezone.now())
    assert {one["note"] for one in part(written(full), "trail")} == {""}
