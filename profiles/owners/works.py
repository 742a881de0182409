"""What people decide about works: this one is mine, this one is not, and neither any more.

Each decision is an act in the trail under the claim that gave the right to it, so that it can be taken back exactly and falls
with a claim made in somebody else's name. Imports and rules never change what was decided here. Locks: work, pages by
number, authorship; imports lock in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.models import AttributionRule, AttributionState, Author, Authorship, AuthorshipRefusal, Work
from profiles.claims.challenges import ensure_not_disputed
from profiles.claims.granting import lock_page
from profiles.exceptions import NotAllowedError, UndoConflictError, WrongStateError
from profiles.models import Claim, TrailEntry, User
from profiles.models.choices import ReasonCode, Role
from profiles.moderation.conflicts import ensure_may_decide_on_page
from profiles.privacy.confirmed_requests import decide_request
from profiles.querysets.claims import holding
from profiles.querysets.identity import PAGE_ACTS
from profiles.querysets.works import CONFIRM, DECISIONS, REFUSE, TAKE, open_not_mine_requests, standing_decisions
from profiles.trail import act, one_decision, undo


@dataclass(frozen=True, slots=True)
class Standing:
    """In which role somebody decides about a page, and under which claim (None for a moderator)."""

    role: Role
    claim: Claim | None


def confirm_work(*, authorship: Authorship, user: User, note: str = "") -> Authorship:
    """The authorship, said to be its author's by the owner of the page or a moderator. Twice is once.

    Requests that called it somebody else's are answered by it. About a dozen statements. Raises ``NotAllowedError``,
    ``WrongStateError`` where it stands on another page by now.
    """
    page = _page_of(authorship)
    with one_decision():
        locked = _locked(authorship, page)
        standing = ensure_may_decide(user=user, author_id=page)
        if locked.author_id != page:
            raise WrongStateError(_("This work stands on another page by now. Load the list again."))
        answered = _answer_requests(locked, user, standing.role, grant=False, note=note)
        if locked.decided_by_person and locked.state != AttributionState.QUESTIONED and not answered:
            return locked
        _decide(CONFIRM, locked, user, standing, page, note=note, author_id=page, state=_confirmed(locked.state))
    return locked


def refuse_work(*, authorship: Authorship, user: User, note: str = "") -> Authorship:
    """The authorship, taken off its page for good: it is nobody's until the right person takes it, and no import brings it back.

    Raises ``NotAllowedError``, and ``WrongStateError`` where it has left the page already. About fifteen statements.
    """
    page = _page_of(authorship)
    with one_decision():
        locked = _locked(authorship, page)
        standing = ensure_may_decide(user=user, author_id=page)
        if locked.author_id != page:
            raise WrongStateError(_("This work has left the page already."))
        _answer_requests(locked, user, standing.role, grant=True, note=note)
        refusal, _is_new = AuthorshipRefusal.objects.get_or_create(authorship=locked, author_id=page)
        _decide(REFUSE, locked, user, standing, page, note=note, refusal=(refusal, True), author_id=None, state=AttributionState.IMPORTED)
    return locked


def take_work(*, authorship: Authorship, user: User, page: Author, opened_since: datetime | None = None) -> Authorship:
    """The authorship, attributed to the owner's own page, from wherever a rule had put it.

    A page that an import opened for it since ``opened_since``, and that holds nothing else, leads to the owner's page from now on.
    Raises ``NotAllowedError`` where a person decided otherwise, where it stands on a page with an owner, where the record names
    another ORCID iD, and where the page stands on this work already. About twenty statements.
    """
    with one_decision():
        locked = _locked(authorship, page.pk)
        standing = ensure_may_decide(user=user, author_id=page.pk)
        if locked.author_id == page.pk:
            return confirm_work(authorship=locked, user=user)
        ensure_can_be_taken(locked, page)
        refusal = AuthorshipRefusal.objects.filter(authorship=locked, author=page, stands=True).first()
        _decide(
            TAKE,
            locked,
            user,
            standing,
            page.pk,
            refusal=(refusal, False) if refusal else None,
            emptied=_emptied(locked, opened_since),
            author_id=page.pk,
            state=AttributionState.CLAIMED,
        )
    return locked


def ensure_can_be_taken(authorship: Authorship, page: Author) -> None:
    """Quiet where the owner of ``page`` may say that this place on a work is theirs. Raises ``NotAllowedError`` with the reason. Four queries."""
    if authorship.is_organisation:
        raise NotAllowedError(_("“%(name)s” is an organisation, not a person.") % {"name": authorship.raw_name})
    if authorship.author_id is not None and authorship.decided_by_person:
        raise NotAllowedError(
            _("A person decided that “%(name)s” on this work is somebody else. A moderator can change that.")
            % {"name": authorship.raw_name}
        )
    if authorship.author_id is not None and holding([authorship.author_id]).exists():
        raise NotAllowedError(
            _("“%(name)s” on this work leads to a page with an owner. Ask there first: use “Not mine?” beside the work.")
            % {"name": authorship.raw_name}
        )
    own = set(page.identifiers.filter(scheme="orcid").values_list("value", flat=True))
    if authorship.orcid and own and authorship.orcid not in own:
        raise NotAllowedError(
            _("The record names another ORCID iD for “%(name)s”: %(orcid)s. A moderator can look into it.")
            % {"name": authorship.raw_name, "orcid": authorship.orcid}
        )
    other = Authorship.objects.filter(work_id=authorship.work_id, author=page).first()
    if other is not None:
        raise NotAllowedError(_("You stand on this work already, as “%(name)s”.") % {"name": other.raw_name})


def claim_back(*, authorship: Authorship, author: Author, user: User) -> TrailEntry:
    """The latest decision about this authorship on this page, taken back: everything is as it was before it. Returns the entry that says so.

    Raises ``NotAllowedError`` for a moderator's decision that the owner would undo, ``WrongStateError`` where there is nothing to take
    back, ``UndoConflictError`` where somebody else has decided since.
    """
    with one_decision():
        _locked(authorship, author.pk)
        standing = ensure_may_decide(user=user, author_id=author.pk)
        entry = latest_decision(authorship.pk, author.pk)
        if entry is None:
            raise WrongStateError(_("There is no decision about this work to take back."))
        if entry.role == Role.MODERATOR and standing.role != Role.MODERATOR:
            raise NotAllowedError(_("A moderator decided this. Only a moderator can take it back."))
        try:
            return undo(entry=entry, actor=user, role=standing.role, code=ReasonCode.OWNER_ASKED)
        except UndoConflictError as conflict:
            raise UndoConflictError(
                _("Somebody else has decided about this work since. Ask a moderator to look into it."), conflict.rows
            ) from conflict


def void_decisions(*, claim: Claim, actor: User | None) -> list[TrailEntry]:
    """All that was decided about works and names under this claim, set back exactly, the last decision first; the entries that say so.

    For a claim made in somebody else's name (``actor`` is the moderator), or when an account goes and takes its decisions along
    (None). What others have decided about the same works since stands. Two statements a row, and a few.
    """
    from profiles.identity.undoing import put_back
    from profiles.owners.names import void_choice

    role, code = (Role.MODERATOR, ReasonCode.IMPOSTURE) if actor is not None else (Role.SYSTEM, ReasonCode.OWNER_ASKED)
    voided: list[TrailEntry] = []
    with one_decision():
        for entry in _standing_decisions(claim):
            try:
                with transaction.atomic():
                    if entry.action in PAGE_ACTS and entry.decision is not None:
                        voided += put_back(decision=entry.decision, user=actor, role=role, code=code)
                    else:
                        voided += [undo(entry=part, actor=actor, role=role, code=code) for part in _acts_of(entry)]
            except (UndoConflictError, WrongStateError):
                continue  # somebody else's decision came after it, and stands; or it went with another act of the same decision
        void_choice(claim=claim, actor=actor, role=role)
    return voided


def latest_decision(authorship_id: int, author_id: int) -> TrailEntry | None:
    """The decision about an authorship on a page that stands, the latest one; None where there is none. One query."""
    return standing_decisions([authorship_id], author_id).last()


def ensure_may_decide(*, user: User, author_id: int) -> Standing:
    """In which role this account decides about works of the page: its owner, or a moderator who has nothing to do with it.

    Raises ``NotAllowedError``: for everybody else, and for the owner while the page is disputed, since whose works these are is what
    the dispute is about. At most five queries.
    """
    claim = holding([author_id]).filter(profile__user_id=user.pk).first()
    if claim is not None:
        ensure_not_disputed(claim)
        return Standing(Role.OWNER, claim)
    if not user.has_perm("profiles.decide_claim"):
        raise NotAllowedError(_("Only the owner of a page, or a moderator, decides which works are theirs."))
    ensure_may_decide_on_page(moderator=user, author_id=author_id)
    return Standing(Role.MODERATOR, None)


def _page_of(authorship: Authorship) -> int:
    if authorship.author_id is None:
        raise WrongStateError(_("This work stands on nobody's page."))
    return authorship.author_id


def _locked(authorship: Authorship, page: int) -> Authorship:
    """The authorship as it is now; its work and the page are locked too, until the transaction ends. Three statements."""
    Work.objects.select_for_update(no_key=True, of=("self",)).only("pk").get(pk=authorship.work_id)
    lock_page(page)
    return Authorship.objects.select_for_update(of=("self",)).get(pk=authorship.pk)


def _emptied(authorship: Authorship, opened_since: datetime | None) -> Author | None:
    """The page that holds nothing once this authorship has left it and that nobody can have come to know yet, or None."""
    if opened_since is None or authorship.author_id is None:
        return None
    page = Author.objects.select_for_update(no_key=True, of=("self",)).get(pk=authorship.author_id)
    holds_more = page.authorships.exclude(pk=authorship.pk).exists() or page.claims.exists()
    return None if holds_more or page.created_at < opened_since or page.merged_into_id is not None else page


def _confirmed(state: str) -> str:
    """A co-author's word stays; what was imported, questioned or disputed is claimed by its author now."""
    return state if state == AttributionState.CONFIRMED else AttributionState.CLAIMED


