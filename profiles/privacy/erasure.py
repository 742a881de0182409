"""Erasing an account: everything personal goes, in one transaction; the bibliographic record stays, as if nobody had claimed it.

What stays of the person is a number in the audit trail, and their decisions on works, which outlive the account by design
(``Authorship.decided_by_person``), unless they asked for those to go as well.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Final

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from config.lib.registries import personal_parts
from papers.models import Author, AuthorIdentifier
from papers.refresh import mark_dirty
from profiles.claims.granting import lock_page
from profiles.evidence import private_store
from profiles.models import (
    Claim,
    ClaimMessage,
    Document,
    Evidence,
    FormerName,
    OutgoingMail,
    PageChoice,
    PersonalExport,
    PublicRequest,
    TrailEntry,
    TrailNote,
    User,
)
from profiles.models.choices import HOLDING, ClaimStatus, Method, ReasonCode, Role
from profiles.owners.names import forget_chosen_name
from profiles.owners.works import void_decisions
from profiles.privacy import private_files
from profiles.standings import follow
from profiles.trail import act

ACTION: Final = "account-erased"


def erase_account(*, user: User, keep_decisions: bool = True, keep_name: bool = True) -> None:
    """Erase the account and all that is personal of it. Files go after the transaction.

    The claimed page is unclaimed afterwards, its levels are computed again, and iDs that only the sign-in vouched for lose
    that mark. Whether the account may be erased is the caller's to check (``profiles.privacy.deletion``). Costs a fixed number of
    statements for the account and a few for each of its claims.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        claims = list(Claim.objects.filter(profile__user=locked).order_by("author_id", "pk"))
        addresses = {
            locked.email.lower(),
            *(one.lower() for one in EmailAddress.objects.filter(user=locked).values_list("email", flat=True)),
        }
        files = _files_of(locked)
        for claim in claims:
            _free_page(claim, keep_decisions=keep_decisions, keep_name=keep_name)
        for part in personal_parts:
            if part.erase is not None:
                part.erase(locked)
        _erase_words(locked, claims)
        _erase_mails_and_requests(addresses)
        _erase_traces_in_administration(locked, claims)
        _end_sessions(locked, addresses)
        pages = sorted({claim.author_id for claim in claims})
        locked.delete()
        follow(pages)
        mark_dirty(kind="author-figures", ids=pages, reason="account erased")
        for remove in files:
            transaction.on_commit(remove, robust=True)


def _files_of(user: User) -> list[partial[None]]:
    """What deletes the account's files: archives and documents."""
    archives = PersonalExport.objects.filter(user=user).exclude(stored_as="").values_list("stored_as", flat=True)
    documents = Document.objects.filter(evidence__claim__profile__user=user).exclude(stored_as="").values_list("stored_as", flat=True)
    files = [partial(private_files.remove, name) for name in archives]
    return files + [partial(private_store.remove, name) for name in documents]


def _free_page(claim: Claim, *, keep_decisions: bool, keep_name: bool) -> None:
    """A held page is unclaimed again, on its public history too; what only stood on the claim goes with it."""
    if claim.status not in HOLDING:
        return
    author = lock_page(claim.author_id)
    if not keep_decisions:
        void_decisions(claim=claim, actor=None)
    with act(action=ACTION, actor=None, role=Role.SYSTEM, subject=claim, claim=claim, code=ReasonCode.OWNER_ASKED, public=True) as changes:
        changes.update(claim, status=ClaimStatus.WITHDRAWN, decided_at=timezone.now())
        for identifier in _identifiers_from_sign_in(claim, author):
            changes.update(identifier, is_authenticated=False)
    if not keep_name:
        _erase_chosen_name(author)


def _identifiers_from_sign_in(claim: Claim, author: Author) -> QuerySet[AuthorIdentifier]:
    signed_in = Evidence.objects.filter(claim=claim, method=Method.ORCID).exclude(subject="").values("subject")
    return AuthorIdentifier.objects.filter(author=author, scheme="orcid", is_authenticated=True, value__in=signed_in)


def _erase_chosen_name(author: Author) -> None:
    forget_chosen_name(author=author)
    FormerName.objects.filter(author=author).delete()
    PageChoice.objects.filter(author=author).update(chosen_name="", hidden_variants=[])


def _erase_words(user: User, claims: Sequence[Claim]) -> None:
    """Texts that stay behind where rows do not go with the account: notes in the trail, messages in others' claims."""
    now = timezone.now()
    ClaimMessage.objects.filter(sender=user).update(body="", erased_at=now)
    entries = TrailEntry.objects.filter(Q(actor_id=user.pk) | Q(claim_id__in=[claim.pk for claim in claims])).values("pk")
    TrailNote.objects.filter(entry__in=entries).update(text="", erased_at=now)


def _erase_mails_and_requests(addresses: set[str]) -> None:
    mails, requests = Q(pk__in=[]), Q(pk__in=[])
    for address in sorted(addresses):
        mails |= Q(to__iexact=address)
        requests |= Q(email__iexact=address)
    OutgoingMail.objects.filter(mails).delete()
    PublicRequest.objects.filter(requests, confirmed_at__isnull=True).delete()
    PublicRequest.objects.filter(requests).update(email="", text="")


def _erase_traces_in_administration(user: User, claims: Sequence[Claim]) -> None:
    """The administration's log names rows by their text, which for an account is its address."""
    kinds = ContentType.objects.get_for_models(User, Claim, for_concrete_models=False)
    ours = Q(content_type=kinds[User], object_id=str(user.pk)) | Q(
        content_type=kinds[Claim], object_id__in=[str(claim.pk) for claim in claims]
    )
    profile = getattr(user, "profile", None)
    if profile is not None:
        ours |= Q(content_type=ContentType.objects.get_for_model(profile), object_id=str(profile.pk))
    LogEntry.objects.filter(ours).update(object_repr="", change_message="")


def _end_sessions(user: User, addresses: set[str]) -> None:
    """Log the account out everywhere, rows and cached copies; and forget log-ins that were begun and not finished: they hold the address.

    Costs a look at each session in which nobody is logged in: those of the last day (``profiles.privacy.retention``).
    """
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    nobodys = Session.objects.exclude(Exists(UserSession.objects.filter(session_key=OuterRef("session_key"))))
    for session in nobodys.iterator():
        told = json.dumps(session.get_decoded()).lower()
        if any(address in told for address in addresses):
            keys.append(session.session_key)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
