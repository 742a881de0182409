"""What upper apps add to the answers about records of lower ones.

A part is one field of the record's answer, an object or null. Its values are read for all records of a page at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework import serializers

from config.lib.registries import Registry


class Part(serializers.Serializer[Any]):
    """The serializer of a part: below the record's, it writes what was read for that record, or null."""

    key: ClassVar[str]

    def to_representation(self, instance: Any) -> dict[str, Any] | None:  # type: ignore[override]  # null where there is nothing
        found = self.context["parts"][self.key].get(instance.pk)
        return None if found is None else super().to_representation(found)


@dataclass(frozen=True)
class RecordPart:
    """A field that the answers about a model ("papers.Author") have. ``of(ids)`` gives its values by row key, in a fixed number of queries."""

    key: str
    model: str
    serializer: type[Part]
    of: Callable[[Collection[int]], Mapping[int, Any]]
    order: int = 100


record_parts: Registry[RecordPart] = Registry()


def part_fields(model: str) -> dict[str, Part]:
    """The fields that upper apps add to the answers about a model."""
    return {part.key: part.serializer(source="*", read_only=True, allow_null=True) for part in record_parts if part.model == model}


def parts_of(model: str, ids: Collection[int]) -> dict[str, Mapping[int, Any]]:
    """What those fields say of these rows: by field, then by row key. A query or so for each field."""
    return {part.key: part.of(ids) if ids else {} for part in record_parts if part.model == model}
