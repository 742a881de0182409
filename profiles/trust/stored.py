"""Stored scores as columns, with the inputs that they would have now: what moves with time, with others and with the field is brought up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from config.lib.bulk import Array, read_columns
from profiles.models.choices import Level
from profiles.trust.formula import Floats, Ints, TrustInputs
from profiles.trust.reading import ACTIVE_WINDOW, SECONDS_A_DAY, WINDOW_YEARS, Usual, UsualFigures

_COUNTS: Final = (
    *("level", "is_claimed", "has_ror", "has_position", "has_biography", "has_links", "works"),
    *("with_ids", "with_abstract", "topics", "active_years", "cited_by_others", "close"),
)
_SHARES: Final = ("identity", "confidence", "owner_share", "clean_days", "sanctions")
_FLAGS: Final = frozenset({"is_claimed", "has_ror", "has_position", "has_biography", "has_links"})
_WINDOWS: Final = tuple(f"window_{place}" for place in range(len(WINDOW_YEARS) + 1))

_TYPED = ", ".join(
    [
        *(f"{name} {'boolean' if name in _FLAGS else 'int8'}" for name in _COUNTS),
        *(f"{name} float8" for name in _SHARES),
        "in_window int8[]",
    ]
)
_KEPT = {
    **{name: (f"coalesce(kept.{name}::int::int8, -1)" if name in _FLAGS else f"coalesce(kept.{name}, -1)", "i8") for name in _COUNTS},
    **{name: (f"coalesce(kept.{name}, -1)", "f8") for name in _SHARES},
    **{name: (f"coalesce(kept.in_window[{place + 1}], -1)", "i8") for place, name in enumerate(_WINDOWS)},
}
_BESIDE = {
    "author": ("score.author_id", "i8"),
    "score": ("score.score", "f8"),
    "shown": ("score.shown", "i8"),
    "band": ("score.band", "i8"),
    "formula_version": ("score.formula_version", "i8"),
    "computed": ("(extract(epoch FROM score.computed_at) * 1000000)::int8", "i8"),
    "z_now": ("coalesce(flow.community, 0)", "f8"),
    "field": ("coalesce(figures.field_id, 0)", "i8"),
    "aged": ("(score.computed_at < %(new_year)s AND figures.author_id IS NOT NULL)::int::int8", "i8"),
    "l2_since": ("coalesce(extract(epoch FROM standing.l2_since), 'NaN')", "f8"),
}
_READ_AS = _BESIDE | _KEPT
_FROM = """
    FROM profiles_trustscore AS score
         JOIN papers_author AS author
              ON author.id = score.author_id AND author.merged_into_id IS NULL AND author.erased_at IS NULL
              AND author.id BETWEEN %(first)s AND %(last)s
         LEFT JOIN papers_authorfigures AS figures
              ON figures.author_id = score.author_id AND figures.author_id BETWEEN %(first)s AND %(last)s
         LEFT JOIN profiles_supportflow AS flow ON flow.author_id = score.author_id AND flow.author_id BETWEEN %(first)s AND %(last)s
         LEFT JOIN profiles_standing AS standing
              ON standing.author_id = score.author_id AND standing.author_id BETWEEN %(first)s AND %(last)s
"""  # a range passes through no join by itself: without its own, each table would be read in full for each piece
_READ = f"""
    SELECT {", ".join(read for read, _kind in _READ_AS.values())}
    {_FROM} CROSS JOIN LATERAL jsonb_to_record(score.inputs) AS kept ({_TYPED})
    WHERE score.author_id BETWEEN %(first)s AND %(last)s
    ORDER BY score.author_id
"""
_YEARS = """
    SELECT figures.author_id, (pair ->> 0)::int8, (pair ->> 1)::int8
    FROM profiles_trustscore AS score JOIN papers_authorfigures AS figures ON figures.author_id = score.author_id,
         jsonb_array_elements(figures.by_year) AS pair
    WHERE score.author_id BETWEEN %(first)s AND %(last)s AND figures.author_id BETWEEN %(first)s AND %(last)s
          AND score.computed_at < %(new_year)s
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """Scores of some pages by ascending id, as arrays: what is stored, and the inputs as they would be now.

    ``before`` holds what is stored, ``computed`` when it was (microseconds since 1970), ``aged`` where years are counted anew; ``readable`` is false where
    an input is not there, as an older version stored it. ``usual`` names what each page is measured against among ``fields``.
    """

    author_ids: Ints
    before: Mapping[str, Array]
    computed: Ints
    inputs: TrustInputs
    aged: NDArray[np.bool_]
    readable: NDArray[np.bool_]
    fields: list[Usual]
    usual: Ints
    statistics_version: int

    def patch(self, place: int) -> dict[str, Any]:
        """The inputs of one page that may be others than those stored, as they are stored."""
        usual, now = self.fields[int(self.usual[place])], self.inputs
        patch: dict[str, Any] = {
            "z": float(now.z[place]),
            "n90": list(usual.n90),
            "kappa": usual.kappa,
            "field_key": usual.name,
            "statistics_version": self.statistics_version,
            "clean_days": float(now.clean_days[place]),
        }
        if self.aged[place]:
            patch |= {"in_window": now.in_window[place].astype(int).tolist(), "active_years": int(now.active_years[place])}
        return patch


