"""Requests by people without an account, as a moderator answers them; what follows is done by whose matter it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from profiles.exceptions import WrongStateError
from profiles.models import PublicRequest, User
from profiles.models.choices import Role
from profiles.models.privacy import RequestKind
from profiles.moderation.acts import checked_words
from profiles.moderation.conflicts import ensure_may_decide_on_page
from profiles.owners.works import confirm_work, refuse_work
from profiles.privacy.choices import decide_opt_out
from profiles.privacy.confirmed_requests import decide_request


def answer_request(*, request: PublicRequest, moderator: User, grant: bool, note: str = "") -> None:
    """Grant or refuse a request. "Not mine" takes the work off the page or confirms it there; an opt-out keeps the page out of search engines;
    a correction is made by hand and reported done here. ``note`` goes to who asked.

    Raises ``NotAllowedError`` where the page is the moderator's own or a co-author's, ``WrongStateError`` unless the request waits.
    """
    ensure_may_decide_on_page(moderator=moderator, author_id=request.author_id)
    words = checked_words(note)
    match request.kind:
        case RequestKind.NOT_MINE:
            if request.authorship is None:
                raise WrongStateError(_("The work that this was about is gone."))
            if request.authorship.author_id != request.author_id:
                decide_request(request=request, actor=moderator, actor_role=Role.MODERATOR, grant=grant, note=words)
            elif grant:
                refuse_work(authorship=request.authorship, user=moderator, note=words)
            else:
                confirm_work(authorship=request.authorship, user=moderator, note=words)
        case RequestKind.OPT_OUT:
            decide_opt_out(request=request, moderator=moderator, grant=grant, note=words)
        case _:
            decide_request(request=request, actor=moderator, actor_role=Role.MODERATOR, grant=grant, note=words)
