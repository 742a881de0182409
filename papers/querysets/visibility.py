"""What a viewer may see: the registered filters of upper apps, applied to any model that has pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import Model, QuerySet

from config.lib.registries import visibility_filters

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from profiles.models import User

    Viewer = User | AnonymousUser | None

ModelT = TypeVar("ModelT", bound=Model)


def narrowed(rows: QuerySet[ModelT], viewer: Viewer) -> QuerySet[ModelT]:
    """``rows`` without what the registered filters hide from ``viewer`` (None: everybody). Costs no query of its own."""
    for entry in visibility_filters:
        if entry.model == rows.model._meta.label:
            rows = entry.apply(rows, viewer)
    return rows


def narrowing(model: type[Model], column: str, viewer: Viewer) -> tuple[str, tuple[Any, ...]]:
    """The same for a statement in plain SQL: " AND <column> IN (…)" with its parameters, "" where no filter is registered.

    ``column`` is where the statement has the primary key of ``model``, and comes from our own code.
    """
    rows: QuerySet[Any] = model._default_manager.order_by()
    shown = narrowed(rows, viewer)
    if shown is rows:
        return "", ()
    try:
        statement, parameters = shown.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return " AND FALSE", ()
    return f" AND {column} IN ({statement})", tuple(parameters)
