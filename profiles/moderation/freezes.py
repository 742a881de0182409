"""Freezes: evidence from an e-mail domain or an institution counts for nothing until the freeze is lifted.

effect = likely_effect(kind=FreezeKind.DOMAIN, domain="mail.example.edu")   # asked before: how many pages would change level
freeze(kind=FreezeKind.DOMAIN, domain="mail.example.edu", moderator=user, code=ReasonCode.ABUSE, note="…")
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from papers.models import Institution
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Freeze, User
from profiles.models.choices import HOLDING, FreezeKind, Level, ReasonCode, Role
from profiles.moderation.acts import checked_words, ensure_code, remember_levels
from profiles.moderation.conflicts import ensure_moderator
from profiles.querysets.moderation import pages_claimed_by
from profiles.standings import Frozen, frozen_places, levels_with, pages_with_evidence_from
from profiles.trail import act, one_decision

FREEZE_CODES = (ReasonCode.ABUSE, ReasonCode.IMPOSTURE, ReasonCode.EVIDENCE_LOST)
LIFT_CODES = (ReasonCode.MISTAKE, ReasonCode.EVIDENCE_LOST, ReasonCode.OWNER_ASKED)
AT_ONCE = 500
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a freeze or its end would do: how many pages have evidence from there, and how many of those change level, up or down."""

    pages: int
    lower: int
    higher: int

    @property
    def changed(self) -> int:
        """Pages whose level would change."""
        return self.lower + self.higher


def normal_domain(text: str) -> str:
    """A domain as evidence names it: lower case, ASCII, without "@". Raises ``WrongStateError`` for what is none, or is all of a top-level domain."""
    stated = text.strip().lower().rpartition("@")[2].strip(".")
    try:
        domain = stated.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        raise WrongStateError(_("This is no e-mail domain. It looks like uni.example.edu."))
    return domain


def likely_effect(*, kind: FreezeKind, domain: str = "", institution: Institution | None = None, lift: bool = False) -> Effect:
    """What freezing this, or lifting the freeze on it, would change now. Seven statements for every 500 pages concerned."""
    place = _place(kind, domain, institution)
    concerned = pages_with_evidence_from([place])
    now_frozen = frozen_places()
    then_frozen = _without(now_frozen, place) if lift else _with(now_frozen, place)
    lower = higher = 0
    for start in range(0, len(concerned), AT_ONCE):
        chunk = concerned[start : start + AT_ONCE]
        before, after = levels_with(chunk, now_frozen), levels_with(chunk, then_frozen)
        steps = [Level(after[key]) - Level(before[key]) for key in before]
        lower += sum(step < 0 for step in steps)
        higher += sum(step > 0 for step in steps)
    return Effect(pages=len(concerned), lower=lower, higher=higher)


def freeze(
    *, kind: FreezeKind, moderator: User, code: str, note: str = "", domain: str = "", institution: Institution | None = None
) -> Freeze:
    """The freeze: from now on no evidence from there counts, and everybody with some is scored again.

    Raises ``NotAllowedError``, ``WrongStateError`` for what is frozen already or cannot be. A few pages are scored at once, many by the workers.
    """
    ensure_moderator(moderator)
    reason = ensure_code(code, FREEZE_CODES)
    place = _place(kind, domain, institution)
    row = Freeze(
        kind=kind,
        domain=place[0],
        institution_id=place[1],
        reason_code=reason,
        frozen_at=timezone.now(),
        frozen_by=moderator,
    )
    try:
        with one_decision() as decision:
            remember_levels(decision, pages_with_evidence_from([place]))
            row.pk = None
            with act(
                action="freeze",
                actor=moderator,
                role=Role.MODERATOR,
                subject=row,
                code=reason,
                note=checked_words(note),
            ) as changes:
                changes.create(row)
    except IntegrityError:
        raise WrongStateError(_("This is frozen already.")) from None
    return row


def lift_freeze(*, freeze: Freeze, moderator: User, code: str, note: str = "") -> Freeze:
    """The freeze, lifted: evidence from there counts again. Raises ``NotAllowedError`` for a moderator whose own page would gain by it."""
    ensure_moderator(moderator)
    reason = ensure_code(code, LIFT_CODES)
    with one_decision() as decision:
        locked = Freeze.objects.select_for_update(of=("self",)).get(pk=freeze.pk)
        if locked.lifted_at is not None:
            raise WrongStateError(_("This freeze was lifted already."))
        concerned = pages_with_evidence_from([(locked.domain, locked.institution_id)])
        ensure_no_gain(moderator, concerned)
        remember_levels(decision, concerned)
        with act(
            action="lift-freeze", actor=moderator, role=Role.MODERATOR, subject=locked, code=reason, note=checked_words(note)
        ) as changes:
            changes.update(locked, lifted_at=timezone.now())
    return locked


def ensure_no_gain(moderator: User, author_ids: list[int]) -> None:
    """Quiet unless the moderator owns one of these pages. Raises ``NotAllowedError``. One query."""
    if pages_claimed_by(moderator.pk).filter(status__in=HOLDING, author_id__in=author_ids).exists():
        raise NotAllowedError(_("Evidence for your own page comes from there, so somebody else decides."))


def _place(kind: FreezeKind, domain: str, institution: Institution | None) -> tuple[str, int | None]:
    if kind == FreezeKind.DOMAIN:
        return normal_domain(domain), None
    if institution is None:
        raise WrongStateError(_("Say which institution."))
    return "", institution.pk


def _with(frozen: Frozen, place: tuple[str, int | None]) -> Frozen:
    domains, institutions = frozen
    domain, institution = place
    return (domains, institutions | {institution}) if institution is not None else (domains | {domain}, institutions)


def _without(frozen: Frozen, place: tuple[str, int | None]) -> Frozen:
    domains, institutions = frozen
    return domains - {place[0]}, institutions - ({place[1]} if place[1] is not None else set())
