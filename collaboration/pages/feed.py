"""The home feed: new works and changes by those whom somebody follows, with the reason for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.following.targets import target_address
from collaboration.pages.waiting import waiting_invitations
from collaboration.querysets.feed import FeedChange, FeedWork, feed_entries, follows_nothing
from config.lib.public_ids import decode_public_id, encode_public_id
from config.lib.query_params import QueryParams
from papers.addresses import researcher_address
from papers.pages.markup import because_line
from papers.pages.parts import Link
from papers.pages.rows import WorkRow, rows_of
from profiles.models import User

PAGE_SIZE: Final = 20
NEWS_FOR_YEARS: Final = 1
"""A work of the year in which it came, or of the one before, is new; an older one was only new to the records."""
CHANGE_WORDS: Final[dict[str, str | Promise]] = {
    "grant": gettext_lazy("claimed their page"),
    "merge": gettext_lazy("now has the works of another page too"),
    "split": gettext_lazy("is told apart from somebody else now: some works have moved"),
    "opened": gettext_lazy("is open to collaborate"),
}


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A line of the feed: a work (``row``) or a change (``who`` and ``text``); ``because`` is what is followed that brought it here."""

    at: datetime
    row: WorkRow | None
    who: Link | None
    text: str | Promise
    because: Sequence[Link]
    is_older: bool = False

    @property
    def why(self) -> SafeString:
        """The line under it: because of what it is here."""
        older = _("An earlier work, new to the records.") if self.is_older else ""
        return because_line(older, _("Here because you follow"), [(link.text, link.url) for link in self.because])


@dataclass(frozen=True, slots=True)
class FeedDay:
    """What came on one day."""

    day: date
    items: Sequence[FeedItem]


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of the feed. ``older_url`` is "" at its end; ``follows_nothing`` tells an empty feed from a quiet one;
    ``has_waiting`` that an invitation may wait for an answer.
    """

    days: Sequence[FeedDay]
    older_url: str
    is_first: bool
    follows_nothing: bool
    has_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page goes on: the last work and the last change that the pages before showed, None for neither yet."""

    work: int | None = None
    change: int | None = None

    @classmethod
    def read(cls, text: str) -> Cursor:
        """From an address; whatever is not one begins at the top."""
        before, _dot, after = text.partition(".")
        try:
            return cls(decode_public_id(before) if before else None, decode_public_id(after) if after else None)
        except ValueError:
            return cls()

    def __str__(self) -> str:
        return f"{encode_public_id(self.work) if self.work else ''}.{encode_public_id(self.change) if self.change else ''}"


def feed_panel(request: HttpRequest, _subject: object) -> Mapping[str, Any] | None:
    """The feed on the first page, for people who are logged in, below the invitations that wait for their answer. Two queries, four where some wait."""
    if not isinstance(request.user, User):
        return None
    after = QueryParams(request.GET).text("after", 40)
    feed = feed_of(request.user, Cursor.read(after))
    return {"feed": feed, "waiting": waiting_invitations(request.user) if feed.has_waiting and feed.is_first else None}


def feed_of(user: User, cursor: Cursor) -> Feed:
    """A page of somebody's feed. Two queries: what came, and the rows of works; for an empty one whether anything is followed."""
    works, changes, has_waiting = feed_entries(user, before_work=cursor.work, before_change=cursor.change, limit=PAGE_SIZE)
    entries: list[FeedWork | FeedChange] = [*works, *changes]
    taken = sorted(entries, key=_when, reverse=True)[:PAGE_SIZE]
    last = _cursor_after(taken, cursor)
    there_is_more = len(works) + len(changes) > len(taken) or PAGE_SIZE in {len(works), len(changes)}
    return Feed(
        days=_by_day(_items(taken)),
        older_url=f"{reverse('papers:home')}?after={last}" if there_is_more and taken else "",
        is_first=cursor == Cursor(),
        follows_nothing=not taken and follows_nothing(user.pk),
        has_waiting=has_waiting,
    )


def _when(entry: FeedWork | FeedChange) -> datetime:
    return entry.came_at if isinstance(entry, FeedWork) else entry.at


def _cursor_after(taken: Iterable[FeedWork | FeedChange], cursor: Cursor) -> Cursor:
    works = [entry.id for entry in taken if isinstance(entry, FeedWork)]
    changes = [entry.id for entry in taken if isinstance(entry, FeedChange)]
    return Cursor(min(works, default=cursor.work), min(changes, default=cursor.change))


def _items(taken: Sequence[FeedWork | FeedChange]) -> list[FeedItem]:
    """The entries in words; what may not be shown, or whose reasons are all gone, is left out."""
    works = [entry for entry in taken if isinstance(entry, FeedWork) and entry.is_shown]
    rows = {row.id: row for row in rows_of([entry.id for entry in works], scores=False)}
    items = []
    for entry in taken:
        if isinstance(entry, FeedChange):
            who = Link(entry.name, researcher_address(entry.author, entry.name))
            items.append(FeedItem(entry.at, None, who, CHANGE_WORDS[entry.action], [who]))
        elif entry.is_shown and entry.id in rows:
            because = [Link(name.partition("\n")[0], target_address(kind, key, name)) for kind, key, name in entry.because]
            if because:
                is_older = entry.year is not None and entry.year < entry.came_at.year - NEWS_FOR_YEARS
                items.append(FeedItem(entry.came_at, rows[entry.id], None, "", because, is_older))
    return items


def _by_day(items: Sequence[FeedItem]) -> list[FeedDay]:
    days: dict[date, list[FeedItem]] = {}
    for item in items:
        days.setdefault(timezone.localdate(item.at), []).append(item)
    return [FeedDay(day, found) for day, found in days.items()]
