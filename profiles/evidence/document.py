"""A document that shows who somebody is, for the eyes of reviewers. The file is deleted after thirty days; its hash and the decision stay."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.evidence import private_store
from profiles.evidence.base import Finding, Start, refuse
from profiles.exceptions import LimitReachedError, WrongStateError
from profiles.models import Claim, Document, DocumentAccess, Evidence, EvidenceCheck, User
from profiles.models.choices import EvidenceStatus, Method, Role
from profiles.querysets.evidence import documents_to_delete
from profiles.trail import act

MOST_BYTES: Final = 10 * 1024 * 1024
KEPT: Final = timedelta(days=30)
AT_ONCE: Final = 5
_KINDS: Final = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
)
ENDINGS: Final = {kind: ending for _mark, kind, ending in _KINDS}


class DocumentMethod:
    """An upload; what follows is reviewers' (``profiles.moderation.documents``)."""

    key = Method.DOCUMENT
    proves = gettext_lazy("Two reviewers, each for themselves, saw a document that names the owner. Only its hash is kept.")
    next_step = gettext_lazy("Two reviewers look at the document. You hear from us.")

    def start(self, claim: Claim, user: User, **given: Any) -> Start:  # noqa: ARG002 - the interface of all methods
        upload = given.get("upload")
        if not isinstance(upload, UploadedFile):
            raise refuse(_("Choose a file."), "no-file")
        kind = _checked_kind(upload)
        if claim.evidence.filter(method=Method.DOCUMENT, status=EvidenceStatus.CHECKING).count() >= AT_ONCE:
            raise LimitReachedError(_("Several documents wait for reviewers. Withdraw one that you do not need."))
        digest = hashlib.sha256()
        for piece in upload.chunks():
            digest.update(piece)
        return Start(
            subject=digest.hexdigest(),
            status=EvidenceStatus.CHECKING,
            companions=lambda evidence: [_stored(evidence, upload, kind, digest.hexdigest())],
        )

    def check(self, evidence: Evidence, **given: Any) -> Finding:  # noqa: ARG002 - the interface of all methods
        raise WrongStateError(_("Documents are looked at by reviewers."))

    def recheck(self, evidence: Evidence, now: datetime) -> Finding:  # noqa: ARG002 - the interface of all methods
        """What two people saw is not seen again."""
        return Finding(held=True, outcome="two-reviewers", renews=False)


def kind_of(start: bytes) -> str:
    """The media type that the first bytes of a file speak of, or "" for every other."""
    return next((kind for mark, kind, _ending in _KINDS if start.startswith(mark)), "")


def read_document(*, document: Document, reader: User) -> Document:
    """The document as it may be handed to this reader now, with the access noted. Raises ``NotAllowedError``, ``WrongStateError``.

    Its uploader and moderators may read it, but moderators nothing of their own or a co-author's beside their own upload.
    """
    claim = document.evidence.claim
    if claim.profile.user_id != reader.pk:
        from profiles.moderation.conflicts import ensure_may_decide

        ensure_may_decide(moderator=reader, claim=claim)
    if document.deleted_at is not None or not document.stored_as:
        raise WrongStateError(_("The file has been deleted. Its hash and the decision stay."))
    DocumentAccess.objects.create(document=document, reader_id=reader.pk)
    return document


def may_know_of(document: Document, reader: User) -> bool:
    """Whether this account may be told that there is such a document at all."""
    return document.evidence.claim.profile.user_id == reader.pk or reader.has_perm("profiles.decide_claim")


def delete_documents(*, now: datetime, most: int = 100) -> int:
    """Delete the files whose time is over; returns how many. One that nobody decided on fails. Each in its own transaction."""
    done = 0
    while done < most:
        with transaction.atomic():
            document = documents_to_delete(now).select_for_update(of=("self",), skip_locked=True).select_related("evidence__claim").first()
            if document is None:
                break
            _delete(document, now)
        done += 1
    return done


def discard_file(*, evidence: Evidence, now: datetime) -> None:
    """Delete the file of a document whose evidence its claimant withdrew: nobody needs to see it any more."""
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).select_related("evidence__claim").filter(evidence=evidence).first()
        if document is not None and document.deleted_at is None:
            _delete(document, now)


def remove_stray_files() -> int:
    """Delete files that no row names, a day after they were written; returns how many."""
    known = set(Document.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    return private_store.remove_strays(known, older_than=timedelta(days=1).total_seconds())


def _delete(document: Document, now: datetime) -> None:
    name = document.stored_as
    evidence = Evidence.objects.select_for_update(of=("self",), no_key=True).get(pk=document.evidence_id)
    claim = document.evidence.claim
    with act(action="document-delete", actor=None, role=Role.SYSTEM, subject=evidence, claim=claim) as changes:
        changes.update(document, stored_as="", deleted_at=now)
        if evidence.status == EvidenceStatus.CHECKING:
            changes.update(evidence, status=EvidenceStatus.FAILED, outcome="document-late", next_check_at=None)
            EvidenceCheck.objects.create(evidence=evidence, checked_at=now, held=False, outcome="document-late")
    if name:
        transaction.on_commit(lambda: private_store.remove(name), robust=True)


def _checked_kind(upload: UploadedFile[Any]) -> str:
    size = upload.size or 0
    if size > MOST_BYTES:
        raise refuse(_("The file is larger than 10 MB. Upload a smaller one, such as one page of it."), "too-large")
    start = upload.read(16)
    upload.seek(0)
    kind = kind_of(start)
    if not kind:
        raise refuse(_("This is no PDF, JPEG or PNG file. Upload one of these."), "wrong-kind")
    return kind


def _stored(evidence: Evidence, upload: UploadedFile[Any], kind: str, digest: str) -> Document:
    """The row of a file that is now kept. Where the transaction comes to nothing the file is a stray, and goes a day later."""
    upload.seek(0)
    now = timezone.now()
    return Document(
        evidence=evidence,
        stored_as=private_store.keep(upload.chunks()),
        media_type=kind,
        size=upload.size or 0,
        sha256=digest,
        uploaded_at=now,
        delete_after=now + KEPT,
    )