def _decide(
    action: str,
    authorship: Authorship,
    user: User,
    standing: Standing,
    page: int,
    *,
    author_id: int | None,
    state: str,
    note: str = "",
    refusal: tuple[AuthorshipRefusal, bool] | None = None,
    emptied: Author | None = None,
) -> None:
    """One decision with its entry. Confirming is nobody's news; what comes and goes stands on the public history of the page."""
    now: datetime = timezone.now()
    with act(
        action=action,
        actor=user,
        role=standing.role,
        subject=authorship,
        author=page,
        claim=standing.claim,
        note=note,
        public=action != CONFIRM,
    ) as changes:
        changes.update(
            authorship,
            author_id=author_id,
            rule=AttributionRule.PERSON,
            state=state,
            decided_by_person=True,
            decided_by=user,
            decided_at=now,
        )
        if refusal is not None:
            changes.update(refusal[0], stands=refusal[1])
        if emptied is not None:
            for identifier in emptied.identifiers.order_by("pk"):
                changes.update(identifier, author_id=page)
            changes.update(emptied, merged_into_id=page)


def _answer_requests(authorship: Authorship, user: User, role: Role, *, grant: bool, note: str) -> bool:
    """Answer everybody who asked for this authorship to be taken off the page; whether anybody had. One query where nobody did."""
    waiting = list(open_not_mine_requests(authorship.pk))
    for request in waiting:
        decide_request(request=request, actor_role=role, actor=user, grant=grant, note=note)
    return bool(waiting)


def _standing_decisions(claim: Claim) -> Sequence[TrailEntry]:
    made = TrailEntry.objects.filter(claim_id=claim.pk, action__in=(*DECISIONS, *PAGE_ACTS), undone_by__isnull=True)
    return list(made.exclude(changes=[]).order_by("-pk"))


def _acts_of(entry: TrailEntry) -> Sequence[TrailEntry]:
    """The entry with the others of the same decision: requests that it answered wait again."""
    if entry.decision is None:
        return [entry]
    of_decision = TrailEntry.objects.filter(decision=entry.decision, undone_by__isnull=True, undoes__isnull=True)
    return list(of_decision.exclude(changes=[]).order_by("-pk"))
