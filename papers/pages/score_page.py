"""The score on a paper's page, and the page that takes it apart. The templates are ``papers/panels/score.html`` and ``papers/score.html``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from papers.addresses import paper_address
from papers.models import Work
from papers.pages.score import parts_of, score_text, sums_of
from papers.querysets.scores import score_of
from papers.source_names import source_name


def score_panel(_request: HttpRequest, work: Work) -> Mapping[str, Any]:
    """The score with its parts. One query."""
    return score_context(work)


def score_context(work: Work) -> dict[str, Any]:
    """What both templates read. One query."""
    url = f"{paper_address(work.pk, work.title)}figures/"
    found = score_of(work.pk)
    if found is None:
        return {"score": "", "is_computed": False, "url": url}
    scored, figures = found
    return {
        "is_computed": True,
        "score": "" if scored.score is None else score_text(scored.score),
        "parts": parts_of(scored),
        "sums": sums_of(scored),
        "basis": _basis(scored.citations_source, scored.citations_as_of),
        "field": figures.field.name if figures.field else "",
        "as_of": scored.as_of,
        "computed_at": figures.computed_at,
        "version": figures.version,
        "url": url,
    }


def _basis(source: str, counted_on: Any) -> str:
    if not source:
        return ""
    if counted_on is None:
        return _("Citations as counted by %(source)s, without a date.") % {"source": source_name(source)}
    return _("Citations as counted by %(source)s on %(date)s.") % {"source": source_name(source), "date": counted_on.isoformat()}
