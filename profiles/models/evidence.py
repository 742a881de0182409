"""Evidence for a claim. What is public stands on ``Evidence``; what is not stands in rows of its own that can be erased."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id
from papers.models import Author, Institution, Work
from profiles.models.choices import COUNTING, EvidenceStatus, FreezeKind, Method, ReasonCode, ReviewStage, Verdict, VouchStatus
from profiles.models.claims import Appeal, Claim


class Evidence(models.Model):
    """One piece of evidence for one claim: what it proves, where, and when it was looked at last.

    ``subject`` is what is public: an ORCID iD, a domain, the address of the page that carries the token, the public id of
    the co-author who vouches, the SHA-256 of a document. ``matched`` (ORCID): the iD stands on works of the page. ``from_site`` (e-mail):
    the domain is only the host of the institution's web site, which counts half.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("claim"))
    method = models.CharField(_("method"), max_length=12, choices=Method)
    status = models.CharField(_("status"), max_length=12, choices=EvidenceStatus, default=EvidenceStatus.STARTED)
    subject = models.CharField(_("what it is about"), max_length=500, blank=True)
    matched = models.BooleanField(_("matched to the record"), default=False)
    matched_by = models.CharField(_("matched by"), max_length=40, blank=True)
    from_site = models.BooleanField(_("domain of the web site only"), default=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("institution")
    )
    started_at = models.DateTimeField(_("begun"))
    first_checked_at = models.DateTimeField(_("first check"), null=True, blank=True)
    last_checked_at = models.DateTimeField(_("last check"), null=True, blank=True)
    next_check_at = models.DateTimeField(_("next check"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    outcome = models.CharField(_("outcome of the last check"), max_length=40, blank=True)
    failures = models.PositiveSmallIntegerField(_("failed checks in a row"), default=0)

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(method=Method.ORCID, status__in=[EvidenceStatus.CONFIRMED, EvidenceStatus.STALE]),
                name="evidence_one_orcid_one_profile",
            ),
            models.UniqueConstraint(
                fields=["claim", "method", "subject"],
                condition=Q(status__in=[EvidenceStatus.CHECKING, EvidenceStatus.CONFIRMED, EvidenceStatus.STALE]),
                name="evidence_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=COUNTING) | (Q(confirmed_at__isnull=False) & ~Q(subject="")), name="evidence_confirmed_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(method=Method.ORCID)
                | ~Q(status__in=[EvidenceStatus.CONFIRMED, EvidenceStatus.STALE])
                | Q(subject__regex=r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$"),
                name="evidence_orcid_well_formed",
            ),
            models.CheckConstraint(condition=Q(matched=False) | Q(method=Method.ORCID), name="evidence_only_orcid_matches"),
            models.CheckConstraint(condition=Q(from_site=False) | Q(method=Method.EMAIL), name="evidence_only_mail_from_site"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="evidence_due"),
            models.Index(fields=["method", "subject"], name="evidence_subject"),
            models.Index(
                fields=["started_at"],
                condition=Q(method=Method.DOCUMENT, status=EvidenceStatus.CHECKING),
                name="evidence_documents_to_see",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()}: {self.subject}"

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class EvidenceSecret(models.Model):
    """What a check needs and nobody else may see; deleted when the check is over, or with the account.

    ``address`` is the e-mail address or the page to be read; ``secret_hash`` the SHA-256 of a code or token, which works once.
    """

    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, primary_key=True, related_name="secret", verbose_name=_("evidence"))
    address = models.CharField(_("address"), max_length=2000, blank=True)
    secret_hash = models.CharField(_("hash of the secret"), max_length=64, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("private part of evidence")
        verbose_name_plural = _("private parts of evidence")

    def __str__(self) -> str:
        return f"#{self.evidence_id}"


class EvidenceCheck(models.Model):
    """One look at a piece of evidence: when, and what came of it, as a code."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="checks", verbose_name=_("evidence"))
    checked_at = models.DateTimeField(_("checked"))
    held = models.BooleanField(_("held"))
    outcome = models.CharField(_("outcome"), max_length=40)

    class Meta:
        verbose_name = _("check of evidence")
        verbose_name_plural = _("checks of evidence")
        ordering: ClassVar = ["-checked_at", "-pk"]

    def __str__(self) -> str:
        return f"#{self.evidence_id}: {self.outcome}"


class Vouch(models.Model):
    """A co-author of a shared work, at level 3 or above, says that the claimant is the person of this page."""

    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, related_name="vouch", verbose_name=_("evidence"))
    voucher = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="vouches", verbose_name=_("who vouches")
    )
    voucher_author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="+", verbose_name=_("page of who vouches"))
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="+", verbose_name=_("shared work"))
    status = models.CharField(_("status"), max_length=12, choices=VouchStatus, default=VouchStatus.ASKED)
    asked_at = models.DateTimeField(_("asked"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("vouch")
        verbose_name_plural = _("vouches")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status=VouchStatus.ASKED) | Q(answered_at__isnull=False), name="vouch_answered_has_date")
        ]
        indexes: ClassVar = [models.Index(fields=["voucher", "answered_at"], name="vouch_by_voucher")]

    def __str__(self) -> str:
        return f"#{self.evidence_id}: {self.get_status_display()}"

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in forms."""
        return encode_public_id(self.pk)


class Document(models.Model):
    """A file that shows who somebody is, in the private store until it is deleted; hash and decision stay."""

    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, related_name="document", verbose_name=_("evidence"))
    stored_as = models.CharField(_("name in the store"), max_length=100, blank=True)
    media_type = models.CharField(_("type, from its content"), max_length=60)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded"))
    delete_after = models.DateTimeField(_("to be deleted after"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stored_as="") | Q(deleted_at__isnull=True), name="document_stored_or_deleted")
        ]
        indexes: ClassVar = [models.Index(fields=["delete_after"], condition=Q(deleted_at__isnull=True), name="document_to_delete")]

    def __str__(self) -> str:
        return f"#{self.evidence_id}"


