"""How often somebody may claim, and how long they wait after a refusal. Reasons: docs/claims.md."""

from __future__ import annotations

import datetime as dt
import ipaddress
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.models import Author
from profiles.exceptions import LimitReachedError, NotAllowedError
from profiles.models import Appeal, Profile, User
from profiles.models.choices import AppealStatus
from profiles.querysets.claims import decided_against, held_by, holding, open_claims, unfounded_challenges

OPEN_CLAIMS = 3
STARTS_A_DAY = 5
DRAFT_LASTS = timedelta(days=30)
PAUSES = tuple(timedelta(days=days) for days in (7, 30, 90))
IPV6_PREFIX = 64  # what one household or one rented machine has: its addresses count as one


def has_confirmed_address(user: User) -> bool:
    """Whether an e-mail address of the account is confirmed. One query."""
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())


def ensure_may_start(*, user: User, profile: Profile | None, author: Author, now: datetime | None = None) -> None:
    """Quiet where this account may claim this page now. At most seven queries.

    Raises ``NotAllowedError`` or ``LimitReachedError`` with a sentence that says what stands against it and, where it
    ends by itself, until when. The limit by address is counted when a claim is begun (``spend_start``).
    """
    if not has_confirmed_address(user):
        raise NotAllowedError(_("Confirm your e-mail address first, so that we can tell you what becomes of your claim."))
    if profile is None:
        return
    _ensure_owns_none(profile, author)
    _ensure_no_appeal(profile, author)
    _ensure_no_pause(profile, author, now or timezone.now())
    if open_claims(profile.pk).count() >= OPEN_CLAIMS:
        raise LimitReachedError(
            _("You have %(count)s claims under way, which is the most at one time. Withdraw one, or wait until one is decided.")
            % {"count": OPEN_CLAIMS}
        )


def pause_until(profile: Profile, author: Author) -> datetime | None:
    """Until when somebody waits before claiming this page again, as past refusals say; None where they never were refused.

    7 days after the first refusal, 30 after the second, 90 from the third on. On an owned page every challenge that was unfounded
    counts too, whichever page it was about. Three queries.
    """
    refused = {claim.pk: claim.decided_at for claim in decided_against(profile.pk, author.pk)}
    if holding([author.pk]).exists():
        refused |= {claim.pk: claim.decided_at for claim in unfounded_challenges(profile.pk)}
    latest = max((moment for moment in refused.values() if moment is not None), default=None)
    if latest is None:
        return None
    return latest + PAUSES[min(len(refused), len(PAUSES)) - 1]


def spend_start(address: str, now: datetime | None = None) -> None:
    """Count a claim begun from this address. Raises ``LimitReachedError`` beyond five a day (UTC), whatever the accounts.

    One counter in the shared cache, gone after a day; the address itself is not kept. Two round trips.
    """
    moment = now or timezone.now()
    key = _counter(address, moment)
    cache.add(key, 0, timeout=int(timedelta(days=1).total_seconds()))
    try:
        spent = cache.incr(key)
    except ValueError:  # it ended between the two
        return
    if spent > STARTS_A_DAY:
        midnight = datetime.combine(moment.astimezone(dt.UTC).date() + timedelta(days=1), dt.time(), tzinfo=dt.UTC)
        raise LimitReachedError(
            _("%(count)s claims were begun from your network today, which is the most. Try again tomorrow.") % {"count": STARTS_A_DAY},
            until=midnight,
        )


def _counter(address: str, moment: datetime) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        if isinstance(parsed, ipaddress.IPv6Address):
            parsed = parsed.ipv4_mapped or parsed
        network = str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False) if parsed.version == 6 else parsed)  # noqa: PLR2004 - IP version 6
    day = moment.astimezone(dt.UTC).date().isoformat()
    return f"claims-begun:{day}:{salted_hmac('collegium.claims.address', f'{day}:{network}').hexdigest()}"


def _ensure_owns_none(profile: Profile, author: Author) -> None:
    own = held_by(profile.pk).first()
    if own is None:
        return
    if own.author_id == author.pk:
        raise NotAllowedError(_("This is your page already."))
    raise NotAllowedError(
        _(
            "You own the page of %(name)s, and an account owns one page. If this page is about you too, propose to merge the two: "
            "the link stands on each page, beside “Is this page about you?”."
        )
        % {"name": own.author.display_name}
    )


def _ensure_no_appeal(profile: Profile, author: Author) -> None:
    if Appeal.objects.filter(claim__profile=profile, claim__author=author, status=AppealStatus.OPEN).exists():
        raise NotAllowedError(_("Your appeal about this page is not decided yet. Wait for it, or withdraw it to begin a new claim."))


def _ensure_no_pause(profile: Profile, author: Author, now: datetime) -> None:
    until = pause_until(profile, author)
    if until is not None and until > now:
        days = -(-(until - now) // timedelta(days=1))
        raise LimitReachedError(
            ngettext(
                "An earlier claim was decided against you. You can claim again in %(days)s day.",
                "An earlier claim was decided against you. You can claim again in %(days)s days.",
                days,
            )
            % {"days": days},
            until=until,
        )
