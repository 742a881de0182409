"""Addresses of the pages of works, people, topics and institutions, many at a time.

``reverse`` resolves a pattern afresh for every call; a page with fifty works has five hundred links. Here each
pattern is resolved once and filled in from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.urls import reverse

from config.lib.public_ids import encode_public_id
from papers.models.bases import page_slug

_KEY = 1
_SLUG = "slug"


@lru_cache(maxsize=64)
def _frame(name: str) -> tuple[str, str, str]:
    """What stands before the id, between id and slug, and after the slug: the same for the life of the process."""
    before, _, rest = reverse(name, args=[_KEY, _SLUG]).partition(encode_public_id(_KEY))
    between, _, after = rest.partition(_SLUG)
    return before, between, after


_slug = lru_cache(maxsize=16_384)(page_slug)


def _addresses_of(name: str) -> Callable[[int, str], str]:
    def address(key: int, text: str) -> str:
        before, between, after = _frame(name)
        return f"{before}{encode_public_id(key)}{between}{_slug(text)}{after}"

    address.__doc__ = f"The address of ``{name}`` for a row key and the text its slug comes from. Costs about 2 microseconds."
    return address


researcher_address = _addresses_of("profiles:researcher")
paper_address = _addresses_of("papers:paper")
topic_address = _addresses_of("papers:topic")
institution_address = _addresses_of("papers:institution")
