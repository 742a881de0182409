"""What the search page says. The template is ``papers/search.html``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.lib.paging import Pager, counted_pager, grouped, page_count
from config.lib.query_params import QueryParams
from config.lib.registries import people_facets
from papers.pages.search_hits import ShownHit, shown_institutions, shown_papers, shown_people, shown_topics
from papers.pages.search_state import KINDS, MOST_PAGES, PAGE_SIZE, SORTS, SearchState
from papers.pages.work_list import Sort
from papers.querysets.subjects import institution_names, topic_names, venue_names
from papers.search.found import NOTHING, Found, SearchTookTooLongError, bounded_search
from papers.search.papers import facet_counts, find_papers
from papers.search.people import facet_totals, find_people
from papers.search.subjects import find_institutions, find_topics

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

LABELS: Final = {
    "people": gettext_lazy("People"),
    "papers": gettext_lazy("Papers"),
    "topics": gettext_lazy("Topics"),
    "institutions": gettext_lazy("Institutions"),
}
SORT_LABELS: Final = {
    "relevance": gettext_lazy("Relevance"),
    "newest": gettext_lazy("Newest"),
    "cited": gettext_lazy("Most cited"),
    "score": gettext_lazy("Score"),
    "novelty": gettext_lazy("Novelty"),
}
FIRST_HITS: Final = {"people": 5, "papers": 8, "topics": 3, "institutions": 3}  # where all kinds are shown together
SURE: Final = {"people": 0.6, "topics": 0.9, "institutions": 0.7}  # a name that fits this well comes before papers
YEARS_LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of results. ``count_text`` is "" where nothing was counted."""

    text: str
    url: str
    count: int | None
    count_text: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class FacetOption:
    """One value of a facet, with how many of the results it would leave."""

    text: str
    count: int | None
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow the results."""

    label: str
    clear_url: str
    options: list[FacetOption]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A facet in force, and how to take it off."""

    text: str
    remove_url: str


def search_context(params: QueryParams, path: str, viewer: Viewer) -> tuple[dict[str, Any], bool]:
    """Everything that the template reads, and whether the search ran to its end.

    At most fourteen queries, each over a bounded number of rows; a search that is cut off says so in plain words.
    """
    state = SearchState.read(params)
    context: dict[str, Any] = {
        "q": state.q,
        "state": state,
        "keeps": [],
        "chosen": [],
        "clear_url": "",
        "facets": [],
        "hits": [],
        "sorts": (),
        "suggestion": None,
    }
    try:
        with bounded_search():
            names = _names_of_facets(state)
            state = context["state"] = _without_unknown(state, names, params)
            context |= _results(state, names, path, viewer) if state.q or state.is_narrowed else _nothing_asked()
    except SearchTookTooLongError:
        context |= {
            "empty_text": _("This search took too long, so we stopped it."),
            "empty_hints": [_("Ask for something more specific, such as a full name or a few more words.")],
        }
        return context, False
    context["keeps"] = [pair for pair in state.pairs() if pair[0] not in {"q", "page"}]
    context["ignored"] = params.close()
    return context, True


def _nothing_asked() -> dict[str, Any]:
    return {
        "empty_text": _("Type a name, a title, a topic or an institution."),
        "empty_hints": [
            _("Names may be misspelt, turned round or shortened: “Yuandong Tien”, “Tian, Yuandong” and “Y. Tian” all find Yuandong Tian."),
            _("A DOI, an arXiv id or an ORCID iD leads straight to its page."),
            _("Put words between quotation marks to find them side by side, and a minus before a word to leave it out."),
        ],
    }


def _names_of_facets(state: SearchState) -> dict[str, str]:
    """The names of the facets in force that exist. At most three queries."""
    read = {"topic": topic_names, "institution": institution_names, "venue": venue_names}
    return {name: found for name, key in state.narrowing_keys() if key and (found := read[name]([key]).get(key, ""))}


