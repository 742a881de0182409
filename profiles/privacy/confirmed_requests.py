"""Requests by people without an account: written down, confirmed by a code that goes to their e-mail address, then decided.

    request = open_request(kind=RequestKind.OPT_OUT, author=author, email="ada@example.org", ip=request.META["REMOTE_ADDR"])
    confirm_request(request=request, code="7KQX-4MWD")

What follows a confirmation of a kind is registered with ``on_confirmed``; it runs in the transaction of the confirmation.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from papers.models import Author, Authorship
from profiles.accounts.mail import queue_mail
from profiles.exceptions import LimitReachedError, WrongCodeError, WrongStateError
from profiles.models import PublicRequest, User
from profiles.models.choices import Role
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.trail import act

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another
CODE_LENGTH: Final = 8
CODE_LASTS: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 5
FROM_NETWORK: Final = 10
TO_ADDRESS: Final = 3
ABOUT_PAGE: Final = 20
LIMIT_LASTS: Final = timedelta(days=1)
IPV6_PREFIX: Final = 64  # what one household or one rented machine has

FollowUp = Callable[[PublicRequest], None]
_follow_ups: dict[str, FollowUp] = {}


def on_confirmed(kind: RequestKind, follow_up: FollowUp) -> None:
    """Have ``follow_up`` called with each request of that kind when it is confirmed. One for a kind."""
    _follow_ups[kind] = follow_up


def open_request(
    *,
    kind: RequestKind,
    author: Author,
    email: str,
    ip: str,
    authorship: Authorship | None = None,
    text: str = "",
    with_figures: bool = False,
) -> PublicRequest:
    """A request that counts once the code in the mail, which leaves with this transaction, is given back.

    Who asks the same again while the first is unconfirmed gets a new code for the same request. Raises ``LimitReachedError``
    beyond ten requests a day from one network, three mails to one address, and twenty about one page. Four statements.
    """
    email = email.strip()
    _spend("network", _network(ip), FROM_NETWORK)
    _spend("page", str(author.pk), ABOUT_PAGE)
    _spend("address", email.lower(), TO_ADDRESS)
    now = timezone.now()
    code = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
    with transaction.atomic():
        request, _is_new = PublicRequest.objects.update_or_create(
            kind=kind,
            author=author,
            authorship=authorship,
            email=email,
            status=RequestStatus.UNCONFIRMED,
            defaults={
                "text": text,
                "with_figures": with_figures,
                "code_hash": _hash(code),
                "code_expires_at": now + CODE_LASTS,
                "attempts": 0,
            },
        )
        queue_mail(
            to=email,
            kind="request-code",
            context={
                "code": f"{code[:4]}-{code[4:]}",
                "what": str(RequestKind(kind).label),
                "name": author.display_name,
                "page": author.get_absolute_url(),
                "minutes": int(CODE_LASTS.total_seconds() // 60),
            },
        )
    return request


def confirm_request(*, request: PublicRequest, code: str) -> PublicRequest:
    """The request, confirmed: it waits for the page's owner or a moderator now. Confirming twice is confirming once.

    Raises ``WrongCodeError`` for another code, which counts as an attempt, and ``WrongStateError`` where the code is too old
    or was guessed at too often: a new one has to be asked for.
    """
    given = "".join(letter for letter in code.upper() if letter.isalnum())
    with transaction.atomic():
        locked = PublicRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if locked.status != RequestStatus.UNCONFIRMED:
            return locked
        if locked.attempts >= MOST_ATTEMPTS or locked.code_expires_at is None or locked.code_expires_at < timezone.now():
            raise WrongStateError(_("This code no longer works. Ask for a new one."))
        is_right = constant_time_compare(_hash(given), locked.code_hash)
        if is_right:
            _confirm(locked)
        else:
            locked.attempts += 1
            locked.save(update_fields=["attempts"])
    if not is_right:  # outside of the transaction, or the attempt would not be counted
        raise WrongCodeError(_("This is not the code in our mail. Look for the latest mail and try again."))
    return locked


def decide_request(*, request: PublicRequest, actor_role: Role, actor: User | None, grant: bool, note: str = "") -> PublicRequest:
    """The request, done or refused; its address is erased once the mail that says so is written.

    What is granted is done by the caller in the same transaction. Raises ``WrongStateError`` unless it waits.
    """
    with transaction.atomic():
        locked = PublicRequest.objects.select_for_update(of=("self",)).select_related("author").get(pk=request.pk)
        if locked.status != RequestStatus.OPEN:
            raise WrongStateError(_("This request does not wait for a decision."))
        if locked.email:
            queue_mail(
                to=locked.email,
                kind="request-decided",
                context={
                    "what": str(RequestKind(locked.kind).label),
                    "name": locked.author.display_name,
                    "page": locked.author.get_absolute_url(),
                    "granted": grant,
                    "note": note,
                },
                key=f"request-decided:{locked.pk}",
            )
        with act(
            action="request-grant" if grant else "request-refuse",
            actor=actor,
            role=actor_role,
            subject=locked,
            author=locked.author_id,
            note=note,
        ) as changes:
            changes.update(locked, status=RequestStatus.DONE if grant else RequestStatus.REFUSED, decided_at=timezone.now())
        PublicRequest.objects.filter(pk=locked.pk).update(email="", text="")
    return locked


def _confirm(request: PublicRequest) -> None:
    now = timezone.now()
    with act(action="request-confirm", actor=None, role=Role.VISITOR, subject=request, author=request.author_id) as changes:
        changes.update(request, status=RequestStatus.OPEN, confirmed_at=now, code_hash="", code_expires_at=None)
    follow_up = _follow_ups.get(request.kind)
    if follow_up is not None:
        follow_up(request)


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def _spend(what: str, who: str, most: int) -> None:
    """Count one more; the shared cache keeps a keyed hash of who, for a day, and nothing else."""
    key = f"requests:{what}:{salted_hmac('collegium.privacy.requests', who).hexdigest()}"
    cache.add(key, 0, timeout=int(LIMIT_LASTS.total_seconds()))
    try:
        spent = cache.incr(key)
    except ValueError:  # it ended between the two
        return
    if spent > most:
        raise LimitReachedError(_("There were too many requests today. Try again tomorrow, or write to us."), until=_tomorrow())


def _tomorrow() -> datetime:
    return timezone.now() + LIMIT_LASTS


def _network(ip: str) -> str:
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)
