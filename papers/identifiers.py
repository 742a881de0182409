"""Identifiers of works, people and institutions: one normal form each, or nothing.

Every ``normalise_…`` function takes what a source or a person wrote and returns the normal form, or "" where the
value is none. All are pure, idempotent and cost a regular expression or two. Two sources that mean the same thing
therefore give equal strings, which is what recognising the same work rests on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

MAX_LENGTH: Final = 512  # longer values are damage, not identifiers

# --- DOI ---------------------------------------------------------------------------------------------------------

# The host may be a resolver or one of the two old publishers' resolvers that people still paste.
_DOI_URL = re.compile(r"^(?:https?:)?(?://)?(?:(?:www\.|dx\.)?doi\.org|doi\.acm\.org|doi\.ieeecomputersociety\.org)/+(?=10)", re.IGNORECASE)
_DOI_LABEL = re.compile(r"^(?:info:\s*doi/|urn:\s*doi:|doi(?!\.)\s*[:=]?\s*/*)\s*", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ufffd\ud800-\udfff]+")
_DOI_TRACKING = re.compile(r"(?:\?\w+=.*|#\w{2,}.*)$")
_TRAILING_PUNCTUATION = ".,;:'\"`’”»*"
_LEADING_PUNCTUATION = "<([{'\"“‘«"
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def normalise_doi(value: str | None) -> str:
    """The bare DOI in lower case ("10.1103/physrevd.64.117303"), or "".

    Takes resolver addresses, "doi:" and "info:doi/" prefixes and percent-encoding off, and punctuation or an unmatched
    bracket that a sentence left at the end. Only ASCII letters are folded, as the DOI Handbook (2.4) says.
    """
    text = _trimmed(value)
    if not text:
        return ""
    text = text.lstrip(_LEADING_PUNCTUATION)
    named = _DOI_LABEL.sub("", text, count=1)
    bare = _DOI_URL.sub("", named, count=1)
    if bare != named:
        bare = unquote(_DOI_TRACKING.sub("", bare))
    elif "/" not in bare:
        bare = unquote(bare)
    match = _DOI.fullmatch(_without_trailing_punctuation(bare))
    return match.group().translate(_ASCII_LOWER) if match else ""


def _without_trailing_punctuation(text: str) -> str:
    while text:
        last = text[-1]
        opening = _BRACKETS.get(last)
        unmatched = opening is not None and text.count(last) > text.count(opening)
        if not unmatched and last not in _TRAILING_PUNCTUATION:
            break
        text = text[:-1]
    return text


# --- arXiv -------------------------------------------------------------------------------------------------------

_ARXIV_PREFIX = re.compile(
    r"^(?:(?:https?:)?(?://)?(?:[a-z]{2,8}\.)?arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print)/"
    r"|(?:https?:)?(?://)?(?:dx\.|www\.)?doi\.org/10\.48550/arxiv\."
    r"|(?:doi:\s*)?10\.48550/arxiv\."
    r"|oai:arxiv\.org:"
    r"|arxiv\s*[:.]?\s*(?:e-?print\s*)?(?:abs/)?)",
    re.IGNORECASE,
)
_ARXIV_SUFFIX = re.compile(r"(?:\.pdf|\s*\[[\w.-]+\])*[/.,;]*$", re.IGNORECASE)
_ARXIV_NEW = re.compile(r"(\d{2})(\d{2})\.(\d{4,5})(?:v[1-9]\d{0,2})?", re.IGNORECASE)
_ARXIV_OLD = re.compile(r"([a-z-]+)(?:\.[a-z]{2,4}(?:-[a-z]{2,4})?)?/(\d{2})(\d{2})(\d{3})(?:v[1-9]\d{0,2})?", re.IGNORECASE)
_ARXIV_ARCHIVES = frozenset(
    {
        "acc-phys",
        "adap-org",
        "alg-geom",
        "ao-sci",
        "astro-ph",
        "atom-ph",
        "bayes-an",
        "chao-dyn",
        "chem-ph",
        "cmp-lg",
        "comp-gas",
        "cond-mat",
        "cs",
        "dg-ga",
        "funct-an",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math",
        "math-ph",
        "mtrl-th",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "patt-sol",
        "physics",
        "plasm-ph",
        "q-alg",
        "q-bio",
        "quant-ph",
        "solv-int",
        "stat",
        "supr-con",
    }
)
_MONTHS = {f"{month:02}" for month in range(1, 13)}
_OLD_ID_YEARS = {f"{year % 100:02}" for year in range(1991, 2008)}
_FIRST_NEW_ID = "0704"
_FIRST_YEAR_OF_FIVE_DIGITS = 15


def normalise_arxiv(value: str | None) -> str:
    """The arXiv id without version ("2401.00001", "hep-th/9901001"), or "".

    Old ids lose their subject class ("math.GT/0309136" is "math/0309136"), as arXiv itself writes them. Addresses,
    "arXiv:" and DOIs under 10.48550 are read. An id that arXiv cannot have given (month 13, five digits before
    2015) is none.
    """
    text = _trimmed(value)
    if not text:
        return ""
    text = _ARXIV_SUFFIX.sub("", unquote(_ARXIV_PREFIX.sub("", text, count=1)))
    new = _ARXIV_NEW.fullmatch(text)
    if new:
        year, month, number = new.groups()
        digits = 5 if int(year) >= _FIRST_YEAR_OF_FIVE_DIGITS else 4
        if month in _MONTHS and year + month >= _FIRST_NEW_ID and len(number) == digits and int(number):
            return f"{year}{month}.{number}"
        return ""
    old = _ARXIV_OLD.fullmatch(text)
    if old:
        archive, year, month, number = old[1].lower(), old[2], old[3], old[4]
        if archive in _ARXIV_ARCHIVES and year in _OLD_ID_YEARS and month in _MONTHS and int(number):
            return f"{archive}/{year}{month}{number}"
    return ""


def doi_of_arxiv(arxiv_id: str | None) -> str:
    """The DOI that arXiv registers for an id ("10.48550/arxiv.2401.00001"), or ""."""
    normal = normalise_arxiv(arxiv_id)
    return f"10.48550/arxiv.{normal}" if normal else ""


def arxiv_of_doi(doi: str | None) -> str:
    """The arXiv id behind a DOI under 10.48550, or "" for every other DOI."""
    normal = normalise_doi(doi)
    return normalise_arxiv(normal) if normal.startswith("10.48550/arxiv.") else ""


# --- ORCID and ROR -----------------------------------------------------------------------------------------------

_ORCID = re.compile(
    r"(?:(?:https?:)?(?://)?(?:www\.)?orcid\.org/|orcid\s*(?:id)?\s*[:=]?\s*)?"
    r"(000[09])[-\u2010-\u2014\u2212 ]?([0-9]{4})[-\u2010-\u2014\u2212 ]?([0-9]{4})[-\u2010-\u2014\u2212 ]?([0-9]{3}[0-9X])/?",
    re.IGNORECASE,
)


def normalise_orcid(value: str | None) -> str:
    """The ORCID iD as "0000-0002-1825-0097", or "" where it is none or its check digit is wrong.

    The check digit is ISO 7064 mod 11-2. ORCID gives ids from the blocks 0000 and 0009 only; the other ISNIs, and the
    ids of ORCID's sandbox, are no ORCID iDs.
    """
    match = _ORCID.fullmatch(_trimmed(value))
    if not match:
        return ""
    digits = "".join(match.groups()).upper()
    return "-".join(digits[i : i + 4] for i in range(0, 16, 4)) if orcid_check_digit(digits[:15]) == digits[15] else ""


def is_mistyped_orcid(value: str | None) -> bool:
    """Whether this has the form of an ORCID iD but a check digit that does not fit: somebody slipped."""
    return bool(_ORCID.fullmatch(_trimmed(value))) and not normalise_orcid(value)


def orcid_check_digit(digits: str) -> str:
    """The ISO 7064 mod 11-2 check character of 15 digits ("0" to "9" or "X")."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


