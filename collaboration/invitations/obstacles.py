"""Why somebody cannot invite a person now, in plain words, with the way to where they can."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.exceptions import CannotInviteError
from collaboration.invitations.situation import Situation
from profiles.models.choices import Level

PAUSE_AFTER_DECLINE: Final = timedelta(days=30)  # before the same person is asked again


def obstacle(found: Situation, author_id: int, now: datetime) -> CannotInviteError | None:
    """What stands against an invitation, the first thing that would have to change; None where nothing does. Asks nothing."""
    return _of_the_page(found, author_id) or _of_the_account(found) or _of_the_person(found, now) or _of_the_limits(found)


def _of_the_page(found: Situation, author_id: int) -> CannotInviteError | None:
    if found.page == author_id:
        return CannotInviteError(_("This is your own page."))
    if found.here is not None:
        return CannotInviteError(
            _("You have invited them already, and there is no answer yet."),
            url=reverse("collaboration:invitation", args=[found.here]),
            url_text=_("Your invitation"),
        )
    return None


def _of_the_account(found: Situation) -> CannotInviteError | None:
    if not found.is_confirmed:
        return CannotInviteError(
            _("Confirm your e-mail address first, so that an answer reaches you."),
            url=reverse("account_email"),
            url_text=_("E-mail addresses"),
        )
    if found.is_kept_from_it:
        return CannotInviteError(
            _("The moderators have taken from your account the right to write to others. You were told why, and can appeal."),
            until=found.kept_until,
        )
    if found.page is None and found.claiming is not None and not found.allowance.open_at_once:
        return CannotInviteError(
            _("Whoever invites shows who they are: you can once your claim is granted."),
            url=reverse("profiles:claim", args=[found.claiming]),
            url_text=_("Your claim"),
        )
    if found.page is None and not found.allowance.open_at_once:
        return CannotInviteError(
            _(
                "Whoever invites shows who they are: claim your own page first. With it you can invite, the more the better it is evidenced."
            ),
            url=reverse("papers:search"),
            url_text=_("Find your page"),
        )
    return None


def _of_the_person(found: Situation, now: datetime) -> CannotInviteError | None:
    if found.has_blocked:
        return CannotInviteError(_("You have blocked the owner of this page. Take the block back first, if you want to write to them."))
    if found.is_turned_away:
        return CannotInviteError(_("The owner of this page takes no invitations."))
    if found.refused_at is not None and found.refused_at + PAUSE_AFTER_DECLINE > now:
        until = found.refused_at + PAUSE_AFTER_DECLINE
        return CannotInviteError(
            _("They declined an invitation of yours not long ago. You can ask again from %(date)s on.")
            % {"date": date_format(until, "j F Y")},
            until=until,
        )
    return None


def _of_the_limits(found: Situation) -> CannotInviteError | None:
    left = found.allowance
    if not left.open_at_once:
        return CannotInviteError(_nothing_at_this_level(found), url=_own_evidence(found), url_text=_("What would raise your level"))
    if not left.open_left:
        said = ngettext(
            "You have %(count)s invitation open, which is the most at one time at level %(level)s. An answer gives the place back, and so does withdrawing one.",
            "You have %(count)s invitations open, which is the most at one time at level %(level)s. An answer gives a place back, and so does withdrawing one.",
            left.open_at_once,
        ) % {"count": left.open_at_once, "level": left.level.label}
        return CannotInviteError(
            " ".join(filter(None, [said, _halved(found), _more_at(found)])),
            url=reverse("collaboration:invitations") + "?show=sent",
            url_text=_("Your invitations"),
        )
    if not left.week_left:
        said = _("You sent %(count)s invitations in the last seven days, which is the most.") % {"count": left.new_a_week}
        when = _("The next one is possible on %(date)s.") % {"date": date_format(left.next_at, "j F Y, H:i")} if left.next_at else ""
        return CannotInviteError(
            " ".join(filter(None, [said, when, _halved(found)])),
            url=reverse("collaboration:invitations") + "?show=sent",
            url_text=_("Your invitations"),
            until=left.next_at,
        )
    return None


def _nothing_at_this_level(found: Situation) -> str:
    if halved := _halved(found):
        return halved
    return " ".join(filter(None, [_("At level %(level)s no invitations are sent.") % {"level": found.level.label}, _more_at(found)]))


def _halved(found: Situation) -> str:
    until = found.allowance.halved_until
    if until is None:
        return _("Your account is slowed down for now, so you have half as many places.") if found.allowance.is_slowed else ""
    return _("Several people in a row declined, so until %(date)s you have half as many places.") % {"date": date_format(until, "j F Y")}


def _more_at(found: Situation) -> str:
    if found.more_at is None:
        return ""
    level, count = found.more_at
    return _("At level %(level)s it is %(count)s.") % {"level": level.label, "count": count}


def _own_evidence(found: Situation) -> str:
    if found.page is None or found.level >= Level.L4:
        return reverse("profiles:claims")
    return reverse("profiles:researcher-short", args=[found.page])
