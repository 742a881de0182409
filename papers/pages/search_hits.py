"""Hits of a search as the page shows them: what each is, and why it matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.html import escape
from django.utils.translation import gettext as _

from papers.addresses import institution_address, paper_address, researcher_address, topic_address
from papers.pages.parts import works_text, years_text
from papers.pages.rows import TYPES, cited_by_text, venue_text
from papers.pages.score import score_text
from papers.querysets.people import authors
from papers.querysets.subjects import found_institutions, found_topics
from papers.querysets.works import FoundWork, found_works, listed_authorships
from papers.search.found import Hit
from papers.search.papers import MARK, snippets

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

NAMES_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class ShownHit:
    """See ``templates/papers/search.html``. ``kind`` is the name of its symbol."""

    kind: str
    kind_text: str
    url: str
    name: str
    name_html: str
    language: str
    meta: str
    snippet_html: str
    because: str


def shown_people(hits: Sequence[Hit], viewer: Viewer) -> list[ShownHit]:
    """People with what they are known for. One query, none for no hits."""
    if not hits:
        return []
    found = {row["id"]: row for row in authors().visible_to(viewer).filter(pk__in=[hit.id for hit in hits]).as_hits()}
    return [_person(hit, found[hit.id]) for hit in hits if hit.id in found]


def _person(hit: Hit, row: Mapping[str, Any]) -> ShownHit:
    works = row["figures__works_count"]
    places = row["figures__institutions"] or []
    topics = [topic["name"] for topic in (row["figures__topics"] or [])[:3]]
    parts = [
        places[0]["name"] if places else "",
        works_text(works) if works else "",
        years_text(row["figures__first_year"], row["figures__last_year"]),
        ", ".join(topics) or row["figures__field__name"] or "",
    ]
    return ShownHit(
        kind="person",
        kind_text=_("Person"),
        url=researcher_address(row["id"], row["display_name"]),
        name=row["display_name"],
        name_html="",
        language="",
        meta=" · ".join(part for part in parts if part),
        snippet_html="",
        because=_person_because(hit, row["display_name"]),
    )


def _person_because(hit: Hit, name: str) -> str:
    if not hit.matched:  # found without a name, or by one that its bearer does not want shown
        return "" if hit.why == "belongs" else _("A name of this person")
    also = hit.matched if hit.matched != name else ""
    if hit.why == "exact":
        return _("Also published as %(name)s") % {"name": also} if also else _("The name as you wrote it")
    if hit.why == "order":
        return _("The name in another order")
    if hit.why == "initials":
        return _("The initials fit: published as %(name)s") % {"name": hit.matched}
    if hit.why == "part":
        return _("The name contains it: published as %(name)s") % {"name": also} if also else _("The name contains it")
    return _("A similar name: published as %(name)s") % {"name": also} if also else _("A similar name")


def shown_papers(hits: Sequence[Hit], asked: str) -> list[ShownHit]:
    """Papers with the passage that matched. Three queries, none for no hits."""
    if not hits:
        return []
    ids = [hit.id for hit in hits]
    found = {work.id: work for work in found_works(ids)}
    passages = snippets(asked, ids)
    names: dict[int, list[str]] = {}
    for authorship in listed_authorships(ids, first=NAMES_SHOWN):
        names.setdefault(authorship.work_id, []).append(authorship.name)
    return [_paper(hit, found[hit.id], passages.get(hit.id, ("", "")), names.get(hit.id, [])) for hit in hits if hit.id in found]


def _paper(hit: Hit, work: FoundWork, passages: tuple[str, str], names: Sequence[str]) -> ShownHit:
    passage, title = passages
    byline = ", ".join(names[:NAMES_SHOWN]) + (" et al." if work.author_count > NAMES_SHOWN else "")
    parts = [
        byline,
        venue_text(work.venue_abbreviation, work.venue_name),
        str(work.year or ""),
        cited_by_text(work.cited_by_count, work.cited_by_source),
        _("score %(score)s") % {"score": score_text(work.scored.score)} if work.scored and work.scored.score is not None else "",
        _("has code") if work.has_code else "",
        _("retracted") if work.is_retracted else "",
    ]
    return ShownHit(
        kind="work",
        kind_text=str(TYPES.get(work.type, work.type)),
        url=paper_address(work.id, work.title),
        name=work.title,
        name_html=work.title_html or (marked(title) if MARK[0] in title else ""),
        language=work.language,
        meta=" · ".join(part for part in parts if part),
        snippet_html=marked(passage) if MARK[0] in passage else "",
        because=_paper_because(hit.why, in_title=MARK[0] in title, in_abstract=MARK[0] in passage),
    )


def _paper_because(why: str, *, in_title: bool, in_abstract: bool) -> str:
    if why == "words":
        if in_title and in_abstract:
            return _("Its title and abstract contain these words")
        return _("Its title contains these words") if in_title else _("Its abstract contains these words")
    return {"title": _("This is its title"), "beginning": _("The title begins so"), "similar": _("The title resembles it")}.get(why, "")


def marked(text: str) -> str:
    """A passage as safe HTML with its words in <mark> elements."""
    return escape(text).replace(MARK[0], "<mark>").replace(MARK[1], "</mark>")


def shown_topics(hits: Sequence[Hit]) -> list[ShownHit]:
    """Topics with their field and size. One query, none for no hits."""
    found = found_topics([hit.id for hit in hits])
    return [
        ShownHit(
            kind="topic",
            kind_text=_("Topic"),
            url=topic_address(hit.id, found[hit.id].name),
            name=found[hit.id].name,
            name_html="",
            language="",
            meta=" · ".join(
                part for part in (found[hit.id].field_name, works_text(found[hit.id].works) if found[hit.id].works else "") if part
            ),
            snippet_html="",
            because=_subject_because(hit),
        )
        for hit in hits
        if hit.id in found
    ]


def shown_institutions(hits: Sequence[Hit]) -> list[ShownHit]:
    """Institutions with their place and size. One query, none for no hits."""
    found = found_institutions([hit.id for hit in hits])
    return [
        ShownHit(
            kind="place",
            kind_text=_("Institution"),
            url=institution_address(hit.id, found[hit.id].name),
            name=found[hit.id].name,
            name_html="",
            language="",
            meta=" · ".join(part for part in (found[hit.id].place, works_text(found[hit.id].works) if found[hit.id].works else "") if part),
            snippet_html="",
            because=_subject_because(hit, found[hit.id].name),
        )
        for hit in hits
        if hit.id in found
    ]


def _subject_because(hit: Hit, name: str = "") -> str:
    also = hit.matched if hit.matched and hit.matched != name else ""
    if hit.why == "acronym":
        return _("Its acronym is %(name)s") % {"name": hit.matched}
    if hit.why == "exact":
        return _("Also known as %(name)s") % {"name": also} if also else _("The name as you wrote it")
    if hit.why == "part":
        return _("The name contains it: %(name)s") % {"name": also} if also else _("The name contains it")
    return _("A similar name: %(name)s") % {"name": also} if also else _("A similar name")