def ids_in_pieces(size: int) -> list[tuple[int, int]]:
    """First and last page of each ``size`` stored scores. One query."""
    ids = read_columns("SELECT author_id FROM profiles_trustscore ORDER BY author_id", {"author": "i8"})["author"]
    return [(int(ids[start]), int(ids[min(start + size, len(ids)) - 1])) for start in range(0, len(ids), size)]


def read_piece(first: int, last: int, usual: UsualFigures, now: datetime) -> Piece:
    """The scores from one page to another, both included. One query, and a second where years are counted anew. About 10 µs a page."""
    new_year = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    given = {"first": first, "last": last, "new_year": new_year}
    read = read_columns(_READ, {name: kind for name, (_read, kind) in _READ_AS.items()}, given)
    in_window = np.column_stack([read[name] for name in _WINDOWS]).astype(np.float64)
    active_years = read["active_years"].astype(np.float64)
    aged = read["aged"] > 0
    if aged.any():
        counted, active = _years(read["author"], given, now.year)
        in_window[aged, :-1], active_years[aged] = counted[aged], active[aged]
        in_window[aged, -1] = read["works"][aged]
    numbers, place = np.unique(read["field"], return_inverse=True)
    fields = [usual.of(int(number) or None) for number in numbers]
    return Piece(
        author_ids=read["author"],
        before={name: read[name] for name in ("score", "shown", "band", "formula_version")},
        computed=read["computed"],
        inputs=_inputs(read, in_window, active_years, fields, place, now),
        aged=aged,
        readable=np.all([read[name] >= 0 for name in _KEPT], axis=0),
        fields=fields,
        usual=place.astype(np.int64),
        statistics_version=usual.version,
    )


def _inputs(
    read: Mapping[str, Array], in_window: Floats, active_years: Floats, fields: list[Usual], place: Ints, now: datetime
) -> TrustInputs:
    counting = (read["level"] >= Level.L2) & ~np.isnan(read["l2_since"])
    clean = np.floor(np.maximum(0.0, now.timestamp() - np.where(counting, read["l2_since"], 0.0)) / SECONDS_A_DAY)
    plain: dict[str, Any] = {
        name: read[name].astype(np.float64) for name in ("with_ids", "with_abstract", "topics", "cited_by_others", "close")
    }
    plain |= {name: read[name] for name in ("identity", "confidence", "owner_share", "sanctions")}
    plain |= {name: read[name] > 0 for name in _FLAGS}
    z: Floats = np.round(read["z_now"], 12).astype(np.float64)
    return TrustInputs(
        level=np.maximum(read["level"], 0),
        in_window=in_window,
        active_years=active_years,
        n90=np.array([one.n90 for one in fields]).reshape(-1, len(_WINDOWS))[place],
        kappa=np.array([one.kappa for one in fields])[place],
        z=z,
        clean_days=np.where(counting, clean, read["clean_days"]),
        **plain,
    )


def _years(people: Ints, given: Mapping[str, Any], this_year: int) -> tuple[Floats, Floats]:
    """Works in each career window but the last, and active years, of each of ``people``."""
    read = read_columns(_YEARS, {"author": "i8", "year": "i8", "works": "i8"}, given)
    known = np.isin(read["author"], people)
    place, year, works = np.searchsorted(people, read["author"][known]), read["year"][known], read["works"][known]
    windows = [
        np.bincount(place[recent], weights=works[recent], minlength=len(people))
        for recent in (year > this_year - years for years in WINDOW_YEARS)
    ]
    active = (year > this_year - ACTIVE_WINDOW) & (works > 0)
    return np.column_stack(windows), np.bincount(place[active], minlength=len(people)).astype(np.float64)
