"""What belongs to an account in this app, part by part, as the archive of it lists it. Later apps register parts of their own.

A row is what stands in the table under plain names. Left out: hashes of passwords, codes and tokens, and who moderated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id
from config.lib.registries import PersonalPart
from papers.models import Authorship
from profiles.models import (
    AccessToken,
    AccountChange,
    AccountDeletion,
    Appeal,
    Claim,
    ClaimMessage,
    Document,
    DocumentAccess,
    Evidence,
    EvidenceCheck,
    FormerName,
    MailOptOut,
    OutgoingMail,
    PageChoice,
    PersonalExport,
    Profile,
    ProfileLink,
    PublicRequest,
    Review,
    TrailEntry,
    User,
    Vouch,
)
from profiles.models.choices import HOLDING

CHUNK: Final = 500
Rows = Iterator[Mapping[str, Any]]
PAGE_COLUMNS: Final = frozenset({"id", "author_id", "voucher_author_id", "work_id", "claim_id", "evidence_id", "challenges_id"})
"""Keys of things that have public identifiers: they are told as those."""


def parts() -> tuple[PersonalPart, ...]:
    """Every part of this app, in the order in which the archive lists them."""
    return tuple(PersonalPart(key, title, collect, order=10 * place) for place, (key, title, collect) in enumerate(_LISTED, start=1))


CLAIM_DATES: Final = (
    "started_at",
    "expires_at",
    "submitted_at",
    "decided_at",
    "granted_at",
    "granted_automatically",
    "credible_at",
    "answer_due",
    "second_review_at",
)


def of_user(model: type[Model], path: str, *columns: str, **named: str) -> Callable[[User], Rows]:
    """Rows of a model that belong to a user by that path of keys, these columns of each, read in pieces."""

    def collect(user: User) -> Rows:
        yield from told(model._default_manager.filter(**{path: user}).order_by("pk"), *columns, **named)

    return collect


def told(rows: QuerySet[Any], *columns: str, **named: str) -> Rows:
    """These columns of the rows, with public identifiers for keys of what has a page."""
    aliases = {alias: F(path) for alias, path in named.items()}
    for row in rows.values(*columns, **aliases).iterator(chunk_size=CHUNK):
        yield {_plain_name(name): _public(name, value) for name, value in row.items()}


def _plain_name(column: str) -> str:
    return column.removesuffix("_id").replace("__", "_") if column in PAGE_COLUMNS else column.replace("__", "_")


def _public(column: str, value: Any) -> Any:
    return encode_public_id(value) if column in PAGE_COLUMNS and value is not None else value


def account(user: User) -> Rows:
    """The account's own row."""
    yield {
        "number": user.pk,
        "email": user.email,
        "joined": user.date_joined,
        "last_login": user.last_login,
        "is_active": user.is_active,
        "has_password": user.has_usable_password(),
        "may_enter_administration": user.is_staff,
        "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
    }


def second_factors(user: User) -> Rows:
    """Kinds and dates; the keys themselves would only serve a thief."""
    for factor in Authenticator.objects.filter(user=user).order_by("pk"):
        name = factor.data.get("name", "") if isinstance(factor.data, dict) else ""
        yield {"type": factor.type, "name": name, "created_at": factor.created_at, "last_used_at": factor.last_used_at}


def profile(user: User) -> Rows:
    """The profile as written."""
    for row in Profile.objects.filter(user=user):
        yield {
            "display_name": row.display_name,
            "biography": row.biography,
            "position": row.position,
            "pronouns": row.pronouns,
            "languages": row.languages,
            "open_until": row.open_until,
            "collaboration_topics": list(row.collaboration_topics.order_by("name").values_list("name", flat=True)),
            "collaboration_kinds": row.collaboration_kinds,
            "public_parts": row.public_parts,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }


def messages(user: User) -> Rows:
    """Texts in the person's claims, whoever wrote them, by role; and their own elsewhere."""
    rows = ClaimMessage.objects.filter(Q(claim__profile__user=user) | Q(sender=user)).order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        yield {
            "claim": encode_public_id(row.claim_id),
            "kind": row.kind,
            "role": row.role,
            "is_yours": row.sender_id == user.pk,
            "text": row.body,
            "written": row.created_at,
            "erased": row.erased_at,
        }


def evidence(user: User) -> Rows:
    """Each piece, with the address that was only for the check."""
    rows = Evidence.objects.filter(claim__profile__user=user).order_by("pk")
    yield from told(
        rows.annotate(private_address=Coalesce("secret__address", Value(""))),
        "id",
        "claim_id",
        "method",
        "status",
        "subject",
        "private_address",
        "matched",
        "matched_by",
        "from_site",
        "institution__name",
        "started_at",
        "first_checked_at",
        "last_checked_at",
        "next_check_at",
        "confirmed_at",
        "outcome",
        "failures",
    )


def vouches(user: User) -> Rows:
    """For whom, by whom (a page, as it is public), about which work."""
    rows = Vouch.objects.filter(Q(evidence__claim__profile__user=user) | Q(voucher=user)).order_by("pk")
    for row in rows.select_related("evidence__claim").iterator(chunk_size=CHUNK):
        yield {
            "by_you": row.voucher_id == user.pk,
            "for_page": encode_public_id(row.evidence.claim.author_id),
            "by_page": encode_public_id(row.voucher_author_id),
            "work": encode_public_id(row.work_id),
            "status": row.status,
            "asked_at": row.asked_at,
            "answered_at": row.answered_at,
        }


def decisions(user: User) -> Rows:
    """Authorships that this account confirmed or refused, as they are now."""
    rows = Authorship.objects.filter(decided_by=user).order_by("pk")
    yield from told(rows, "work_id", "work__title", "raw_name", "state", "decided_at", "author_id")


