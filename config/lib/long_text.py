"""Fields of several lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms


class LongText(forms.Textarea):
    """A text area that takes whatever is pasted: what is too long is refused with a sentence, never cut without a word.

    A line's end counts as one character, as people count; browsers send two.
    """

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The template's context, without the ``maxlength`` at which browsers cut."""
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("maxlength", None)
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed, its lines ended by a line feed."""
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value
