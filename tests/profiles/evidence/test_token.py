"""Tokens on pages that the record links to, and on no other."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from papers.models import AttributionRule, Authorship, Work
from profiles.evidence.record_pages import record_pages, remember_websites
from profiles.evidence.service import check_evidence, recheck_due, start_evidence, withdraw_evidence
from profiles.evidence.token import is_page_here, lasting_link, open_token, token_of
from profiles.exceptions import EvidenceError, LimitReachedError, NotAllowedError, WrongStateError
from profiles.levels import assess
from profiles.models import Evidence, EvidenceCheck, EvidenceSecret, OutgoingMail, Standing
from profiles.models.choices import ClaimStatus, EvidenceStatus, Level, Method
from profiles.standings import claimed_pieces
from tests.factories.people import account, claim_by, evidence_for, page_of
from tests.factories.web import page as answer
from tests.profiles.evidence.conftest import ADA_ORCID, on_works_of

pytestmark = pytest.mark.django_db

HOME = "https://example.edu/~ada"


@pytest.fixture
def homepage(page):
    on_works_of(page, homepage="http://example.edu/~ada", source="openreview")
    return HOME


def ask(claim, page=HOME):
    return start_evidence(claim=claim, user=claim.profile.user, method=Method.TOKEN, page=page)


def check(evidence):
    return check_evidence(evidence=evidence, user=evidence.claim.profile.user)


def refused(evidence):
    with pytest.raises(EvidenceError) as raised:
        check(evidence)
    return raised.value.code


def token(evidence):
    return open_token(Evidence.objects.select_related("secret").get(pk=evidence.pk))


def test_a_token_on_the_homepage_ties_the_claimant_to_the_record(claim, homepage, internet):
    evidence = ask(claim)
    written = token(evidence)
    assert len(written.removeprefix("collegium-")) == 32
    assert written not in EvidenceSecret.objects.get().secret_hash

    with internet({"/~ada": answer(f"<!-- {written} -->")}):
        confirmed = check(evidence)

    assert (confirmed.status, confirmed.subject, confirmed.matched_by) == (EvidenceStatus.CONFIRMED, HOME, "homepage")
    assert assess(*claimed_pieces(claim), timezone.now()).level == Level.L2
    assert not EvidenceSecret.objects.exists()


@pytest.mark.parametrize(
    "typed", ["https://evil.example/", "https://example.edu/~grace", "https://example.edu/~ada/", "http://169.254.169.254/", "", None, 7]
)
def test_a_page_that_the_claimant_typed_is_refused(claim, homepage, no_internet, typed):
    with pytest.raises(EvidenceError) as raised:
        ask(claim, typed)
    assert raised.value.code == "page-unknown"
    assert not Evidence.objects.exists()


def test_pages_come_from_the_imported_record_alone(claim, ada, page, homepage):
    works = list(Work.objects.filter(authorships__author=page).order_by("pk"))
    by_arxiv, by_hand, by_person = works
    Work.objects.filter(pk=by_arxiv.pk).update(code_urls=["https://code.example.org/ada"], has_code=True, provenance={"code": "arxiv:1"})
    Work.objects.filter(pk=by_hand.pk).update(code_urls=["https://typed.example/1"], has_code=True, provenance={"code": "bibtex:1"})
    Work.objects.filter(pk=by_person.pk).update(code_urls=["https://typed.example/2"], has_code=True, provenance={"code": "person:1"})
    Authorship.objects.filter(work=by_hand, author=page).update(homepage="https://typed.example/3", source="bibtex")
    Authorship.objects.filter(work=by_person, author=page).update(
        homepage="https://typed.example/4", rule=AttributionRule.PERSON, decided_by=ada, decided_by_person=True
    )
    grace = page_of("grace")
    Authorship.objects.filter(author=grace).update(homepage="https://example.edu/~grace", source="openreview")
    remember_websites(ADA_ORCID, ("https://ada.example",))

    assert [(one.url, one.kind) for one in record_pages(claim)] == [(HOME, "homepage"), ("https://code.example.org/ada", "code")]

    evidence_for(claim, Method.ORCID, ADA_ORCID)  # signed in, not matched
    assert "orcid-website" not in {one.kind for one in record_pages(claim)}
    claim.evidence.update(matched=True)
    assert ("https://ada.example/", "orcid-website") in {(one.url, one.kind) for one in record_pages(claim)}


def test_a_token_is_refused_after_its_time_and_after_its_use(claim, homepage, internet):
    evidence = ask(claim)
    first = token(evidence)
    with internet({"/~ada": answer(first)}):
        with time_machine.travel(timezone.now() + timedelta(hours=73)):
            assert token(evidence) == ""
            assert refused(evidence) == "token-expired"
            ask(claim)
            assert token(evidence) != first
            assert refused(evidence) == "token-missing"  # the older one stands there still
        with time_machine.travel(timezone.now() + timedelta(hours=74)), internet({"/~ada": answer(token(evidence))}):
            assert check(evidence).status == EvidenceStatus.CONFIRMED


def test_a_token_that_was_used_confirms_nothing_else(claim, homepage, internet):
    evidence = ask(claim)
    written = token(evidence)
    other = ask(claim_by(account("grace"), claim.author))
    with internet({"/~ada": answer(written)}):
        check(evidence)
        assert refused(other) == "token-missing"  # Grace copies Ada's token
    withdraw_evidence(evidence=evidence, user=claim.profile.user)
    with internet({"/~ada": answer(written)}):
        with pytest.raises(WrongStateError):
            check(evidence)
        assert refused(ask(claim)) == "token-missing"  # nor does it serve her a second time


@pytest.mark.parametrize(
    "answered,code",
    [
        (answer("nothing here"), "token-missing"),
        (answer("", status="404 Not Found"), "not-read"),
        (answer("", "text/html", "302 Found", "Location: https://evil.example/"), "not-read"),
        (answer("", "text/html", "302 Found", "Location: http://169.254.169.254/"), "not-read"),
        (answer(b"x" * 3_000_000), "not-read"),
        (answer("x", "application/octet-stream"), "not-read"),
    ],
)
def test_what_went_wrong_is_told_and_can_be_tried_again(claim, homepage, internet, answered, code):
    evidence = ask(claim)
    with internet({"/~ada": answered}):
        assert refused(evidence) == code
    evidence.refresh_from_db()
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.STARTED, code)
    with internet({"/~ada": answer(token(evidence))}):
        assert check(evidence).status == EvidenceStatus.CONFIRMED


def test_the_sentence_names_the_page_and_the_reason(claim, homepage, internet):
    evidence = ask(claim)
    with internet({}), pytest.raises(EvidenceError, match=r"We could not read the page at example\.edu/~ada\. The server answered 404\."):
        check(evidence)


def test_a_page_on_a_private_network_is_not_read(claim, page, internet, monkeypatch):
    on_works_of(page, homepage="https://intern.example.edu/~ada", source="openreview")
    evidence = ask(claim, "https://intern.example.edu/~ada")
    with internet({"/~ada": answer(token(evidence))}) as net:
        net.hosts["intern.example.edu"] = [["10.0.0.7"]]
        assert refused(evidence) == "not-read"
        assert net.server.requests == []


@pytest.fixture
def confirmed(claim, homepage):
    now = timezone.now()
    claim.status, claim.granted_at = ClaimStatus.GRANTED, now
    claim.save()
    return evidence_for(claim, Method.TOKEN, HOME, matched_by="homepage", next_check_at=now)


def looked(evidence, pages, internet, days):
    with internet(pages):
        assert recheck_due(now=timezone.now() + timedelta(days=days)) == 1
    evidence.refresh_from_db()
    return evidence.status, evidence.failures


def test_the_lasting_link_is_looked_for_every_month(confirmed, internet, settings):
    with_link = {"/~ada": answer(f"<p>{lasting_link(confirmed)}")}
    without = {"/~ada": answer("<p>Nothing")}

    assert looked(confirmed, with_link, internet, 1) == (EvidenceStatus.CONFIRMED, 0)
    assert confirmed.next_check_at - timezone.now() > timedelta(days=30)
    assert looked(confirmed, without, internet, 32) == (EvidenceStatus.CONFIRMED, 1)
    assert looked(confirmed, with_link, internet, 40) == (EvidenceStatus.CONFIRMED, 0)
    assert looked(confirmed, without, internet, 72) == (EvidenceStatus.CONFIRMED, 1)
    assert looked(confirmed, {}, internet, 80) == (EvidenceStatus.STALE, 2)
    assert Standing.objects.get(author=confirmed.claim.author).level < Level.L2
    assert OutgoingMail.objects.filter(kind="evidence-stale", to="ada@example.org").count() == 1
    assert looked(confirmed, with_link, internet, 90) == (EvidenceStatus.CONFIRMED, 0)


def test_trouble_with_the_network_is_nobodys_failure_for_two_weeks(confirmed, internet):
    broken = {"/~ada": answer("", status="503 Unavailable")}

    assert looked(confirmed, broken, internet, 1) == (EvidenceStatus.CONFIRMED, 0)
    assert timedelta(0) < confirmed.next_check_at - timezone.now() - timedelta(days=1) < timedelta(hours=2)
    assert looked(confirmed, broken, internet, 2) == (EvidenceStatus.CONFIRMED, 0)
    assert looked(confirmed, broken, internet, 14) == (EvidenceStatus.CONFIRMED, 0)
    assert looked(confirmed, broken, internet, 16) == (EvidenceStatus.CONFIRMED, 1)
    assert looked(confirmed, broken, internet, 24)[0] == EvidenceStatus.CONFIRMED or confirmed.failures == 2
    assert EvidenceCheck.objects.filter(evidence=confirmed, outcome="not-read").count() == 5


@pytest.mark.parametrize(
    "html,kind,held",
    [
        ('<a rel="me" href="{page}">me</a>', "homepage", True),
        ('<A REL="noopener ME" HREF="{page}?x=1#top">me</A>', "homepage", True),
        ('<link rel="me" href="{page}">', "homepage", True),
        ('<a rel="me" href="{short}/another-slug/">me</a>', "homepage", True),
        ('<a href="{page}">me</a>', "homepage", False),
        ('<a href="{page}">me</a>', "code", True),
        ('<!-- <a rel="me" href="{page}"> -->', "homepage", False),
        ('<a rel="me" href="https://evil.example/?{page}">me</a>', "homepage", False),
        ('<a rel="me" href="{other}">me</a>', "homepage", False),
        ("{page}", "homepage", False),
        ("", "homepage", False),
        ("<" * 5000, "homepage", False),
        ('<a rel="me" href="http://[">', "homepage", False),
    ],
)
def test_what_counts_as_the_lasting_link(confirmed, internet, settings, html, kind, held):
    author = confirmed.claim.author
    own = settings.SITE_URL + author.get_absolute_url()
    addresses = {"page": own, "short": own.rsplit("/", 2)[0], "other": settings.SITE_URL + page_of("grace").get_absolute_url()}
    Evidence.objects.filter(pk=confirmed.pk).update(matched_by=kind)
    with internet({"/~ada": answer(html.format(**addresses))}):
        recheck_due(now=timezone.now())
    confirmed.refresh_from_db()
    assert (confirmed.failures == 0) == held


def test_an_address_here_is_told_from_others(settings, page):
    assert is_page_here(settings.SITE_URL + page.get_absolute_url(), page.pk)
    assert not is_page_here("https://collegium.evil.example" + page.get_absolute_url(), page.pk)


def test_only_the_claimant_adds_checks_and_withdraws(claim, homepage, no_internet):
    stranger = account("emmy")
    evidence = ask(claim)
    for attempt in (
        lambda: start_evidence(claim=claim, user=stranger, method=Method.TOKEN, page=HOME),
        lambda: check_evidence(evidence=evidence, user=stranger),
        lambda: withdraw_evidence(evidence=evidence, user=stranger),
    ):
        with pytest.raises(NotAllowedError):
            attempt()


def test_a_claim_that_has_ended_takes_no_evidence(ada, page, homepage, no_internet):
    ended = claim_by(ada, page, ClaimStatus.WITHDRAWN)
    with pytest.raises(WrongStateError):
        ask(ended)


def test_the_first_piece_takes_a_draft_on(ada, page, homepage):
    draft = claim_by(ada, page, ClaimStatus.DRAFT)
    ask(draft)
    draft.refresh_from_db()
    assert draft.status == ClaimStatus.EVIDENCE


def test_checks_are_limited(claim, homepage, internet, monkeypatch):
    monkeypatch.setattr("profiles.evidence.service.CHECKS_AN_HOUR", 2)
    evidence = ask(claim)
    with internet({}):
        refused(evidence)
        refused(evidence)
        with pytest.raises(LimitReachedError):
            check(evidence)


def test_two_tokens_are_never_the_same(claim, homepage):
    evidence = ask(claim)
    now = timezone.now()
    assert token_of(evidence, now) != token_of(evidence, now + timedelta(microseconds=1))
