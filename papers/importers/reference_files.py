"""What reference files (BibTeX, RIS) have in common: odd encodings, languages by name, and entries without an identity."""

from __future__ import annotations

import codecs
import hashlib
import re
from typing import Final

from papers.importers.loose import language_code
from papers.text import title_key

LARGEST_FILE: Final = 256 * 1024 * 1024
"""Reference files are read as a whole; larger ones are refused."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"(?:%\s*encoding:\s*|-\*-\s*coding:\s*)([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_CHINESE_PAIR = re.compile(rb"(?:[\xb0-\xf7][\xa1-\xfe]|[\xa1-\xa9][\xa1-\xfe])+")
_LANGUAGES: Final = {
    "english": "en", "american": "en", "british": "en", "usenglish": "en", "ukenglish": "en", "german": "de", "ngerman": "de",
    "deutsch": "de", "austrian": "de", "french": "fr", "francais": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
    "brazilian": "pt", "dutch": "nl", "russian": "ru", "polish": "pl", "czech": "cs", "swedish": "sv", "danish": "da", "norwegian": "no",
    "finnish": "fi", "greek": "el", "turkish": "tr", "chinese": "zh", "japanese": "ja", "korean": "ko", "latin": "la", "sanskrit": "sa",
}  # fmt: skip
_THREE_LETTERS: Final = {
    "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "chi": "zh",
    "zho": "zh", "jpn": "ja", "kor": "ko", "dut": "nl", "nld": "nl", "pol": "pl", "cze": "cs", "ces": "cs", "tur": "tr",
}  # fmt: skip


def decode_text(content: bytes) -> str:
    """The text of a reference file by its byte order mark, as UTF-8, by what it declares, as GBK, else as Windows-1252."""
    marked = next((encoding for mark, encoding in _BOMS if content.startswith(mark)), "")
    if not marked and b"\x00" in content[:200]:
        marked = "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
    if marked:
        return content.decode(marked, "replace")
    chinese = all(_CHINESE_PAIR.fullmatch(run) for run in _HIGH_RUN.findall(content))
    for encoding in ("utf-8", _declared(content), "gb18030" if chinese else "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def _declared(content: bytes) -> str:
    """The encoding that JabRef's or Emacs's header names, as Python knows it; "utf-8" where there is none."""
    declared = _DECLARED.search(content[:2000])
    name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    return re.sub(r"-(?:unix|dos|mac)$", "", name).replace("latin-", "latin")


def record_identity(key: str, title: str, year: int | None, family: str) -> str:
    """What identifies an entry of a reference file: its own key is used in many files, so its facts count as well."""
    facts = "|".join((title_key(title) or title, str(year or ""), title_key(family)))
    return f"{key[:200]}:{hashlib.sha256(facts.encode('utf-8', 'replace')).hexdigest()[:12]}"


def language_of(value: str) -> str:
    """The two-letter code of a language that is given as a name or a code, or ""."""
    stated = value.strip().lower()
    return _LANGUAGES.get(stated) or _THREE_LETTERS.get(stated) or (language_code(stated) if re.fullmatch("[a-z]{2}", stated) else "")
