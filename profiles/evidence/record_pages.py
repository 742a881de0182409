"""The pages that the imported record links to. Claimants choose among them and never type one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.cache import cache

from config.lib.guarded_http import with_tls
from papers.source_names import source_name
from profiles.models import Claim
from profiles.models.choices import EvidenceStatus, Method
from profiles.querysets.evidence import independent_authorships, works_of

HOMEPAGE, CODE, WEBSITE = "homepage", "code", "orcid-website"
# Whoever hands in such a file, or a value by hand, typed the addresses in it.
TYPED: Final = frozenset({"bibtex", "ris", "person", "csl", "manual"})
_LONGEST: Final = 500
_MOST: Final = 40
_WEBSITES_KEPT: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page with where the link to it stands. ``kind`` is "homepage", "code" or "orcid-website"."""

    url: str
    kind: str
    told_by: str


def record_pages(claim: Claim) -> list[RecordPage]:
    """The pages that a token may be put on, each once, at most forty: homepages on authorships, code of works, websites on a matched ORCID record.

    Two queries, and one more for ORCID; addresses with http are asked by https.
    """
    found: dict[str, RecordPage] = {}
    for kind, url, source in [*_homepages(claim), *_code(claim), *_websites(claim)]:
        address = with_tls(url)
        if address and len(address) <= _LONGEST and address not in found:
            found[address] = RecordPage(address, kind, source_name(source))
    return list(found.values())[:_MOST]


def remember_websites(orcid: str, websites: tuple[str, ...]) -> None:
    """Keep the websites of an ORCID record for a day, so that the list of pages asks nobody."""
    cache.set(f"orcid-websites:{orcid}", list(websites[:_MOST]), timeout=_WEBSITES_KEPT)


def matched_orcid(claim: Claim) -> str:
    """The iD of the claim's confirmed and matched ORCID evidence, or "". One query."""
    pieces = claim.evidence.filter(method=Method.ORCID, status=EvidenceStatus.CONFIRMED, matched=True)
    return pieces.values_list("subject", flat=True).first() or ""


def _homepages(claim: Claim) -> list[tuple[str, str, str]]:
    stated = independent_authorships(claim.author_id, claim.profile.user_id).exclude(homepage="").exclude(source__in=TYPED)
    return [(HOMEPAGE, url, source) for url, source in stated.order_by("pk").values_list("homepage", "source")[: _MOST * 5]]


def _code(claim: Claim) -> list[tuple[str, str, str]]:
    works = works_of(claim.author_id, claim.profile.user_id).exclude(code_urls=[]).order_by("-date_key", "-pk")
    found = []
    for urls, provenance in works.values_list("code_urls", "provenance")[: _MOST * 2]:
        source = str(provenance.get("code", "")).partition(":")[0]
        if source and source not in TYPED:
            found += [(CODE, url, source) for url in urls]
    return found


def _websites(claim: Claim) -> list[tuple[str, str, str]]:
    orcid = matched_orcid(claim)
    known = cache.get(f"orcid-websites:{orcid}") if orcid else None
    return [(WEBSITE, str(url), "orcid") for url in known or []]