def page_choices(user: User) -> Rows:
    """Of the page that the person owns."""
    rows = PageChoice.objects.filter(**_own_page(user))
    yield from told(rows, "author_id", "noindex", "withhold_figures", "chosen_name", "hidden_variants", "updated_at")


def former_names(user: User) -> Rows:
    """Of the page that the person owns."""
    yield from told(FormerName.objects.filter(**_own_page(user)).order_by("pk"), "author_id", "name", "is_searchable", "changed_at")


def requests(user: User) -> Rows:
    """Requests without an account, made with an address that this account has confirmed."""
    addresses = list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))
    asked = Q(pk__in=[])
    for address in addresses:
        asked |= Q(email__iexact=address)
    yield from told(
        PublicRequest.objects.filter(asked).order_by("pk"),
        "kind",
        "status",
        "author_id",
        "email",
        "text",
        "created_at",
        "confirmed_at",
        "decided_at",
    )


def trail(user: User) -> Rows:
    """What the person did, and what was done about their claims. Their own words with it; a moderator's name never."""
    claims = list(Claim.objects.filter(profile__user=user).values_list("pk", flat=True))
    rows = TrailEntry.objects.filter(Q(actor_id=user.pk) | Q(claim_id__in=claims)).order_by("pk").select_related("note")
    for row in rows.iterator(chunk_size=CHUNK):
        by_you = row.actor_id == user.pk
        note = getattr(row, "note", None)
        yield {
            "at": row.at,
            "act": row.action,
            "by_you": by_you,
            "role": row.role,
            "about": row.subject,
            "page": encode_public_id(row.author_id) if row.author_id else None,
            "claim": encode_public_id(row.claim_id) if row.claim_id else None,
            "reason": row.code,
            "note": note.text if note is not None and by_you else "",
            "is_public": row.is_public,
        }


def _own_page(user: User) -> dict[str, Any]:
    return {"author__claims__profile__user": user, "author__claims__status__in": HOLDING}


_LISTED: Final[tuple[tuple[str, str | Promise, Callable[[User], Rows]], ...]] = (
    ("account", _("Your account"), account),
    ("email-addresses", _("Your e-mail addresses"), of_user(EmailAddress, "user", "email", "verified", "primary")),
    (
        "sign-ins",
        _("Providers that you sign in with"),
        of_user(SocialAccount, "user", "provider", "uid", "date_joined", "last_login", "extra_data"),
    ),
    ("second-factors", _("Your second factors and passkeys, without their keys"), second_factors),
    ("sessions", _("Where you are logged in"), of_user(UserSession, "user", "ip", "user_agent", "created_at", "last_seen_at")),
    (
        "access-tokens",
        _("Your access tokens, without the tokens themselves"),
        of_user(AccessToken, "user", "name", "beginning", "scopes", "created_at", "expires_at", "last_used_on"),
    ),
    (
        "account-changes",
        _("Changes of your account"),
        of_user(AccountChange, "user", "kind", "old_value", "new_value", "asked_at", "takes_effect_at", "done_at", "cancelled_at"),
    ),
    (
        "account-deletion",
        _("A deletion that waits"),
        of_user(AccountDeletion, "user", "asked_at", "due_at", "keep_decisions", "keep_name"),
    ),
    ("profile", _("Your profile"), profile),
    ("links", _("Your links"), of_user(ProfileLink, "profile__user", "label", "url", "place")),
    (
        "claims",
        _("Your claims"),
        of_user(Claim, "profile__user", "id", "author_id", "author__display_name", "status", "reason_code", "challenges_id", *CLAIM_DATES),
    ),
    ("messages", _("Texts in your claims, and those that you wrote in others"), messages),
    ("appeals", _("Your appeals"), of_user(Appeal, "claim__profile__user", "claim_id", "against", "status", "opened_at", "decided_at")),
    ("evidence", _("Your evidence, with the parts that only you see"), evidence),
    (
        "evidence-checks",
        _("Checks of your evidence"),
        of_user(EvidenceCheck, "evidence__claim__profile__user", "evidence_id", "checked_at", "held", "outcome"),
    ),
    (
        "documents",
        _("Documents that you showed"),
        of_user(
            Document,
            "evidence__claim__profile__user",
            "evidence_id",
            "media_type",
            "size",
            "sha256",
            "uploaded_at",
            "delete_after",
            "deleted_at",
        ),
    ),
    (
        "document-openings",
        _("When somebody opened your documents"),
        of_user(DocumentAccess, "document__evidence__claim__profile__user", "at", evidence="document__evidence_id"),
    ),
    (
        "reviews",
        _("What moderators found about your claims"),
        of_user(Review, "claim__profile__user", "claim_id", "evidence_id", "stage", "verdict", "reason_code", "created_at"),
    ),
    ("vouches", _("Vouches for you, and those that you were asked for"), vouches),
    ("decisions-on-works", _("Your decisions on works"), decisions),
    ("page-choices", _("What you chose for your page"), page_choices),
    ("former-names", _("Names that you no longer go by"), former_names),
    ("requests", _("Requests with one of your addresses"), requests),
    ("trail", _("The audit trail of what you did and what was decided about you"), trail),
    ("mails", _("Mails to you"), of_user(OutgoingMail, "user", "kind", "to", "subject", "status", "created_at", "sent_at")),
    ("mails-not-wanted", _("Mails that you do not want"), of_user(MailOptOut, "user", "kind", "created_at")),
    (
        "exports",
        _("Archives like this one"),
        of_user(PersonalExport, "user", "status", "asked_at", "finished_at", "delete_after", "size"),
    ),
)
