"""Addresses of institutions: a code goes there and comes back; graduates' and everybody's addresses prove nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from papers.models import Authorship, AuthorshipInstitution, Institution, Work
from profiles.evidence.domains import denied_domains, domain_of, is_denied, match_domain
from profiles.evidence.email import normalised_code
from profiles.evidence.service import check_evidence, recheck_due, start_evidence
from profiles.exceptions import EvidenceError, LimitReachedError
from profiles.levels import assess
from profiles.models import EvidenceCheck, EvidenceSecret, Freeze, OutgoingMail, TrailEntry
from profiles.models.choices import EvidenceStatus, FreezeKind, Level, Method
from profiles.standings import claimed_pieces
from tests.factories.papers import InstitutionFactory
from tests.factories.people import evidence_for

pytestmark = pytest.mark.django_db


def at(author, institution, year):
    """Have the author's works name an institution, and be of a year."""
    Work.objects.filter(authorships__author=author).update(year=year)
    for authorship in Authorship.objects.filter(author=author):
        AuthorshipInstitution.objects.create(authorship=authorship, institution=institution)


@pytest.fixture
def university(page):
    place = InstitutionFactory(name="University of Exampleton", domains=["uni.example.edu"], site_host="www.exampleton.edu")
    at(page, place, timezone.now().year - 2)
    return place


def ask(claim, address="ada@uni.example.edu"):
    return start_evidence(claim=claim, user=claim.profile.user, method=Method.EMAIL, address=address)


def code_in_mail(to="ada@uni.example.edu"):
    text = OutgoingMail.objects.filter(kind="evidence-code", to=to).latest("pk").text
    return re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", text).group()


def answer(evidence, code):
    return check_evidence(evidence=evidence, user=evidence.claim.profile.user, code=code)


def wrong(evidence, code="AAAA-AAAA"):
    with pytest.raises(EvidenceError) as raised:
        answer(evidence, code)
    return raised.value.code


def test_a_code_goes_there_and_comes_back(claim, university):
    evidence = ask(claim)
    assert EvidenceSecret.objects.get().secret_hash not in code_in_mail()

    confirmed = answer(evidence, code_in_mail().lower().replace("-", " "))

    assert (confirmed.status, confirmed.subject, confirmed.institution, confirmed.from_site) == (
        EvidenceStatus.CONFIRMED,
        "uni.example.edu",
        university,
        False,
    )
    assert not EvidenceSecret.objects.exists()  # nobody keeps the address
    assert assess(*claimed_pieces(claim), timezone.now()).level == Level.L2
    assert [check.outcome for check in EvidenceCheck.objects.all()] == ["code-right"]
    assert not TrailEntry.objects.filter(changes__contains="ada@").exists()


@pytest.mark.parametrize(
    "address,from_site", [("ada@cs.uni.example.edu", False), ("ada@exampleton.edu", True), ("ada@mail.EXAMPLETON.edu", True)]
)
def test_subdomains_count_and_the_web_sites_host_by_half(claim, university, address, from_site):
    evidence = ask(claim, address)
    assert (evidence.institution, evidence.from_site) == (university, from_site)


@pytest.mark.parametrize(
    "address,code",
    [
        ("ada@gmail.com", "domain-denied"),
        ("ada@alumni.uni.example.edu", "domain-denied"),
        ("ada@uni.example.edu.evil.example", "domain-unknown"),
        ("ada@notuni.example.edu", "domain-unknown"),
        ("ada@example.edu", "domain-unknown"),
        ("ada@edu", "address-malformed"),
        ("", "address-malformed"),
        ("ada", "address-malformed"),
        ("ada@uni.example.edu\nBcc: x@example.org", "address-malformed"),
        ("ada@uni.example.edu, grace@uni.example.edu", "address-malformed"),
        ("ada\x00@uni.example.edu", "address-malformed"),
    ],
)
def test_no_code_goes_elsewhere(claim, university, address, code):
    with pytest.raises(EvidenceError) as raised:
        ask(claim, address)
    assert raised.value.code == code
    assert not OutgoingMail.objects.exists()


def test_an_institution_of_older_works_does_not_count(claim, page):
    at(page, InstitutionFactory(domains=["uni.example.edu"]), timezone.now().year - 4)
    with pytest.raises(EvidenceError) as raised:
        ask(claim)
    assert raised.value.code == "no-institution"


def test_a_shared_host_is_nobodys_domain():
    shared = Institution(domains=[], site_host="sites.google.com")
    portal = Institution(domains=[], site_host="www.gov.uk")
    assert match_domain("sites.google.com", [shared]) is None
    assert match_domain("anything.gov.uk", [portal]) is None
    assert match_domain("edu", [Institution(domains=["edu"])]) is None
    assert match_domain("x.edu", [Institution(domains=["edu"])]) is None