_ROR = re.compile(r"(?:(?:https?:)?(?://)?(?:www\.)?ror\.org/|ror\s*[:=]\s*)?(0[0-9a-hjkmnp-tv-z]{6})([0-9]{2})/?", re.IGNORECASE)
_CROCKFORD = {letter: place for place, letter in enumerate("0123456789abcdefghjkmnpqrstvwxyz")}


def normalise_ror(value: str | None) -> str:
    """The bare ROR id ("05gq02987"), or "" where it is none or its checksum (ISO 7064 mod 97-10) is wrong."""
    match = _ROR.fullmatch(_trimmed(value))
    if not match:
        return ""
    encoded, checksum = match[1].lower(), match[2]
    number = 0
    for letter in encoded:
        number = number * 32 + _CROCKFORD[letter]
    return encoded + checksum if 98 - number * 100 % 97 == int(checksum) else ""


# --- OpenAlex, Semantic Scholar ----------------------------------------------------------------------------------

_OPENALEX = re.compile(
    r"(?:(?:https?:)?(?://)?(?:(?:www|api|explore)\.)?openalex\.org/(?:[a-z]+/)?|openalex\s*[:=]\s*)?([WAISTPFCV])([1-9]\d{0,14})/?",
    re.IGNORECASE,
)
_S2_URL = re.compile(
    r"^(?:https?:)?(?://)?(?:www\.|api\.)?semanticscholar\.org/(?:graph/v1/)?(?:paper/|author/)?(?:[^/?#]+/)?", re.IGNORECASE
)
_S2_PAPER = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_S2_NUMBER = re.compile(r"(?:corpus\s*id\s*[:=]?\s*|s2cid\s*[:=]?\s*)?([1-9]\d{0,14})", re.IGNORECASE)