def _without_unknown(state: SearchState, names: dict[str, str], params: QueryParams) -> SearchState:
    unknown = [name for name, key in state.narrowing_keys() if key and name not in names]
    given = dict(state.pairs())
    for name in unknown:
        params.reject(name, given[name])
    return state.changed(page=state.page, **dict.fromkeys(unknown)) if unknown else state


def _results(state: SearchState, names: dict[str, str], path: str, viewer: Viewer) -> dict[str, Any]:
    people, papers = state.of_kind("people"), state.of_kind("papers")
    found = {
        "people": find_people(people.q, topic=people.topic, institution=people.institution, facets=people.people, viewer=viewer),
        "papers": find_papers(papers.q, papers.paper_filters, order=papers.sort),
        "topics": find_topics(state.q),
        "institutions": find_institutions(state.q),
    }
    of_kind = found.get(state.kind, NOTHING)
    shown = _shown_page(state, of_kind, viewer) if state.kind else _first_of_all(state, found, viewer)
    is_empty = not any(entry.total for entry in found.values())
    return {
        "kinds": _tabs(state, found, path),
        "hits": shown,
        "summary": _summary(state, found),
        "facets": _people_facets(state, found["people"], path, viewer)
        if state.kind == "people"
        else _facets(state, found["papers"], names, path)
        if state.kind in {"", "papers"}
        else [],
        "chosen": _chosen(state, names, path),
        "clear_url": path + state.query(year=None, topic=None, institution=None, venue=None, code=False, people=()),
        "pager": _pager(state, of_kind, path),
        "sorts": _sorts(state, path) if state.kind == "papers" and state.q else (),
        "empty_text": _("Nothing here fits “%(q)s”.") % {"q": state.q} if state.q else _("Nothing here fits what you chose."),
        "empty_hints": _hints(state, found, is_empty=is_empty),
    }


def _tabs(state: SearchState, found: dict[str, Found], path: str) -> list[Tab]:
    tabs = [Tab(_("All"), path + state.query(kind="", sort="relevance"), None, "", not state.kind)]
    for kind in KINDS:
        entry = found[kind]
        count_text = grouped(entry.total) + ("+" if entry.is_capped else "")
        tabs.append(Tab(str(LABELS[kind]), path + state.of_kind(kind).query(), entry.total, count_text, state.kind == kind))
    return tabs


def _shown_page(state: SearchState, found: Found, viewer: Viewer) -> list[ShownHit]:
    page = min(state.page, page_count(found.total, PAGE_SIZE, MOST_PAGES))
    return _shown(state.kind, Found(found.hits[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]), state.q, viewer)


def _first_of_all(state: SearchState, found: dict[str, Found], viewer: Viewer) -> list[ShownHit]:
    """The first hits of every kind; a kind whose first hit is a name that fits well stands before the papers."""
    order = sorted(KINDS, key=lambda kind: 1 if kind == "papers" else 0 if _is_sure(kind, found[kind]) else 2)
    return [hit for kind in order for hit in _shown(kind, Found(found[kind].hits[: FIRST_HITS[kind]]), state.q, viewer)]


def _is_sure(kind: str, found: Found) -> bool:
    return bool(found.hits) and found.hits[0].score >= SURE[kind]


def _shown(kind: str, found: Found, asked: str, viewer: Viewer) -> list[ShownHit]:
    if kind == "people":
        return shown_people(found.hits, viewer)
    if kind == "papers":
        return shown_papers(found.hits, asked)
    return shown_topics(found.hits) if kind == "topics" else shown_institutions(found.hits)


def _summary(state: SearchState, found: dict[str, Found]) -> str:
    if not state.kind:
        return _("The first hits of each kind")
    entry = found[state.kind]
    if entry.is_capped:
        return _("More than %(count)s results: the first %(count)s can be seen") % {"count": grouped(entry.total)}
    return ngettext("%(count)s result", "%(count)s results", entry.total) % {"count": grouped(entry.total)}


def _pager(state: SearchState, found: Found, path: str) -> Pager | None:
    if not state.kind or not found.total:
        return None
    return counted_pager(
        page=min(state.page, page_count(found.total, PAGE_SIZE, MOST_PAGES)),
        total=found.total,
        size=PAGE_SIZE,
        limit=MOST_PAGES,
        url=lambda page: path + state.query(page=page),
        capped=found.is_capped,
    )


