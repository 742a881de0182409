"""No cell of a table of ours is a formula to any spreadsheet, and nothing is lost that a reader needs."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lib.spreadsheets import TAB, safe_cell, table

TRIGGERS = ("=", "+", "-", "@", "|", "\t=", "\r+", "\n@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NASTY = st.text(alphabet=st.sampled_from([*"=+-@|\t\r\n\"',; a1\0\u200b\ufeff\u2028", "\uff1d"]), max_size=12) | st.text(max_size=30)
CELLS = NASTY | st.integers() | st.floats() | st.booleans() | st.none() | st.decimals()


@pytest.mark.parametrize("lead", TRIGGERS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "'", '"', "\0", "\ufeff", "\u200b", "x,", 'x"', "x;", "x\n", 'x",'])
def test_what_begins_like_a_formula_is_text(lead, before):
    cell = str(safe_cell(f"{before}{lead}1+cmd"))
    assert cell.startswith("'"), cell


@pytest.mark.parametrize("lead", ["\t", "\r", "\n", "\r\n", "\0", "\u2028"])
def test_what_breaks_a_cell_is_taken_out_of_it(lead):
    assert safe_cell(f"{lead}1{lead}2{lead}") == "1 2"


@pytest.mark.parametrize(
    "plain", ["Ada Quillmere", "10.1234/abc-def", "https://example.org/a=b", "a-b", "2 + 2", "C++", "O'Neill", "", "é"]
)
def test_plain_text_stays_as_it_is(plain):
    assert safe_cell(plain) == plain


@pytest.mark.parametrize("number", [0, -5, 3.5, -2.25, Decimal("-1.50"), 10**30])
def test_numbers_stay_numbers(number):
    assert safe_cell(number) == number
    line = list(table(["n"], [[number]]))[1]
    assert '"' not in line
    assert Decimal(line.strip()) == Decimal(str(number))


@pytest.mark.parametrize("number", [float("-inf"), float("nan"), float("inf"), Decimal("-Infinity"), Decimal("sNaN")])
def test_what_is_no_finite_number_is_text(number):
    assert isinstance(safe_cell(number), str)
    assert not str(safe_cell(number)).startswith("-")


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5), separator=st.sampled_from([",", TAB]))
def test_whatever_stands_in_a_table_no_reader_finds_a_formula(rows, separator):
    written = "".join(table(["=first", "second"], rows, separator=separator))
    read = list(csv.reader(io.StringIO(written, newline=""), delimiter=separator))
    assert len(read) == len(rows) + 1
    for given_row, row in zip([["=first", "second"], *rows], read, strict=True):
        assert len(row) == 2
        for was, cell in zip(given_row, row, strict=True):
            is_number = isinstance(was, (int, float, Decimal)) and not isinstance(was, bool)
            assert is_number or not re.match(r"[\s\x00-\x20\u200b-\u200f\ufeff\"]*[=+\-@|\uff1d\uff0b\uff0d\uff20]", cell), (was, cell)
    # A reader that does not know quotation marks splits at every separator and line break.
    for piece in re.split(r"[,;\t\r\n]", written):
        bare = piece.strip("\"'\u200b\ufeff \0")
        assert not re.match(r"[=@|\uff1d\uff20]", piece) or not bare, piece


@pytest.mark.parametrize("inside", ["x;=1+1", "x,@sum", ";|cmd", "a;\uff1d1"])
def test_who_knows_no_quotation_marks_finds_no_formula_behind_a_separator(inside):
    assert not re.search(r"[,;][=@|\uff1d]", str(safe_cell(inside)))


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), max_size=40))
def test_no_letter_is_lost(text):
    assert str(safe_cell(text)).replace("'", "") == text.strip(" ").replace("'", "")
