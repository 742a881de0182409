"""Mails to people: written as rows beside what caused them, sent by workers.

    queue_mail(to=user.email, kind="claim-granted", context={"page": author.get_absolute_url()}, user=user, key=f"granted:{claim.pk}")

``kind`` names the templates ``templates/emails/<kind>.subject.txt``, ``.txt`` and ``.html``. The HTML one extends
``emails/base.html`` and fills its block ``body``; the text one extends ``emails/base.txt`` likewise. Both may use
``{{ site_url }}`` before a path. A mail that its reader may refuse (``essential=False``) gets a link and the headers to do so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from celery import current_app
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from config.lib.registries import Registry
from profiles.models import MailOptOut, OutgoingMail, User

JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"
"""What a mail's context may hold: plain values, so that a mail never depends on rows that change after it was asked for."""

DELIVER = "profiles.tasks.accounts.deliver_mail"
_refusals = Signer(salt="collegium.mail.unsubscribe")


@dataclass(frozen=True)
class MailKind:
    """A kind of mail that its reader may refuse; ``label`` says which in the sentence "You get no more mails about …"."""

    key: str
    label: str
    order: int = 100


mail_kinds: Registry[MailKind] = Registry()
"""The kinds that may be refused. Registered when the app is ready; ``queue_mail`` with ``essential=False`` wants its kind here."""


def queue_mail(
    *,
    to: str,
    kind: str,
    context: Mapping[str, JSON],
    user: User | None = None,
    essential: bool = True,
    key: str | None = None,
) -> None:
    """Have a mail sent after the transaction that this is called in. Costs one or two queries and the rendering.

    ``key`` makes it once: a second call with the same key, in this or any later request, writes nothing (keys are kept
    for a year). ``user`` is whose mail it is; with ``essential=False`` it must be given, and nothing is written where
    they turned the kind off. A worker sends it (queue "mail"), tries again over a day, and then gives up.

    Raises ``ValueError`` for a mail that its reader could not refuse though it is not essential, and
    ``TemplateDoesNotExist`` where a template of the kind is missing: mistakes of the caller, both.
    """
    if not essential and (user is None or kind not in mail_kinds):
        raise ValueError(f"{kind!r} is not essential: it needs a user, and a MailKind in mail_kinds")
    if user is not None and not essential and MailOptOut.objects.filter(user=user, kind=kind).exists():
        return
    values = {**context, "site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    if user is not None and not essential:
        values["unsubscribe_url"] = unsubscribe_url(user, kind)
    store_mail(
        OutgoingMail(
            to=to,
            kind=kind,
            user=user,
            is_essential=essential,
            key=key,
            subject=_one_line(render_to_string(f"emails/{kind}.subject.txt", values)),
            text=render_to_string(f"emails/{kind}.txt", values).strip() + "\n",
            html=render_to_string(f"emails/{kind}.html", values).strip(),
        )
    )


def store_mail(mail: OutgoingMail) -> None:
    """Write a rendered mail and tell a worker after the transaction. Quiet where there is one of that key."""
    if mail.key is None:
        mail.save(force_insert=True)
    else:
        written = OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
        found = OutgoingMail.objects.filter(key=written[0].key, status="waiting").values_list("pk", flat=True).first()
        if found is None:
            return
        mail.pk = found
    number = mail.pk
    # Robust: with no broker the page still comes, and the scheduled sweep finds the row.
    transaction.on_commit(lambda: _tell_worker(number), robust=True)


def unsubscribe_url(user: User, kind: str) -> str:
    """The absolute address at which that user refuses mails of that kind, without logging in. Never expires, as RFC 8058 wants."""
    return settings.SITE_URL + reverse("account-safety:unsubscribe", args=[_refusals.sign_object({"user": user.pk, "kind": kind})])


def read_refusal(token: str) -> tuple[User, str] | None:
    """Whose mails of which kind the token of such an address is about; None for a token that is not ours. One query."""
    try:
        told = _refusals.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=told["user"]).first()
    return (user, told["kind"]) if user is not None else None


def refuse_mails(*, user: User, kind: str) -> None:
    """No more mails of that kind to that user. Twice is once."""
    MailOptOut.objects.get_or_create(user=user, kind=kind)


def accept_mails(*, user: User, kind: str) -> None:
    """Mails of that kind again. Quiet where they were never refused."""
    MailOptOut.objects.filter(user=user, kind=kind).delete()


def kind_label(kind: str) -> str:
    """The kind in words."""
    known = mail_kinds.get(kind)
    return str(known.label) if known is not None else _("this")


def _tell_worker(number: int) -> None:
    current_app.send_task(DELIVER, args=[number])  # by name: services know no tasks


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:300]
