"""What the first page and the pages about the site say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import grouped
from papers.addresses import researcher_address, topic_address
from papers.models import AuthorFigures, ImportRun, ImportState
from papers.pages.parts import Count, Link, works_text, years_text
from papers.querysets.totals import SourceHeld, largest_topics, sources_held, table_sizes, well_filled_authors
from papers.source_names import source_name

PAGES_SHOWN: Final = 6
TOPICS_SHOWN: Final = 5
ROUNDED_TO: Final = 3  # digits of an estimate


@dataclass(frozen=True, slots=True)
class Tile:
    """A page worth a look."""

    name: str
    url: str
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source of records, how many are held ("1,204", "about 39,800"), and when a record of it was last read."""

    name: str
    records: str
    last_read: datetime | None


def home_context(base_url: str) -> dict[str, Any]:
    """Everything that the template reads but the panels. At most nine queries, none of which grows with the record."""
    sizes = table_sizes()
    filled = well_filled_authors(PAGES_SHOWN)
    topics = largest_topics(TOPICS_SHOWN)
    home = base_url + reverse("papers:home")
    search = reverse("papers:search")
    counts = (
        Count(ngettext("paper", "papers", sizes["papers_work"]), sizes["papers_work"]),
        Count(ngettext("person", "people", sizes["papers_author"]), sizes["papers_author"]),
        Count(ngettext("institution", "institutions", sizes["papers_institution"]), sizes["papers_institution"]),
        Count(ngettext("topic", "topics", sizes["papers_topic"]), sizes["papers_topic"]),
    )
    return {
        "figures": [count for count in counts if count.value],
        "figures_as_of": None,
        "examples": [Link(name, topic_address(key, name)) for key, name in topics],
        "pages": [tile(figures) for figures in filled],
        "is_empty": not sizes["papers_work"],
        "canonical_url": home,
        "structured_data": {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": "Collegium",
            "url": home,
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": f"{base_url}{search}?" + urlencode({"q": ""}) + "{search_term_string}"},
                "query-input": "required name=search_term_string",
            },
        },
    }


def home_of_somebody(base_url: str) -> dict[str, Any]:
    """What the template reads for people who are logged in: the search, and what panels bring them. Asks nothing."""
    return {"canonical_url": base_url + reverse("papers:home"), "is_somebodys": True}


def tile(figures: AuthorFigures) -> Tile:
    """An author's page in a few words."""
    parts = [works_text(figures.works_count), years_text(figures.first_year, figures.last_year)]
    places = [row["name"] for row in figures.institutions[:1]]
    topics = get_text_list([row["name"] for row in figures.topics[:2]], _("and"))
    return Tile(
        name=figures.author.display_name,
        url=researcher_address(figures.author_id, figures.author.display_name),
        field=", ".join([*places, figures.field.name if figures.field else topics]).strip(", "),
        detail=", ".join(part for part in parts if part),
    )


def source_lines() -> list[SourceLine]:
    """The sources whose records are held, and the last import of each format. Two queries."""
    finished = ImportRun.objects.filter(state=ImportState.FINISHED).order_by("format", "-finished_at").distinct("format")
    last = {run.format: run.finished_at for run in finished}
    return [SourceLine(source_name(held.key), _records_text(held), last.get(held.key)) for held in sources_held()]


def _records_text(held: SourceHeld) -> str:
    if not held.is_estimate:
        return grouped(held.records)
    digits = len(str(held.records)) - ROUNDED_TO
    return _("about %(count)s") % {"count": grouped(round(held.records, -digits))}
