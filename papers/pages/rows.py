"""A work as a row of a list, ready for ``templates/papers/_works.html``: every word and address is made here once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any, Final, NamedTuple

from django.utils.dates import MONTHS_3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import grouped
from papers.addresses import paper_address, researcher_address
from papers.models import AttributionState, WorkType
from papers.querysets.works import FoundWork, ListedAuthorship, listed_authorships
from papers.source_names import source_list, source_name

AUTHORS_SHOWN: Final = 3
AFFILIATIONS_SHOWN: Final = 3
TYPES: Final = {value: label for value, label in WorkType.choices if value}
STATES: Final = dict(AttributionState.choices)


class ListedAuthor(NamedTuple):
    """An author in the line below a title. ``gap``: others stand between this one and the one before."""

    name: str
    url: str
    is_subject: bool
    gap: bool
    affiliations: tuple[str, ...]


class WorkRow(NamedTuple):
    """See the head of ``templates/papers/_works.html``."""

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
    byline: SafeString
    more_count: int
    more_text: str
    is_retracted: bool
    retraction_note: str
    code_url: str
    has_code: bool
    cited_by_text: str
    state_text: str


def work_rows(found: Sequence[FoundWork], *, subject: int | None = None) -> list[WorkRow]:
    """``found`` for a list; ``subject`` is the author whose page it is.

    One query, for the people of all of them: never more than a few of each work.
    """
    if not found:
        return []
    people: dict[int, list[ListedAuthorship]] = {}
    for authorship in listed_authorships([work.id for work in found], first=AUTHORS_SHOWN, subject=subject):
        people.setdefault(authorship.work_id, []).append(authorship)
    words = _Words()
    return [_row(work, people.get(work.id, []), subject, words) for work in found]


class _Words:
    """Words of one page, each translated once: fifty rows alike cost as one."""

    def __init__(self) -> None:
        self.types = {value: str(label) for value, label in TYPES.items()}
        self.states = {value: str(label) for value, label in STATES.items()}
        self.more = cache(more_text)
        self.cited_by = cache(cited_by_text)
        self.day_month = cache(day_month)
        self.imported_from = cache(imported_from)

    def state(self, authorship: ListedAuthorship) -> str:
        """What people have said about an attribution, and where it came from while nobody has."""
        if authorship.state == AttributionState.IMPORTED:
            return self.imported_from((authorship.source,))
        return self.states[authorship.state]


def _row(work: FoundWork, people: Sequence[ListedAuthorship], subject: int | None, words: _Words) -> WorkRow:
    listed = _listed(people, subject)
    more = max(0, work.author_count - len(listed))
    own = next((one for one in people if one.author_id == subject), None) if subject is not None else None
    return WorkRow(
        id=work.id,
        url=paper_address(work.id, work.title),
        title=work.title,
        title_html=work.title_html,
        language=work.language,
        abstract=work.abstract,
        abstract_html=work.abstract_html,
        year=str(work.year or ""),
        day_month=words.day_month(work.month, work.day),
        type_text=words.types.get(work.type, work.type),
        venue_text=venue_text(work.venue_abbreviation, work.venue_name),
        track=work.track,
        listed=listed,
        byline=byline(listed),
        more_count=more,
        more_text=words.more(more),
        is_retracted=work.is_retracted,
        retraction_note=work.retraction_note,
        code_url=web_address(work.code_urls),
        has_code=work.has_code,
        cited_by_text=words.cited_by(work.cited_by_count, work.cited_by_source),
        state_text=words.state(own) if own else words.imported_from(tuple(work.sources)),
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
        shown.append(ListedAuthor(one.raw_name, url, is_subject, gap, affiliations))
        before = one.position if one.position is not None else before
    return tuple(shown)


def byline(listed: Sequence[ListedAuthor]) -> SafeString:
    """The line of authors as HTML: links, the subject in bold with its affiliations, "…" for a gap.

    Made here and not in the template, where two hundred names in nested loops took a quarter of the page's time.
    """
    return mark_safe(", ".join(map(_name_html, listed)))  # noqa: S308 - each part is escaped


def _name_html(author: ListedAuthor) -> str:
    gap = "… " if author.gap else ""
    name = escape(author.name)
    if author.is_subject:
        tags = "".join(f' <span class="tag">{escape(affiliation)}</span>' for affiliation in author.affiliations)
        return f'{gap}<b dir="auto">{name}</b>{tags}'
    return f'{gap}<a href="{author.url}" dir="auto">{name}</a>' if author.url else f'{gap}<span dir="auto">{name}</span>'


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
