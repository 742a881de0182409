"""Works over time as a bar chart, laid out on the server for ``templates/_partials/years.html``. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import grouped

WIDTH: Final = 360  # the drawing is always as wide, so that its letters always come out as large
WIDEST_STEP: Final = 40
NARROWEST_COUNTED_STEP: Final = 17  # between narrower bars the counts would run into each other
TOP: Final = 16  # room for the count above the tallest bar
BARS_HEIGHT: Final = 92
LABEL_ROOM: Final = 18
MOST_BARS: Final = 40
LABELLED_BARS: Final = 11  # more than this and only every second, third, … year is written


@dataclass(frozen=True, slots=True)
class Bar:
    """One year. Coordinates and years are text already, so that no locale groups or punctuates them, at any cost."""

    year: str
    count: int
    count_text: str
    url: str
    text: str
    x: str
    y: str
    width: str
    height: str
    middle: str
    count_y: str
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing: its size, the ground line, and the bars from the first year to the last."""

    width: str
    height: str
    base: str
    label_y: str
    label: str
    shows_counts: bool
    bars: tuple[Bar, ...]
    drawing: SafeString


def works_over_time(by_year: Iterable[Sequence[int]], url: Callable[[int], str]) -> Chart | None:
    """The chart of [year, works] pairs with a bar for every year between, or None without any.

    Of a record longer than 40 years the latest 40 are drawn. ``url`` gives the list of one year's works.
    """
    counts = {int(year): int(count) for year, count in by_year if count}
    if not counts:
        return None
    last = max(counts)
    first = max(min(counts), last - MOST_BARS + 1)
    years = range(first, last + 1)
    most = max(counts.get(year, 0) for year in years)
    every = -(-len(years) // LABELLED_BARS)
    base = TOP + BARS_HEIGHT
    step = min(WIDEST_STEP, WIDTH // len(years))
    bar = step * 3 // 4
    bars = []
    for place, year in enumerate(years):
        count = counts.get(year, 0)
        height = max(2, round(BARS_HEIGHT * count / most)) if count else 0
        x = place * step + (step - bar) // 2
        text = ngettext("%(year)s: %(count)s work", "%(year)s: %(count)s works", count) % {"year": year, "count": grouped(count)}
        bars.append(
            Bar(
                year=str(year),
                count=count,
                count_text=grouped(count),
                url=url(year) if count else "",
                text=text,
                x=str(x),
                y=str(base - height),
                width=str(bar),
                height=str(height),
                middle=str(x + bar // 2),
                count_y=str(base - height - 4),
                is_labelled=(last - year) % every == 0,
            )
        )
    label = _("Works a year, %(first)s to %(last)s") % {"first": first, "last": last}
    return Chart(
        width=str(WIDTH),
        height=str(base + LABEL_ROOM),
        base=str(base),
        label_y=str(base + LABEL_ROOM - 3),
        label=label,
        shows_counts=step >= NARROWEST_COUNTED_STEP,
        bars=tuple(bars),
        drawing=_drawing(bars, base=base, shows_counts=step >= NARROWEST_COUNTED_STEP),
    )


def _drawing(bars: Sequence[Bar], *, base: int, shows_counts: bool) -> SafeString:
    """The bars and what is written at them, as SVG. Drawn here: forty bars in a template's loops take as long as ten works."""
    pieces = []
    labels = []
    for bar in bars:
        text = escape(bar.text)
        opening, closing = (
            (f'<a href="{escape(bar.url)}" aria-label="{text}">', "</a>") if bar.url else (f'<g role="img" aria-label="{text}">', "</g>")
        )
        track = f'<rect class="years-track" x="{bar.x}" y="0" width="{bar.width}" height="{base}"/>'
        body = f'<rect x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}" rx="2"/>' if bar.count else ""
        pieces.append(f"{opening}<title>{text}</title>{track}{body}{closing}")
        if shows_counts and bar.count:
            labels.append(f'<text class="years-count" x="{bar.middle}" y="{bar.count_y}">{bar.count_text}</text>')
        if bar.is_labelled:
            labels.append(f'<text x="{bar.middle}" y="{base + LABEL_ROOM - 3}">{bar.year}</text>')
    return mark_safe("\n".join(pieces) + f'<g aria-hidden="true">{"".join(labels)}</g>')  # noqa: S308 - each part is escaped or a number
