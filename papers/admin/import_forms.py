"""The form that starts an import: a file, or a question to a service."""

from __future__ import annotations

from typing import Any, BinaryIO, ClassVar, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from papers.importers import FORMATS, UnreadableFormat, decompressed, format_named, recognise
from papers.models import ImportRun
from papers.sources import SOURCES, SourceError, understand

_SEPARATOR = ":"


def _formats() -> list[tuple[str, Any]]:
    return [("", _("Recognise it"))] + [(entry.key, entry.label) for entry in FORMATS if entry.holds == "works"]


def _questions() -> list[tuple[Any, Any]]:
    """Every question that a service answers, grouped by service."""
    choices: list[tuple[Any, Any]] = [("", "---------")]
    for source in SOURCES.values():
        asked = [(f"{source.key}{_SEPARATOR}{question.key}", f"{source.label}: {question.asks_for}") for question in source.questions]
        choices.append((source.label, asked))
    return choices


class StartImportForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    """What to import. ``clean`` leaves ``request`` (for a service) or nothing (for a file) in ``cleaned_data``."""

    file = forms.FileField(label=_("File"), required=False, help_text=_("Compressed with gzip or not."))
    read_as = forms.ChoiceField(label=_("Format of the file"), required=False, choices=_formats)
    ask = forms.ChoiceField(label=_("Or ask"), required=False, choices=_questions)
    ask_for = forms.CharField(
        label=_("For"), required=False, max_length=500, help_text=_("An identifier or words, as the service wants them.")
    )
    at_most = forms.IntegerField(
        label=_("At most"), required=False, min_value=1, max_value=1_000_000, help_text=_("So many works; nothing means all.")
    )

    class Meta:
        model = ImportRun
        fields: ClassVar[list[str]] = []

    def clean(self) -> dict[str, Any]:
        """Exactly one of file and question, and one that can be read: better said now than by a worker later."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("file")) == bool(cleaned.get("ask")):
            raise forms.ValidationError(_("Choose a file, or choose what to ask a service for."))
        if cleaned.get("file"):
            self._check_file(cleaned["file"], cleaned.get("read_as", ""))
        else:
            self._check_request(cleaned)
        return cleaned

    def _check_file(self, upload: UploadedFile[bytes], read_as: str) -> None:
        try:
            source = cast("BinaryIO", upload.file)
            chosen = format_named(read_as) if read_as else recognise(decompressed(source).head)
        except UnreadableFormat as error:
            self.add_error("file", str(error))
            return
        finally:
            upload.seek(0)
        if chosen is None or chosen.holds != "works":
            self.add_error("file", _("These are records of institutions, not works: import them with “manage.py import_institutions”."))

    def _check_request(self, cleaned: dict[str, Any]) -> None:
        source, _colon, question = cleaned["ask"].partition(_SEPARATOR)
        request: dict[str, Any] = {"from": source, question: cleaned.get("ask_for", "")}
        if cleaned.get("at_most"):
            request["limit"] = cleaned["at_most"]
        try:
            understand(request)
        except SourceError as error:
            self.add_error("ask_for", str(error))
        cleaned["request"] = request
