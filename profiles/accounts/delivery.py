"""Sending what was queued: bounded, once as far as mail can be, and nothing left lying about afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from profiles.accounts.mail import unsubscribe_url
from profiles.models import MailOptOut, MailStatus, OutgoingMail

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""How long before each further attempt: seven attempts within seventeen hours."""
LEASE: Final = timedelta(minutes=2)
"""How long a mail counts as being sent: above the time that a mail server is waited for."""
KEEP_ADDRESS: Final = timedelta(days=30)
KEEP_KEY: Final = timedelta(days=365)

log = structlog.get_logger(__name__)


def deliver(*, number: int, at: datetime | None = None) -> MailStatus | None:
    """Send one mail if it is due and nobody else is at it: its status afterwards, or None where there was nothing to do.

    The attempt is noted before the mail server is asked. A worker that dies between its answer and ours sends the mail a
    second time, with the same Message-ID, by which mail programs know it.
    """
    now = at or timezone.now()
    mail = _take(number, now)
    if mail is None:
        return None
    if not mail.is_essential and MailOptOut.objects.filter(user__mails=mail, kind=mail.kind).exists():
        return _end(mail, MailStatus.UNWANTED)
    try:
        message_of(mail).send()
    except Exception as error:  # noqa: BLE001 - whatever a mail server or its library comes up with
        return _failed(mail, error, now)
    return _end(mail, MailStatus.SENT)


def deliver_due(*, at: datetime | None = None, most: int = 200) -> int:
    """Send what is due, oldest first; how many mails were looked at. For the scheduled sweep, and where no worker runs."""
    now = at or timezone.now()
    due = OutgoingMail.objects.filter(status=MailStatus.WAITING, next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
    numbers = list(due.values_list("pk", flat=True)[:most])
    for number in numbers:
        deliver(number=number, at=at)
    return len(numbers)


def erase_old(*, at: datetime | None = None) -> None:
    """Forget the addresses of old mails, and then the mails."""
    now = at or timezone.now()
    ended = OutgoingMail.objects.exclude(status=MailStatus.WAITING)
    ended.filter(created_at__lt=now - KEEP_ADDRESS, key__isnull=True).delete()
    ended.filter(created_at__lt=now - KEEP_ADDRESS).exclude(to="").update(to="", subject="")
    ended.filter(created_at__lt=now - KEEP_KEY).delete()


def message_of(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The mail as it is sent: text, HTML, and the headers that say it is automatic and how to refuse its kind."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<mail.{mail.pk}.{int(mail.created_at.timestamp())}@{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if not mail.is_essential and mail.user is not None:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url(mail.user, mail.kind)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    return message


@transaction.atomic
def _take(number: int, now: datetime) -> OutgoingMail | None:
    due = OutgoingMail.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    mail = due.filter(pk=number, status=MailStatus.WAITING, next_attempt_at__lte=now).first()
    if mail is not None:
        mail.attempts += 1
        mail.next_attempt_at = now + LEASE
        mail.save(update_fields=["attempts", "next_attempt_at"])
    return mail


def _end(mail: OutgoingMail, status: MailStatus, error: str = "") -> MailStatus:
    mail.status, mail.error, mail.text, mail.html = status, error[:200], "", ""
    mail.sent_at = timezone.now() if status == MailStatus.SENT else None
    mail.save(update_fields=["status", "error", "text", "html", "sent_at"])
    return status


def _failed(mail: OutgoingMail, error: Exception, now: datetime) -> MailStatus:
    log.warning("mail not sent", mail=mail.pk, kind=mail.kind, attempt=mail.attempts, error=type(error).__name__)
    told = type(error).__name__
    if _is_final(error) or mail.attempts > len(PAUSES):
        return _end(mail, MailStatus.FAILED, told)
    mail.next_attempt_at = now + PAUSES[mail.attempts - 1]
    mail.error = told
    mail.save(update_fields=["next_attempt_at", "error"])
    return MailStatus.WAITING


def _is_final(error: Exception) -> bool:
    """Whether the mail server refused for good (5xx): asking again would only cost us our name."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())  # noqa: PLR2004 - SMTP's own boundary
    return isinstance(error, SMTPResponseException) and 550 <= error.smtp_code < 560  # noqa: PLR2004 - the same
