"""Two pages that are one person's, made one: everything on the page that is given up goes to the one that lives on, and its id leads there.

    merge_pages(survivor=page, given_up=double, user=request.user)

One decision in one transaction, under the lock of both pages and their works; ``profiles.identity.undoing`` takes it back row by row.
"""

from __future__ import annotations

from django.utils import timezone

from papers.models import Author, Authorship, ConstraintKind, IdentityConstraint
from papers.names import parse_name
from profiles.exceptions import NotAllowedError
from profiles.identity import display_names, participants
from profiles.identity.carrying import Carrying
from profiles.identity.locks import lock_pages
from profiles.identity.obstacles import ensure_can_be_merged
from profiles.identity.rights import may_merge
from profiles.models import Claim, TrailEntry, User
from profiles.models.choices import ClaimStatus, ReasonCode, Role
from profiles.moderation.acts import remember_levels, void_evidence
from profiles.querysets.claims import holding
from profiles.querysets.identity import MERGE, count_works
from profiles.trail import Changes, act, one_decision

ANCHORED = "merge"


def merge_pages(*, survivor: Author, given_up: Author, user: User, code: str = "", note: str = "", ends: Claim | None = None) -> TrailEntry:
    """The entry of the merge: from now on ``given_up`` is a former id of ``survivor``.

    ``ends`` is the claim on the page that is given up, where both pages have an owner: a moderator ends it in the same decision, and its
    claimant can appeal. Raises ``NotAllowedError`` for who may not, or where a claimed page would be given up for one that nobody owns;
    ``WrongStateError`` where something stands against it (``profiles.identity.obstacles``). About sixty statements, and one or two for each
    claim, and each name that both pages have.
    """
    with one_decision() as decision:
        pages = lock_pages([survivor.pk, given_up.pk])
        kept, gone = pages[survivor.pk], pages[given_up.pk]
        signs = ensure_can_be_merged(kept, gone, ends)
        standing = may_merge(user=user, survivor=kept, given_up=gone)
        if gone.pk in signs.owners and not signs.has_two_owners:
            raise NotAllowedError(owned_text())
        remember_levels(decision, [kept.pk, gone.pk])
        if signs.has_two_owners:
            _end(signs.owners[gone.pk], user)
        with act(
            action=MERGE,
            actor=user,
            role=standing.role,
            subject=gone,
            author=kept,
            claim=standing.claim,
            code=code,
            note=note,
            public=True,
        ) as changes:
            _merge(changes, kept, gone)
        display_names.follow_names(decision, [kept])
        participants.take_along(decision, gone.pk, kept.pk)
        assert changes.entry is not None  # noqa: S101 - it is made at the end of the act
        return changes.entry


def which_lives_on(one: Author, other: Author) -> tuple[Author, Author]:
    """The page that should live on, and the one that should be given up: claimed before unclaimed, named by a person before not, a name
    written out before initials, more works before fewer, older before younger. Two queries.
    """
    owned = {claim.author_id for claim in holding([one.pk, other.pk])}
    works = count_works([one.pk, other.pk])

    def rank(page: Author) -> tuple[bool, bool, bool, int, int]:
        return (page.pk in owned, page.name_decided_by_person, parse_name(page.display_name).is_full, works[page.pk], -page.pk)

    first, second = sorted((one, other), key=rank, reverse=True)
    return first, second


def owned_text() -> str:
    """Why a claimed page is not given up for another."""
    from django.utils.translation import gettext as _

    return _("The page that would be given up has an owner, and the claim stays where it is. Merge the other way round.")


def _merge(changes: Changes, kept: Author, gone: Author) -> None:
    authorships = list(Authorship.objects.select_for_update(of=("self",)).filter(author=gone).order_by("pk"))
    anchor = Authorship.objects.filter(author=kept).order_by("-decided_by_person", "pk").first()
    carrying = Carrying(changes, kept=kept, gone=gone)
    carrying.everything()
    carrying.works(authorships)
    former = list(Author.objects.select_for_update(no_key=True, of=("self",)).filter(merged_into=gone).order_by("pk"))
    changes.update_all([*former, gone], merged_into_id=kept.pk)
    if anchor is not None:
        _hold_together(changes, anchor, authorships)


def _hold_together(changes: Changes, anchor: Authorship, authorships: list[Authorship]) -> None:
    """No later run parts what a person put together: each work that came along belongs with one that was there."""
    now = timezone.now()
    pairs = [tuple(sorted((anchor.pk, one.pk))) for one in authorships]
    held = set(
        IdentityConstraint.objects.filter(one__in=[one for one, _other in pairs], other__in=[other for _one, other in pairs]).values_list(
            "one_id", "other_id"
        )
    )
    changes.create_all(
        [
            IdentityConstraint(one_id=one, other_id=other, kind=ConstraintKind.SAME, origin=ANCHORED, decided_at=now)
            for one, other in pairs
            if (one, other) not in held
        ]
    )


def _end(claim: Claim, moderator: User) -> None:
    """End the claim on the page that is given up, within the decision that merges it; its claimant is told and can appeal."""
    locked = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
    reason = ReasonCode.OTHER_PERSON
    with act(action="give-way", actor=moderator, role=Role.MODERATOR, subject=locked, claim=locked, code=reason, public=True) as changes:
        changes.update(locked, status=ClaimStatus.REVOKED, reason_code=reason, decided_at=timezone.now(), expires_at=None)
        void_evidence(changes, locked)
