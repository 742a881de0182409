"""Lists of names as BibTeX writes them, and as people write them into BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from papers.text import clean_name

_SUFFIX = re.compile(r"(?:jr|sr|jnr|snr)\.?|[ivx]{2,4}|\d(?:st|nd|rd|th)", re.IGNORECASE)
_OPTION = re.compile(r"\w+\s*=\s*\w+")
_EXTENDED = re.compile(r"(?:^|,)\s*(family|given|prefix|suffix|id|useprefix|[a-z]+-i)\s*=\s*", re.IGNORECASE)
_OTHERS = frozenset({"others", "et al", "et al.", "and others", "u.a.", "..."})
_MOST_COMMAS = 2


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in parts as the entry gives them, or an organisation's (``organisation``) in ``family``."""

    family: str
    given: str = ""
    suffix: str = ""
    organisation: bool = False

    @property
    def whole(self) -> str:
        """The name as it is read: "Charles de la Vallée Poussin", "Michael von Hicks III"."""
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)


def parse_names(value: str) -> tuple[list[Name], bool]:
    """The names in order, and whether the list was cut ("and others")."""
    pieces = [piece for piece in _split(value, "and") if piece]
    truncated = False
    names: list[Name] = []
    for piece in pieces:
        if piece.strip("{} ").casefold() in _OTHERS:
            truncated = True
        elif not _OPTION.fullmatch(piece):
            names += [name for part in _people(piece, alone=len(pieces) == 1) if (name := _name(part)).whole]
    return names, truncated


def _people(piece: str, *, alone: bool) -> Iterator[str]:
    """A piece, or the names in it where somebody put commas instead of "and": "A. One, B. Two, C. Three"."""
    parts = list(_split(piece, ","))
    if alone and len(parts) > _MOST_COMMAS and all(len(part.split()) > 1 for part in parts) and "=" not in piece:
        yield from parts
    elif ";" in piece and "&" not in piece and "{" not in piece:
        yield from (part.strip() for part in piece.split(";") if part.strip())
    else:
        yield piece


def _split(value: str, separator: str) -> Iterator[str]:
    """The pieces of ``value`` between separators that stand in no braces, trimmed."""
    pattern = re.compile(r"[{}]|(?<=\s)and(?=\s)" if separator == "and" else r"[{},]", re.IGNORECASE)
    text = f" {' '.join(value.split())} "
    depth = start = 0
    for found in pattern.finditer(text):
        mark = found.group()
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth = max(0, depth - 1)
        elif depth == 0:
            yield text[start : found.start()].strip()
            start = found.end()
    yield text[start:].strip()


def _name(text: str) -> Name:
    if text.startswith("{") and text.endswith("}") and _is_one_group(text):
        whole = clean_name(text[1:-1])
        return Name(whole, organisation=" " in whole)
    if _EXTENDED.search(text) and "family" in text.lower():
        return _extended(text)
    parts = list(_split(text, ","))
    return _read_order(parts[0]) if len(parts) == 1 else _listed_order(parts)


def _listed_order(parts: list[str]) -> Name:
    """A name with commas: "Last, First", "Last, Jr, First", and what people make of them."""
    family, *rest = parts
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part.strip("{} "))]
    given = " ".join(part for part in rest if part not in suffixes)
    if not given:  # "Martin Luther King, Jr."
        name = _read_order(family)
        return Name(name.family, name.given, clean_name(" ".join(suffixes)))
    return Name(clean_name(family), clean_name(given), clean_name(" ".join(suffixes)))


def _is_one_group(text: str) -> bool:
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if depth == 0 and place + 1 < len(text):
            return False
    return True


def _extended(text: str) -> Name:
    """Biblatex's extended form: "family=Gogh, given=Vincent, prefix=van"."""
    pieces = _EXTENDED.split(text)
    given = {key.lower(): clean_name(value.strip(' ",')) for key, value in zip(pieces[1::2], pieces[2::2], strict=False)}
    family = " ".join(filter(None, (given.get("prefix"), given.get("family"))))
    return Name(family, given.get("given", ""), given.get("suffix", ""))


def _read_order(text: str) -> Name:
    """Of "First von Last" the family name begins with the first word in lower case, else it is the last word."""
    words = _words(text)
    suffix = ""
    if len(words) > _MOST_COMMAS and _SUFFIX.fullmatch(words[-1]):
        suffix = clean_name(words.pop())
    if len(words) == 1:
        return Name(clean_name(words[0]), suffix=suffix)
    particle = next((place for place, word in enumerate(words[1:-1], start=1) if _is_particle(word)), len(words) - 1)
    return Name(clean_name(" ".join(words[particle:])), clean_name(" ".join(words[:particle])), suffix)


def _words(text: str) -> list[str]:
    """Words that spaces or ties outside braces separate."""
    words, depth, word = [], 0, ""
    for character in text:
        depth += (character == "{") - (character == "}")
        if (character.isspace() or character == "~") and depth <= 0 and not word.endswith("\\"):
            words.append(word)
            word = ""
        else:
            word += character
    return [word for word in [*words, word] if word] or [""]


def _is_particle(word: str) -> bool:
    letter = next((character for character in clean_name(word) if character.isalpha()), "")
    return letter.islower() and not word.startswith("{") and not word.startswith("-")
