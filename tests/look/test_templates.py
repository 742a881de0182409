"""What every template keeps to: it compiles, and brings no script or style of its own into the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".xml"})
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*\btype=\"application/(?:ld\+)?json\")", re.IGNORECASE)
STYLE = re.compile(r"<style\b|\sstyle=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>{]*\son[a-z]+=", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:src|href|action)=\"(?:https?:)?//", re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles_and_brings_nothing_that_the_policy_forbids(name: str) -> None:
    get_template(name)
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    style = [] if name.startswith("emails/") else [STYLE]  # mail programs know no style sheet of ours, and no policy
    for forbidden in (SCRIPT, *style, HANDLER, ELSEWHERE):
        assert forbidden.findall(source) == [], forbidden.pattern


def test_the_patterns_find_what_they_are_for() -> None:
    assert SCRIPT.search("<script>alert(1)</script>")
    assert not SCRIPT.search('<script type="application/ld+json">{}</script>')
    assert not SCRIPT.search('<script type="module" src="/x.js"></script>')
    assert STYLE.search('<p style="color: red">')
    assert HANDLER.search('<a href="/" onclick="go()">')
    assert ELSEWHERE.search('<img src="//elsewhere.example/x.png">')
