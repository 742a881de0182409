"""What a reader's browser fetches beside the page: below 100 kB compressed for a page in Latin letters."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from config import frontend

BUDGET = 100_000
SCRIPTS = ("django_htmx/htmx-2.min.js", "js/theme.js", "js/page.js", "js/graph.js")
DRAWINGS = ("img/icons.svg", "img/icon.svg")


def compressed(name: str) -> int:
    found = finders.find(name)
    assert isinstance(found, str), f"{name} is not there"
    return len(gzip.compress(Path(found).read_bytes(), 6))


def test_styles_fonts_and_scripts_stay_within_their_budget() -> None:
    faces, fonts = frontend.font_faces(frontend.ROOT / frontend.FONT_PACKAGE)
    if not fonts:
        pytest.skip("the fonts are not installed: npm ci has not run")
    sheets = [(frontend.ROOT / "config/static/css" / f"{name}.css").read_text(encoding="utf-8") for name in frontend.STYLE_SHEETS]
    css = frontend.minify("\n".join([faces, *sheets]))
    latin = next(font for font in fonts if font.name.endswith("-latin-wght-normal.woff2"))
    total = len(gzip.compress(css.encode(), 6)) + latin.stat().st_size + sum(compressed(name) for name in SCRIPTS + DRAWINGS)
    assert total < BUDGET
