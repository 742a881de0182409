"""What a viewer may see: the registered filters of upper apps, applied to any model that has pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

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
        if entry.model == rows.model._meta.label:  # noqa: SLF001 - documented as public
            rows = entry.apply(rows, viewer)
    return rows
