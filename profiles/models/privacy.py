"""What people may ask for about themselves, with an account or without one."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from papers.models import Author, Authorship

DELETION_WAIT = timedelta(days=7)
"""How long an account that is to be erased can be kept after all. The database holds it too."""


class PageChoice(models.Model):
    """What the person behind a page wants of it, owner or not: kept out of search engines, a chosen name, figures withheld."""

    author = models.OneToOneField(Author, on_delete=models.CASCADE, primary_key=True, related_name="choice", verbose_name=_("author page"))
    noindex = models.BooleanField(_("kept out of search engines"), default=False)
    withhold_figures = models.BooleanField(_("figures withheld"), default=False)
    chosen_name = models.CharField(_("chosen name"), max_length=300, blank=True)
    hidden_variants = models.JSONField(_("name variants not shown"), default=list, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("choice for a page")
        verbose_name_plural = _("choices for pages")

    def __str__(self) -> str:
        return f"{self.author_id}"


class FormerName(models.Model):
    """A name that somebody no longer goes by. It leads to their page only where they chose so."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="former_names", verbose_name=_("author page"))
    name = models.CharField(_("name"), max_length=300)
    is_searchable = models.BooleanField(_("may lead to the page"), default=False)
    changed_at = models.DateTimeField(_("changed"), auto_now_add=True)

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        constraints: ClassVar = [models.UniqueConstraint(fields=["author", "name"], name="formername_once")]

    def __str__(self) -> str:
        return self.name


class RequestKind(models.TextChoices):
    """What somebody without an account may ask for."""

    NOT_MINE = "not-mine", _("This work is not mine")
    OPT_OUT = "opt-out", _("Keep my page out of search engines")
    CORRECTION = "correction", _("Correct something on this page")


class RequestStatus(models.TextChoices):
    """Where such a request stands."""

    UNCONFIRMED = "unconfirmed", _("E-mail address not confirmed")
    OPEN = "open", _("Waiting for the owner or a moderator")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class PublicRequest(models.Model):
    """A request by somebody without an account, which counts once their e-mail address is confirmed.

    ``email`` is erased when the request is over. ``code_hash`` is the SHA-256 of the code in the mail.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=RequestKind)
    status = models.CharField(_("status"), max_length=12, choices=RequestStatus, default=RequestStatus.UNCONFIRMED)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="requests", verbose_name=_("author page"))
    authorship = models.ForeignKey(
        Authorship, on_delete=models.CASCADE, null=True, blank=True, related_name="requests", verbose_name=_("authorship")
    )
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    with_figures = models.BooleanField(_("figures withheld too"), default=False)
    code_hash = models.CharField(_("hash of the code"), max_length=64, blank=True)
    code_expires_at = models.DateTimeField(_("code expires"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("request without an account")
        verbose_name_plural = _("requests without an account")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(kind="not-mine") & Q(authorship__isnull=False)) | ~Q(kind="not-mine"), name="publicrequest_about_a_work"
            ),
            models.CheckConstraint(condition=Q(status="unconfirmed") | Q(confirmed_at__isnull=False), name="publicrequest_confirmed_first"),
        ]
        indexes: ClassVar = [models.Index(fields=["status", "confirmed_at"], name="publicrequest_queue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_status_display()}"


class AccountDeletion(models.Model):
    """An account that its owner wants erased. It waits some days, can be taken back until then, and goes with the account.

    ``token_hash`` is the SHA-256 of the token in the mail, which takes it back without a login. ``keep_decisions``: decisions
    on works stay, without the person's name; ``keep_name``: the page keeps the name that they chose for it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="deletion", verbose_name=_("account")
    )
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("erased on"))
    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True)
    keep_decisions = models.BooleanField(_("decisions on works stay"), default=True)
    keep_name = models.BooleanField(_("chosen name stays"), default=True)

    class Meta:
        verbose_name = _("deletion of an account")
        verbose_name_plural = _("deletions of accounts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(due_at__gte=F("asked_at") + DELETION_WAIT), name="accountdeletion_waits"),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="accountdeletion_due")]

    def __str__(self) -> str:
        return f"#{self.user_id}: {self.due_at:%Y-%m-%d}"


class ExportStatus(models.TextChoices):
    """How far an export of somebody's own data has come."""

    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("Being written")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Deleted")


class PersonalExport(models.Model):
    """An archive of everything that belongs to an account, written in the background and deleted after some days."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports", verbose_name=_("account"))
    status = models.CharField(_("status"), max_length=12, choices=ExportStatus, default=ExportStatus.WAITING)
    parts_done = models.PositiveSmallIntegerField(_("parts done"), default=0)
    parts_total = models.PositiveSmallIntegerField(_("parts in all"), default=0)
    stored_as = models.CharField(_("name in the store"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    leased_until = models.DateTimeField(_("being written until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    delete_after = models.DateTimeField(_("to be deleted after"), null=True, blank=True)

    class Meta:
        verbose_name = _("export of an account")
        verbose_name_plural = _("exports of accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(status__in=["waiting", "running"]), name="personalexport_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}: {self.get_status_display()}"
