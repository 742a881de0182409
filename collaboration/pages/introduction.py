"""Introductions as whoever looks for one, and whoever is asked for one, see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.introductions.finding import paths_to, ties_among
from collaboration.introductions.paths import Path, Tie
from collaboration.models.introductions import Introduction
from collaboration.pages.invitation import WorkLink, work_link
from collaboration.querysets.people import known, nobody
from config.lib.public_ids import encode_public_id
from papers.addresses import researcher_address
from papers.models import Author, Work
from papers.pages.parts import Link
from profiles.models import User


@dataclass(frozen=True, slots=True)
class ShownTie:
    """Two people of a path and the works behind it."""

    a: Link
    b: Link
    note: str
    works: Sequence[WorkLink]


@dataclass(frozen=True, slots=True)
class ShownPath:
    """A way to somebody. ``value`` names it in the form: the public ids of those in between."""

    value: str
    between: Sequence[int]
    first: str
    people: Sequence[Link]
    ties: Sequence[ShownTie]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request to be passed on, in a list."""

    url: str
    topic: str
    sender: Link
    to: Link
    day: datetime
    until: datetime


def shown_paths(user: User, start: int, goal: Author) -> list[ShownPath]:
    """The ways to somebody, the strongest first. Four queries, two where there is none."""
    paths = paths_to(user=user, start=start, goal=goal.pk)
    if not paths:
        return []
    names = names_of_pages({start, goal.pk, *(key for path in paths for key in path.between)})
    titles = _titles(tie for path in paths for tie in path.ties)
    return [_shown_path(path, start, names, titles) for path in paths]


def shown_ties(introduction: Introduction, start: int | None) -> list[ShownTie]:
    """The ties along the path of a request, for those whom it concerns. Three queries."""
    stops = [*([start] if start is not None else []), *introduction.between, introduction.invitation.author_id]
    found = {frozenset((tie.a, tie.b)): tie for tie in ties_among(stops)}
    pairs = [(a, b, found.get(frozenset((a, b)))) for a, b in pairwise(stops)]
    names = names_of_pages(set(stops))
    titles = _titles(tie for _a, _b, tie in pairs if tie is not None)
    return [
        _shown_tie(Tie(a, b, tie.strength, tie.works), names, titles)
        for a, b, tie in pairs
        if tie is not None and a in names and b in names
    ]


def request_rows(requests: Sequence[Introduction]) -> list[RequestRow]:
    """Rows of the list of requests; one query."""
    people = known([row.invitation.sender_id for row in requests])
    return [
        RequestRow(
            url=row.get_absolute_url(),
            topic=row.invitation.topic,
            sender=_link(people.get(row.invitation.sender_id, nobody())),
            to=Link(row.invitation.author.display_name, row.invitation.author.get_absolute_url()),
            day=row.asked_at,
            until=row.expires_at,
        )
        for row in requests
    ]


def names_of_pages(ids: Iterable[int]) -> dict[int, str]:
    """The names of these author pages. One query."""
    return dict(Author.objects.filter(pk__in=list(ids), erased_at__isnull=True).values_list("pk", "display_name"))


def path_value(between: Sequence[int]) -> str:
    """How a form names a path."""
    return "-".join(encode_public_id(key) for key in between)


def _shown_path(path: Path, start: int, names: Mapping[int, str], titles: Mapping[int, WorkLink]) -> ShownPath:
    stops = [start, *path.between, path.ties[-1].b]
    return ShownPath(
        value=path_value(path.between),
        between=path.between,
        first=names.get(path.between[0], ""),
        people=[_page(key, names) for key in stops],
        ties=[_shown_tie(tie, names, titles) for tie in path.ties],
    )


def _shown_tie(tie: Tie, names: Mapping[int, str], titles: Mapping[int, WorkLink]) -> ShownTie:
    works = [titles[key] for key in tie.works if key in titles]
    note = ngettext("%(count)s joint work", "%(count)s latest joint works", len(works)) % {"count": len(works)}
    return ShownTie(_page(tie.a, names), _page(tie.b, names), note, works)


def _page(key: int, names: Mapping[int, str]) -> Link:
    name = names.get(key)
    return Link(name, researcher_address(key, name)) if name is not None else Link(_("Somebody"))


def _titles(ties: Iterable[Tie]) -> dict[int, WorkLink]:
    keys = {key for tie in ties for key in tie.works}
    return {work.pk: work_link(work) for work in Work.objects.filter(pk__in=keys).only("title", "title_html")}


def _link(person: object) -> Link:
    return Link(getattr(person, "name", ""), getattr(person, "url", ""))
