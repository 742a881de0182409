"""Errors of the API as problem details (RFC 9457), from one place.

Every error that leaves the API is ``application/problem+json`` with ``type``, ``title``, ``status`` and ``detail``;
a refused parameter adds ``errors``, one entry a parameter. Apps teach the handler their domain errors with
``register_problem``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

CONTENT_TYPE = "application/problem+json"
_QUERY_CANCELLED = "57014"  # PostgreSQL's code for a statement that ran into its time limit


@dataclass(frozen=True)
class Kind:
    """A kind of problem: the fragment of its address in the documentation, its status and its title."""

    slug: str
    status: int
    title: Any  # str or lazy string


INVALID = Kind("invalid", 400, _("The request is not valid"))
NOT_FOUND = Kind("not-found", 404, _("There is nothing here"))
NOT_KNOWN = Kind("no-token", 401, _("A token is needed"))
FORBIDDEN = Kind("forbidden", 403, _("Not allowed"))
NOT_ALLOWED = Kind("method-not-allowed", 405, _("This address cannot be used like that"))
CONFLICT = Kind("conflict", 409, _("This does not fit how things stand"))
GONE = Kind("erased", 410, _("This record was erased"))
THROTTLED = Kind("too-many-requests", 429, _("Too many requests"))
TOO_COSTLY = Kind("too-costly", 503, _("This question takes too long to answer"))

_KINDS: dict[int, Kind] = {kind.status: kind for kind in (INVALID, NOT_KNOWN, FORBIDDEN, NOT_FOUND, NOT_ALLOWED, CONFLICT, GONE, THROTTLED)}
_DOMAIN_ERRORS: dict[type[Exception], Kind] = {}


class Erased(exceptions.APIException):
    """The record was erased on purpose: it will not come back."""

    status_code = status.HTTP_410_GONE
    default_detail = _("This record was erased and will not come back.")
    default_code = "erased"


def register_problem(error: type[Exception], *, slug: str, status: int, title: Any) -> None:
    """Have ``error`` and its subclasses answered with that status; the error's message becomes the detail."""
    _DOMAIN_ERRORS[error] = Kind(slug, status, title)


def kinds() -> list[Kind]:
    """Every kind of problem that the API answers, by status."""
    return sorted({*_KINDS.values(), TOO_COSTLY, *_DOMAIN_ERRORS.values()}, key=lambda kind: (kind.status, kind.slug))


def problem_response(kind: Kind, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    """The answer for a problem."""
    content: dict[str, Any] = {
        "type": f"/api/docs/#{kind.slug}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": detail or str(kind.title),
    }
    if errors:
        content["errors"] = errors
    return Response(content, status=kind.status, content_type=CONTENT_TYPE)


@csrf_exempt  # a program that changes something at a mistyped address reads a problem too
def not_found(request: HttpRequest, **_kwargs: Any) -> JsonResponse:
    """The answer for an address under the API that leads nowhere."""
    answer = problem_response(NOT_FOUND, str(_("No part of the API lives at this address. Those that there are stand at /api/docs/.")))
    response = JsonResponse(answer.data, status=404)
    response["Content-Type"] = CONTENT_TYPE
    return response


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the problem for ``error``, or None for a bug, which Django reports as such."""
    response = _respond(error)
    if response is not None:
        set_rollback()
    return response


def _respond(error: Exception) -> Response | None:  # noqa: PLR0911 - one line a kind of error
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flatten(error.detail))
        return problem_response(INVALID, " ".join(dict.fromkeys(entry["detail"] for entry in errors)), errors)
    if isinstance(error, exceptions.APIException):
        return _respond_to_api_exception(error)
    if isinstance(error, Http404):
        return problem_response(NOT_FOUND, str(_("No record has this address.")))
    if isinstance(error, PermissionDenied):
        return problem_response(FORBIDDEN, str(_("You may not do this.")))
    if isinstance(error, BadRequest | SuspiciousOperation):
        return problem_response(INVALID, str(_("The request could not be read.")))
    if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") == _QUERY_CANCELLED:
        response = problem_response(TOO_COSTLY, str(_("Narrow the question with a further filter and ask again.")))
        response["Retry-After"] = "60"
        return response
    for domain_error in type(error).__mro__:
        if domain_error in _DOMAIN_ERRORS:
            return _respond_to_domain_error(_DOMAIN_ERRORS[domain_error], error)
    return None


def _respond_to_domain_error(kind: Kind, error: Exception) -> Response:
    """What stands against it, until when where that is known, and the field that it is about where there is one."""
    field: str = getattr(error, "field", "")
    response = problem_response(kind, str(error), [{"parameter": field, "detail": str(error)}] if field else None)
    until: datetime | None = getattr(error, "until", None)
    if until is not None:
        response.data["until"] = until.isoformat()
    return response


def _respond_to_api_exception(error: exceptions.APIException) -> Response:
    kind = _KINDS.get(error.status_code) or Kind("http", error.status_code, HTTPStatus(error.status_code).phrase)
    response = problem_response(kind, " ".join(entry["detail"] for entry in _flatten(error.detail)))
    wait: float | None = getattr(error, "wait", None)  # of Throttled
    if wait is not None:
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    how: str | None = getattr(error, "auth_header", None)  # of a request without a token that works
    if how is not None:
        response["WWW-Authenticate"] = how
    return response


def _flatten(detail: Any, parameter: str = "") -> Iterator[dict[str, str]]:
    """Every message in DRF's nested detail, with the parameter it is about."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, parameter if key == "non_field_errors" else f"{parameter}.{key}".lstrip("."))
    elif isinstance(detail, list | tuple):
        for value in detail:
            yield from _flatten(value, parameter)
    else:
        yield {"parameter": parameter, "detail": str(detail)} if parameter else {"detail": str(detail)}
