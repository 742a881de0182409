"""One measured figure with its reference and its bar, and how rows are shown."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A figure. ``ratio`` is the value in terms of its reference; ``bar`` says what must hold, ``holds`` whether it does.

    ``holds`` is None where nothing is demanded: the figure is there to be watched.
    """

    name: str
    value: float
    unit: str
    reference: str = ""
    reference_value: float | None = None
    ratio: float | None = None
    bar: str = ""
    holds: bool | None = None


@dataclass(frozen=True)
class Skipped:
    """A row, or a group of rows, that could not be measured here, and why."""

    name: str
    reason: str


Measured = Row | Skipped


def at_least(
    name: str, value: float, unit: str, bar: float | None = None, reference: str = "", reference_value: float | None = None
) -> Row:
    """A figure of which more is better."""
    return _row(
        name, value, unit, reference, reference_value, f"≥ {bar:g} {unit}" if bar is not None else "", None if bar is None else value >= bar
    )


def at_most(name: str, value: float, unit: str, bar: float | None = None, reference: str = "", reference_value: float | None = None) -> Row:
    """A figure of which less is better."""
    return _row(
        name, value, unit, reference, reference_value, f"≤ {bar:g} {unit}" if bar is not None else "", None if bar is None else value <= bar
    )


def ratio_at_most(name: str, value: float, unit: str, bar: float | None, reference: str, reference_value: float) -> Row:
    """A figure that may be ``bar`` times its reference."""
    demanded, holds = ("", None) if bar is None else (f"ratio ≤ {bar:g}", value <= bar * reference_value)
    return _row(name, value, unit, reference, reference_value, demanded, holds)


def _row(name: str, value: float, unit: str, reference: str, reference_value: float | None, bar: str, holds: bool | None) -> Row:
    ratio = value / reference_value if reference_value else None
    return Row(name, value, unit, reference, reference_value, ratio, bar, holds)


def as_json(measured: Measured) -> str:
    """One JSON object: the fields of the row, or the name with the reason why it was skipped."""
    if isinstance(measured, Skipped):
        return json.dumps({"name": measured.name, "skipped": measured.reason}, ensure_ascii=False)
    fields: dict[str, Any] = {key: _rounded(value) for key, value in asdict(measured).items()}
    return json.dumps(fields, ensure_ascii=False)


HEADING = f"{'figure':<28}{'value':>12} {'unit':<11}{'reference':>12}  {'ratio':>7}  {'bar':<22}{'holds':<7}against"


def as_line(row: Measured) -> str:
    """One line of a table for people, under ``HEADING``."""
    if isinstance(row, Skipped):
        return f"{row.name:<28}{'not measured':>12}: {row.reason}"
    reference = f"{row.reference_value:,.4g}" if row.reference_value is not None else ""
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    holds = {True: "yes", False: "NO", None: ""}[row.holds]
    return f"{row.name:<28}{row.value:>12,.4g} {row.unit:<11}{reference:>12}  {ratio:>7}  {row.bar:<22}{holds:<7}{row.reference}".rstrip()


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
