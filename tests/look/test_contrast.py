"""The colours of the tokens can be read, in both themes (WCAG 2.2: 4.5 to 1 for text, 3 to 1 for shapes and edges)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "config/static/css/tokens.css").read_text(encoding="utf-8")
COLOURS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", TOKENS.split("@media")[0])
}
GROUNDS = ("paper", "card", "sunken", "accent-soft")

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "accent", "accent-strong") for ground in GROUNDS),
    *((ink, ground) for ink in ("topic", "bad", "warn", "good") for ground in ("paper", "card")),
    *(("ink", ground) for ground in ("warn-soft", "bad-soft", "good-soft")),
    *((f"hue-{number}-ink", f"hue-{number}-ground") for number in range(8)),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("bad", "bad-soft"),
]
SHAPES = [(shape, ground) for shape in ("edge", "person", "work", "topic", "place", "graph-line", "accent") for ground in ("paper", "card")]


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ink, ground", TEXT)
def test_text_can_be_read(ink: str, ground: str, theme: str) -> None:
    assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shape, ground", SHAPES)
def test_shapes_and_edges_can_be_seen(shape: str, ground: str, theme: str) -> None:
    assert contrast(COLOURS[shape][theme], COLOURS[ground][theme]) >= 3


def test_every_colour_of_the_style_sheets_is_a_token() -> None:
    sheets = Path(__file__).resolve().parents[2] / "config/static/css"
    for name in ("base", "layout", "components", "pages"):
        text = (sheets / f"{name}.css").read_text(encoding="utf-8")
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,) ])", text) == [], name
        used = set(re.findall(r"var\(--([\w-]+)[),]", text))
        defined = set(re.findall(r"--([\w-]+):", TOKENS)) | {"rail-top"}
        assert used <= defined, name
