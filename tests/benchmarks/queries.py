"""Prints, as one JSON line, the best-filled page of each kind with the number of queries that it takes.

A process of its own, because it needs Django set up for the scratch database: ``python -m tests.benchmarks.queries``.
"""

from __future__ import annotations

import json
import sys

import django


def main() -> int:
    """Choose, count, print."""
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    user = get_user_model()._default_manager.create_user(email="reader@example.org", password=None)
    visitor, reader = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    reader.force_login(user)
    rows = [
        {"name": name, "address": address, "queries": count_queries(visitor, address), "queries_signed_in": count_queries(reader, address)}
        for name, address in addresses().items()
    ]
    sys.stdout.write(json.dumps(rows) + "\n")
    return 0


def addresses() -> dict[str, str]:
    """The author with most works, the work with most people (up to twenty) and an abstract, the largest topic and institution."""
    from papers.models import AuthorFigures, Institution, SubjectFigures, Topic, Work

    author = AuthorFigures.objects.select_related("author").order_by("-works_count", "author_id")[0].author
    work = Work.objects.exclude(abstract="").filter(author_count__lte=20).order_by("-author_count", "id")[0]
    found = {"researcher": author.get_absolute_url(), "paper": work.get_absolute_url()}
    for kind, model in (("topic", Topic), ("institution", Institution)):
        largest = SubjectFigures.objects.filter(kind=kind).order_by("-works_count", "subject_id")[0]
        found[kind] = model._default_manager.get(pk=largest.subject_id).get_absolute_url()
    return {**found, "search": "/search/?q=Yuandong+Tien", "home": "/"}


def count_queries(client: object, address: str) -> int:
    """How many statements one answer takes, once everything that is worked out only once has been."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    get = client.get  # type: ignore[attr-defined]
    get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
    return len(captured)


if __name__ == "__main__":
    raise SystemExit(main())
