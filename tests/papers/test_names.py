"""Personal names as they are published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.names import RARE, compatible, fold, parse_name, rarity


@pytest.mark.parametrize(
    "raw,given_names,family",
    [
        ("Yuandong Tian", ("yuandong",), "tian"),
        ("Tian, Yuandong", ("yuandong",), "tian"),
        ("Y. Tian", ("y",), "tian"),
        ("J.S. Bach", ("j", "s"), "bach"),
        ("Ludwig van Beethoven", ("ludwig",), "vanbeethoven"),
        ("de la Cruz, Juan", ("juan",), "delacruz"),
        ("Jörg Gebhardt", ("jorg",), "gebhardt"),
        ("Jean-Pierre Serre", ("jeanpierre",), "serre"),
        ("Martin Luther King Jr.", ("martin", "luther"), "king"),
        ("King, Martin Luther, Jr.", ("martin", "luther"), "king"),
        ("Prof. Emmy Noether", ("emmy",), "noether"),
        ("Shaolei (Simon) Du", ("shaolei",), "du"),
        ("O'Brien, Flann", ("flann",), "obrien"),
        ("Madonna", (), "madonna"),
        ("王小明", (), "wangxiaoming"),
    ],
)
def test_the_parts_of_a_published_name(raw: str, given_names: tuple[str, ...], family: str) -> None:
    name = parse_name(raw)
    assert (name.given, name.family) == (given_names, family)


@pytest.mark.parametrize(
    "one,other,fits",
    [
        ("Ada Quill", "A. Quill", True),
        ("Ada Quill", "Ada M. Quill", True),
        ("Ada M. Quill", "Ada N. Quill", False),
        ("Ada Quill", "Anna Quill", False),
        ("Ada Quill", "Quill", False),
        ("Il Hong Suh", "Ilhong Suh", True),
        ("Shaolei (Simon) Du", "Simon Du", True),
        ("Ada Quill", "Ada Quell", False),
    ],
)
def test_whether_two_names_may_be_one_persons(one: str, other: str, fits: bool) -> None:
    assert compatible(parse_name(one), parse_name(other)) is fits
    assert compatible(parse_name(other), parse_name(one)) is fits


def test_a_common_name_is_not_taken_for_rare_because_the_collection_is_small() -> None:
    def once(_: str) -> int:
        return 1

    assert rarity(parse_name("Yuandong Tian"), once, once, 300) >= RARE
    for common in ("Wei Wang", "Ying Fan", "Simon Du", "Y. Tian", "David Smith"):
        assert rarity(parse_name(common), once, once, 300) < RARE


def test_a_name_that_many_distinct_names_share_parts_with_is_common_in_a_large_collection() -> None:
    def often(_: str) -> int:
        return 400

    assert rarity(parse_name("Ranajoy Sadhukhan"), often, often, 55_000) < RARE


@given(st.text(max_size=80))
def test_any_text_is_some_name(raw: str) -> None:
    name = parse_name(raw)
    assert len(name.key) <= 300
    assert len(name.block) <= 200
    assert fold(fold(raw)) == fold(raw)
    if raw.strip():
        assert name.family


@given(st.text(alphabet="abcdef ABC.-,'", min_size=1, max_size=40), st.text(alphabet="abcdef ABC.-,'", min_size=1, max_size=40))
def test_compatibility_has_no_direction(one: str, other: str) -> None:
    assert compatible(parse_name(one), parse_name(other)) == compatible(parse_name(other), parse_name(one))
