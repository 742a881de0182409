"""What can be followed, by kind and number, with its name and its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from collaboration.models import SavedSearch
from collaboration.models.follows import TARGETS
from papers.addresses import institution_address, researcher_address, topic_address
from papers.models import Author, Institution, Topic

PAGED: Final[dict[str, type[Any]]] = {"author": Author, "topic": Topic, "institution": Institution}
WORDS_IN_ADDRESSES: Final = {"author": "person", "topic": "topic", "institution": "institution", "search": "search"}
"""A kind as addresses say it."""
KINDS_BY_WORD: Final = {word: kind for kind, word in WORDS_IN_ADDRESSES.items()}


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be followed. ``kind`` is one of ``TARGETS``; ``address`` its page."""

    kind: str
    key: int
    name: str
    address: str

    @property
    def follow_address(self) -> str:
        """Where following it begins and ends."""
        return reverse("collaboration:follow", args=[WORDS_IN_ADDRESSES[self.kind], self.key])


def target_of(row: Author | Topic | Institution | SavedSearch) -> Target:
    """The target that a row is. Asks nothing."""
    match row:
        case Author():
            return author_target(row.pk, row.display_name)
        case Topic():
            return Target("topic", row.pk, row.name, topic_address(row.pk, row.name))
        case Institution():
            return Target("institution", row.pk, row.name, institution_address(row.pk, row.name))
        case SavedSearch():
            return Target("search", row.pk, row.words, f"{reverse('papers:search')}?{row.query}")


def author_target(key: int, name: str) -> Target:
    """A person's page as a target."""
    return Target("author", key, name, researcher_address(key, name))


def find_target(kind: str, key: int) -> Target | None:
    """What is followed under that kind and number now: for a merged row its survivor, None for what was erased or never was. At most two queries."""
    if kind not in TARGETS:
        return None
    if kind == "search":
        search = SavedSearch.objects.filter(pk=key).first()
        return target_of(search) if search is not None else None
    row = PAGED[kind].objects.select_related("merged_into").filter(pk=key).first()
    row = row and (row.merged_into or row)
    return target_of(row) if row is not None and row.erased_at is None and row.merged_into_id is None else None


def target_address(kind: str, key: int, name: str) -> str:
    """The page of what is followed, from its kind, number and name; the name of a search is its words, a line break and its query."""
    match kind:
        case "author":
            return researcher_address(key, name)
        case "topic":
            return topic_address(key, name)
        case "institution":
            return institution_address(key, name)
        case _:
            return f"{reverse('papers:search')}?{name.partition(chr(10))[2]}"
