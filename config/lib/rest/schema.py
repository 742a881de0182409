"""The OpenAPI description of the API, and the page that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from drf_spectacular.generators import SchemaGenerator

from config.lib.rest import problems

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "until": {"type": "string", "format": "date-time", "description": "When what stands against it ends, where that is known."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_ID_PATTERN = "^[0-9a-hjkmnp-tv-z]{9}$"
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
_PROBLEMS: dict[str, tuple[str, dict[str, Any]]] = {
    "400": ("A parameter is unknown or cannot be read.", {}),
    "429": ("Too many requests from this address.", _RETRY_AFTER),
    "503": ("The question takes too long to answer.", _RETRY_AFTER),
}
_OWN_PROBLEMS: dict[str, tuple[str, dict[str, Any]]] = {
    "400": ("A parameter or a field is unknown or cannot be read.", {}),
    "401": ("No token was sent, or one that does not work.", {"WWW-Authenticate": {"schema": {"type": "string"}}}),
    "403": ("The token, or its owner, may not do this.", {}),
    "429": ("Too many requests from this address or for this account.", _RETRY_AFTER),
    "503": ("The question takes too long to answer.", _RETRY_AFTER),
}
_CHANGE_PROBLEMS: dict[str, tuple[str, dict[str, Any]]] = {
    "409": ("This does not fit how things stand: a limit is reached, or it was done already.", {}),
}
_RECORD_PROBLEMS: dict[str, tuple[str, dict[str, Any]]] = {
    "404": ("No record has this id.", {}),
    "410": ("The record was erased.", {}),
}


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 - the hook's signature
    """A drf-spectacular hook: every operation may answer a problem; one record may have moved, gone, or not changed."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    components["Problem"] = _PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if operation.get("security"):
                _describe_own(path, method, operation)
                continue
            about_record = "{id}" in path
            operation["responses"].update({code: _problem(*what) for code, what in _PROBLEMS.items()})
            if about_record:
                operation["responses"].update({code: _problem(*what) for code, what in _RECORD_PROBLEMS.items()})
                operation["responses"]["301"] = {
                    "description": "The record was merged into another; a merge can be undone, so keep this for minutes only.",
                    "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
                }
                if not operation["operationId"].endswith("_list"):
                    operation["responses"]["304"] = {"description": "You have the present answer already (If-None-Match)."}
    return result


def _describe_own(path: str, method: str, operation: dict[str, Any]) -> None:
    """What may be answered where a token is needed."""
    problems_here = _OWN_PROBLEMS | (_CHANGE_PROBLEMS if method != "get" else {})
    if "{id}" in path:
        problems_here = problems_here | {"404": _RECORD_PROBLEMS["404"]}
    operation["responses"].update({code: _problem(*what) for code, what in problems_here.items()})


def name_record_ids(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 - the hook's signature
    """A drf-spectacular hook: the row key in a path is a record's public id to everybody else."""
    for path in list(result["paths"]):
        operations = result["paths"].pop(path)
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] == "pk":
                    parameter["name"] = "id"
                    parameter["schema"] = {"type": "string", "pattern": _ID_PATTERN}
                    parameter["description"] = "The record's id."
        result["paths"][path.replace("{pk}", "{id}")] = operations
    return result


def _problem(description: str, headers: dict[str, Any]) -> dict[str, Any]:
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content, **({"headers": headers} if headers else {})}


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """The description, made once a process (about half a second) and in English whatever the reader's language."""
    with override("en"):
        generated = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        schema: dict[str, Any] = json.loads(json.dumps(generated, default=str))
    return schema


@lru_cache(maxsize=1)
def _rendered() -> tuple[bytes, str]:
    content = json.dumps(openapi(), ensure_ascii=False).encode()
    return content, f'"{blake2b(content, digest_size=12).hexdigest()}"'


@dataclass(frozen=True)
class Operation:
    """One thing that the API can be asked, as the documentation page lists it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    scopes: list[str]


@dataclass(frozen=True)
class Section:
    """The operations about one kind of record."""

    name: str
    title: Any  # str or lazy string
    operations: list[Operation]


_TITLES = {
    "works": _("Works"),
    "authors": _("Authors"),
    "changes": _("Changes of author ids"),
    "institutions": _("Institutions"),
    "topics": _("Topics"),
    "following": _("What you follow (with a token)"),
    "invitations": _("Your invitations (with a token)"),
    "notifications": _("Your notifications (with a token)"),
    "token": _("The token itself"),
}


def sections() -> list[Section]:
    """The operations by kind of record, in the order of the description."""
    grouped: dict[str, list[Operation]] = {}
    for tag, operation in _operations():
        grouped.setdefault(tag, []).append(operation)
    return [Section(name, _TITLES.get(name, name), operations) for name, operations in grouped.items()]


def _operations() -> Iterator[tuple[str, Operation]]:
    for path, methods in openapi()["paths"].items():
        for method, described in methods.items():
            yield (
                described["tags"][0],
                Operation(
                    anchor=described["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=described.get("summary", path),
                    description=described.get("description", ""),
                    parameters=[_parameter(parameter) for parameter in described.get("parameters", []) if parameter["in"] == "query"],
                    fields=_fields(described),
                    scopes=[scope for way in described.get("security", ()) for scopes in way.values() for scope in scopes],
                ),
            )


def _fields(described: dict[str, Any]) -> list[dict[str, Any]]:
    """What the body of a request may hold, as parameters are listed."""
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    schema = openapi()["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return [_parameter({"name": name, "schema": field, **field}) for name, field in schema["properties"].items()]


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter["schema"]
    allowed = schema.get("enum") or schema.get("items", {}).get("enum") or []
    return {"name": parameter["name"], "description": parameter.get("description", ""), "allowed": allowed}


def _etag(_request: HttpRequest) -> str:
    return _rendered()[1]


@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_etag)
def schema_view(request: HttpRequest) -> HttpResponse:
    """The OpenAPI description as JSON."""
    response = HttpResponse(_rendered()[0], content_type="application/json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def docs_view(request: HttpRequest) -> HttpResponse:
    """The documentation: all operations as text, and, where scripts run, a console to try them."""
    return render(request, "api/docs.html", {"sections": sections(), "limits": settings.API_LIMITS, "problems": problems.kinds()})
