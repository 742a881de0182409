"""The feed of changed author ids, so that whoever keeps them elsewhere can follow."""

from __future__ import annotations

from datetime import UTC
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib.public_ids import encode_public_id
from config.lib.rest.pagination import CursorPages, Order
from config.lib.rest.views import PublicReadViewSet, conditional
from papers.api.fields import PUBLIC_ID_PATTERN, PublicIdField, Read
from papers.api.filters import PublicIdFilter
from papers.models import AuthorChange, ChangeKind

WORKS_NAMED = 500
_ID_OR_NULL = {"type": ["string", "null"], "pattern": PUBLIC_ID_PATTERN}


class SinceFormField(forms.DateTimeField):
    """Reads a moment as ISO 8601 has it."""

    default_error_messages: ClassVar = {"invalid": "Give a moment as in 2026-11-21T16:00:00Z."}

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value.replace(" ", "+") if isinstance(value, str) else value)  # a plus sign that was not escaped
        try:
            return moment and moment.astimezone(UTC)  # PostgreSQL knows no zone of sixteen hours and more
        except OverflowError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


@extend_schema_field({"type": "string", "format": "date-time"})
class SinceFilter(django_filters.Filter):
    """A filter by the first moment."""

    field_class = SinceFormField


class ChangeFilters(django_filters.FilterSet):
    """Which changes."""

    since = SinceFilter(field_name="at", lookup_expr="gte", help_text="Changes from this moment on, as in 2026-11-21T16:00:00Z.")
    kind = django_filters.ChoiceFilter(choices=ChangeKind.choices, help_text="Merges, splits or moves only.")
    author = PublicIdFilter(method="of_author", help_text="Changes from or to this author id, also one that is gone.")

    class Meta:
        model = AuthorChange
        fields: tuple[str, ...] = ()

    def of_author(self, changes: QuerySet[AuthorChange], _name: str, value: int) -> QuerySet[AuthorChange]:
        return changes.filter(Q(old_author=value) | Q(new_author=value))


class ChangeSerializer(Read):
    """Works went from one author id to another."""

    id = PublicIdField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(
        ChangeKind.choices,
        help_text="merge: the old id leads to the new one from now on. split: the new id was opened for these works. move: to an author "
        "that was there before, or to nobody.",
    )
    old_author = serializers.SerializerMethodField()
    new_author = serializers.SerializerMethodField()
    works = serializers.SerializerMethodField()
    works_count = serializers.SerializerMethodField()
    decided_by = serializers.SerializerMethodField()
    rule = serializers.CharField(allow_blank=True, help_text="Which rule; empty for a person.")
    undoes = serializers.SerializerMethodField()
    undone_by = serializers.SerializerMethodField()
    undone_at = serializers.SerializerMethodField()

    @extend_schema_field({**_ID_OR_NULL, "description": "null for works that had no author."})
    def get_old_author(self, change: AuthorChange) -> str | None:
        return encode_public_id(change.old_author) if change.old_author else None

    @extend_schema_field({**_ID_OR_NULL, "description": "null for works that have no author any more."})
    def get_new_author(self, change: AuthorChange) -> str | None:
        return encode_public_id(change.new_author) if change.new_author else None

    @extend_schema_field(
        {"type": "array", "items": {"type": "string", "pattern": PUBLIC_ID_PATTERN}, "description": f"The first {WORKS_NAMED} at most."}
    )
    def get_works(self, change: AuthorChange) -> list[str]:
        return [encode_public_id(key) for key in change.works[:WORKS_NAMED]]

    @extend_schema_field({"type": "integer", "minimum": 0})
    def get_works_count(self, change: AuthorChange) -> int:
        return len(change.works)

    @extend_schema_field({"type": "string", "enum": ["person", "rule"]})
    def get_decided_by(self, change: AuthorChange) -> str:
        return "person" if change.by_person else "rule"

    @extend_schema_field({**_ID_OR_NULL, "description": "The change that this one takes back."})
    def get_undoes(self, change: AuthorChange) -> str | None:
        return encode_public_id(change.undoes_id) if change.undoes_id else None

    @extend_schema_field({**_ID_OR_NULL, "description": "The change that took this one back; null while it stands."})
    def get_undone_by(self, change: AuthorChange) -> str | None:
        later = getattr(change, "undone_by", None)
        return encode_public_id(later.pk) if later is not None else None

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_undone_at(self, change: AuthorChange) -> str | None:
        later = getattr(change, "undone_by", None)
        return later.at.isoformat() if later is not None else None


class ChangeViewSet(PublicReadViewSet):
    """Changes of author ids: merges, splits and moves, by people and by rules. The list only grows."""

    queryset = AuthorChange.objects.none()
    serializer_class = ChangeSerializer
    pagination_class = CursorPages
    filter_backends = (DjangoFilterBackend,)
    filterset_class = ChangeFilters
    orders: ClassVar[dict[str, Order]] = {"id": Order()}

    def filter_parameters(self) -> set[str]:
        return set(ChangeFilters.base_filters)

    @extend_schema(summary="List changes of author ids", filters=True)
    def list(self, request: Request) -> Response:
        """Every change, oldest first. What was taken back stays, with the change that took it back; that one stands in the list as well.

        To follow: keep the last `at` that you have seen, ask from a few minutes before it with `since`, and leave out what you have by id:
        a change becomes visible when its decision is complete, which can be after a later one.
        """
        page = self.paginate_queryset(self.filter_queryset(AuthorChange.objects.select_related("undone_by")))
        rows = ChangeSerializer(page, many=True, context=self.get_serializer_context()).data
        return conditional(request, self.get_paginated_response(rows).data)