def test_a_code_works_once_for_twenty_minutes_and_five_tries(claim, university, time_machine_at):
    evidence = ask(claim)
    code = code_in_mail()
    time_machine_at(timezone.now() + timedelta(minutes=21))
    assert wrong(evidence, code) == "code-expired"

    ask(claim)
    assert wrong(evidence, code) == "code-wrong"  # an older one is worth nothing
    newer = code_in_mail()
    for _ in range(3):
        assert wrong(evidence) == "code-wrong"
    assert wrong(evidence) == "too-many-tries"
    assert wrong(evidence, newer) == "too-many-tries"

    ask(claim)
    answer(evidence, code_in_mail())
    assert wrong(evidence, code_in_mail()) == "code-used"
    evidence.refresh_from_db()
    assert evidence.status == EvidenceStatus.CONFIRMED


@pytest.fixture
def time_machine_at():
    import time_machine

    travelling = []

    def travel(moment):
        traveller = time_machine.travel(moment, tick=True)
        traveller.start()
        travelling.append(traveller)

    yield travel
    for traveller in reversed(travelling):
        traveller.stop()


def test_a_code_is_no_use_for_another_claim(claim, university):
    from tests.factories.people import account, claim_by

    ask(claim)
    code = code_in_mail()
    other = claim_by(account("grace"), claim.author)
    theirs = ask(other, "grace@uni.example.edu")
    assert wrong(theirs, code) == "code-wrong"


def test_nobody_is_sent_mails_without_end(claim, university):
    for _ in range(3):
        ask(claim)
    with pytest.raises(LimitReachedError):
        ask(claim)
    assert OutgoingMail.objects.count() == 3


@pytest.mark.parametrize("kind", FreezeKind)
def test_frozen_domains_and_institutions_are_refused(claim, university, kind):
    where = {"domain": "example.edu"} if kind == FreezeKind.DOMAIN else {"institution": university}
    Freeze.objects.create(kind=kind, reason_code="abuse", frozen_at=timezone.now(), **where)
    with pytest.raises(EvidenceError) as raised:
        ask(claim)
    assert raised.value.code == "frozen"


def test_an_address_can_be_confirmed_again_and_is_young_again(claim, university):
    old = timezone.now() - timedelta(days=900)
    evidence = evidence_for(
        claim, Method.EMAIL, "uni.example.edu", institution=university, confirmed_at=old, first_checked_at=old, last_checked_at=old
    )
    assert ask(claim).pk == evidence.pk
    wrong(evidence)
    evidence.refresh_from_db()
    assert (evidence.status, evidence.failures, evidence.last_checked_at) == (EvidenceStatus.CONFIRMED, 0, old)

    again = answer(evidence, code_in_mail())
    assert again.pk == evidence.pk
    assert again.confirmed_at == old
    assert timezone.now() - again.last_checked_at < timedelta(minutes=1)


def test_the_clock_looks_at_the_domain_and_makes_nothing_young(claim, university):
    old = timezone.now() - timedelta(days=600)
    dates = {"confirmed_at": old, "first_checked_at": old, "last_checked_at": old, "next_check_at": timezone.now()}
    evidence = evidence_for(claim, Method.EMAIL, "uni.example.edu", institution=university, **dates)
    now = timezone.now()

    assert recheck_due(now=now) == 1
    evidence.refresh_from_db()
    assert (evidence.status, evidence.last_checked_at, evidence.outcome) == (EvidenceStatus.CONFIRMED, old, "domain-holds")
    assert OutgoingMail.objects.filter(kind="evidence-fading").count() == 1

    university.domains = []
    university.save()
    recheck_due(now=now + timedelta(days=200))
    recheck_due(now=now + timedelta(days=220))
    evidence.refresh_from_db()
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.STALE, "domain-gone")
    assert OutgoingMail.objects.filter(kind="evidence-stale").count() == 1


def test_the_list_of_domains_can_be_read_and_is_used():
    listed = denied_domains()
    assert not listed.domains & listed.sites
    assert all("." in domain and domain == domain.strip().lower() for domain in listed.domains | listed.sites)
    assert is_denied("mail.gmail.com")
    assert is_denied("alum.mit.edu")
    assert is_denied("post.harvard.edu")
    assert not is_denied("harvard.edu")
    assert not is_denied("alumni-research.example.edu")


@pytest.mark.parametrize(
    "address,domain", [("a@B.Example.", "b.example"), ("a@zürich.example", "xn--zrich-kva.example"), ("a", ""), ("a@", ""), ("a@.", "")]
)
def test_domains_are_compared_in_one_form(address, domain):
    assert domain_of(address) == domain


def test_codes_are_read_as_people_type_them():
    assert normalised_code(" abcd–2345 ") == "ABCD2345"
    assert normalised_code("Ａ" * 9) == ""
