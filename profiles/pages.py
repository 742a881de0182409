"""What a researcher's page says, put together from the record. The template is ``profiles/researcher.html``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import counted_pager, grouped, page_count
from config.lib.public_ids import encode_public_id
from config.lib.query_params import QueryParams
from papers.addresses import researcher_address
from papers.models import Author, AuthorFigures
from papers.pages.author_figures import citations_why_not, novelty_why_not, percent
from papers.pages.author_works import Tally, chosen_keys, tallied, topics_among
from papers.pages.chart import works_over_time
from papers.pages.parts import Count, Explanation, Link, Person, export_links, institution_links, topic_links, works_text, years_text
from papers.pages.rows import rows_of
from papers.pages.work_list import (
    MOST_PAGES,
    PAGE_SIZE,
    SORTS,
    Filter,
    Toggle,
    WorkList,
    WorkListState,
    narrowing_text,
    sorts_of,
    topic_filter,
    type_filter,
    year_filter,
)
from papers.querysets.people import latest_raw_affiliations, names_of
from papers.querysets.subjects import topic_names
from papers.querysets.works import FIGURES, Entry, author_record
from papers.source_names import source_list
from profiles.claims.shown import shown_claim
from profiles.owners.shown import is_owners_page
from profiles.owners.work_lines import with_decisions

if TYPE_CHECKING:
    from papers.querysets.author_page import AuthorForPage
    from papers.querysets.visibility import Viewer

TAGS_SHOWN: Final = 4
AFFILIATIONS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Orcid:
    """An ORCID iD and whether its owner signed in to assert it."""

    value: str
    url: str
    is_authenticated: bool


@dataclass(frozen=True, slots=True)
class PersonHeader:
    """The top of the page."""

    name: str
    variants: tuple[str, ...]
    state_text: str
    affiliations: tuple[Link, ...]
    orcid: Orcid | None
    updated: datetime | None
    tags: tuple[Link, ...]
    more_tags: int
    canonical_url: str
    description: str


def researcher_context(found: AuthorForPage, *, params: QueryParams, path: str, base_url: str, viewer: Viewer) -> dict[str, Any]:
    """Everything that the template reads but the panels.

    Two queries (which works, their rows), and up to four more for an affiliation in words, and for
    names and counts of the filters that are on: the same at any number of works. ``base_url`` is "https://host".
    """
    state = WorkListState.read(params)
    author, figures, others = found.author, found.figures, found.collaborators
    if state.with_author and state.with_author not in others:
        others = others | names_of([state.with_author], viewer)
    works, state = work_list(author, state, figures, params=params, path=path, others=others, viewer=viewer)
    canonical = base_url + path + state.query(page=state.page)
    header = person_header(found, canonical)
    return {
        "person": header,
        "counts": counts(figures, path),
        "explanations": explanations(figures),
        "coverage_text": coverage_text(figures),
        "chart": works_over_time(figures.by_year, lambda year: f"{path}?year={year}#works"),
        "topics": topic_links(figures.topics),
        "topics_count": figures.topics_count,
        "collaborators": collaborators(figures, others, path),
        "works": works,
        "exports": export_links("papers:author-export", author.pk) if figures.works_count else (),
        "structured_data": structured_data(header, base_url + path),
        "figures_url": f"{path}figures/",
        "state": state,
        "path": path,
    }


def work_list(
    author: Author,
    state: WorkListState,
    figures: AuthorFigures,
    *,
    params: QueryParams,
    path: str,
    others: Mapping[int, str],
    viewer: Viewer,
) -> tuple[WorkList, WorkListState]:
    """The works that the address asks for, and the state that was possible. Two queries."""
    state, person = _with_somebody(state, others, params)
    record = author_record(author.pk, viewer, with_author=state.with_author, order=state.sort, topics=state.is_narrowed, topic=state.topic)
    state, topic = _with_topic(state, record, params)
    if state.topic:
        record = [entry for entry in record if state.topic in entry.topics]
    counted = tallied(record, state)
    pages = page_count(counted.total, PAGE_SIZE, MOST_PAGES)
    if state.page > pages:
        params.reject("page", str(state.page))
        state = WorkListState(**{**_fields(state), "page": pages})
    keys = chosen_keys(record, state)
    narrowing = narrowing_text(state, topic=topic, person=person)
    listed = WorkList(
        heading=_heading(counted, narrowing, max(figures.works_count, counted.total)),
        narrowing=narrowing,
        rows=with_decisions(
            rows_of(keys[(state.page - 1) * PAGE_SIZE : state.page * PAGE_SIZE], subject=author.pk),
            page_address=researcher_address(author.pk, author.display_name),
            is_owner=is_owners_page(author, viewer),
        ),
        pager=counted_pager(
            page=state.page, total=counted.total, size=PAGE_SIZE, limit=MOST_PAGES, url=lambda page: f"{path}{state.query(page=page)}#works"
        ),
        sorts=sorts_of(state, path),
        filters=_filters(counted, state, _with_chosen(_topics_offered(record, keys, state, figures), state.topic, topic)),
        toggles=(Toggle("code", _("Has code (%(count)s)") % {"count": grouped(counted.with_code)}, state.code),),
        filter_action=path + "#works",
        filter_keeps=tuple(pair for pair in state.pairs() if pair[0] in {"sort", "with"}),
        clear_url=f"{path}#works" if state.is_narrowed else "",
        empty_text=_("No work here fits what you chose.") if state.is_narrowed else _("No works have been imported for this page yet."),
        ignored=params.close(),
    )
    return listed, state


def _topics_offered(
    record: Sequence[Entry], keys: Sequence[int], state: WorkListState, figures: AuthorFigures
) -> list[tuple[int, str, int]]:
    """The topics to choose from: of all works as they are stored, of some counted among these."""
    if state.is_narrowed:
        return topics_among(record, keys, figures.topics)
    return [(row["id"], row["name"], row["works"]) for row in figures.topics]


def _filters(counted: Tally, state: WorkListState, topics: Sequence[tuple[int, str, int | None]]) -> tuple[Filter, ...]:
    return (year_filter(counted.by_year, state.year), topic_filter(topics, state.topic), type_filter(counted.by_type, state.type))


def _fields(state: WorkListState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in WorkListState.__dataclass_fields__}


def _with_somebody(state: WorkListState, others: Mapping[int, str], params: QueryParams) -> tuple[WorkListState, str]:
    """The state without a person who is not among the others, and their name."""
    person = others.get(state.with_author, "") if state.with_author else ""
    if state.with_author and not person:
        params.reject("with", dict(state.pairs())["with"])
        return WorkListState(**{**_fields(state), "with_author": None}), ""
    return state, person


def _with_topic(state: WorkListState, record: Sequence[Entry], params: QueryParams) -> tuple[WorkListState, str]:
    """The state without a topic that has no page, and its name."""
    topic = (record[0].asked if record else topic_names([state.topic]).get(state.topic)) if state.topic else ""
    if state.topic and not topic:
        params.reject("topic", dict(state.pairs())["topic"])
        return WorkListState(**{**_fields(state), "topic": None}), ""
    return state, topic or ""


def _with_chosen(offered: Sequence[tuple[int, str, int]], chosen: int | None, name: str) -> list[tuple[int, str, int | None]]:
    """The topics on offer, with the chosen one among them even where it is a rare one."""
    options: list[tuple[int, str, int | None]] = list(offered)
    if chosen and name and all(key != chosen for key, _name, _count in options):
        options.insert(0, (chosen, name, None))
    return options


def _heading(counted: Tally, narrowing: str, in_all: int) -> str:
    if not narrowing:
        return works_text(counted.total)
    return _("%(count)s of %(works)s") % {"count": grouped(counted.total), "works": works_text(in_all)}


# --- The person ---------------------------------------------------------------------------------------------------


def person_header(found: AuthorForPage, canonical_url: str) -> PersonHeader:
    """The header. One query for the claim that holds the page, and one where no institution of the author is known."""
    author, figures = found.author, found.figures
    held = shown_claim(author)
    tags = topic_links(figures.topics[:TAGS_SHOWN])
    field = figures.field
    if field is not None and all(tag.text.casefold() != field.name.casefold() for tag in tags):
        tags.insert(0, Link(field.name, ""))
    return PersonHeader(
        name=author.display_name,
        variants=tuple(name for name in found.variants if name != author.display_name),
        state_text=held.state_text() if held is not None else state_text(figures.sources),
        affiliations=current_affiliations(author, figures),
        orcid=orcid_of(found.identifiers, held.orcid if held is not None else ""),
        updated=figures.computed_at,
        tags=tuple(tags),
        more_tags=max(0, len(figures.topics) - TAGS_SHOWN),
        canonical_url=canonical_url,
        description=description(author, figures),
    )


def state_text(sources: Sequence[str]) -> str:
    """Such as "Unclaimed record, compiled from arXiv and OpenReview"."""
    names = source_list(sources)
    return _("Unclaimed record, compiled from %(sources)s") % {"sources": names} if names else _("Unclaimed record")


def current_affiliations(author: Author, figures: AuthorFigures) -> tuple[Link, ...]:
    """Where the latest works with any affiliation place the person, at most three. One query where no institution is known."""
    if not figures.institutions:
        return tuple(Link(text) for text in latest_raw_affiliations(author.pk)[:AFFILIATIONS_SHOWN])
    latest = figures.institutions[0]["last_year"]  # they come latest first
    current = [place for place in figures.institutions if place["last_year"] == latest]
    return tuple(institution_links(current[:AFFILIATIONS_SHOWN]))


def orcid_of(identifiers: Sequence[Mapping[str, Any]], signed_in: str = "") -> Orcid | None:
    """The ORCID iD of a page: the one that its owner signed in with, else one among its identifiers, an authenticated one first."""
    if signed_in:
        return Orcid(signed_in, f"https://orcid.org/{signed_in}", is_authenticated=True)
    own = [row for row in identifiers if row["scheme"] == "orcid"]
    if not own:
        return None
    chosen = next((row for row in own if row["is_authenticated"]), own[0])
    return Orcid(chosen["value"], f"https://orcid.org/{chosen['value']}", bool(chosen["is_authenticated"]))


def description(author: Author, figures: AuthorFigures) -> str:
    """One sentence for search engines and link previews."""
    parts = [works_text(figures.works_count)]
    if years := years_text(figures.first_year, figures.last_year):
        parts.append(years)
    if figures.topics:
        parts.append(get_text_list([row["name"] for row in figures.topics[:3]], _("and")))
    return f"{author.display_name}: {', '.join(parts)}."


def collaborators(figures: AuthorFigures, names: Mapping[int, str], path: str) -> list[Person]:
    """Close collaborators with the joint works behind each; who may not be seen any more is left out."""
    from_figures = [row for row in figures.collaborators if row["id"] in names]
    return [
        Person(
            name=names[row["id"]],
            url=researcher_address(row["id"], names[row["id"]]),
            note=ngettext("%(count)s work together", "%(count)s works together", row["works"]) % {"count": grouped(row["works"])},
            note_url=f"{path}?with={encode_public_id(row['id'])}#works",
            detail=years_text(row.get("first_year"), row.get("last_year")),
        )
        for row in from_figures
    ]


def withhold_figures(context: dict[str, Any]) -> None:
    """Take what was computed over the person out of a page, as they asked: counts, chart, close collaborators. Works stay."""
    context |= {"counts": (), "explanations": (), "coverage_text": "", "chart": None, "collaborators": (), "figures_withheld": True}
    works: WorkList = context["works"]
    rows = [row._replace(score_text="", score_parts=(), score_part=SafeString()) for row in works.rows]
    offered = sorts_of(context["state"], context["path"], [sort for sort in SORTS if sort not in FIGURES])
    context["works"] = replace(works, rows=rows, sorts=offered)


# --- Figures ------------------------------------------------------------------------------------------------------


def counts(figures: AuthorFigures, path: str) -> list[Count]:
    """What the snapshot counts; h-index and citations only where citation data covers the record."""
    found = [
        Count(ngettext("work", "works", figures.works_count), figures.works_count, f"{path}#works"),
        Count(ngettext("topic", "topics", figures.topics_count), figures.topics_count, f"{path}#topics" if figures.topics else ""),
        Count(_("close collaborators"), figures.close_count, f"{path}#collaborators" if figures.collaborators else ""),
    ]
    if figures.h_index is not None:
        found.append(Count(_("h-index"), figures.h_index, f"{path}figures/"))
    if figures.cited_by_count is not None:
        found.append(Count(ngettext("citation", "citations", figures.cited_by_count), figures.cited_by_count, f"{path}?sort=cited#works"))
    if figures.novelty is not None:
        interval = {"low": percent(figures.novelty_low), "high": percent(figures.novelty_high)}
        found.append(Count(_("novelty (%(low)s to %(high)s)") % interval, round(figures.novelty * 100), f"{path}figures/"))
    return found


def explanations(figures: AuthorFigures) -> list[Explanation]:
    """What each figure of the snapshot rests on."""
    found = [
        Explanation(_("Works"), _("Works whose authors' list names this person, as far as the records tell.")),
        Explanation(_("Topics"), _("Different topics that the sources give to these works.")),
        Explanation(
            _("Close collaborators"),
            _("People with at least two recent joint works. Works with many authors count for less, older ones too."),
        ),
    ]
    if figures.h_index is not None or figures.cited_by_count is not None:
        found.append(Explanation(_("Citations and h-index"), citations_text(figures)))
    if figures.novelty is not None:
        found.append(Explanation(_("Novelty"), novelty_text(figures)))
    return found


def citations_text(figures: AuthorFigures) -> str:
    """Whose counts, of how many works, as of when."""
    text = _("Counts of %(sources)s, known for %(known)s of %(works)s.") % {
        "sources": source_list(figures.citation_sources),
        "known": grouped(figures.citations_known),
        "works": works_text(figures.works_count),
    }
    if figures.citations_as_of is None:
        return text
    return text + " " + _("The oldest count is of %(date)s.") % {"date": figures.citations_as_of.isoformat()}


def novelty_text(figures: AuthorFigures) -> str:
    """What the novelty says, of how many works, and what it does not say."""
    return _(
        "How rarely the topics of these works had been met together before, 0 to 100, known for %(known)s of %(works)s as of %(date)s. "
        "50 is the middle of the field; the true value probably lies between %(low)s and %(high)s. It does not mean quality."
    ) % {
        "known": grouped(figures.novelty_works),
        "works": works_text(figures.works_count),
        "date": figures.computed_at.date().isoformat(),
        "low": percent(figures.novelty_low),
        "high": percent(figures.novelty_high),
    }


def coverage_text(figures: AuthorFigures) -> str:
    """Why there is no h-index or novelty, or "" where there are both."""
    if not figures.works_count:
        return ""
    return " ".join(text for text in (citations_why_not(figures), novelty_why_not(figures)) if text)


def structured_data(header: PersonHeader, url: str) -> dict[str, Any]:
    """The page as JSON-LD (schema.org ProfilePage)."""
    person: dict[str, Any] = {"@type": "Person", "name": header.name, "url": url}
    if header.variants:
        person["alternateName"] = list(header.variants)
    if header.affiliations:
        person["affiliation"] = [{"@type": "Organization", "name": place.text} for place in header.affiliations]
    if header.orcid is not None:
        person["sameAs"] = [header.orcid.url]
    if header.tags:
        person["knowsAbout"] = [tag.text for tag in header.tags]
    return {"@context": "https://schema.org", "@type": "ProfilePage", "url": url, "mainEntity": person}
