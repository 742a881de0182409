"""What a search gives, and the bounds that every search keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

MOST_FOUND: Final = 1000  # further ones are "1,000+"
TIMEOUT_MS: Final = 2_000
SIMILAR_NAME: Final = 0.42  # share of common trigrams from which a name resembles another
SIMILAR_WORD: Final = 0.7  # the same for a name within a longer one


class SearchTookTooLongError(Exception):
    """The database gave up on a search. The page says so and asks for something more specific."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found: its key, how well it fits (0 to about 1) and why, as a word of the search that found it."""

    id: int
    score: float
    why: str = ""
    matched: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Hits in order of relevance; ``is_capped`` means that there are more."""

    hits: Sequence[Hit]
    is_capped: bool = False

    @property
    def total(self) -> int:
        """How many there are, at most a thousand."""
        return len(self.hits)

    @property
    def ids(self) -> list[int]:
        """The keys in order."""
        return [hit.id for hit in self.hits]


NOTHING: Final = Found(())


def capped(hits: Sequence[Hit]) -> Found:
    """``Found`` of hits that were asked for with a limit of one more than a thousand."""
    return Found(hits[:MOST_FOUND], is_capped=len(hits) > MOST_FOUND)


@contextmanager
def bounded_search() -> Iterator[None]:
    """A transaction in which searches are cut off after two seconds and names resemble each other by our thresholds.

    One statement. Raises ``SearchTookTooLongError`` where a search in it was cut off.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true), set_config('pg_trgm.similarity_threshold', %s, true),"
                    " set_config('pg_trgm.word_similarity_threshold', %s, true)",
                    [str(TIMEOUT_MS), str(SIMILAR_NAME), str(SIMILAR_WORD)],
                )
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise SearchTookTooLongError from error
        raise


def rows(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