def normalise_openalex(value: str | None, kinds: str = "WAISTPFCV") -> str:
    """The short OpenAlex id ("W2741809807"), or "". ``kinds`` limits the first letter ("W" works, "A" authors, …)."""
    match = _OPENALEX.fullmatch(_trimmed(value))
    if not match or match[1].upper() not in kinds:
        return ""
    return match[1].upper() + match[2]


def normalise_s2_paper(value: str | None) -> str:
    """The 40 hexadecimal digits of a Semantic Scholar paper id in lower case, or ""."""
    text = _S2_URL.sub("", _trimmed(value), count=1)
    return text.lower() if _S2_PAPER.fullmatch(text) else ""


def normalise_s2_corpus(value: str | int | None) -> str:
    """A Semantic Scholar corpus id as a decimal string, or ""."""
    match = _S2_NUMBER.fullmatch(_trimmed(str(value) if isinstance(value, int) else value))
    return match[1] if match else ""


def normalise_s2_author(value: str | int | None) -> str:
    """A Semantic Scholar author id as a decimal string, or ""."""
    text = _S2_URL.sub("", _trimmed(str(value) if isinstance(value, int) else value), count=1)
    return text if re.fullmatch(r"[1-9]\d{0,14}", text, re.ASCII) else ""


# --- ISBN, ISSN, PubMed ------------------------------------------------------------------------------------------

_ISBN_PREFIX = re.compile(r"^(?:urn:isbn:|(?:https?:)?(?://)?(?:id\.crossref\.org|www\.)?/?isbn/?(?:-1[03])?\s*[:=]?\s*)", re.IGNORECASE)
_ISSN = re.compile(
    r"(?:urn:issn:|(?:https?:)?//(?:id\.crossref|portal\.issn)\.org/(?:resource/)?issn/|e?-?issn\s*[:=]?\s*)?(\d{4})[-\u2010-\u2014\u2212 ]?(\d{3}[\dX])",
    re.IGNORECASE | re.ASCII,
)
_PMID = re.compile(
    r"(?:(?:https?:)?(?://)?(?:pubmed\.ncbi\.nlm\.nih\.gov/|(?:www\.)?ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/)|(?:pmid|pubmed|medline)\s*[:=]?\s*)?0*([1-9]\d{0,8})/?",
    re.IGNORECASE | re.ASCII,
)
_PMCID = re.compile(
    r"(?:(?:https?:)?(?://)?(?:pmc\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pmc|(?:www\.)?europepmc\.org)/articles/(?:pmc)?"
    r"|(?:pmcid\s*[:=]?\s*)?pmc\s*)([1-9]\d{0,8})(?:\.\d+)?/?",
    re.IGNORECASE | re.ASCII,
)


