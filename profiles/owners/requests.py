"""“Not mine?” for people without an account: asked with an e-mail address, counted once a code is given back, decided by the owner or a moderator.

Until then the work stays where it is and is shown as questioned. How codes, mails and limits work: ``profiles.privacy.confirmed_requests``.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from papers.models import AttributionState, Author, Authorship
from profiles.accounts.mail import queue_mail
from profiles.exceptions import WrongStateError
from profiles.models import PublicRequest, User
from profiles.models.choices import Role
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.owners.works import confirm_work, refuse_work
from profiles.privacy.confirmed_requests import confirm_request as confirm_by_code
from profiles.privacy.confirmed_requests import open_request
from profiles.querysets.claims import holding
from profiles.querysets.works import open_not_mine_requests
from profiles.trail import act

QUESTION = "work-question"


def ask_not_mine(*, author: Author, authorship: Authorship, email: str, ip: str, text: str = "") -> PublicRequest:
    """A request to take a work off a page; a code goes to the address. While it is unconfirmed, asking again is the same request.

    Whoever looks on sees no difference between an address that has asked before and one that has not. Raises
    ``WrongStateError`` where the work does not stand on the page, ``LimitReachedError``. Four statements.
    """
    if authorship.author_id != author.pk:
        raise WrongStateError(_("This work does not stand on this page any more."))
    return open_request(kind=RequestKind.NOT_MINE, author=author, authorship=authorship, email=email, ip=ip, text=text)


def confirm_request(*, request: PublicRequest, code: str) -> PublicRequest:
    """The request, confirmed by its code. Raises as ``profiles.privacy.confirmed_requests.confirm_request``."""
    return confirm_by_code(request=request, code=code)


def decide_request(*, request: PublicRequest, actor: User, accept: bool, note: str = "") -> Authorship:
    """The work, taken off the page or kept, by its owner or a moderator; everybody who asked for it is told.

    Raises ``NotAllowedError`` for everybody else, ``WrongStateError`` where it does not wait or the work has left the page.
    """
    asked = PublicRequest.objects.select_related("authorship").get(pk=request.pk)
    if asked.status != RequestStatus.OPEN or asked.authorship is None:
        raise WrongStateError(_("This request does not wait for a decision."))
    if asked.authorship.author_id != asked.author_id:
        raise WrongStateError(_("This work does not stand on this page any more."))
    decide = refuse_work if accept else confirm_work
    return decide(authorship=asked.authorship, user=actor, note=note)


def on_not_mine_confirmed(request: PublicRequest) -> None:
    """What follows a confirmed request, in its transaction: the work is shown as questioned, and the owner is told. Nine statements.

    An earlier request of the same address about the same work that still waits gives way to this one: they are one.
    """
    earlier = open_not_mine_requests(request.authorship_id or 0).filter(email__iexact=request.email).exclude(pk=request.pk)
    is_repeated = bool(earlier.delete()[0])
    authorship = Authorship.objects.select_for_update(of=("self",)).select_related("work").get(pk=request.authorship_id or 0)
    if authorship.author_id != request.author_id:
        return  # it has left the page meanwhile; a moderator sees the request
    if authorship.state != AttributionState.QUESTIONED:
        with act(action=QUESTION, actor=None, role=Role.VISITOR, subject=authorship, author=request.author_id) as changes:
            changes.update(authorship, state=AttributionState.QUESTIONED)
    claim = holding([request.author_id]).first()
    if claim is not None and not is_repeated:
        queue_mail(
            to=claim.profile.user.email,
            kind="not-mine-asked",
            context={"title": authorship.work.title, "text": request.text},
            user=claim.profile.user,
            key=f"not-mine-asked:{request.pk}",
        )