class DocumentAccess(models.Model):
    """Who opened a document, and when. ``reader_id`` is an opaque number that outlives the account."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="accesses", verbose_name=_("document"))
    reader_id = models.BigIntegerField(_("reader"))
    at = models.DateTimeField(_("opened"), auto_now_add=True)

    class Meta:
        verbose_name = _("access to a document")
        verbose_name_plural = _("accesses to documents")

    def __str__(self) -> str:
        return f"#{self.document_id}: {self.reader_id}"


class Review(models.Model):
    """What one moderator found when looking at a claim, a document or an appeal. A row taken back keeps its place in the trail.

    ``drawn_at`` is set where chance chose this decision for a second look by somebody else, ``looked_again_at`` when that
    has happened; the second look is a row of its own, which names this one in ``again_of``.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("claim"))
    evidence = models.ForeignKey(
        Evidence, on_delete=models.CASCADE, null=True, blank=True, related_name="reviews", verbose_name=_("evidence")
    )
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, null=True, blank=True, related_name="reviews", verbose_name=_("appeal"))
    stage = models.CharField(_("stage"), max_length=12, choices=ReviewStage)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict)
    reason_code = models.CharField(_("reason"), max_length=20, choices=ReasonCode, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="reviews", verbose_name=_("moderator")
    )
    created_at = models.DateTimeField(_("decided"))
    drawn_at = models.DateTimeField(_("drawn for a second look"), null=True, blank=True)
    looked_again_at = models.DateTimeField(_("looked at a second time"), null=True, blank=True)
    again_of = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="again", verbose_name=_("looks again at")
    )

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evidence", "reviewer"], condition=Q(stage=ReviewStage.DOCUMENT), name="review_document_by_two"
            ),
            models.CheckConstraint(condition=Q(again_of__isnull=True) | Q(stage=ReviewStage.AGAIN), name="review_again_of_one"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["drawn_at"], condition=Q(drawn_at__isnull=False, looked_again_at__isnull=True), name="review_to_look_at_again"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.get_verdict_display()}"


class Freeze(models.Model):
    """A domain or an institution whose evidence does not count until the freeze is lifted."""

    kind = models.CharField(_("kind"), max_length=12, choices=FreezeKind)
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="freezes", verbose_name=_("institution")
    )
    reason_code = models.CharField(_("reason"), max_length=20, choices=ReasonCode)
    frozen_at = models.DateTimeField(_("frozen"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("frozen by")
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("freeze")
        verbose_name_plural = _("freezes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["domain"], condition=Q(kind=FreezeKind.DOMAIN, lifted_at__isnull=True), name="freeze_domain_once"
            ),
            models.UniqueConstraint(
                fields=["institution"], condition=Q(kind=FreezeKind.INSTITUTION, lifted_at__isnull=True), name="freeze_institution_once"
            ),
            models.CheckConstraint(
                condition=(Q(kind=FreezeKind.DOMAIN, institution__isnull=True) & ~Q(domain=""))
                | Q(kind=FreezeKind.INSTITUTION, institution__isnull=False, domain=""),
                name="freeze_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.domain or str(self.institution_id)
