"""A name's letters and colour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lib.names import HUES, hue, initials


@pytest.mark.parametrize(
    "name, letters",
    [
        ("Ada Lovelace", "AL"),
        ("Ada King, Countess of Lovelace", "AL"),
        ("plato", "P"),
        ("李明", "李"),
        ("Ørsted, Hans Christian", "ØC"),
        ("'t Hooft", "TH"),
        ("J. R. R. Tolkien", "JT"),
        ("3 4", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@given(st.text())
def test_every_name_has_letters_and_a_colour(name: str) -> None:
    assert 1 <= len(initials(name)) <= 2
    assert 0 <= hue(name) < HUES


def test_the_colour_does_not_depend_on_how_the_name_is_written() -> None:
    assert hue("José") == hue("Jose\u0301") == hue("JOSÉ")
