"""ORCID: the claimant signed in with an iD, and others tied that iD to works of the page.

*Matched* by a publisher, who put the iD on a work of the page; or by the ORCID record, on which Crossref, DataCite or a
member organisation put two works of the page. What the holder put there never counts, by hand or through the search services
of others: anybody can add anybody's works that way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib.guarded_http import GuardedHTTPError
from papers.identifiers import normalise_orcid
from papers.importers import orcid as importer
from papers.importers.loose import mapping, mappings, raw
from papers.records import WorkRecord
from profiles.evidence import reading
from profiles.evidence.base import Finding, Start, refuse
from profiles.evidence.record_pages import remember_websites
from profiles.models import Claim, Evidence, User
from profiles.models.choices import HOLDING, OPEN, Method
from profiles.querysets.evidence import independent_authorships, orcid_taken, works_with
from profiles.standings import publisher_asserted

YEAR: Final = timedelta(days=365)
SOON: Final = timedelta(hours=1)
WORKS_NEEDED: Final = 2
PUBLISHER, RECORD = "publisher", "record"

# Services through which a holder finds works and adds them: the assertion is the holder's, whoever carries it to ORCID.
SEARCH_AND_LINK: Final = frozenset(
    {
        "0000-0002-5982-8983",  # Scopus - Elsevier
        "0000-0002-9157-3431",  # Europe PubMed Central
        "0000-0002-3054-1567",  # Crossref Metadata Search
        "0000-0003-1377-5676",  # ResearcherID
        "0000-0003-2174-0924",  # DimensionsWizard
    }
)
SEARCH_AND_LINK_NAMES: Final = frozenset(
    {
        "scopus - elsevier",
        "europe pubmed central",
        "crossref metadata search",
        "researcherid",
        "web of science researcher profile sync",
        "publons",
        "clarivate",
        "dimensionswizard",
        "dimensions wizard",
        "isni2orcid search and link",
        "isni",
        "base - bielefeld academic search engine",
        "base",
        "mla international bibliography",
        "airiti",
        "koreamed",
        "redalyc",
        "the lens",
        "loop",
        "researchgate",
        "mendeley",
        "zotero",
        "figshare",
        "kudos",
        "openaire",
        "openaire explore",
    }
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What an ORCID record says: ``identifiers`` (scheme, value) of works that others put there, and ``websites`` of the person."""

    identifiers: frozenset[tuple[str, str]]
    websites: tuple[str, ...]


class OrcidMethod:
    """The iD that somebody signs in with. No secret, no typing: the sign-in is the proof."""

    key = Method.ORCID
    proves = gettext_lazy(
        "The owner signed in with this ORCID iD. It says whose record this is where publishers or organisations put the iD on works of the page."
    )
    next_step = gettext_lazy("Have the iD compared with the works of the page.")

    def start(self, claim: Claim, user: User, **_given: Any) -> Start:
        orcid = connected_orcid(user)
        if not orcid:
            raise refuse(_("Connect your ORCID iD to your account first: you sign in at ORCID, and come back here."), "orcid-missing")
        _ensure_free(orcid, claim)
        return Start(subject=orcid, again=True)

    def check(self, evidence: Evidence, **_given: Any) -> Finding:
        user = evidence.claim.profile.user
        if connected_orcid(user) != evidence.subject:
            return Finding(held=False, outcome="orcid-gone", is_final=True)
        _ensure_free(evidence.subject, evidence.claim)
        return compare(evidence.subject, evidence.claim)

    def recheck(self, evidence: Evidence, now: datetime) -> Finding:  # noqa: ARG002 - the iD does not age
        if connected_orcid(evidence.claim.profile.user) != evidence.subject:
            return Finding(held=False, outcome="orcid-gone", is_final=True)
        found = compare(evidence.subject, evidence.claim)
        if not evidence.matched or found.values["matched"]:
            return found
        if found.outcome == "unmatched-unread":
            return Finding(held=False, outcome="not-read", is_trouble=True)
        return Finding(held=False, outcome="no-longer-matched")


