"""What people see of evidence: its claimant step by step, a co-author who is asked, and everybody."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from config.lib.public_ids import encode_public_id
from papers.models import Authorship
from profiles.evidence.service import start_evidence
from profiles.evidence.token import open_token
from profiles.models import Evidence, EvidenceSecret, OutgoingMail, Vouch
from profiles.models.choices import ClaimStatus, EvidenceStatus, Method
from tests.factories.papers import InstitutionFactory
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of
from tests.factories.reading import counted_queries, links_of, text_of
from tests.factories.web import page as answer
from tests.profiles.evidence.conftest import ADA_ORCID, on_works_of, sign_in_with
from tests.profiles.evidence.test_email import at, code_in_mail

pytestmark = pytest.mark.django_db

METHODS = [method.value for method in Method]


def step(claim, method):
    return reverse("profiles:evidence-step", args=[claim.pk, method])


def evidence_page(author):
    return f"{author.get_absolute_url()}evidence/"


@pytest.mark.parametrize("method", METHODS)
def test_a_step_is_for_the_claimant_alone(claim, ada, client, method):
    address = step(claim, method)
    assert client.get(address).url.startswith("/accounts/login/")
    assert client.post(address, {"action": "start"}).status_code == 302
    client.force_login(account("emmy", is_staff=True))
    assert client.get(address).status_code == 404
    assert client.post(address, {"action": "start"}).status_code == 404
    client.force_login(ada)
    assert client.get(address).status_code == 200
    assert client.put(address).status_code == 405


def test_a_step_that_is_none_is_not_there(claim, ada, client):
    client.force_login(ada)
    assert client.get(f"/claims/{claim.public_id}/evidence/horoscope/").status_code == 404


def test_posts_want_a_token(claim, ada):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    for address in (step(claim, "email"), reverse("profiles:vouches")):
        assert strict.post(address, {"action": "start"}).status_code == 403


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "dance"},
        {"action": "start"},
        {"action": "start", "address": "a\x00@b", "page": "\x00", "author": "\x00"},
        {"action": "start", "address": "x" * 5000, "page": "x" * 5000, "author": "9" * 50, "upload": "text"},
        {"action": "start", "address": "ada@\ud83d\ude00.example".encode("utf-8", "replace").decode(), "author": "0" * 9},
        {"action": "websites"},
    ],
)
def test_nothing_that_is_sent_breaks_a_step(claim, ada, client, no_internet, method, sent):
    client.force_login(ada)
    assert client.post(step(claim, method), sent).status_code in {200, 302}
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("action", ["check", "withdraw"])
@pytest.mark.parametrize("piece", ["", "0" * 9, "\x00", "x" * 4000, "other"])
def test_pieces_of_others_are_not_there(claim, ada, client, action, piece):
    other = evidence_for(claim_by(account("grace"), page_of("grace")), Method.TOKEN, "https://example.org/~grace")
    client.force_login(ada)
    sent = {"action": action, "piece": other.public_id if piece == "other" else piece, "code": "AAAAAAAA"}
    assert client.post(step(claim, "email"), sent).status_code == 404


def test_an_address_is_confirmed_on_the_way(claim, ada, page, client):
    at(page, InstitutionFactory(name="University of Exampleton", domains=["uni.example.edu"]), timezone.now().year)
    client.force_login(ada)

    wrong = client.post(step(claim, "email"), {"action": "start", "address": "ada@alumni.example.edu"})
    assert "given to people who do not work there" in text_of(wrong)
    assert 'value="ada@alumni.example.edu"' in wrong.content.decode()

    sent = client.post(step(claim, "email"), {"action": "start", "address": "ada@uni.example.edu"}, follow=True)
    assert "We have sent a code to ada@uni.example.edu" in text_of(sent)
    piece = Evidence.objects.get()
    wrong = client.post(step(claim, "email"), {"action": "check", "piece": piece.public_id, "code": "aaaa-bbbb"})
    assert "The code was not right" in text_of(wrong)
    assert 'value="aaaa-bbbb"' in wrong.content.decode()
    right = client.post(step(claim, "email"), {"action": "check", "piece": piece.public_id, "code": code_in_mail()}, follow=True)
    assert "addresses at uni.example.edu Confirmed University of Exampleton" in text_of(right)
    assert "The code for" not in text_of(right)


def test_a_token_is_shown_until_it_is_used(claim, ada, page, client, internet):
    on_works_of(page, homepage="http://example.edu/~ada", source="openreview")
    client.force_login(ada)
    offered = client.get(step(claim, "token"))
    assert "example.edu/~ada" in text_of(offered)

    typed = client.post(step(claim, "token"), {"action": "start", "page": "https://evil.example/"})
    assert "A page that somebody types proves nothing" in text_of(typed)
    client.post(step(claim, "token"), {"action": "start", "page": "https://example.edu/~ada"})
    piece = Evidence.objects.select_related("secret").get()
    token = open_token(piece)
    assert token in text_of(client.get(step(claim, "token")))
    with internet({}):
        failed = client.post(step(claim, "token"), {"action": "check", "piece": piece.public_id})
    assert "The server answered 404." in text_of(failed)
    with internet({"/~ada": answer(token)}):
        done = client.post(step(claim, "token"), {"action": "check", "piece": piece.public_id}, follow=True)
    assert token not in text_of(done)
    assert f'<a rel="me" href="http://testserver{page.get_absolute_url()}">' in html.unescape(done.content.decode())


def test_orcid_is_compared_with_one_press(claim, ada, page, client, no_internet):
    client.force_login(ada)
    assert "Your account has no ORCID iD" in text_of(client.get(step(claim, "orcid")))
    refused = client.post(step(claim, "orcid"), {"action": "start"})
    assert "Connect your ORCID iD" in text_of(refused)
    sign_in_with(ada)
    on_works_of(page, orcid=ADA_ORCID, source="crossref")
    done = client.post(step(claim, "orcid"), {"action": "start"}, follow=True)
    assert "tied to works of this page" in text_of(done)
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.GRANTED


def test_a_document_comes_by_its_form(claim, ada, client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(ada)
    wrong = client.post(step(claim, "document"), {"action": "start", "upload": SimpleUploadedFile("a.pdf", b"<html>")})
    assert "no PDF, JPEG or PNG" in text_of(wrong)
    done = client.post(step(claim, "document"), {"action": "start", "upload": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, follow=True)
    assert "Being checked" in text_of(done)
    piece = Evidence.objects.get()
    withdrawn = client.post(step(claim, "document"), {"action": "withdraw", "piece": piece.public_id}, follow=True)
    assert "Withdrawn" in text_of(withdrawn)
    piece.document.refresh_from_db()
    assert piece.document.deleted_at is not None


def test_a_claim_that_has_ended_shows_its_evidence_and_takes_none(ada, page, client):
    ended = claim_by(ada, page, ClaimStatus.WITHDRAWN)
    evidence_for(ended, Method.TOKEN, "https://example.org/~ada", EvidenceStatus.WITHDRAWN)
    client.force_login(ada)
    text = text_of(client.get(step(ended, "token")))
    assert "This claim has ended" in text
    assert "example.org/~ada" in text
    assert "has ended" in text_of(client.post(step(ended, "orcid"), {"action": "start"}))


# --- The co-author ------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(claim, page):
    grace = owner_of(page_of("grace", together_with=page), "grace", methods=(Method.DOCUMENT,))
    evidence = start_evidence(claim=claim, user=claim.profile.user, method=Method.VOUCH, author=grace.profile.claims.get().author_id)
    return grace, evidence.vouch


def test_vouches_are_answered_by_who_was_asked(asked, ada, client):
    grace, vouch = asked
    address = reverse("profiles:vouches")
    assert client.get(address).status_code == 302
    client.force_login(ada)
    assert "Nobody asks you" in text_of(client.get(address))
    assert client.post(address, {"action": "give", "vouch": vouch.public_id}).status_code == 404

    client.force_login(grace)
    assert "Is Ada Quillmere the person of the page of Ada Quillmere ?" in text_of(client.get(address))
    given = client.post(address, {"action": "give", "vouch": vouch.public_id}, follow=True)
    assert "You have vouched" in text_of(given)
    assert "11 are left" in text_of(given)
    again = client.post(address, {"action": "give", "vouch": vouch.public_id}, follow=True)
    assert "answered already" in text_of(again)
    taken = client.post(address, {"action": "take-back", "vouch": vouch.public_id}, follow=True)
    assert "You vouch for nobody" in text_of(taken)
    for bad in ({}, {"action": "give"}, {"action": "x", "vouch": vouch.public_id}, {"action": "give", "vouch": "\x00"}):
        assert client.post(address, bad).status_code == 404


def test_the_claimant_chooses_among_coauthors(claim, ada, page, client):
    client.force_login(ada)
    assert "Nobody to ask yet" in text_of(client.get(step(claim, "vouch")))
    grace = page_of("grace", together_with=page)
    owner_of(grace, "grace", methods=(Method.DOCUMENT,))
    assert "Grace Farrowgate (works together: 3)" in text_of(client.get(step(claim, "vouch")))
    client.post(step(claim, "vouch"), {"action": "start", "author": encode_public_id(grace.pk)})
    assert Vouch.objects.get().voucher_author == grace


# --- Everybody ----------------------------------------------------------------------------------------------------


def test_a_page_that_nobody_claimed_says_so(page, client):
    response = client.get(evidence_page(page))
    assert "Nobody has claimed this page" in text_of(response)
    assert f"{page.get_absolute_url()}claim/" in links_of(response)
    assert "max-age" in response["Cache-Control"]


def test_everybody_sees_what_holds_a_page_and_nothing_private(ada, page, client):
    place = InstitutionFactory(name="University of Exampleton")
    owner_of(page, user=ada, methods=(Method.TOKEN, Method.ORCID, Method.EMAIL, Method.DOCUMENT), institution=place)
    claim = ada.profile.claims.get()
    EvidenceSecret.objects.create(evidence=claim.evidence.get(method=Method.EMAIL), address="ada.private@uni.example.org")
    evidence_for(claim, Method.TOKEN, "https://example.org/failed", EvidenceStatus.FAILED)
    evidence_for(claim, Method.VOUCH, "x", EvidenceStatus.CHECKING)

    response = client.get(evidence_page(page))

    text = text_of(response)
    for shown in (
        "addresses at uni.example.org",
        "University of Exampleton",
        "example.org/~ada",
        ADA_ORCID,
        "SHA-256 of the file",
        "First check",
    ):
        assert shown in text
    for hidden in ("ada.private", "ada@example.org", "example.org/failed", "Being checked"):
        assert hidden not in response.content.decode()
    assert "https://orcid.org/" + ADA_ORCID in links_of(response)


def test_stale_fading_and_disputed_are_told(ada, page, client):
    owner_of(page, user=ada)
    claim = ada.profile.claims.get()
    old = timezone.now() - timedelta(days=700)
    evidence_for(claim, Method.EMAIL, "uni.example.org", confirmed_at=old, first_checked_at=old, last_checked_at=old)
    claim.evidence.filter(method=Method.TOKEN).update(status=EvidenceStatus.STALE, outcome="link-missing")
    claim.status = ClaimStatus.DISPUTED
    claim.save()
    text = text_of(client.get(evidence_page(page)))
    assert "Could not be confirmed again" in text
    assert "The page no longer links here." in text
    assert "Confirmed, but not lately" in text
    assert "Somebody else says that this page is theirs" in text


def test_a_voided_claim_leaves_its_dates_and_no_more(ada, page, client):
    owner_of(page, user=ada)
    claim = ada.profile.claims.get()
    claim.status, claim.reason_code, claim.decided_at = ClaimStatus.REVOKED, "imposture", timezone.now()
    claim.save()
    response = client.get(evidence_page(page))
    text = text_of(response)
    assert "Nobody has claimed this page" in text
    assert "with 1 piece of evidence. It is void now: Revoked." in text
    assert "example.org/~ada" not in response.content.decode()


def test_the_evidence_page_follows_its_author(page, client):
    other = page_of("grace")
    assert client.get(f"/researchers/{page.public_id}/wrong/evidence/").url == evidence_page(page)
    page.merged_into = other
    page.save()
    assert client.get(evidence_page(page)).url == evidence_page(other)
    other.erased_at = timezone.now()
    other.save()
    assert client.get(evidence_page(other)).status_code == 410
    assert client.get("/researchers/00000000a/x/evidence/").status_code == 404
    assert client.post(evidence_page(other)).status_code == 405


def test_queries_do_not_grow(ada, page, client):
    """The same number at two pieces and at twenty: for everybody, for the claimant, for who is asked."""
    owner_of(page, user=ada)
    claim = ada.profile.claims.get()
    client.force_login(ada)
    addresses = [evidence_page(page), step(claim, "token"), step(claim, "vouch"), step(claim, "email"), reverse("profiles:vouches")]

    def add(first, last):
        for number in range(first, last):
            place = InstitutionFactory()
            evidence_for(claim, Method.TOKEN, f"https://example.org/{number}", matched_by="homepage")
            evidence_for(claim, Method.EMAIL, f"d{number}.example.org", institution=place)
            other = page_of(f"voucher{number}", works=1, together_with=page)
            owner_of(other, f"voucher{number}", methods=(Method.DOCUMENT,))
            held = evidence_for(claim, Method.VOUCH, encode_public_id(other.pk))
            Vouch.objects.create(
                evidence=held,
                voucher=ada,
                voucher_author=other,
                work=Authorship.objects.filter(author=other).first().work,
                asked_at=timezone.now(),
            )
            started = evidence_for(claim, Method.TOKEN, f"https://example.org/open/{number}", EvidenceStatus.STARTED)
            EvidenceSecret.objects.create(evidence=started, secret_hash="x", expires_at=timezone.now() + timedelta(days=1))

    def counts():
        found = []
        for address in addresses:
            client.get(address)
            with counted_queries() as queries:
                assert client.get(address).status_code == 200
            found.append(queries.count)
        return found

    add(0, 2)
    few = counts()
    add(2, 12)
    assert counts() == few
    assert max(few) <= 22


def test_mails_name_what_they_are_about(claim, ada, page, client):
    at(page, InstitutionFactory(domains=["uni.example.edu"]), timezone.now().year)
    start_evidence(claim=claim, user=ada, method=Method.EMAIL, address="ada@uni.example.edu")
    mail = OutgoingMail.objects.get()
    assert "Ada Quillmere" in mail.subject
    assert "20 minutes" in mail.text
    assert code_in_mail() in mail.html
