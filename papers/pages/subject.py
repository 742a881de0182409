"""What the page of a topic or an institution says: who and what belongs here. The template is ``papers/subject.html``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import counted_pager, grouped, open_pager
from config.lib.public_ids import encode_public_id
from config.lib.query_params import QueryParams
from papers.models import Institution, SubjectFigures, Topic
from papers.pages.author_works import page_of
from papers.pages.chart import works_over_time
from papers.pages.parts import Count, Explanation, Link, institution_links, people_links, topic_links, works_text, years_text
from papers.pages.rows import rows_of, web_address
from papers.pages.work_list import (
    PAGE_SIZE,
    Toggle,
    WorkList,
    WorkListState,
    narrowing_text,
    sorts_of,
    type_filter,
    year_filter,
)
from papers.querysets.people import names_of
from papers.querysets.subjects import figures_of
from papers.querysets.works import WorkQuerySet, works

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

Kind = Literal["topic", "institution"]

MOST_PAGES: Final = 40  # two thousand works; what lies behind is reached by year
RELATED_SHOWN: Final = 12
PEOPLE_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class SubjectHeader:
    """The top of the page."""

    kind_text: str
    name: str
    lede: str
    facts: tuple[Link, ...]
    canonical_url: str
    description: str


@dataclass(frozen=True, slots=True)
class RelatedGroup:
    """Topics or institutions that share works with this one."""

    heading: str
    tallies: list[Link]


def topic_context(topic: Topic, *, params: QueryParams, path: str, base_url: str, viewer: Viewer) -> dict[str, Any]:
    """Everything that the template reads but the panels. Four queries (figures, people's names, which works, their rows)."""
    facts = [Link(topic.field.name)] if topic.field else []
    if "openalex" in topic.identifiers:
        facts.append(Link("OpenAlex", f"https://openalex.org/{topic.identifiers['openalex']}"))
    return _context(
        "topic",
        topic.pk,
        header=lambda figures, url: SubjectHeader(_("Topic"), topic.name, "", tuple(facts), url, _description(topic.name, figures)),
        belonging=lambda _figures: works().visible_to(viewer).on_topic(topic.pk),
        params=params,
        path=path,
        base_url=base_url,
        viewer=viewer,
        structured={"@type": "DefinedTerm", "name": topic.name},
    )


def institution_context(institution: Institution, *, params: QueryParams, path: str, base_url: str, viewer: Viewer) -> dict[str, Any]:
    """Everything that the template reads but the panels. Four queries (figures, people's names, which works, their rows)."""
    structured: dict[str, Any] = {"@type": "Organization", "name": institution.name}
    if institution.ror:
        structured["sameAs"] = f"https://ror.org/{institution.ror}"
    return _context(
        "institution",
        institution.pk,
        header=lambda figures, url: SubjectHeader(
            _("Institution"),
            institution.name,
            _also_known(institution),
            institution_facts(institution),
            url,
            _description(institution.name, figures),
        ),
        belonging=lambda figures: works().visible_to(viewer).from_institution(institution.pk, known=figures.works_count),
        params=params,
        path=path,
        base_url=base_url,
        viewer=viewer,
        structured=structured,
    )


def institution_facts(institution: Institution) -> tuple[Link, ...]:
    """Place, kind, age, website and ROR id, as far as they are known."""
    facts = []
    place = ", ".join(part for part in (institution.city, institution.country_code) if part)
    if place:
        facts.append(Link(place))
    if institution.types:
        facts.append(Link(", ".join(institution.types)))
    if institution.established:
        facts.append(Link(_("since %(year)s") % {"year": institution.established}))
    if site := web_address([institution.homepage]):
        facts.append(Link(site.split("/")[2].removeprefix("www."), site))
    if institution.ror:
        facts.append(Link(f"ROR {institution.ror}", f"https://ror.org/{institution.ror}"))
    else:
        facts.append(Link(_("Known only from what works say: it matches no ROR record yet")))
    return tuple(facts)


def _also_known(institution: Institution) -> str:
    names = getattr(institution, "names_listed", [])[:6]
    return _("Also: %(names)s") % {"names": ", ".join(names)} if names else ""


def _context(
    kind: Kind,
    key: int,
    *,
    header: Callable[[SubjectFigures, str], SubjectHeader],
    belonging: Callable[[SubjectFigures], WorkQuerySet],
    params: QueryParams,
    path: str,
    base_url: str,
    viewer: Viewer,
    structured: Mapping[str, Any],
) -> dict[str, Any]:
    state = WorkListState.read(params, topics=False, people=False)
    figures = figures_of(kind, key) or SubjectFigures(kind=kind, subject_id=key)
    people = people_links(figures.authors[:PEOPLE_SHOWN], names_of([row["id"] for row in figures.authors[:PEOPLE_SHOWN]], viewer))
    listed = _work_list(belonging(figures), state, figures, params, path)
    url = base_url + path
    return {
        "subject": header(figures, url + state.query(page=state.page)),
        "counts": [
            Count(ngettext("work", "works", figures.works_count), figures.works_count, f"{path}#works"),
            Count(ngettext("person", "people", figures.authors_count), figures.authors_count, f"{path}#people" if people else ""),
        ],
        "explanations": _explanations(kind, figures),
        "computed_at": figures.computed_at if _is_counted(figures) else None,
        "chart": works_over_time(figures.by_year, lambda year: f"{path}?year={year}#works"),
        "people": people,
        "people_heading": _("People with most works here"),
        "people_more": _people_more(kind, key, figures, len(people)),
        "related": _related(kind, figures),
        "works": listed,
        "structured_data": {"@context": "https://schema.org", **structured, "url": url},
    }


def _work_list(belonging: WorkQuerySet, state: WorkListState, figures: SubjectFigures, params: QueryParams, path: str) -> WorkList:
    """One page of the works that belong here, newest or most cited first. Two queries; nothing is counted that is not known."""
    if state.page > MOST_PAGES:
        params.reject("page", str(state.page))
        state = WorkListState(sort=state.sort, year=state.year, type=state.type, code=state.code, page=MOST_PAGES)
    chosen = belonging.narrowed_to(year=state.year, type=state.type, code=state.code)
    found = page_of(chosen, state, surplus=1)
    rows = rows_of(found[:PAGE_SIZE])
    total = _known_total(state, figures)
    if total is not None and total >= (state.page - 1) * PAGE_SIZE + len(found):
        pager = counted_pager(
            page=state.page, total=total, size=PAGE_SIZE, limit=MOST_PAGES, url=lambda page: f"{path}{state.query(page=page)}#works"
        )
    else:
        pager = open_pager(
            page=state.page,
            size=PAGE_SIZE,
            shown=len(rows),
            has_more=len(found) > PAGE_SIZE,
            limit=MOST_PAGES,
            url=lambda page: f"{path}{state.query(page=page)}#works",
        )
    return WorkList(
        heading=works_text(total) if total else _("Works"),
        narrowing=narrowing_text(state),
        rows=rows,
        pager=pager,
        sorts=sorts_of(state, path),
        filters=(
            year_filter(((year, count if not (state.type or state.code) else None) for year, count in figures.by_year), state.year),
            type_filter(((key, None) for key in _types_offered()), state.type),
        ),
        toggles=(Toggle("code", _("Has code"), state.code),),
        filter_action=path + "#works",
        filter_keeps=tuple(pair for pair in state.pairs() if pair[0] == "sort"),
        clear_url=f"{path}#works" if state.is_narrowed else "",
        empty_text=_("No work here fits what you chose.")
        if state.is_narrowed or state.page > 1
        else _("No works have been imported for this page yet."),
        ignored=params.close(),
    )


def _known_total(state: WorkListState, figures: SubjectFigures) -> int | None:
    if state.type or state.code or not _is_counted(figures):
        return None
    if state.year is None:
        return figures.works_count
    return int(dict(figures.by_year).get(state.year, 0))


def _is_counted(figures: SubjectFigures) -> bool:
    """Whether the background has counted yet; figures that were only made up for the page are not stored."""
    return bool(figures.pk)


def _types_offered() -> tuple[str, ...]:
    return ("article", "proceedings-article", "preprint", "review", "book", "book-chapter", "dataset", "software", "dissertation", "report")


def _people_more(kind: Kind, key: int, figures: SubjectFigures, shown: int) -> Link | None:
    if figures.authors_count <= shown:
        return None
    text = _("Search among all %(count)s people") % {"count": grouped(figures.authors_count)}
    return Link(text, f"{reverse('papers:search')}?kind=people&{kind}={encode_public_id(key)}")


def _related(kind: Kind, figures: SubjectFigures) -> list[RelatedGroup]:
    topics = topic_links(figures.topics[:RELATED_SHOWN])
    places = institution_links(figures.institutions[:RELATED_SHOWN])
    groups = [
        RelatedGroup(_("Topics often met together") if kind == "topic" else _("Topics"), topics),
        RelatedGroup(_("Institutions") if kind == "topic" else _("Institutions it publishes with"), places),
    ]
    return [group for group in groups if group.tallies]


def _explanations(kind: Kind, figures: SubjectFigures) -> list[Explanation]:
    if not _is_counted(figures):
        return [Explanation(_("Works and people"), _("Not counted yet. The list below is complete as it stands."))]
    works_rest = (
        _("Works that a source gives this topic.") if kind == "topic" else _("Works with at least one author who names this institution.")
    )
    return [
        Explanation(_("Works"), works_rest),
        Explanation(_("People"), _("Authors of these works, as far as the records tell who is who.")),
    ]


def _description(name: str, figures: SubjectFigures) -> str:
    years = [year for year, _count in figures.by_year]
    parts = [works_text(figures.works_count), years_text(min(years, default=None), max(years, default=None))]
    return f"{name}: {', '.join(part for part in parts if part)}."
