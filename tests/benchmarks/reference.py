"""What the site's pages are measured against: their own context, kept in memory, in plain Django templates.

The first request for ``/bare/<name>/?page=<address>`` has the site answer that address once, in this process, and
keeps the context that its template was given. Every later request renders ``bare/<name>.html`` with it: no database,
no cache, no panel, no view. Only the middleware and the template engine are left, which is what a page costs at least.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Template
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render  # type: ignore[attr-defined]  # what its test runner uses

_contexts: dict[tuple[str, str], dict[str, Any]] = {}


class QueryForbiddenError(AssertionError):
    """A reference page asked the database."""


def bare_page(request: HttpRequest, name: str) -> HttpResponse:
    """The reference page of that name for the page at the address in ``page``."""
    key = (name, request.GET["page"])
    if key not in _contexts:
        _contexts[key] = context_of(key[1])
    with connection.execute_wrapper(_refuse):
        return render(request, f"bare/{name}.html", _contexts[key])


def context_of(address: str) -> dict[str, Any]:
    """What the site's own view gave its template for that address, without what belongs to the one request."""
    given: list[Context] = []

    def note(*, context: Context, **_: Any) -> None:
        given.append(context)

    engine: Any = Template
    original = engine._render
    engine._render = instrumented_test_render  # as Django's own test runner does, for this one answer
    template_rendered.connect(note)
    try:
        answer = Client(SERVER_NAME="localhost").get(address)
    finally:
        template_rendered.disconnect(note)
        engine._render = original
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
    per_request = {"request", "csrf_token", "messages", "user", "perms", "block", "forloop", "True", "False", "None"}
    return {str(key): value for key, value in given[0].flatten().items() if key not in per_request}


def _refuse(*_: Any) -> Any:
    raise QueryForbiddenError("a reference page may not ask the database")
