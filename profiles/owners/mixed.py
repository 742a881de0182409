"""The warning on a page that may mix several people, with where its owner or a visitor can say whose works are whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from papers.models import Author
from papers.models.bases import page_slug
from papers.pages.ambiguity import ambiguity_warning
from profiles.owners.shown import is_owners_page


def mixed_panel(request: HttpRequest, author: Author) -> Mapping[str, Any] | None:
    """The warning, or None where nothing speaks for its being needed. No query beside those of ``doubts_about`` and ``shown_claim``."""
    warning = ambiguity_warning(author, request.user)
    if warning is None:
        return None
    return {
        "warning": warning,
        "is_owner": is_owners_page(author, request.user),
        "split_url": _split_url(author),
        "works_url": reverse("profiles:my-works"),
    }


def _split_url(author: Author) -> str:
    try:
        return reverse("profiles:split-propose", args=[author.pk, page_slug(author.display_name)])
    except NoReverseMatch:
        return ""
