"""What is kept for how long, and what is forgotten then: one rule for each kind of thing, shown in the privacy notice.

A scheduled task applies every rule; each may be applied twice and by several workers at once. docs/privacy.md holds the same table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from profiles.accounts.tokens import KEPT_AFTER
from profiles.models import AccessToken, Claim, EvidenceSecret, PublicRequest, User
from profiles.models.choices import EvidenceStatus
from profiles.models.privacy import RequestStatus
from profiles.privacy.archives import delete_old_archives

UNCONFIRMED_REQUESTS: Final = timedelta(days=7)
WAITING_REQUESTS: Final = timedelta(days=365)
UNCONFIRMED_ACCOUNTS: Final = timedelta(days=30)
EXPIRED_SECRETS: Final = timedelta(days=1)
UNUSED_SESSIONS: Final = timedelta(days=1)
NETWORK_ADDRESSES: Final = timedelta(days=1)
SERVICE_ANSWERS: Final = timedelta(days=30)
MAILBOX: Final = timedelta(days=30)
BATCH: Final = 500


_COARSEN: Final = """
    UPDATE usersessions_usersession AS session SET ip = coarse.ip
    FROM (SELECT id, host(network(set_masklen(ip, CASE family(ip) WHEN 4 THEN 16 ELSE 32 END)))::inet AS ip FROM usersessions_usersession
          WHERE created_at < %(before)s) AS coarse
    WHERE session.id = coarse.id AND session.ip <> coarse.ip