def connected_orcid(user: User) -> str:
    """The well-formed iD that somebody signs in with, or "". One query."""
    uid = SocialAccount.objects.filter(user=user, provider="orcid").values_list("uid", flat=True).order_by("pk").first()
    return normalise_orcid(uid)


def compare(orcid: str, claim: Claim) -> Finding:
    """Whether others tie the iD to the page. One query where a publisher does, else a request to ORCID and one more query."""
    author, user = claim.author_id, claim.profile.user_id
    if independent_authorships(author, user).filter(publisher_asserted(), orcid=orcid).exists():
        return _signed_in(PUBLISHER, matched_by=PUBLISHER)
    try:
        shared = read_record(orcid)
    except (GuardedHTTPError, ValueError, RecursionError):
        return _signed_in("unmatched-unread", next_check=SOON)
    remember_websites(orcid, shared.websites)
    if works_with(shared.identifiers, author, user) >= WORKS_NEEDED:
        return _signed_in(RECORD, matched_by=RECORD)
    return _signed_in("unmatched")


def read_record(orcid: str) -> Shared:
    """What the public record says. Raises ``GuardedHTTPError``, or ``ValueError`` for an answer that is none."""
    address = f"{settings.SERVICE_ADDRESSES['orcid'].rstrip('/')}/{orcid}/record"
    document = json.loads(reading.record_client().get(address).body)
    if not isinstance(document, Mapping) or normalise_orcid(raw(mapping(document.get("orcid-identifier")).get("path"))) != orcid:
        raise ValueError("not the record that was asked for")
    return Shared(frozenset(_identifiers(document, orcid)), tuple(_websites(document)))


def _identifiers(document: Mapping[str, Any], orcid: str) -> Iterator[tuple[str, str]]:
    """The identifiers that stand in assertions by others; those in the holder's own are left out, also where both are of one work."""
    groups = []
    for group in mappings(mapping(mapping(document.get("activities-summary")).get("works")).get("group")):
        by_others = [
            summary for summary in mappings(group.get("work-summary")) if asserted_by_others(mapping(summary.get("source")), orcid)
        ]
        if by_others:
            groups.append({"work-summary": by_others})
    person = {"orcid-identifier": document["orcid-identifier"], "group": groups}
    for found in importer.parse(BytesIO(json.dumps(person).encode())):
        if isinstance(found, WorkRecord):
            yield from found.ids.items()


def asserted_by_others(source: Mapping[str, Any], orcid: str) -> bool:
    """Whether the source of an assertion is an organisation of its own accord, and not the holder by whatever means."""
    client = raw(mapping(source.get("source-client-id")).get("path"))
    name = raw(mapping(source.get("source-name")).get("value")).strip().casefold()
    on_behalf = raw(mapping(source.get("assertion-origin-orcid")).get("path"))
    by_person = raw(mapping(source.get("source-orcid")).get("path"))
    if not client or client == orcid or on_behalf or by_person:
        return False
    return client not in SEARCH_AND_LINK and name not in SEARCH_AND_LINK_NAMES


def _websites(document: Mapping[str, Any]) -> Iterator[str]:
    for entry in mappings(mapping(mapping(document.get("person")).get("researcher-urls")).get("researcher-url")):
        yield raw(mapping(entry.get("url")).get("value"))


def _signed_in(outcome: str, *, matched_by: str = "", next_check: timedelta = YEAR) -> Finding:
    return Finding(held=True, outcome=outcome, values={"matched": bool(matched_by), "matched_by": matched_by}, next_check=next_check)


def _ensure_free(orcid: str, claim: Claim) -> None:
    """Quiet where no other claim rests on the iD. The database has the last word."""
    taken = orcid_taken(orcid, claim)
    if taken is None:
        return
    if taken.claim.profile_id == claim.profile_id and taken.claim.status in {*OPEN, *HOLDING}:
        raise refuse(
            _("This ORCID iD stands for your claim on the page of %(name)s. Withdraw it there first: one iD stands for one page.")
            % {"name": taken.claim.author.display_name},
            "orcid-taken",
        )
    raise refuse(_("This ORCID iD already stands for another claim. One iD stands for one person."), "orcid-taken")
