"""Reading a page as a visitor would."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connection
from django.test.utils import CaptureQueriesContext

BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


class Answer(Protocol):
    """What the test client gives back, and views: the types have no common name for a response with content."""

    @property
    def content(self) -> bytes: ...


def text_of(response: Answer, element: str = "main") -> str:
    """What stands in the page's main part, as words with single spaces."""
    page = response.content.decode()
    found = re.search(rf"<{element}[ >].*</{element}>", page, re.DOTALL)
    body = found.group() if found else page
    body = re.sub(r'<details class="why graph-table">.*?</details>', " ", body, flags=re.DOTALL)  # all that is around the subject
    body = re.sub(r"<(svg|script|style)\b.*?</\1>", " ", body, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def links_of(response: Answer) -> list[str]:
    """Every address that the page leads to, in order."""
    return [html.unescape(found) for found in re.findall(r'href="([^"]*)"', response.content.decode())]


class Queries:
    """How many statements asked the database something."""

    count = 0


@contextmanager
def counted_queries() -> Iterator[Queries]:
    """Counts the statements of a block, without the savepoints that only tests see."""
    queries = Queries()
    with CaptureQueriesContext(connection) as captured:
        yield queries
    queries.count = sum(not query["sql"].startswith(BOOKKEEPING) for query in captured.captured_queries)