def normalise_isbn(value: str | None) -> str:
    """The ISBN as 13 digits, or "" where it is none or its check digit is wrong. Ten-digit ISBNs are converted."""
    text = re.sub(r"[-\u2010-\u2014\u2212\s]", "", _ISBN_PREFIX.sub("", _trimmed(value), count=1)).upper()
    if re.fullmatch(r"\d{9}[\dX]", text, re.ASCII):
        weighted = sum((10 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(text))
        if weighted % 11:
            return ""
        stem = "978" + text[:9]
        return stem + _isbn_check_digit(stem)
    if re.fullmatch(r"97[89]\d{10}", text, re.ASCII) and _isbn_check_digit(text[:12]) == text[12]:
        return text
    return ""


def _isbn_check_digit(stem: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(stem)) % 10)


def normalise_issn(value: str | None) -> str:
    """The ISSN as "1234-567X", or "" where it is none or its check digit is wrong."""
    match = _ISSN.fullmatch(_trimmed(value))
    if not match:
        return ""
    digits = (match[1] + match[2]).upper()
    weighted = sum((8 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(digits))
    return f"{digits[:4]}-{digits[4:]}" if weighted % 11 == 0 and digits != "00000000" else ""


def normalise_pmid(value: str | int | None) -> str:
    """A PubMed id as a decimal string, or ""."""
    match = _PMID.fullmatch(_trimmed(str(value) if isinstance(value, int) else value))
    return match[1] if match else ""


def normalise_pmcid(value: str | None) -> str:
    """A PubMed Central id as "PMC1234567", or ""."""
    match = _PMCID.fullmatch(_trimmed(value))
    return f"PMC{match[1]}" if match else ""


# --- OpenReview, ACL Anthology, dblp, Google Scholar --------------------------------------------------------------

_OPENREVIEW_URL = re.compile(
    r"^(?:https?:)?(?://)?(?:www\.|api2?\.)?openreview\.net/(?:forum|pdf|notes|attachment|revisions)\?(?:[^#]*?&)?id=", re.IGNORECASE
)
_OPENREVIEW = re.compile(r"[A-Za-z0-9_-]{6,20}", re.ASCII)
_OPENREVIEW_PROFILE = re.compile(r"~[^\s/?#&=~\x00-\x1f\x7f]{1,120}\d{1,4}")
_ACL_URL = re.compile(
    r"^(?:(?:https?:)?(?://)?(?:(?:www\.)?aclanthology\.org|(?:www\.)?aclanthology\.info/papers|(?:www\.)?aclweb\.org/anthology(?:-new)?)/(?:[A-Z]/[A-Z]\d{2}/)?"
    r"|acl(?:\s*anthology)?\s*[:=]\s*)",
    re.IGNORECASE,
)
_ACL_OLD = re.compile(r"([A-Z]\d{2})-(\d{4,5})", re.IGNORECASE | re.ASCII)
_ACL_NEW = re.compile(r"((?:19|20)\d{2}\.[a-z0-9_]{2,30}-[a-z0-9_]{1,30}\.\d{1,4})", re.IGNORECASE | re.ASCII)
_ACL_DOI = re.compile(r"10\.(?:18653|3115)/v1/(.+)")
_DBLP_PID = re.compile(
    r"(?:(?:https?:)?(?://)?(?:www\.)?dblp(?:\.uni-trier|\.dagstuhl|\.org)?(?:\.de|\.org)?/(?:pers?/)?pid/)?([a-z0-9]{1,4}/[A-Za-z0-9:=-]{1,60})(?:\.html|\.xml)?",
    re.IGNORECASE,
)
_SCHOLAR = re.compile(
    r"(?:(?:https?:)?(?://)?scholar\.google\.[a-z.]{2,6}/citations\?(?:[^#\s]*?&)?user=)?([A-Za-z0-9_-]{12})(?:[&#?]\S*)?", re.ASCII
)


def normalise_openreview(value: str | None) -> str:
    """The id of an OpenReview forum ("rJl-b3RcF7"; its case matters), or ""."""
    text = re.split(r"[&#]", _OPENREVIEW_URL.sub("", _trimmed(value), count=1))[0]
    return text if _OPENREVIEW.fullmatch(text) else ""


def normalise_openreview_profile(value: str | None) -> str:
    """The id of an OpenReview profile ("~Yuandong_Tian1"), or "". An e-mail address is not kept as an id."""
    text = re.sub(r"^(?:https?:)?(?://)?(?:www\.)?openreview\.net/profile\?id=", "", _trimmed(value), count=1, flags=re.IGNORECASE)
    text = unquote(text)
    return text if _OPENREVIEW_PROFILE.fullmatch(text) else ""


def normalise_acl(value: str | None) -> str:
    """An ACL Anthology paper id ("P01-1001", "2020.acl-main.1"), or ""."""
    text = _ACL_URL.sub("", _trimmed(value), count=1).rstrip("/")
    text = re.sub(r"(?:\.pdf|\.bib|\.xml)$", "", text, flags=re.IGNORECASE)
    old = _ACL_OLD.fullmatch(text)
    if old:
        return f"{old[1].upper()}-{old[2]}"
    new = _ACL_NEW.fullmatch(text)
    return new[1].lower() if new else ""


def acl_of_doi(doi: str | None) -> str:
    """The ACL Anthology id that a DOI of the ACL contains, or ""."""
    match = _ACL_DOI.fullmatch(normalise_doi(doi))
    return normalise_acl(match[1]) if match else ""


def normalise_dblp_person(value: str | None) -> str:
    """A dblp person id ("99/8911-1"), or ""."""
    match = _DBLP_PID.fullmatch(_trimmed(value))
    return match[1] if match else ""


def normalise_google_scholar(value: str | None) -> str:
    """A Google Scholar user id (12 characters; its case matters), or ""."""
    match = _SCHOLAR.fullmatch(_trimmed(value))
    return match[1] if match else ""


def normalise_acl_person(value: str | None) -> str:
    """A person id of the ACL Anthology ("yang-liu-umich"), or ""."""
    text = _trimmed(value).lower()
    return text if re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text, re.ASCII) else ""