"""


@dataclass(frozen=True)
class Rule:
    """One row of the table. ``apply(now)`` forgets what is over and returns how much; None where another scheduled task (``task``) does."""

    key: str
    what: str | Promise
    how_long: str | Promise
    why: str | Promise
    apply: Callable[[datetime], int] | None = None
    task: str = "profiles.tasks.privacy.forget_what_is_over"


def forget_unconfirmed_requests(now: datetime) -> int:
    """Requests whose address was never confirmed."""
    return _deleted(PublicRequest.objects.filter(status=RequestStatus.UNCONFIRMED, created_at__lt=now - UNCONFIRMED_REQUESTS))


def forget_addresses_of_requests(now: datetime) -> int:
    """Addresses and texts of requests that are decided, or have waited a year: nobody reads an answer then."""
    over = Q(status__in=[RequestStatus.DONE, RequestStatus.REFUSED]) | Q(confirmed_at__lt=now - WAITING_REQUESTS)
    told = PublicRequest.objects.filter(over).exclude(email="", text="")
    return told.update(email="", text="")


def forget_unconfirmed_accounts(now: datetime) -> int:
    """Accounts without any confirmed address or sign-in from elsewhere, that never claimed anything and have no powers."""
    confirmed = Q(emailaddress__verified=True) | Q(socialaccount__isnull=False)
    stale = (
        User.objects.filter(date_joined__lt=now - UNCONFIRMED_ACCOUNTS, is_staff=False, is_superuser=False)
        .exclude(Exists(User.objects.filter(confirmed, pk=OuterRef("pk"))))
        .exclude(Exists(Claim.objects.filter(profile__user=OuterRef("pk"))))
        .filter(groups__isnull=True)
        .filter(Q(last_login__isnull=True) | Q(last_login__lt=now - UNCONFIRMED_ACCOUNTS))
    )
    return _deleted(stale)


def forget_secrets(now: datetime) -> int:
    """Codes and tokens that no longer work, and what evidence needed only while it was being checked."""
    over = Q(expires_at__lt=now - EXPIRED_SECRETS, evidence__status__in=[EvidenceStatus.STARTED, EvidenceStatus.CHECKING]) | Q(
        evidence__status__in=[EvidenceStatus.FAILED, EvidenceStatus.WITHDRAWN, EvidenceStatus.VOIDED]
    )
    spent = PublicRequest.objects.filter(code_expires_at__lt=now - EXPIRED_SECRETS).exclude(code_hash="")
    return _deleted(EvidenceSecret.objects.filter(over)) + spent.update(code_hash="", code_expires_at=None)


def forget_access_tokens(now: datetime) -> int:
    """Access tokens whose time is over, when their owner has had the time to see why a program stopped."""
    return _deleted(AccessToken.objects.filter(expires_at__lt=now - KEPT_AFTER))


def forget_sessions(now: datetime) -> int:
    """Sessions that have ended, those in which nobody has logged in for a day, and the list of them that their owner sees."""
    untouched = now + timedelta(seconds=settings.SESSION_COOKIE_AGE) - UNUSED_SESSIONS
    nobodys = ~Exists(UserSession.objects.filter(session_key=OuterRef("session_key")))
    ended = _deleted(Session.objects.filter(Q(expire_date__lt=now) | Q(nobodys, expire_date__lt=untouched)))
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    return ended + _deleted(UserSession.objects.exclude(Exists(alive)))


def coarsen_network_addresses(now: datetime) -> int:
    """Network addresses in the list of sessions: after a day only the part that says which network, roughly, it was."""
    with connection.cursor() as cursor:
        cursor.execute(_COARSEN, {"before": now - NETWORK_ADDRESSES})
        return int(cursor.rowcount)


def forget_service_answers(now: datetime) -> int:
    """Answers of services that we asked for records: they only spare the services a second question."""
    return _forget_files(Path(settings.SERVICE_CACHE["folder"]), "*/*.gz", now - SERVICE_ANSWERS)


def forget_mailbox(now: datetime) -> int:
    """Mails that a development machine kept instead of sending them."""
    folder = getattr(settings, "MAILBOX_FOLDER", None)
    return _forget_files(Path(folder), "*.eml", now - MAILBOX) if folder else 0


RULES: Final = (
    Rule(
        "account",
        _("Your account, profile, claims and what you wrote"),
        _("until you delete the account, and 7 days more in which you can keep it after all"),
        _("You use them."),
        task="profiles.tasks.privacy.erase_due_accounts",
    ),
    Rule(
        "unconfirmed-account",
        _("Accounts whose e-mail address was never confirmed"),
        _("30 days"),
        _("They may have been opened in somebody else's name."),
        forget_unconfirmed_accounts,
    ),
    Rule(
        "unconfirmed-request",
        _("Requests without an account that were not confirmed"),
        _("7 days"),
        _("Time to find our mail."),
        forget_unconfirmed_requests,
    ),
    Rule(
        "request",
        _("E-mail address and text of a confirmed request"),
        _("until it is decided, a year at most"),
        _("To decide on it and to answer."),
        forget_addresses_of_requests,
    ),
    Rule(
        "codes",
        _("Codes and tokens, as hashes; addresses that a check of evidence needs"),
        _("a day after they ended, or until the check is over"),
        _("To know them again when you give them back."),
        forget_secrets,
    ),
    Rule(
        "access-tokens",
        _("Access tokens for your programs, as hashes, with the day of their last use"),
        _("until you end them; 30 days after their time is over"),
        _("To know them again, and to show you why a program stopped."),
        forget_access_tokens,
    ),
    Rule(
        "documents",
        _("Documents that you show as evidence"),
        _("30 days at most; their hash, the decision and its date stay"),
        _("Two moderators look at them."),
        task="profiles.tasks.evidence.delete_old_documents",
    ),
    Rule(
        "exports",
        _("Archives of everything that is yours"),
        _("7 days"),
        _("Time to download them."),
        delete_old_archives,
    ),
    Rule(
        "sessions",
        _("Sessions, with the browser, for you to recognise them"),
        _("until you log out, 14 days at most; a day where nobody has logged in"),
        _("To keep you logged in, and to let you end what is not yours."),
        forget_sessions,
    ),
    Rule(
        "typed",
        _("What you sent after your session had ended"),
        _("an hour, in memory; until you log out or throw it away, if that is sooner"),
        _("To give it back to you when you have logged in again."),
        task="",
    ),
    Rule(
        "mails",
        _("Mails to you"),
        _("their text until they are sent; the address 30 days more; that there was one, a year"),
        _("To send each once, and to find out why one did not come."),
        task="profiles.tasks.accounts.erase_old_mails",
    ),
    Rule(
        "notifications",
        _("What you were told in the page"),
        _("half a year after you read it, a year at most"),
        _("To find it again."),
        task="collaboration.tasks.notifications.forget_notifications",
    ),
    Rule(
        "reports",
        _("Reports to the moderators: their words, and what they quote"),
        _("a year after the decision; the category, the decision and its date stay"),
        _("To decide, and to look again where somebody appeals."),
        task="collaboration.tasks.notifications.forget_notifications",
    ),
    Rule(
        "network-addresses",
        _("Network addresses"),
        _("of visitors not at all: counters against abuse hold a keyed hash for a day at most; of log-ins a day, then the first half only"),
        _("To hold off floods, and to let you recognise your sessions."),
        coarsen_network_addresses,
    ),
    Rule(
        "trail",
        _("The audit trail: what was decided when, as codes and numbers"),
        _("for good; words written with a decision are erased with the account"),
        _("Decisions stay open to checks, and can be taken back."),
        task="",
    ),
    Rule(
        "records",
        _("Bibliographic records: works and the names printed on them"),
        _("for as long as the site exists, or until a takedown"),
        _("They are the public record of research."),
        task="",
    ),
    Rule(
        "service-answers",
        _("Answers of services that we ask for records"),
        _("30 days"),
        _("To ask each question once."),
        forget_service_answers,
    ),
    Rule(
        "mailbox",
        _("On development machines only: mails kept instead of sent"),
        _("30 days"),
        _("To read them on the page that shows them."),
        forget_mailbox,
    ),
)


def forget_what_is_over(now: datetime) -> dict[str, int]:
    """Apply every rule that has its own hand here; how much each forgot. A rule that fails does not hold up the others."""
    forgotten: dict[str, int] = {}
    failures: list[Exception] = []
    for rule in RULES:
        if rule.apply is None:
            continue
        try:
            forgotten[rule.key] = rule.apply(now)
        except Exception as error:  # noqa: BLE001 - told below, after the others had their turn
            failures.append(error)
    if failures:
        raise ExceptionGroup("rules of retention failed", failures)
    return forgotten


def _deleted(rows: QuerySet[Any]) -> int:
    """Delete in batches, each a transaction of its own; how many rows of the model itself went."""
    gone = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        gone += rows.model._default_manager.filter(pk__in=keys).delete()[1].get(rows.model._meta.label, 0)
        if len(keys) < BATCH:
            break
    return gone


def _forget_files(folder: Path, pattern: str, before: datetime) -> int:
    gone = 0
    if not folder.is_dir():
        return gone
    for path in folder.glob(pattern):
        try:
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                gone += 1
        except FileNotFoundError:  # somebody else was quicker
            continue
    return gone
