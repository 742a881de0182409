"""Filters for bibliographic records. None of them queries."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from papers import source_names

register = template.Library()


@register.filter
def source_name(key: str) -> str:
    """A source by its own name: arXiv for "arxiv"."""
    return source_names.source_name(key)


@register.filter
def source_list(keys: Iterable[str]) -> str:
    """["arxiv", "orcid"] as "arXiv and ORCID"."""
    return source_names.source_list(keys)
