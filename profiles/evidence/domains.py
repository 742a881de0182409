"""Whose domain an e-mail address is at: an institution's own, its web site's, or one that proves nothing. Asks nothing but the list beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from papers.models import Institution

_LIST: Final = Path(__file__).with_name("denied_domains.txt")


@dataclass(frozen=True, slots=True)
class Denied:
    """The list of ``denied_domains.txt``."""

    domains: frozenset[str]
    labels: frozenset[str]
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """An institution whose domain it is; ``from_site``: only its web site says so, which counts half."""

    institution: Institution
    from_site: bool


@cache
def denied_domains() -> Denied:
    """The list, read once. Raises ``ValueError`` for a line that says nothing."""
    kinds: dict[str, set[str]] = {"": set(), "label": set(), "site": set()}
    for number, line in enumerate(_LIST.read_text(encoding="utf-8").splitlines(), 1):
        text = line.partition("#")[0].strip().lower()
        if not text:
            continue
        kind, _separator, value = text.rpartition(":")
        if kind not in kinds or not value.strip() or " " in value.strip():
            raise ValueError(f"{_LIST.name}, line {number}: {line!r}")
        kinds[kind].add(value.strip())
    return Denied(frozenset(kinds[""]), frozenset(kinds["label"]), frozenset(kinds["site"]))


def domain_of(address: str) -> str:
    """The domain of an e-mail address in its ASCII form and lower case, or "" where there is none."""
    _local, separator, domain = address.strip().rpartition("@")
    name = domain.strip().strip(".").lower()
    try:
        return name.encode("idna").decode("ascii") if separator and "." in name else ""
    except UnicodeError:
        return ""


def is_denied(domain: str) -> bool:
    """Whether addresses there are given to people who do not work there."""
    listed = denied_domains()
    return not listed.labels.isdisjoint(domain.split(".")) or any(is_below(domain, denied) for denied in listed.domains)


def is_below(domain: str, parent: str) -> bool:
    """Whether a domain is another one or lies below it. A bare ending such as "edu" has nothing below it."""
    return "." in parent and (domain == parent or domain.endswith(f".{parent}"))


def match_domain(domain: str, institutions: Iterable[Institution]) -> Match | None:
    """The institution of a domain: by an e-mail domain in its ROR record, else by the host of its web site, else None."""
    known = list(institutions)
    for institution in known:
        if any(is_below(domain, stated.lower()) for stated in institution.domains):
            return Match(institution, from_site=False)
    for institution in known:
        host = institution.site_host.lower().removeprefix("www.")
        if host and host not in denied_domains().sites and is_below(domain, host):
            return Match(institution, from_site=True)
    return None
