"""Documents: for reviewers and their uploader alone, every look noted, the file gone after thirty days."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from profiles.evidence import private_store
from profiles.evidence.document import delete_documents, kind_of, remove_stray_files
from profiles.evidence.service import start_evidence
from profiles.exceptions import EvidenceError
from profiles.models import Document, DocumentAccess, EvidenceCheck, TrailEntry
from profiles.models.choices import EvidenceStatus, Method
from tests.factories.people import account

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n<script>alert(1)</script>"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def upload(claim, content=PDF, name="../../letter.html", kind="text/html"):
    file = SimpleUploadedFile(name, content, kind)
    return start_evidence(claim=claim, user=claim.profile.user, method=Method.DOCUMENT, upload=file)


def stored_files(root):
    return [path for path in root.rglob("*") if path.is_file()]


def moderator(who="hedy"):
    user = account(who)
    user.user_permissions.add(Permission.objects.get(codename="decide_claim"))
    return user


def address(evidence):
    return reverse("profiles:evidence-document", args=[evidence.claim_id, evidence.pk])


def test_a_document_is_kept_under_a_name_that_says_nothing(claim, tmp_path, settings):
    evidence = upload(claim)

    document = Document.objects.get()
    [file] = stored_files(tmp_path)
    assert (evidence.status, evidence.subject) == (EvidenceStatus.CHECKING, hashlib.sha256(PDF).hexdigest())
    assert (document.media_type, document.size) == ("application/pdf", len(PDF))
    assert file.read_bytes() == PDF
    assert file.stat().st_mode & 0o077 == 0
    assert "letter" not in file.name
    assert not str(settings.PRIVATE_ROOT).startswith((str(settings.MEDIA_ROOT), str(settings.STATIC_ROOT)))
    assert document.delete_after - document.uploaded_at == timedelta(days=30)


@pytest.mark.parametrize(
    "start,kind",
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"<html>", ""),
        (b"", ""),
        (b"GIF89a", ""),
        (b" %PDF-", ""),
        (b"PK\x03\x04", ""),
    ],
)
def test_the_type_comes_from_the_content(start, kind):
    assert kind_of(start) == kind


@pytest.mark.parametrize(
    "content,code", [(b"<html><script>", "wrong-kind"), (b"MZ\x90", "wrong-kind"), (PDF + b"0" * (10 * 1024 * 1024), "too-large")]
)
def test_other_files_are_refused_and_nothing_is_kept(claim, tmp_path, content, code):
    with pytest.raises(EvidenceError) as raised:
        upload(claim, content, "letter.pdf", "application/pdf")
    assert raised.value.code == code
    assert stored_files(tmp_path) == []


def test_the_same_document_is_taken_once(claim, tmp_path):
    upload(claim)
    with pytest.raises(EvidenceError, match="there already"):
        upload(claim)
    assert len(stored_files(tmp_path)) == 1


@pytest.mark.parametrize("who", ["claimant", "moderator"])
def test_it_is_handed_out_as_an_attachment_and_each_access_is_noted(claim, client, who):
    evidence = upload(claim)
    reader = claim.profile.user if who == "claimant" else moderator()
    client.force_login(reader)

    response = client.get(address(evidence))

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="document-{evidence.public_id}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]
    assert [access.reader_id for access in DocumentAccess.objects.all()] == [reader.pk]


@pytest.mark.parametrize("who", ["visitor", "stranger", "staff"])
def test_nobody_else_learns_that_there_is_one(claim, client, who):
    evidence = upload(claim)
    if who != "visitor":
        client.force_login(account("emmy", is_staff=who == "staff"))
    response = client.get(address(evidence))
    assert response.status_code == (302 if who == "visitor" else 404)
    assert not DocumentAccess.objects.exists()


def test_a_moderator_who_wrote_with_the_claimant_does_not_read_it(claim, page, client):
    from tests.factories.people import owner_of, page_of

    grace = owner_of(page_of("grace", together_with=page), "grace")
    grace.user_permissions.add(Permission.objects.get(codename="decide_claim"))
    evidence = upload(claim)
    client.force_login(grace)
    assert client.get(address(evidence)).status_code == 403
    assert not DocumentAccess.objects.exists()


def test_a_document_of_another_claim_is_not_found_by_a_wrong_address(claim, client, ada):
    from tests.factories.people import claim_by, page_of

    other = claim_by(account("grace"), page_of("grace"))
    evidence = upload(other)
    client.force_login(ada)
    for first in (claim.pk, other.pk):
        assert client.get(reverse("profiles:evidence-document", args=[first, evidence.pk])).status_code == 404
    assert client.post(address(evidence)).status_code == 405


def test_the_file_is_deleted_after_thirty_days_and_its_hash_stays(claim, ada, client, tmp_path, django_capture_on_commit_callbacks):
    evidence = upload(claim)
    evidence.status, evidence.confirmed_at = EvidenceStatus.CONFIRMED, timezone.now()
    evidence.save()
    later = timezone.now() + timedelta(days=31)

    with django_capture_on_commit_callbacks(execute=True):
        assert delete_documents(now=timezone.now()) == 0
        assert delete_documents(now=later) == 1
        assert delete_documents(now=later) == 0

    evidence.refresh_from_db()
    document = Document.objects.get()
    assert stored_files(tmp_path) == []
    assert (document.stored_as, document.deleted_at, document.sha256) == ("", later, hashlib.sha256(PDF).hexdigest())
    assert evidence.status == EvidenceStatus.CONFIRMED
    assert TrailEntry.objects.filter(action="document-delete", claim_id=claim.pk).exists()
    client.force_login(ada)
    response = client.get(address(evidence))
    assert response.status_code == 403
    assert "has been deleted" in response.content.decode()


def test_a_document_that_nobody_decided_on_fails_with_its_file(claim, django_capture_on_commit_callbacks):
    evidence = upload(claim)
    with django_capture_on_commit_callbacks(execute=True):
        delete_documents(now=timezone.now() + timedelta(days=31))
    evidence.refresh_from_db()
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.FAILED, "document-late")
    assert EvidenceCheck.objects.get(evidence=evidence).outcome == "document-late"


def test_strays_of_a_killed_process_are_swept_up(claim, tmp_path):
    upload(claim)
    old, young = private_store.keep(iter([b"old"])), private_store.keep(iter([b"young"]))
    for name in (old, Document.objects.get().stored_as):
        os.utime(private_store._path(name), (time.time() - 90_000,) * 2)

    assert remove_stray_files() == 1
    assert {path.name for path in stored_files(tmp_path)} == {young, Document.objects.get().stored_as}


@pytest.mark.parametrize("name", ["", "../secret", "a" * 63, "A" * 64, "0" * 64 + "/..", "0" * 64 + "\n"])
def test_only_names_of_ours_lead_to_files(name):
    with pytest.raises(ValueError, match="no name"):
        private_store.opened(name)
    with pytest.raises(ValueError, match="no name"):
        private_store.remove(name)


def test_two_reviewers_decide(claim, grace_and_hedy):
    from profiles.models.choices import ReasonCode, Verdict
    from profiles.moderation.documents import review_document

    evidence = upload(claim)
    for reviewer in grace_and_hedy:
        review_document(evidence=evidence, moderator=reviewer, verdict=Verdict.APPROVE, code=ReasonCode.GRANTED)
    evidence.refresh_from_db()
    assert evidence.status == EvidenceStatus.CONFIRMED


@pytest.fixture
def grace_and_hedy():
    return [moderator("grace"), moderator("hedy")]
