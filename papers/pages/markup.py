"""What lists repeat, as HTML: the lines of a work's row, people, topics, options. Pure: text goes in, and every part of it is escaped here.

A list shows fifty works, and Django's templates take as long for one value in a loop as Python for a whole line. So a
template lays the page out, and what stands in its long lists is made here: half of the time of a page with a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString

from config.lib import names
from config.lib.paging import grouped


class ListedAuthor(NamedTuple):
    """An author in the line below a title. ``gap``: others stand between this one and the one before."""

    name: str
    url: str
    is_subject: bool
    gap: bool
    affiliations: tuple[str, ...]


def when_html(year: str, day_month: str, no_year: str) -> SafeString:
    """The year with the day or month under it."""
    small = f"<small>{escape(day_month)}</small>" if day_month else ""
    return _safe(f"{year or escape(no_year)}{small}")


def heading_html(url: str, title: str, title_html: str, language: str) -> SafeString:
    """The title as a link. ``title_html`` is safe already: it was cleaned when it was stored."""
    return _safe(f'<h3 dir="auto"{_lang(language)}><a href="{url}">{title_html or escape(title)}</a></h3>')


def byline_html(listed: Sequence[ListedAuthor], *, url: str, more: str, nobody: str) -> SafeString:
    """The line of authors: links, the subject in bold with its affiliations, "…" for a gap, and how many more there are."""
    names = ", ".join(map(_name_html, listed)) if listed else escape(nobody)
    return _safe(f'{names} <a href="{url}#people">{escape(more)}</a>' if more else names)


def _name_html(author: ListedAuthor) -> str:
    gap = "… " if author.gap else ""
    name = escape(author.name)
    if author.is_subject:
        tags = "".join(f' <span class="tag">{escape(affiliation)}</span>' for affiliation in author.affiliations)
        return f'{gap}<b dir="auto">{name}</b>{tags}'
    return f'{gap}<a href="{author.url}" dir="auto">{name}</a>' if author.url else f'{gap}<span dir="auto">{name}</span>'


def abstract_disclosure(abstract: str, abstract_html: str, language: str, summary: str) -> SafeString:
    """The abstract behind its word; "" for none. ``abstract_html`` is safe already: it was cleaned when it was stored."""
    if not abstract:
        return SafeString()
    return _safe(
        f'<details class="abstract"><summary>{escape(summary)}</summary>'
        f'<div dir="auto"{_lang(language)}>{abstract_html or escape(abstract)}</div></details>'
    )


def facts_html(*, retracted: str, kind: str, venue: str, code_url: str, code: str, cited_by: str, state: str) -> SafeString:
    """What stands under a work: kind and venue, code (``code`` is its word, "" for none), citations, where the record is from."""
    parts = [f'<span class="tag tag-bad">{escape(retracted)}</span>'] if retracted else []
    parts.append(f"<span>{escape(kind)} · {escape(venue)}</span>" if venue else f"<span>{escape(kind)}</span>")
    if code_url:
        parts.append(f'<a class="tag tag-code" href="{escape(code_url)}" rel="nofollow noopener">{escape(code)}</a>')
    elif code:
        parts.append(f'<span class="tag">{escape(code)}</span>')
    if cited_by:
        parts.append(f"<span>{escape(cited_by)}</span>")
    parts.append(f"<span>{escape(state)}</span>")
    return _safe("".join(parts))


def because_line(before: str, words: str, links: Iterable[tuple[str, str]]) -> SafeString:
    """Why something is in a list: a sentence or "", and the words that lead to the links, each a text and its address."""
    named = ", ".join(f'<a href="{escape(url)}" dir="auto">{escape(text)}</a>' for text, url in links)
    return _safe(f"{escape(before)} {escape(words)} {named}".lstrip())


def person_item(name: str, url: str, *, note: str, note_url: str, detail: str) -> SafeString:
    """Somebody in a list of people: monogram, name, and below it the note and the detail where there are any."""
    mark = f'<span class="monogram hue-{names.hue(name)}" aria-hidden="true">{escape(names.initials(name))}</span>'
    said = f'<a href="{escape(note_url)}" rel="nofollow">{escape(note)}</a>' if note and note_url else escape(note)
    below = " · ".join(part for part in (said, escape(detail)) if part)
    return _safe(f'<li>{mark}<a href="{url}" dir="auto">{escape(name)}</a>{f"<p>{below}</p>" if below else ""}</li>')


def tally_item(text: str, url: str, count: int | None) -> SafeString:
    """Something with how often it occurs, in a table of such."""
    named = f'<a href="{url}" dir="auto">{escape(text)}</a>' if url else f'<span dir="auto">{escape(text)}</span>'
    return _safe(f"<li>{named}<span>{_amount(count)}</span></li>")


def chip_item(text: str, url: str, count: int | None) -> SafeString:
    """The same as a chip in a row of chips."""
    said = f'<span dir="auto">{escape(text)}</span><small>{_amount(count)}</small>'
    return _safe(f'<li><a class="chip" href="{url}">{said}</a></li>' if url else f'<li><span class="chip">{said}</span></li>')


def option_items(options: Iterable[tuple[str, str, bool]]) -> SafeString:
    """The options of a select from (value, text, whether it is chosen)."""
    return _safe(
        "".join(
            f'<option value="{escape(value)}"{" selected" if chosen else ""}>{escape(text)}</option>' for value, text, chosen in options
        )
    )


def _amount(count: int | None) -> str:
    return "" if count is None else grouped(count)


def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _safe(html: str) -> SafeString:
    return SafeString(html)  # every part was escaped where it was put in; mark_safe would ask first whether this is lazy, 250 times
