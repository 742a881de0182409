"""The review queue as moderators work through it: two authorships side by side, one word, the next pair."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.registries import refresh_kinds
from papers.models import AuthorFigures, Authorship, ConstraintKind, IdentityConstraint, PairVerdict, UncertainPair
from papers.pages.parts import works_text, years_text
from papers.persons.marking import MENTIONS, mark_authorships
from profiles.exceptions import NotAllowedError, UndoConflictError, WrongStateError
from profiles.models import TrailEntry, User
from profiles.models.choices import ReasonCode, Role
from profiles.moderation.conflicts import bars_on_pages, ensure_moderator
from profiles.trail import act, undo

VERDICTS: Final = (PairVerdict.SAME, PairVerdict.DIFFERENT, PairVerdict.UNSURE)
ACTION: Final = "pair-decide"
LOOKED_AT: Final = 50  # so many of the most valuable pairs are looked through for one that this moderator may decide
PEOPLE_NAMED: Final = 12


@dataclass(frozen=True, slots=True)
class OnePlace:
    """One of the two authorships, with who else stands on its work, and where they were; ``page`` says how much its page holds."""

    authorship: Authorship
    coauthors: tuple[str, ...]
    shared: frozenset[str]
    affiliations: tuple[str, ...]
    topics: tuple[str, ...]
    page: str


@dataclass(frozen=True, slots=True)
class PairToDecide:
    """The pair that comes next, and how many wait behind it."""

    pair: UncertainPair
    one: OnePlace
    other: OnePlace
    waiting: int


def decide_pair(*, pair: UncertainPair, moderator: User, verdict: str) -> UncertainPair:
    """The pair, decided: a constraint for every later run, and an example for the next training. "unsure" only takes it out of the queue.

    Raises ``NotAllowedError`` for who is no moderator or has to do with one of the pages, ``WrongStateError`` where it was decided or the
    opposite was said elsewhere. Ten statements.
    """
    ensure_moderator(moderator)
    if verdict not in VERDICTS:
        raise WrongStateError(_("Choose one of the three answers."))
    with act(action=ACTION, actor=moderator, role=Role.MODERATOR, subject=pair, code=verdict) as changes:
        locked = UncertainPair.objects.select_for_update(of=("self",)).select_related("one", "other").filter(pk=pair.pk).first()
        if locked is None or locked.verdict:
            raise WrongStateError(_("Somebody has decided about this pair already. Here is the next one."))
        authors = {key for key in (locked.one.author_id, locked.other.author_id) if key is not None}
        for why in bars_on_pages(moderator, authors).values():
            raise NotAllowedError(why)
        now = timezone.now()
        changes.update(locked, verdict=verdict, decided_at=now, decided_by=moderator)
        if verdict in ConstraintKind.values:
            known = IdentityConstraint.objects.filter(one=locked.one_id, other=locked.other_id).first()
            if known is not None and known.kind != verdict:
                raise WrongStateError(_("Somebody said the opposite about these two, by merging their pages. Take that back first."))
            if known is None:
                changes.create(
                    IdentityConstraint(one_id=locked.one_id, other_id=locked.other_id, kind=verdict, origin="pair", decided_at=now)
                )
        _compare_again(locked)
    return locked


def take_back_pair(*, moderator: User) -> UncertainPair:
    """The pair that this moderator decided last, waiting again. Raises ``WrongStateError`` where there is none, ``UndoConflictError``."""
    ensure_moderator(moderator)
    entry = (
        TrailEntry.objects.filter(action=ACTION, actor_id=moderator.pk, undone_by__isnull=True, undoes__isnull=True).order_by("-pk").first()
    )
    if entry is None:
        raise WrongStateError(_("You have decided about no pair that could be taken back."))
    found = UncertainPair.objects.filter(pk=entry.subject_id).first()
    if found is None:
        raise UndoConflictError(_("The works of this pair are gone."), [])
    undo(entry=entry, actor=moderator, role=Role.MODERATOR, code=ReasonCode.MISTAKE)
    found.refresh_from_db()
    _compare_again(found)
    return found


def next_pair(moderator: User, *, first: int | None = None) -> PairToDecide | None:
    """The most valuable pair that this moderator may decide, or the one with key ``first`` where it waits. Ten queries."""
    waiting = UncertainPair.objects.filter(verdict="").select_related(
        "one__work__venue", "other__work__venue", "one__author", "other__author"
    )
    queue = waiting.filter(one__work__erased_at__isnull=True, other__work__erased_at__isnull=True).order_by("-value", "id")
    pairs = list(queue.filter(pk=first)) if first is not None else []
    pairs = pairs or list(queue[:LOOKED_AT])
    barred = bars_on_pages(moderator, {key for pair in pairs for key in (pair.one.author_id, pair.other.author_id) if key is not None})
    for pair in pairs:
        if not {pair.one.author_id, pair.other.author_id} & barred.keys():
            one, other = _places(pair)
            return PairToDecide(pair, one, other, UncertainPair.objects.filter(verdict="").count())
    return None


def _compare_again(pair: UncertainPair) -> None:
    """What was said is heeded at the next comparison of these names, within seconds."""
    if MENTIONS in refresh_kinds:
        mark_authorships([pair.one_id, pair.other_id], reason="pair decided")


def _places(pair: UncertainPair) -> tuple[OnePlace, OnePlace]:
    works = [pair.one.work_id, pair.other.work_id]
    people: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(work__in=works).exclude(pk__in=[pair.one_id, pair.other_id])
    for work, name in rows.order_by(F("position").asc(nulls_last=True), "id").values_list("work_id", "raw_name")[:400]:
        people[work].append(name)
    shared = frozenset(set(people[works[0]]) & set(people[works[1]]))
    topics: dict[int, list[str]] = defaultdict(list)
    for work, topic in (
        pair.one.work.topics.through.objects.filter(work__in=works).order_by("-score", "id").values_list("work_id", "topic__name")[:40]
    ):
        topics[work].append(topic)
    pages = _pages(pair)
    one, other = (
        OnePlace(
            authorship=place,
            coauthors=tuple(sorted(people[place.work_id], key=lambda name: name not in shared)[:PEOPLE_NAMED]),
            shared=shared,
            affiliations=tuple(place.raw_affiliations[:4]),
            topics=tuple(topics[place.work_id][:6]),
            page=pages.get(place.author_id, ""),
        )
        for place in (pair.one, pair.other)
    )
    return one, other


def _pages(pair: UncertainPair) -> dict[int | None, str]:
    """How much the pages of the two hold, such as "61 works, 2015 to 2026", by author: what an answer would settle."""
    figures = AuthorFigures.objects.filter(author__in=[key for key in (pair.one.author_id, pair.other.author_id) if key is not None])
    return {
        author: ", ".join(part for part in (works_text(works), years_text(first, last)) if part)
        for author, works, first, last in figures.values_list("author_id", "works_count", "first_year", "last_year")
    }
