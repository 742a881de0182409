"""Who may settle whose a page's works are: moderators who have nothing to do with the pages, and owners for their own page within limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from papers.models import Author, Authorship, AuthorshipRefusal
from profiles.claims.challenges import ensure_not_disputed
from profiles.exceptions import NotAllowedError
from profiles.identity.obstacles import names_fit
from profiles.models import Claim, User
from profiles.models.choices import OPEN, Role
from profiles.moderation.conflicts import ensure_may_decide_on_page
from profiles.owners.works import Standing
from profiles.querysets.claims import holding
from profiles.querysets.identity import count_works
from profiles.querysets.moderation import DECIDE

OWNERS_MOST = 30
"""So many works an owner may take into their page at once by themselves; a larger page is for a moderator to merge."""


def may_merge(*, user: User, survivor: Author, given_up: Author) -> Standing:
    """In which role this account may merge the two. Raises ``NotAllowedError`` with the reason. At most nine queries."""
    claim = holding([survivor.pk]).filter(profile__user_id=user.pk).first()
    if claim is None:
        return as_moderator(user, [survivor.pk, given_up.pk])
    ensure_not_disputed(claim)
    _ensure_owner_may_take(survivor, given_up)
    return Standing(Role.OWNER, claim)


def may_split(*, user: User, page: Author, targets: Iterable[int]) -> Standing:
    """In which role this account may move works off the page, to new pages and to those of ``targets``. Raises ``NotAllowedError``. At most nine queries."""
    others = sorted(set(targets))
    claim = holding([page.pk]).filter(profile__user_id=user.pk).first()
    if claim is None:
        return as_moderator(user, [page.pk, *others])
    ensure_not_disputed(claim)
    if others:
        raise NotAllowedError(_("Whose page works go to is for a moderator to decide, where it is not a new one. Propose it."))
    return Standing(Role.OWNER, claim)


def as_moderator(user: User, author_ids: Sequence[int]) -> Standing:
    """A moderator who has nothing to do with any of these pages. Raises ``NotAllowedError``. At most two queries a page."""
    if not user.has_perm(DECIDE):
        raise NotAllowedError(_("Moderators decide this, and owners about their own page."))
    for author_id in author_ids:
        ensure_may_decide_on_page(moderator=user, author_id=author_id)
    return Standing(Role.MODERATOR, None)


def _ensure_owner_may_take(own: Author, other: Author) -> None:
    """Quiet where an owner may take the whole of another page into theirs: nobody's, a fitting name, few works, no word of a person against it."""
    if holding([other.pk]).exists() or Claim.objects.filter(author=other, status__in=OPEN).exists():
        raise NotAllowedError(_("Somebody owns the other page or is claiming it, so a moderator decides."))
    if not names_fit(own, other):
        raise NotAllowedError(_("The names on the two pages do not go together, so a moderator decides."))
    if count_works([other.pk])[other.pk] > OWNERS_MOST:
        raise NotAllowedError(_("The other page has more than %(count)s works, so a moderator decides.") % {"count": OWNERS_MOST})
    own_ids = set(own.identifiers.filter(scheme="orcid").values_list("value", flat=True))
    others = set(other.identifiers.filter(scheme="orcid").values_list("value", flat=True))
    if own_ids and others - own_ids:
        raise NotAllowedError(_("The records name another ORCID iD for the other page, so a moderator decides."))
    decided = Authorship.objects.filter(author=other, decided_by_person=True)
    if decided.exists() or AuthorshipRefusal.objects.filter(Q(author=other), stands=True).exists():
        raise NotAllowedError(_("People have decided about works of the other page, so a moderator decides."))
