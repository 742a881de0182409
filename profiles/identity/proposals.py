"""Proposals: anybody who is signed in says that two pages are one person's, or that one page mixes people; who may decides.

propose_merge(user=request.user, page=page, other=double, reason="publication-list", evidence="Both stand on example.org/~ada/works.")
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.query_params import clean_text
from papers.models import Author
from profiles.accounts.mail import queue_mail
from profiles.claims.limits import has_confirmed_address
from profiles.claims.messages import tidy
from profiles.exceptions import LimitReachedError, NotAllowedError, NoteNeededError, WrongStateError
from profiles.identity.merging import merge_pages, which_lives_on
from profiles.identity.obstacles import signs_of
from profiles.identity.rights import as_moderator, may_merge, may_split
from profiles.identity.splitting import Group, ensure_groups, groups_from, split_page
from profiles.identity.undoing import take_back
from profiles.models import Claim, PageProposal, ProposalKind, ProposalReason, ProposalStatus, User
from profiles.models.choices import Role
from profiles.models.identity import LONGEST_EVIDENCE
from profiles.querysets.claims import holding
from profiles.trail import one_decision

OPEN_PROPOSALS = 5
PROPOSALS_A_DAY = 10
SHORTEST_EVIDENCE = 10


def propose_merge(*, user: User, page: Author, other: Author, reason: str, evidence: str) -> PageProposal:
    """The proposal that the two pages become one; the one that waits already, where anybody made it before. At most fifteen statements.

    Raises ``NotAllowedError``, ``LimitReachedError``, ``NoteNeededError`` without evidence, ``WrongStateError`` where something stands
    against it that no decision about the proposal could change.
    """
    with transaction.atomic():
        ensure_may_propose(user)
        if page.pk == other.pk:
            raise WrongStateError(_("These are the same page. Choose the other one."))
        waiting = PageProposal.objects.filter(status=ProposalStatus.OPEN, kind=ProposalKind.MERGE)
        for one, two in ((page, other), (other, page)):
            if (known := waiting.filter(page=one, other=two).first()) is not None:
                return known
        obstacles = signs_of(page, other).obstacles
        if obstacles:
            raise WrongStateError(" ".join(obstacles))
        _ensure_limits(user)
        return _made(PageProposal(kind=ProposalKind.MERGE, page=page, other=other), user, reason, evidence)


def propose_split(*, user: User, page: Author, groups: Sequence[Group], reason: str, evidence: str) -> PageProposal:
    """The proposal that these works leave the page; it replaces the one that this account has open about the same page. At most fifteen statements.

    One that replaces another counts as one more of the day. Raises as ``propose_merge``, and ``WrongStateError`` where the groups cannot be,
    such as works that have left the page; what was open stays open then.
    """
    with transaction.atomic():
        ensure_may_propose(user)
        replaced = PageProposal.objects.filter(status=ProposalStatus.OPEN, kind=ProposalKind.SPLIT, page=page, proposer=user)
        replaced.update(status=ProposalStatus.WITHDRAWN)
        ensure_groups(page, groups)
        _ensure_limits(user)
        stored = [group.as_json() for group in groups]
        return _made(PageProposal(kind=ProposalKind.SPLIT, page=page, groups=stored), user, reason, evidence)


def withdraw_proposal(*, proposal: PageProposal, user: User) -> PageProposal:
    """The proposal, withdrawn by who made it. Raises ``NotAllowedError``, ``WrongStateError``."""
    with transaction.atomic():
        locked = _open(proposal)
        if locked.proposer_id != user.pk:
            raise NotAllowedError(_("This is somebody else's proposal."))
        locked.status = ProposalStatus.WITHDRAWN
        locked.save(update_fields=["status"])
    return locked


def accept_proposal(
    *, proposal: PageProposal, user: User, survivor: Author | None = None, ends: Claim | None = None, answer: str = ""
) -> PageProposal:
    """The proposal, carried out; who made it is told. ``survivor`` is which of two pages lives on, by default the one that should.

    Raises as ``merge_pages`` and ``split_page``, and ``WrongStateError`` where it does not wait any more.
    """
    words = _words(answer)
    with one_decision() as decision:
        locked = _open(proposal)
        if locked.kind == ProposalKind.MERGE:
            kept, gone = pages_to_merge(locked, survivor)
            entry = merge_pages(survivor=kept, given_up=gone, user=user, code=locked.reason, ends=ends)
        else:
            entry = split_page(page=locked.page, groups=groups_from(locked.groups), user=user, code=locked.reason)[0]
        _decided(locked, user, Role(entry.role), ProposalStatus.ACCEPTED, words)
        locked.decision = decision
        locked.save()
        _tell(locked, by=user)
    return locked


def refuse_proposal(*, proposal: PageProposal, user: User, answer: str = "") -> PageProposal:
    """The proposal, not carried out; who made it is told, with ``answer``. Owners refuse what concerns merging their page; that a page mixes
    people only a moderator refuses. Raises ``NotAllowedError``, ``WrongStateError``.
    """
    words = _words(answer)
    with transaction.atomic():
        locked = _open(proposal)
        role = may_refuse(proposal=locked, user=user)
        _decided(locked, user, role, ProposalStatus.REFUSED, words)
        locked.save()
        _tell(locked, by=user)
    return locked


def undo_proposal(*, proposal: PageProposal, user: User, answer: str = "") -> PageProposal:
    """The proposal, taken back after it was carried out: every row as it was before. Raises as ``profiles.identity.undoing.take_back``."""
    words = _words(answer)
    with transaction.atomic():
        locked = PageProposal.objects.select_for_update(of=("self",)).select_related("page", "other", "proposer").get(pk=proposal.pk)
        if locked.status != ProposalStatus.ACCEPTED or locked.decision is None:
            raise WrongStateError(_("This was not carried out, or it has been taken back already."))
        take_back(decision=locked.decision, user=user)
        locked.status = ProposalStatus.UNDONE
        locked.answer = words or locked.answer
        locked.save(update_fields=["status", "answer"])
        _tell(locked, by=user)
    return locked


def pages_to_merge(proposal: PageProposal, survivor: Author | None = None) -> tuple[Author, Author]:
    """The page that lives on and the one that is given up. Raises ``WrongStateError`` for a survivor that is neither of the two."""
    if proposal.other is None:
        raise WrongStateError(_("This proposal is not about two pages."))
    pair = (proposal.page, proposal.other)
    if survivor is None:
        return which_lives_on(*pair)
    if survivor.pk not in {page.pk for page in pair}:
        raise WrongStateError(_("Choose one of the two pages."))
    return (survivor, next(page for page in pair if page.pk != survivor.pk))


def may_refuse(*, proposal: PageProposal, user: User) -> Role:
    """In which role this account may refuse a proposal. Raises ``NotAllowedError``."""
    pages = [proposal.page_id, *([proposal.other_id] if proposal.other_id else [])]
    if proposal.kind == ProposalKind.MERGE and holding(pages).filter(profile__user_id=user.pk).exists():
        return Role.OWNER
    return as_moderator(user, pages).role


def may_accept(*, proposal: PageProposal, user: User, survivor: Author | None = None) -> Role:
    """In which role this account may carry a proposal out. Raises ``NotAllowedError``; what else stands against it the services say."""
    if proposal.kind == ProposalKind.MERGE:
        kept, gone = pages_to_merge(proposal, survivor)
        return may_merge(user=user, survivor=kept, given_up=gone).role
    return may_split(user=user, page=proposal.page, targets={group.to for group in groups_from(proposal.groups) if group.to}).role


def ensure_may_propose(user: User) -> None:
    """Quiet where this account may propose anything. Raises ``NotAllowedError``. One query."""
    if not user.is_active or not has_confirmed_address(user):
        raise NotAllowedError(_("Confirm your e-mail address first, so that we can tell you what becomes of your proposal."))


def erase_words(user: User) -> None:
    """The words of an account that goes; what it proposed that waits is withdrawn, what was decided stays without a name. Two statements."""
    own = PageProposal.objects.filter(proposer=user)
    own.filter(status=ProposalStatus.OPEN).update(status=ProposalStatus.WITHDRAWN)
    own.update(evidence="", answer="")


def _ensure_limits(user: User) -> None:
    if PageProposal.objects.filter(proposer=user, status=ProposalStatus.OPEN).count() >= OPEN_PROPOSALS:
        raise LimitReachedError(
            _("You have %(count)s proposals waiting, which is the most at one time. Withdraw one, or wait until one is decided.")
            % {"count": OPEN_PROPOSALS}
        )
    day = timezone.now() - timedelta(days=1)
    if PageProposal.objects.filter(proposer=user, created_at__gt=day).count() >= PROPOSALS_A_DAY:
        raise LimitReachedError(
            _("You made %(count)s proposals within a day, which is the most. Try again tomorrow.") % {"count": PROPOSALS_A_DAY}
        )


def _made(proposal: PageProposal, user: User, reason: str, evidence: str) -> PageProposal:
    text = tidy(evidence)
    if reason not in ProposalReason.values:
        raise NoteNeededError(_("Choose what the proposal rests on."))
    if len(text) < SHORTEST_EVIDENCE:
        raise NoteNeededError(_("Say what shows it, in a sentence or a link: whoever decides has only your word otherwise."))
    if len(text) > LONGEST_EVIDENCE:
        raise NoteNeededError(_("That is too long. %(count)s characters are the most.") % {"count": LONGEST_EVIDENCE})
    proposal.proposer, proposal.reason, proposal.evidence = user, reason, text
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError:  # the same proposal arrived a moment earlier
        raise WrongStateError(_("The same has just been proposed. Load the page again.")) from None
    pages = [proposal.page_id, *([proposal.other_id] if proposal.other_id else [])]
    for claim in holding(pages):
        if claim.profile.user_id != user.pk:
            owner = claim.profile.user
            queue_mail(
                to=owner.email,
                kind="proposal-made",
                context={"name": proposal.page.display_name, "what": str(proposal.get_kind_display()), "path": proposal.get_absolute_url()},
                user=owner,
                key=f"proposal-made:{proposal.pk}:{owner.pk}",
            )
    return proposal


def _open(proposal: PageProposal) -> PageProposal:
    locked = PageProposal.objects.select_for_update(of=("self",)).select_related("page", "other", "proposer").get(pk=proposal.pk)
    if locked.status != ProposalStatus.OPEN:
        raise WrongStateError(_("This proposal does not wait any more: %(status)s.") % {"status": locked.get_status_display().lower()})
    return locked


def _decided(proposal: PageProposal, user: User, role: Role, status: ProposalStatus, words: str) -> None:
    proposal.status, proposal.decided_at, proposal.decided_as, proposal.decided_by = status, timezone.now(), role, user
    proposal.answer = words


def _words(answer: str) -> str:
    words = tidy(answer)
    if len(words) > LONGEST_EVIDENCE:
        raise NoteNeededError(_("That is too long. %(count)s characters are the most.") % {"count": LONGEST_EVIDENCE})
    return words


def _tell(proposal: PageProposal, *, by: User) -> None:
    """A mail to who proposed it, unless this is their own doing."""
    proposer = proposal.proposer
    if proposer is None or proposer.pk == by.pk:
        return
    queue_mail(
        to=proposer.email,
        kind="proposal-decided",
        context={
            "name": clean_text(proposal.page.display_name, 120),
            "status": str(proposal.get_status_display()),
            "answer": proposal.answer,
            "path": proposal.get_absolute_url(),
        },
        user=proposer,
        key=f"proposal-decided:{proposal.pk}:{proposal.status}",
    )
