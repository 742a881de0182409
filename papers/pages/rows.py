"""A work as a row of a list, ready for ``templates/papers/_works.html``: every word and address is made here once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from django.utils.dates import MONTHS_3
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from config.lib.paging import grouped
from papers.addresses import paper_address, researcher_address
from papers.models import AttributionState, WorkType
from papers.pages.markup import ListedAuthor, abstract_disclosure, byline_html, facts_html, heading_html, when_html
from papers.pages.score import Part, parts_of, score_disclosure, score_text
from papers.querysets.works import FoundWork, ListedAuthorship, works_with_authors
from papers.source_names import source_list, source_name

AUTHORS_SHOWN: Final = 3
AFFILIATIONS_SHOWN: Final = 3
TYPES: Final = {value: label for value, label in WorkType.choices if value}
STATES: Final = dict(AttributionState.choices)
WORDINGS_KEPT: Final = 1024


class WorkRow(NamedTuple):
    """See the head of ``templates/papers/_works.html``: what a row says, and the lines of it as HTML (``papers.pages.markup``)."""

    id: int
    url: str
    title: str
    title_html: str
    language: str
    abstract: str
    abstract_html: str
    year: str
    day_month: str
    type_text: str
    venue_text: str
    track: str
    listed: tuple[ListedAuthor, ...]
    more_count: int
    more_text: str
    is_retracted: bool
    retraction_note: str
    code_url: str
    has_code: bool
    cited_by_text: str
    score_text: str
    score_parts: Sequence[Part]
    state_text: str
    authorship: int | None  # of the subject, where there is one
    is_decided: bool  # by a person
    when: SafeString
    heading: SafeString
    byline: SafeString
    abstract_part: SafeString
    score_part: SafeString
    facts: SafeString


def rows_of(ids: Sequence[int], *, subject: int | None = None, scores: bool = True) -> list[WorkRow]:
    """These works for a list, in this order; ``subject`` is the author whose page it is. One query, none for no ids. ``scores``: with theirs."""
    found, people = works_with_authors(ids, first=AUTHORS_SHOWN, subject=subject)
    return _rows(found if scores else [work._replace(scored=None) for work in found], people, subject)


def _rows(found: Sequence[FoundWork], people: Iterable[ListedAuthorship], subject: int | None) -> list[WorkRow]:
    by_work: dict[int, list[ListedAuthorship]] = {}
    for authorship in people:
        by_work.setdefault(authorship.work_id, []).append(authorship)
    words = _words(get_language())
    return [_row(work, by_work.get(work.id, []), subject, words) for work in found]


class _Words:
    """The words of rows in one language, each translated once for the life of the process."""

    def __init__(self) -> None:
        self.types = {value: str(label) for value, label in TYPES.items()}
        self.states = {value: str(label) for value, label in STATES.items()}
        self.abstract = _("Abstract")
        self.code = _("Code")
        self.has_code = _("Has code")
        self.no_year = _("No year")
        self.nobody = _("No authors are listed.")
        self.retracted = _("Retracted")
        self.more = lru_cache(WORDINGS_KEPT)(more_text)
        self.cited_by = lru_cache(WORDINGS_KEPT)(cited_by_text)
        self.day_month = lru_cache(WORDINGS_KEPT)(day_month)
        self.imported_from = lru_cache(WORDINGS_KEPT)(imported_from)

    def state(self, authorship: ListedAuthorship) -> str:
        """What people have said about an attribution, and where it came from while nobody has."""
        if authorship.state == AttributionState.IMPORTED:
            return self.imported_from((authorship.source,))
        return self.states[authorship.state]


@cache
def _words(language: str | None) -> _Words:  # noqa: ARG001 - the language that is active while they are made
    return _Words()


def _row(work: FoundWork, people: Sequence[ListedAuthorship], subject: int | None, words: _Words) -> WorkRow:
    listed = _listed(people, subject)
    more = max(0, work.author_count - len(listed))
    own = next((one for one in people if one.author_id == subject), None) if subject is not None else None
    url = paper_address(work.id, work.title)
    year = str(work.year or "")
    date = words.day_month(work.month, work.day)
    kind = words.types.get(work.type, work.type)
    venue = venue_text(work.venue_abbreviation, work.venue_name)
    more_words = words.more(more)
    code_url = web_address(work.code_urls)
    cited_by = words.cited_by(work.cited_by_count, work.cited_by_source)
    score, parts = ("", ()) if work.scored is None or work.scored.score is None else (score_text(work.scored.score), parts_of(work.scored))
    state = words.state(own) if own else words.imported_from(tuple(work.sources))
    return WorkRow(
        id=work.id,
        url=url,
        title=work.title,
        title_html=work.title_html,
        language=work.language,
        abstract=work.abstract,
        abstract_html=work.abstract_html,
        year=year,
        day_month=date,
        type_text=kind,
        venue_text=venue,
        track=work.track,
        listed=listed,
        more_count=more,
        more_text=more_words,
        is_retracted=work.is_retracted,
        retraction_note=work.retraction_note,
        code_url=code_url,
        has_code=work.has_code,
        cited_by_text=cited_by,
        score_text=score,
        score_parts=parts,
        state_text=state,
        authorship=own.id if own else None,
        is_decided=own is not None and own.is_decided,
        when=when_html(year, date, words.no_year),
        heading=heading_html(url, work.title, work.title_html, work.language),
        byline=byline_html(listed, url=url, more=more_words, nobody=words.nobody),
        abstract_part=abstract_disclosure(work.abstract, work.abstract_html, work.language, words.abstract),
        score_part=score_disclosure(score, parts, url),
        facts=facts_html(
            retracted=words.retracted if work.is_retracted else "",
            kind=kind,
            venue=venue,
            code_url=code_url,
            code=words.code if code_url else words.has_code if work.has_code else "",
            cited_by=cited_by,
            state=state,
        ),
    )


def _listed(people: Sequence[ListedAuthorship], subject: int | None) -> tuple[ListedAuthor, ...]:
    """The first authors in their order and, behind a gap, the subject."""
    shown: list[ListedAuthor] = []
    before = -1
    for one in people:
        is_subject = subject is not None and one.author_id == subject
        if len(shown) >= AUTHORS_SHOWN and not is_subject:
            continue
        url = researcher_address(one.author_id, one.author_name) if one.author_id and one.author_name and not one.is_erased else ""
        gap = bool(shown) and (one.position is None or one.position != before + 1)
        affiliations = tuple((one.affiliations or ())[:AFFILIATIONS_SHOWN]) if is_subject else ()
        shown.append(ListedAuthor(one.name, url, is_subject, gap, affiliations))
        before = one.position if one.position is not None else before
    return tuple(shown)


def person_address(authorship: Mapping[str, Any]) -> str:
    """The page of whoever stands behind an authorship, "" where nobody does or the page was erased."""
    if authorship["author_id"] is None or authorship["author__erased_at"] is not None:
        return ""
    return researcher_address(authorship["author_id"], authorship["author__display_name"])


def more_text(count: int) -> str:
    """Such as "and 12 more"; "" for none."""
    return ngettext("and %(count)s more", "and %(count)s more", count) % {"count": grouped(count)} if count else ""


def day_month(month: int | None, day: int | None) -> str:
    """Such as "26 Feb" or "Feb"; "" where the month is unknown."""
    if month is None:
        return ""
    name = str(MONTHS_3[month]).capitalize()
    return f"{day} {name}" if day else name


def venue_text(abbreviation: str | None, name: str | None) -> str:
    """The short name of a venue where it has one."""
    return abbreviation or name or ""


def cited_by_text(count: int | None, source: str) -> str:
    """Such as "Cited 12 times (OpenAlex)"; "" where nobody counted."""
    if count is None:
        return ""
    return ngettext("Cited %(count)s time (%(source)s)", "Cited %(count)s times (%(source)s)", count) % {
        "count": grouped(count),
        "source": source_name(source),
    }


def imported_from(sources: Iterable[str]) -> str:
    """Such as "Imported from arXiv and ORCID"."""
    names = source_list(sources)
    return _("Imported from %(sources)s") % {"sources": names} if names else _("Imported")


def web_address(addresses: Iterable[str]) -> str:
    """The first address that a link may safely lead to: only http and https."""
    return next((address for address in addresses if address.startswith(("https://", "http://"))), "")