def normalise_page(value: str | None) -> str:
    """A person's page in a source that lists works by person but numbers nobody ("seed/yuandong-tian"), or ""."""
    text = _trimmed(value).lower()
    return text if re.fullmatch(r"[a-z0-9-]+/[a-z0-9]+(?:-[a-z0-9]+)*", text, re.ASCII) else ""


# --- by scheme ---------------------------------------------------------------------------------------------------


def _normalise_openalex_work(value: str | None) -> str:
    return normalise_openalex(value, "W")


def _normalise_openalex_author(value: str | None) -> str:
    return normalise_openalex(value, "A")


WORK_SCHEMES: Final[Mapping[str, Callable[[str | None], str]]] = MappingProxyType(
    {
        "doi": normalise_doi,
        "arxiv": normalise_arxiv,
        "openalex": _normalise_openalex_work,
        "s2": normalise_s2_paper,
        "s2_corpus": normalise_s2_corpus,
        "pmid": normalise_pmid,
        "pmcid": normalise_pmcid,
        "openreview": normalise_openreview,
        "acl": normalise_acl,
        "isbn": normalise_isbn,
    }
)
AUTHOR_SCHEMES: Final[Mapping[str, Callable[[str | None], str]]] = MappingProxyType(
    {
        "orcid": normalise_orcid,
        "openalex": _normalise_openalex_author,
        "s2": normalise_s2_author,
        "openreview": normalise_openreview_profile,
        "dblp": normalise_dblp_person,
        "google_scholar": normalise_google_scholar,
        "acl": normalise_acl_person,
        "page": normalise_page,
    }
)


def normalise_work_id(scheme: str, value: str | None) -> str:
    """The normal form of a work's identifier in that scheme, or "" (also for a scheme that we do not know)."""
    normaliser = WORK_SCHEMES.get(scheme)
    return normaliser(value) if normaliser else ""


def normalise_author_id(scheme: str, value: str | None) -> str:
    """The normal form of a person's identifier in that scheme, or "" (also for a scheme that we do not know)."""
    normaliser = AUTHOR_SCHEMES.get(scheme)
    return normaliser(value) if normaliser else ""


def _trimmed(value: str | None) -> str:
    """``value`` without surrounding white space and angle brackets; "" for anything but a string of a sane length."""
    if not isinstance(value, str) or len(value) > MAX_LENGTH * 4:
        return ""
    text = value.strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip()
    return text if len(text) <= MAX_LENGTH else ""