def _sorts(state: SearchState, path: str) -> tuple[Sort, ...]:
    return tuple(Sort(str(SORT_LABELS[key]), path + state.query(sort=key), key == state.sort) for key in SORTS)


def _facets(state: SearchState, papers: Found, names: dict[str, str], path: str) -> list[Facet]:
    """Ways to narrow the papers, with what each would leave. One query."""
    counts = facet_counts(papers.ids)
    base = state.of_kind("papers")
    facets = [
        _facet(
            _("Year"), "year", [(year, str(year), count) for year, count in counts.years[:YEARS_LISTED]], base, str(state.year or ""), path
        ),
        _facet(_("Topic"), "topic", counts.topics, base, names.get("topic", ""), path),
        _facet(_("Venue"), "venue", counts.venues, base, names.get("venue", ""), path),
        _facet(_("Institution"), "institution", counts.institutions, base, names.get("institution", ""), path),
    ]
    if counts.with_code or state.code:
        url = path + base.query(code=True)
        clear = path + base.query(code=False) if state.code else ""
        facets.append(Facet(_("Code"), clear, [FacetOption(_("Has code"), counts.with_code, url, is_chosen=state.code)]))
    return [facet for facet in facets if facet.options]


def _people_facets(state: SearchState, found: Found, path: str, viewer: Viewer) -> list[Facet]:
    """Ways to narrow the people that upper apps know, with what each would leave. A query for each."""
    counts = facet_totals(found.ids, viewer)
    options = [
        FacetOption(
            str(facet.label),
            counts[facet.key],
            path
            + state.query(
                people=tuple(key for key in state.people if key != facet.key) if facet.key in state.people else (*state.people, facet.key)
            ),
            facet.key in state.people,
        )
        for facet in people_facets
        if counts[facet.key] or facet.key in state.people
    ]
    return [Facet(_("People"), path + state.query(people=()) if state.people else "", options)] if options else []


def _facet(label: str, name: str, counted: Iterable[tuple[int, str, int]], base: SearchState, chosen: str, path: str) -> Facet:
    key = getattr(base, name)
    options = [FacetOption(text, count, path + base.query(**{name: value}), value == key) for value, text, count in counted]
    if key and chosen and not any(option.is_chosen for option in options):
        options.insert(0, FacetOption(chosen, None, path + base.query(), is_chosen=True))
    return Facet(label, path + base.query(**{name: None}) if key else "", options)


def _chosen(state: SearchState, names: dict[str, str], path: str) -> list[Chosen]:
    found = [Chosen(names[name], path + state.query(**{name: None})) for name, key in state.narrowing_keys() if key and name in names]
    if state.year:
        found.append(Chosen(str(state.year), path + state.query(year=None)))
    if state.code:
        found.append(Chosen(_("Has code"), path + state.query(code=False)))
    on = (facet for facet in people_facets if facet.key in state.people)
    others = {key: tuple(other for other in state.people if other != key) for key in state.people}
    found.extend(Chosen(str(facet.label), path + state.query(people=others[facet.key])) for facet in on)
    return found


def _hints(state: SearchState, found: dict[str, Found], *, is_empty: bool) -> list[str]:
    hints = []
    if state.is_narrowed:
        hints.append(_("Take a filter off."))
    if not is_empty:
        others = [str(LABELS[kind]) for kind in KINDS if found[kind].total and kind != state.kind]
        hints.append(_("There are results among: %(kinds)s.") % {"kinds": ", ".join(others)})
    else:
        hints.append(_("Check the spelling, or use fewer words."))
        hints.append(_("Not everything is imported here: what a source has not given us cannot be found."))
    if " " in state.q and state.kind in {"", "papers"} and not found["papers"].total:
        hints.append(
            _("Words are looked for in titles and abstracts, names among people. For somebody's papers, search for the name alone.")
        )
    return hints
