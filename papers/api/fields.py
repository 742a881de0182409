"""Parts that several answers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from config.lib.public_ids import encode_public_id

PUBLIC_ID_PATTERN = "^[0-9a-hjkmnp-tv-z]{9}$"


class PublicIdField(serializers.RegexField):
    """A row's public id, from its key."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("source", "pk")
        options.setdefault("read_only", True)
        super().__init__(PUBLIC_ID_PATTERN, **options)

    def to_representation(self, value: Any) -> str:
        return encode_public_id(int(value))


class ApiAddress(serializers.URLField):
    """The address of a row in the API."""

    def __init__(self, view: str, **options: Any) -> None:
        self.view = view
        super().__init__(source="pk", read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        return absolute(self.context, reverse(self.view, args=[value]))


class PageAddress(serializers.URLField):
    """The address of a row's page for people, by the function that knows such addresses and the field with the name."""

    def __init__(self, address: Callable[[int, str], str], text: str, **options: Any) -> None:
        self.address = address
        self.text = text
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        return absolute(self.context, self.address(value.pk, getattr(value, self.text)))


class Read(serializers.Serializer[Any]):
    """A serializer that only writes answers."""

    def create(self, validated_data: Any) -> Any:
        raise NotImplementedError("the API reads only")

    def update(self, instance: Any, validated_data: Any) -> Any:
        raise NotImplementedError("the API reads only")


class IdentifierSerializer(Read):
    """An identifier: its scheme and its value in normal form."""

    scheme = serializers.CharField(help_text="For instance doi, arxiv, openalex, orcid.")
    value = serializers.CharField()


class ReferenceSerializer(Read):
    """A record, named only."""

    id = PublicIdField()
    name = serializers.CharField()


class AuthorReferenceSerializer(Read):
    """An author: the id, the name, and how sure it is that the works under this id are one person's."""

    id = PublicIdField()
    name = serializers.CharField(source="display_name")
    confidence = serializers.FloatField(allow_null=True, help_text="0 to 1; null where nothing has judged it yet.")


class FieldSerializer(Read):
    """A field of research."""

    key = serializers.CharField()
    name = serializers.CharField()


def absolute(context: Mapping[str, Any], path: str) -> str:
    """The whole address of a path on this site."""
    request = context.get("request")
    return request.build_absolute_uri(path) if request is not None else path


def author_or_none(author: Any) -> dict[str, Any] | None:
    """An author's reference, or None where nobody stands there or the record was erased."""
    if author is None or author.erased_at is not None:
        return None
    return {"id": encode_public_id(author.pk), "name": author.display_name, "confidence": author.confidence}
