"""The figures of an author taken apart: inputs and arithmetic. The template is ``profiles/figures.html``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.utils.translation import gettext as _

from config.lib.paging import grouped
from papers.addresses import paper_address
from papers.metrics.citations import LEAST_WORKS, by_year, h_index, i10_index
from papers.metrics.novelty import CONFIDENCE_Z, LEAST_PAPERS, PRIOR_PAPERS, author_novelty
from papers.models import Author, AuthorFigures
from papers.pages.parts import works_text
from papers.pages.score import Sum
from papers.querysets.author_figures import FigureInput, figure_inputs
from papers.source_names import source_list

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

LISTED: Final = 100
PERCENT: Final = 100


class ListedWork(NamedTuple):
    """A work among the inputs, with the number that counts."""

    place: int
    title: str
    url: str
    year: str
    number: str


def author_figures_context(author: Author, figures: AuthorFigures | None, viewer: Viewer) -> dict[str, Any]:
    """Everything that the template reads. One query, and none where nothing has been computed."""
    if figures is None:
        return {"is_computed": False}
    inputs = figure_inputs(author.pk, viewer)
    counted = sorted((work for work in inputs if work.citations is not None), key=lambda work: (-(work.citations or 0), work.id))
    novel = sorted((work for work in inputs if work.novelty is not None), key=lambda work: (-(work.novelty or 0), work.id))
    return {
        "is_computed": True,
        "citation_sums": citation_sums(figures, counted, len(inputs)),
        "novelty_sums": novelty_sums(figures, novel, len(inputs)),
        "cited_works": [_listed(place, work, grouped(work.citations or 0)) for place, work in enumerate(counted[:LISTED], 1)],
        "novel_works": [_listed(place, work, percent(work.novelty)) for place, work in enumerate(novel[:LISTED], 1)],
        "listed_at_most": LISTED,
        "years": [
            {"year": year, "citations": cited, "works": works}
            for year, cited, works in by_year((work.year, work.citations) for work in counted)
        ],
        "computed_at": figures.computed_at,
        "version": figures.version,
        "is_moved": figures.works_count != len(inputs),
    }


def percent(share: float | None) -> str:
    """A share of one as a whole number out of a hundred, "–" where there is none."""
    return "–" if share is None else str(round(share * PERCENT))


def _listed(place: int, work: FigureInput, number: str) -> ListedWork:
    return ListedWork(place, work.title, paper_address(work.id, work.title), str(work.year or ""), number)


def citation_sums(figures: AuthorFigures, counted: Sequence[FigureInput], works: int) -> list[Sum]:
    """The arithmetic of h-index, i10-index and citations, or why there are none."""
    coverage = _("%(known)s of %(works)s") % {"known": grouped(len(counted)), "works": works_text(works)}
    found = [Sum(_("Citations known for"), coverage)]
    if counted:
        found.append(Sum(_("As counted by"), source_list(sorted({work.source for work in counted}))))
    if figures.citations_as_of is not None:
        found.append(Sum(_("Oldest count"), figures.citations_as_of.isoformat()))
    if figures.citations_withheld or figures.h_index is None:
        return [*found, Sum(_("h-index, i10-index and total"), citations_why_not(figures))]
    counts = [work.citations or 0 for work in counted]
    h = h_index(counts)
    behind = (
        _("work number %(rank)s has %(count)s") % {"rank": h + 1, "count": grouped(counts[h])}
        if h < len(counts)
        else _("there are no more")
    )
    return [
        *found,
        Sum(_("h-index"), _("%(h)s works have at least %(h)s citations each; %(behind)s: %(h)s") % {"h": h, "behind": behind}),
        Sum(_("i10-index"), _("works with ten citations or more: %(count)s") % {"count": i10_index(counts)}),
        Sum(_("Citations in all"), grouped(sum(counts))),
    ]


def novelty_sums(figures: AuthorFigures, novel: Sequence[FigureInput], works: int) -> list[Sum]:
    """The arithmetic of the author's novelty, or why there is none."""
    coverage = _("%(known)s of %(works)s") % {"known": grouped(len(novel)), "works": works_text(works)}
    found = [Sum(_("Novelty known for"), coverage)]
    if figures.novelty_withheld or figures.novelty is None:
        return [*found, Sum(_("Novelty"), novelty_why_not(figures))]
    values = [work.novelty for work in novel if work.novelty is not None]
    again = author_novelty(values)
    total, size = math.fsum(values), len(values)
    reach = CONFIDENCE_Z * math.sqrt(1 / 12 / (size + PRIOR_PAPERS))
    return [
        *found,
        Sum(
            _("Mean, drawn to the middle"),
            f"({total:.6f} + {PRIOR_PAPERS} × 0.5) / ({size} + {PRIOR_PAPERS}) = {again.mean or 0:.6f}",
        ),
        Sum(_("Interval, 95 %"), f"± {CONFIDENCE_Z} × √(1/12 / ({size} + {PRIOR_PAPERS})) = ± {reach:.6f}"),
        Sum(_("As stored"), f"{figures.novelty:.6f} ({figures.novelty_low or 0:.6f} – {figures.novelty_high or 0:.6f})"),
    ]


def citations_why_not(figures: AuthorFigures) -> str:
    """Why no h-index is stated, as a sentence; "" where one is."""
    if figures.h_index is not None:
        return ""
    if not figures.citations_known:
        return _("No h-index: none of our sources counts citations of these works.")
    if figures.citations_withheld == "few-works":
        return _("No h-index: it says little of fewer than %(least)s works.") % {"least": LEAST_WORKS}
    if figures.citations_withheld == "mixed":
        return _("No h-index: these works are probably not one person's.")
    return _("No h-index: citation counts are known for %(known)s of %(works)s, which is too few.") % {
        "known": grouped(figures.citations_known),
        "works": works_text(figures.works_count),
    }


def novelty_why_not(figures: AuthorFigures) -> str:
    """Why no novelty is stated, as a sentence; "" where one is."""
    if figures.novelty is not None:
        return ""
    if figures.novelty_withheld == "mixed":
        return _("No novelty: these works are probably not one person's.")
    return _("No novelty: it takes %(least)s works whose topics can be compared, and there are %(known)s.") % {
        "least": LEAST_PAPERS,
        "known": figures.novelty_works,
    }
