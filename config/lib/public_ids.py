"""Opaque public identifiers for rows that have a page.

A row's key is a 64-bit number from its own table's sequence: never reused, compact to join. What stands in a URL
is that number permuted over 45 bits and written as nine letters and digits of Crockford's base 32, so that
addresses carry no order, count or meaning, yet need no column and no look-up. The permutation hides nothing
secret; it must never change.
"""

from typing import Any

from django.urls import register_converter
from django.urls.converters import get_converters

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_BITS = 45
_MASK = (1 << _BITS) - 1
_MULTIPLIER = 0x0B4E9A3C5D17  # odd, hence invertible modulo 2**45
_INVERSE = pow(_MULTIPLIER, -1, 1 << _BITS)
_SHIFT = 23  # xor with the upper half carries the high bits down; it is its own inverse, as 2 * 23 > 45

_TRIPLES = [a + b + c for a in _ALPHABET for b in _ALPHABET for c in _ALPHABET]
_VALUES = {triple: value for value, triple in enumerate(_TRIPLES)}

LENGTH = 9


def encode_public_id(key: int) -> str:
    """Nine characters for a row key between 1 and 2**45 - 1. Raises ``ValueError`` outside of that."""
    if not 0 < key <= _MASK:
        raise ValueError(f"no public id for {key}")
    mixed = (key * _MULTIPLIER) & _MASK
    mixed ^= mixed >> _SHIFT
    mixed = (mixed * _MULTIPLIER) & _MASK
    return _TRIPLES[mixed >> 30] + _TRIPLES[(mixed >> 15) & 0x7FFF] + _TRIPLES[mixed & 0x7FFF]


def decode_public_id(text: str) -> int:
    """The row key behind nine characters. Raises ``ValueError`` for anything that ``encode_public_id`` never gives."""
    if len(text) != LENGTH:
        raise ValueError("a public id has nine characters")
    try:
        mixed = _VALUES[text[0:3]] << 30 | _VALUES[text[3:6]] << 15 | _VALUES[text[6:9]]
    except KeyError:
        raise ValueError("a public id has digits and lower-case letters only") from None
    mixed = (mixed * _INVERSE) & _MASK
    mixed ^= mixed >> _SHIFT
    key = (mixed * _INVERSE) & _MASK
    if key == 0:
        raise ValueError("no row has the key 0")
    return key


class PublicIdConverter:
    """Path converter ``<public_id:pk>``: the view receives the row key; a malformed id is simply no such page."""

    regex = "[0-9a-hjkmnp-tv-z]{9}"

    def to_python(self, value: str) -> int:
        return decode_public_id(value)

    def to_url(self, value: Any) -> str:
        return value if isinstance(value, str) else encode_public_id(int(value))


def register_public_ids() -> None:
    """Make ``<public_id:pk>`` known to address patterns; a second call changes nothing."""
    if "public_id" not in get_converters():
        register_converter(PublicIdConverter, "public_id")
