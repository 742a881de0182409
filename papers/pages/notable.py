"""Recent papers of a field by their score, week by week or year by year. The template is ``papers/notable.html``."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.template.defaultfilters import date as date_text
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.paging import open_pager
from config.lib.query_params import QueryParams
from papers.pages.rows import rows_of
from papers.pages.work_list import Filter, Option, WorkList
from papers.querysets.notable import FieldOnOffer, Periods, fields_with_figures, notable, periods

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

PAGE_SIZE: Final = 25
MOST_PAGES: Final = 8  # two hundred papers: further down the order says little


def notable_context(params: QueryParams, path: str, base_url: str, viewer: Viewer) -> dict[str, Any]:
    """Everything that the template reads. At most four queries: fields, periods, which works, their rows."""
    fields = fields_with_figures()
    field = _chosen_field(params, fields)
    years, weeks, usual = periods(field.id, timezone.now().date()) if field is not None else Periods([], [], None)
    when = params.choice("when", [str(year) for year in years] + [week.isoformat() for week in weeks], str(usual or ""))
    page = params.number("page", 1, MOST_PAGES) or 1
    keys = _keys(field, when, page, viewer)
    pairs = [("field", field.key if field else ""), ("when", when)]

    def address(number: int) -> str:
        return f"{path}?{urlencode([*pairs, *([('page', str(number))] if number > 1 else [])])}"

    works = WorkList(
        heading=_("%(field)s, %(when)s") % {"field": field.name, "when": _when_text(when)} if field else _("Papers"),
        narrowing="",
        rows=rows_of(keys[:PAGE_SIZE]),
        pager=open_pager(
            page=page, size=PAGE_SIZE, shown=len(keys[:PAGE_SIZE]), has_more=len(keys) > PAGE_SIZE, limit=MOST_PAGES, url=address
        ),
        sorts=(),
        filters=(
            Filter(_("Field"), "field", tuple(Option(one.key, one.name, one == field) for one in fields)),
            Filter(_("Latest year"), "when", tuple(Option(text, _when_text(text), text == when) for text in _whens(years, weeks))),
        )
        if fields
        else (),
        toggles=(),
        filter_action=path,
        filter_keeps=(),
        clear_url="",
        empty_text=_("No scores have been computed yet. Papers stand here once records with a field and a year have been imported."),
        ignored=params.close(),
    )
    return {"works": works, "canonical_url": base_url + (address(page) if field else path), "field_name": field.name if field else ""}


def _chosen_field(params: QueryParams, fields: list[FieldOnOffer]) -> FieldOnOffer | None:
    key = params.choice("field", [one.key for one in fields], fields[0].key if fields else "")
    return next((one for one in fields if one.key == key), None)


def _keys(field: FieldOnOffer | None, when: str, page: int, viewer: Viewer) -> list[int]:
    """The works of the page and one more where there is another page."""
    if field is None or not when:
        return []
    period: dict[str, Any] = {"year": int(when)} if when.isdigit() else {"week": date.fromisoformat(when)}
    start = (page - 1) * PAGE_SIZE
    return list(notable(field.id, viewer, **period).values_list("pk", flat=True)[start : start + PAGE_SIZE + 1])


def _whens(years: list[int], weeks: list[date]) -> list[str]:
    return [week.isoformat() for week in weeks] + [str(year) for year in years]


def _when_text(when: str) -> str:
    if when.isdigit() or not when:
        return when
    return _("week of %(date)s") % {"date": date_text(date.fromisoformat(when), "j F Y")}
