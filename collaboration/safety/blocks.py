"""Blocks: total, silent, and both ways. Whoever shows one person what another made or does asks here first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from collaboration.models import Block
from profiles.exceptions import WrongStateError
from profiles.models import Claim, User
from profiles.models.choices import HOLDING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Viewer = User | AnonymousUser | None

RowT = TypeVar("RowT", bound=Model)

_ACCOUNT_OF: Final = {"profiles.User": "pk", "profiles.Profile": "user_id"}
"""Where a row of a model has its account. The account behind an author page is that of the claim which holds it."""

BlockReaction = Callable[[User, User], None]
_reactions: list[BlockReaction] = []


def register_block_reaction(reaction: BlockReaction) -> None:
    """Have ``reaction(blocker, blocked)`` called in the transaction of every new block, after its row was written."""
    if reaction not in _reactions:
        _reactions.append(reaction)


def block(*, blocker: User, blocked: User) -> Block:
    """Block somebody, from now on and both ways; twice is once. Nobody is told. Two statements and those of the reactions.

    Nothing is deleted: what both had with each other is there again after ``unblock``, but what waited between them (an invitation
    without an answer) has closed. Raises ``WrongStateError`` for oneself.
    """
    if blocker.pk == blocked.pk:
        raise WrongStateError(_("You cannot block yourself."))
    with transaction.atomic():
        Block.objects.bulk_create([Block(blocker=blocker, blocked=blocked)], ignore_conflicts=True)
        for reaction in _reactions:
            reaction(blocker, blocked)
    return Block.objects.get(blocker=blocker, blocked=blocked)


def unblock(*, blocker: User, blocked: User) -> None:
    """Take one's own block back; quiet where there is none. A block by the other stands. One statement."""
    Block.objects.filter(blocker=blocker, blocked=blocked).delete()


def is_blocked_between(user_a: Viewer, user_b: Viewer) -> bool:
    """Whether either of two accounts has blocked the other. One query; none, and False, where either is signed out or both are the same."""
    if user_a is None or user_b is None or user_a.pk is None or user_b.pk is None or user_a.pk == user_b.pk:
        return False
    return Block.objects.filter(Q(blocker=user_a.pk, blocked=user_b.pk) | Q(blocker=user_b.pk, blocked=user_a.pk)).exists()


def blocked_among(user: Viewer, others: Iterable[int]) -> set[int]:
    """Which of these accounts (by key) are blocked from or by ``user``. One query, none signed out or for no accounts."""
    keys = set(others)
    if user is None or user.pk is None or not keys:
        return set()
    found = Block.objects.filter(Q(blocker=user.pk, blocked__in=keys) | Q(blocked=user.pk, blocker__in=keys))
    return {other for pair in found.values_list("blocker", "blocked") for other in pair} - {user.pk}


def visible_people(queryset: QuerySet[RowT], user: Viewer) -> QuerySet[RowT]:
    """``queryset`` (of accounts, profiles, or author pages) without those whom ``user`` blocked or who blocked them. Costs no query of its own.

    An author page is left out where its owner is: for lists of people to meet. The bibliographic record itself stays public, so do
    not narrow search or works by this. Raises ``KeyError`` for another model.
    """
    label = queryset.model._meta.label
    if user is None or user.pk is None:
        return queryset
    if label == "papers.Author":
        held = Claim.objects.filter(author=OuterRef("pk"), status__in=HOLDING)
        return queryset.exclude(Exists(held.filter(_hidden_from(user, OuterRef("profile__user")))))
    return queryset.exclude(_hidden_from(user, OuterRef(_ACCOUNT_OF[label])))


def _hidden_from(user: Any, account: Any) -> Any:
    """The condition that the account of a row is blocked from or by ``user``."""
    return Exists(Block.objects.filter(Q(blocker=user.pk, blocked=account) | Q(blocked=user.pk, blocker=account)))
