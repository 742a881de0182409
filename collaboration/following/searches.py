"""Saved searches: their canonical form, what they say, and matching what comes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from collaboration.models import Follow, SavedSearch, SearchMatch
from config.lib.query_params import QueryParams
from papers.models import Work
from papers.pages.search_state import SearchState
from papers.querysets.subjects import institution_names, topic_names, venue_names
from papers.search.arrivals import arrived

AT_ONCE: Final = 20_000
"""Works, by number, that one search looks at in one transaction."""
AGAIN: Final = 5_000
"""Works before those that are looked at once more: two imports at a time do not commit in the order of numbers."""
KEPT: Final = 500
"""Finds that are kept of a search: what the feed shows of it reaches no further back."""
FORGOTTEN_AFTER: Final = timedelta(days=1)


def canonical_query(state: SearchState) -> str:
    """What a search asks of papers, in one fixed form without its page and order; "" for a search that asks nothing."""
    return urlencode(state.changed(kind="", sort="relevance", people=()).pairs())


def state_of(query: str) -> SearchState:
    """The search that a canonical query describes. Bad values are left out; asks nothing."""
    params = QueryDict(mutable=True)
    for name, value in parse_qsl(query):
        params[name] = value
    return SearchState.read(QueryParams(params))


def names_of_filters(state: SearchState) -> dict[str, str]:
    """Names of the topic, institution and venue that a search is narrowed to, as far as they exist. At most three queries."""
    read = {"topic": topic_names, "institution": institution_names, "venue": venue_names}
    return {name: found for name, key in state.narrowing_keys() if key and (found := read[name]([key]).get(key, ""))}


def read_search(params: QueryParams) -> tuple[str, str]:
    """The canonical query of what somebody asks for, without filters that lead nowhere, and what it says in words; "" for nothing. At most three queries."""
    state = SearchState.read(params)
    names = names_of_filters(state)
    state = state.changed(**{name: None for name, key in state.narrowing_keys() if key and name not in names})
    return canonical_query(state), words_of(state, names)


def words_of(state: SearchState, names: Mapping[str, str]) -> str:
    """A search in words: “looms”, 2024, Weaving, with code."""
    said = [f"“{state.q}”" if state.q else "", str(state.year or ""), *names.values(), _("with code") if state.code else ""]
    return ", ".join(part for part in said if part)


def match_arrivals(*, most: int = 200) -> int:
    """Match what has come since to the searches that somebody follows, those looked at longest ago first: how many finds are new.

    Each search is one short transaction; one that another worker is at is left to it.
    """
    newest = Work.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    waiting = SavedSearch.objects.filter(Exists(Follow.objects.filter(search=OuterRef("pk"))), checked_through__lt=newest)
    return sum(_match(key, newest) for key in waiting.order_by("checked_at", "pk").values_list("pk", flat=True)[:most])


def forget_unfollowed() -> None:
    """Delete searches that nobody follows any more, and old finds of the others. Two statements."""
    old = timezone.now() - FORGOTTEN_AFTER
    SavedSearch.objects.filter(~Exists(Follow.objects.filter(search=OuterRef("pk"))), Q(created_at__lt=old)).delete()
    newer = SearchMatch.objects.filter(search=OuterRef("search"), work__gt=OuterRef("work")).order_by("work")[KEPT - 1 : KEPT]
    SearchMatch.objects.filter(Exists(newer)).delete()


@transaction.atomic
def _match(key: int, newest: int) -> int:
    search = SavedSearch.objects.select_for_update(skip_locked=True).filter(pk=key).first()
    if search is None:
        return 0
    through = min(search.checked_through + AT_ONCE, newest)
    state = state_of(search.query)
    found = arrived(state.q, state.paper_filters, after=max(0, search.checked_through - AGAIN), through=through, limit=KEPT)
    before = set(SearchMatch.objects.filter(search=search, work__in=found).values_list("work_id", flat=True))
    new = _that_came_after(set(found) - before, search.created_at)
    SearchMatch.objects.bulk_create([SearchMatch(search=search, work_id=work) for work in sorted(new)], ignore_conflicts=True)
    SavedSearch.objects.filter(pk=key).update(checked_through=through, checked_at=timezone.now())
    return len(new)


def _that_came_after(works: set[int], when: datetime) -> set[int]:
    """Those of the works that came after the search was saved: the ones before are looked at again, and are no news."""
    return set(Work.objects.filter(pk__in=works, created_at__gt=when).values_list("pk", flat=True)) if works else set()
