"""The lists of what somebody follows, and of who follows something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collaboration.following.targets import WORDS_IN_ADDRESSES, Target, target_address
from collaboration.querysets.follows import Followed, follow_counts, followed_by, named_followers, standing_of
from config.lib.paging import grouped
from config.lib.public_ids import encode_public_id
from config.lib.query_params import QueryParams
from papers.addresses import researcher_address
from papers.models import Author
from papers.pages.parts import Person
from profiles.claims.shown import shown_claim
from profiles.models import User

if TYPE_CHECKING:
    from collaboration.querysets.follows import Viewer

PAGE_SIZE: Final = 50
KIND_LABELS: Final = {
    "author": gettext_lazy("People"),
    "topic": gettext_lazy("Topics"),
    "institution": gettext_lazy("Institutions"),
    "search": gettext_lazy("Searches"),
}

ONE_OF: Final = {
    "author": gettext_lazy("Person"),
    "topic": gettext_lazy("Topic"),
    "institution": gettext_lazy("Institution"),
    "search": gettext_lazy("Search"),
}


@dataclass(frozen=True, slots=True)
class FollowedLine:
    """Something that is followed, with where it is left."""

    name: str
    url: str
    kind: str
    kind_text: str
    leave_url: str
    since: Any


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of what is followed."""

    text: str
    count: int
    url: str
    is_current: bool


def followed_page(user: User, params: QueryParams, path: str) -> dict[str, Any]:
    """What ``collaboration/following.html`` lists: all kinds or one, latest first, fifty at a time. Two queries."""
    word = params.choice("kind", list(WORDS_IN_ADDRESSES.values()))
    kind = next((kind for kind, said in WORDS_IN_ADDRESSES.items() if said == word), "")
    found = followed_by(user.pk, kind=kind, before=params.public_id("after"), limit=PAGE_SIZE + 1)
    counts = follow_counts(user.pk)
    lines = [_line(row) for row in found[:PAGE_SIZE]]
    query = f"kind={word}&" if word else ""
    return {
        "lines": lines,
        "tabs": [
            Tab(_("All"), sum(counts.values()), path, not kind),
            *(Tab(str(KIND_LABELS[one]), counts[one], f"{path}?kind={WORDS_IN_ADDRESSES[one]}", one == kind) for one in WORDS_IN_ADDRESSES),
        ],
        "older_url": f"{path}?{query}after={encode_public_id(found[PAGE_SIZE - 1].follow)}" if len(found) > PAGE_SIZE else "",
        "ignored": params.close(),
    }


def _line(row: Followed) -> FollowedLine:
    address = target_address(row.kind, row.key, f"{row.name}\n{row.query}" if row.kind == "search" else row.name)
    leave = Target(row.kind, row.key, row.name, address).follow_address
    return FollowedLine(row.name, address, row.kind, str(ONE_OF[row.kind]), leave, row.since)


def followers_page(target: Target, viewer: Viewer, params: QueryParams, path: str) -> dict[str, Any]:
    """What ``collaboration/followers.html`` reads. Two queries, and the one for a person's claim."""
    held = shown_claim(Author(pk=target.key)) if target.kind == "author" else None
    owner = held.user_id if held is not None else None
    count = standing_of(target.kind, target.key, viewer).count
    found = named_followers(target.kind, target.key, viewer, owner=owner, before=params.public_id("after"), limit=PAGE_SIZE + 1)
    return {
        "target": target,
        "count": count,
        "heading": ngettext("%(count)s follower", "%(count)s followers", count) % {"count": grouped(count)},
        "people": [Person(name, researcher_address(page, name)) for _follow, page, name in found[:PAGE_SIZE]],
        "older_url": f"{path}?after={encode_public_id(found[PAGE_SIZE - 1][0])}" if len(found) > PAGE_SIZE else "",
        "ignored": params.close(),
    }
