"""What the trust page and the snapshot show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.mathml import render_formula
from papers.models import Author
from papers.models.bases import page_slug
from profiles.levels import sentence
from profiles.models import TrustEvent, TrustScore
from profiles.models.choices import Level
from profiles.models.trust import Band
from profiles.querysets.claims import holding
from profiles.querysets.standing_of_page import standing_of_page
from profiles.standings import claim_facts
from profiles.trust.explaining import components, number, raising, reasons_text
from profiles.trust.formula import FORMULA_VERSION

EVENTS_SHOWN = 60
FORMULA_TEX = r"T = \min\left(c_L,\ 100\, M \left(0.35\, I + 0.15\, Q + 0.20\, a_L S + 0.20\, N + 0.10\, D\right)\right)"
RING = 188.5  # the ring's length: 2 pi times its radius of 30
CHART_WIDTH, CHART_HEIGHT, CHART_TOP, CHART_LEFT = 640, 160, 12, 30


def snapshot(author: Author) -> dict[str, Any]:
    """The score in a ring with its band and the level's sentence, or the words for a page that has none yet. The query of ``standing_of_page``."""
    row = standing_of_page(author).score
    if row is None:
        return {"score": None}
    return {
        "score": row.shown,
        "band": Band(row.band).label,
        "level": f"L{row.level}",
        "sentence": sentence(Level(row.level), is_claimed=row.is_claimed),
        "arc": f"{RING * row.shown / 100:.1f} {RING}",
        "url": address(author),
    }


def address(author: Author) -> str:
    """The trust page's address."""
    return reverse("profiles:trust", args=[author.pk, page_slug(author.display_name)])


def trust_context(author: Author) -> dict[str, Any]:
    """The score taken apart, with its history. At most nine queries, whatever there is."""
    row = TrustScore.objects.filter(author_id=author.pk).first()
    claim = holding([author.pk]).first()
    context: dict[str, Any] = {
        "author": author,
        "page_url": author.get_absolute_url(),
        "claim_url": reverse("profiles:claim-start", args=[author.pk, page_slug(author.display_name)]),
        "json_url": reverse("profiles:trust-json", args=[author.pk, page_slug(author.display_name)]),
        "is_claimed": claim is not None,
        "score": row,
    }
    if row is None:
        return context
    facts = claim_facts(claim) if claim is not None else None
    pieces = facts.pieces if facts is not None else ()
    events = list(TrustEvent.objects.filter(author_id=author.pk).order_by("-at", "-pk")[:EVENTS_SHOWN])
    return context | {
        "band": Band(row.band).label,
        "level": f"L{row.level}",
        "sentence": sentence(Level(row.level), is_claimed=claim is not None),
        "arc": f"{RING * row.shown / 100:.1f} {RING}",
        "components": [_component(one) for one in components(row.inputs, row.parts["points"])],
        "total": number(row.score),
        "steps": [
            {"text": step.text, "gain": number(step.gain, 1), "shown": step.shown, "level": step.level.label}
            for step in raising(row.inputs, row.score, timezone.now(), pieces, facts)
        ],
        "events": [_event(event) for event in events],
        "chart": history_chart(events),
        "formula_version": FORMULA_VERSION,
        "formula": render_formula(FORMULA_TEX, display=True),
    }


def as_json(author: Author, row: TrustScore) -> dict[str, Any]:
    """Everything from which anybody computes the score again (``manage.py explain_trust``, docs/trust.md)."""
    return {
        "author": author.public_id,
        "formula_version": row.formula_version,
        "score": row.score,
        "shown": row.shown,
        "band": Band(row.band).name.lower().replace("_", "-"),
        "level": f"L{row.level}",
        **row.parts,
        "inputs": row.inputs,
        "input_hash": row.input_hash,
        "computed_at": row.computed_at.isoformat(),
    }


def _component(one: Any) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "sentence": one.sentence,
        "points": number(one.points),
        "most": number(one.most, 1) if one.most else "",
        "share": one.share,
        "facts": [
            {"text": fact.text, "found": fact.found, "points": number(fact.points) if fact.points is not None else ""} for fact in one.facts
        ],
    }


def _event(event: TrustEvent) -> dict[str, Any]:
    names = {
        "identity": _("identity"),
        "quality": _("record quality"),
        "scholarly": _("scholarly record"),
        "community": _("community"),
        "conduct": _("conduct"),
        "sanctions": _("sanctions"),
        "cap": _("cap of the level"),
    }
    moved = [f"{names[key]} {'+' if by > 0 else ''}{number(by)}" for key, by in event.moved.items() if abs(by) >= 0.005]  # noqa: PLR2004 - shown as 0.00
    return {
        "at": event.at,
        "shown": event.shown,
        "band": Band(event.band).label,
        "reasons": reasons_text(event.reasons),
        "moved": moved,
    }


def history_chart(events: Sequence[TrustEvent]) -> dict[str, Any] | None:
    """The score over time as steps, from the oldest event to now; None for fewer than two events."""
    if len(events) < 2:  # noqa: PLR2004 - one point is no history
        return None
    ordered = sorted(events, key=lambda event: (event.at, event.pk))
    first, last = ordered[0].at, timezone.now()
    span = max(1.0, (last - first).total_seconds())
    points: list[tuple[float, float]] = []
    for event in ordered:
        x = CHART_LEFT + (CHART_WIDTH - CHART_LEFT) * (event.at - first).total_seconds() / span
        y = CHART_TOP + CHART_HEIGHT * (1 - event.shown / 100)
        if points:
            points.append((x, points[-1][1]))
        points.append((x, y))
    points.append((float(CHART_WIDTH), points[-1][1]))
    return {
        "width": CHART_WIDTH,
        "height": CHART_TOP + CHART_HEIGHT + 24,
        "left": CHART_LEFT,
        "line": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "grid": [{"y": f"{CHART_TOP + CHART_HEIGHT * (1 - value / 100):.1f}", "value": value} for value in (0, 25, 50, 75, 100)],
        "from": first,
        "label": _("Score over time, from %(first)s to %(last)s") % {"first": ordered[0].shown, "last": ordered[-1].shown},
        "base": CHART_TOP + CHART_HEIGHT + 18,
    }
