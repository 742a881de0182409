"""The pages of claims, as visitor, claimant, owner, stranger and moderator; with forms that forgive and ones that nobody may send."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from config.lib.public_ids import encode_public_id
from profiles.claims.challenges import open_dispute
from profiles.claims.granting import grant_claim
from profiles.models import Claim, ClaimMessage, Profile
from profiles.models.choices import AppealStatus, ClaimStatus, EvidenceStatus, MessageKind, Method, ReasonCode, Role
from profiles.moderation.decisions import ask_for_more, refuse_claim
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of
from tests.factories.reading import counted_queries, links_of, text_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import begun, decided, refused, waiting


def start_of(page) -> str:
    return page.get_absolute_url() + "claim/"


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def moderator(people: People):
    people.mo.is_staff = people.mo.is_superuser = True
    people.mo.save()
    return people.mo


# --- The way to one's page ------------------------------------------------------------------------------------------


def test_the_first_page_leads_to_ones_own_until_one_has_it(people: People, settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    browser = as_(people.ada)
    assert "there is probably a page about you already" in text_of(browser.get("/"))
    assert browser.get("/settings/page/")["Location"] == "/claims/"
    claim = begun(people.ada, people.page)
    assert f'href="{claim.get_absolute_url()}"' in browser.get("/").content.decode()
    assert "This site has no sign-in with ORCID." in text_of(browser.get(claim.get_absolute_url()))
    assert "evidence/orcid/" not in " ".join(links_of(browser.get(claim.get_absolute_url())))
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.WITHDRAWN)

    owner = as_(owner_of(people.page, "emmy"))
    assert "there is probably a page about you already" not in text_of(owner.get("/"))
    assert owner.get("/settings/page/")["Location"] == people.page.get_absolute_url()
    assert "there is probably" not in text_of(Client().get("/"))


# --- Beginning ----------------------------------------------------------------------------------------------------


def test_a_visitor_reads_what_it_means_and_is_led_to_log_in_and_back(client: Client, people: People) -> None:
    answer = client.get(start_of(people.page))

    assert "A name proves nothing" in text_of(answer)
    where = start_of(people.page).replace("/", "%2F")
    assert f"/accounts/login/?next={where}" in links_of(answer)
    assert f"/accounts/signup/?next={where}" in links_of(answer)
    assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main>")[0]


def test_who_sends_the_form_signed_out_is_asked_to_log_in(client: Client, people: People) -> None:
    answer = client.post(start_of(people.page), {"name": "Ada Quillmere"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/accounts/typed/")
    assert not Claim.objects.exists()


def test_a_claim_is_begun_and_its_page_says_what_to_do(people: People) -> None:
    answer = as_(people.ada).post(start_of(people.page), {"name": "Ada Quillmere", "statement": "All but the third."}, follow=True)

    claim = Claim.objects.get()
    assert answer.redirect_chain == [(claim.get_absolute_url(), 302)]
    text = text_of(answer)
    assert "You have begun this claim. Add evidence, then hand it in." in text
    assert "All but the third." in text
    assert "level L1" in text
    assert "a token, a matched ORCID iD" in text


@pytest.mark.parametrize(
    "sent, said",
    [
        ({"name": ""}, "This field is required."),
        ({"name": "12"}, "Give the name that you publish under."),
        ({"name": "A\x00da"}, "Null characters are not allowed."),
        ({"name": "x" * 301}, "Ensure this value has at most 300 characters"),
        ({"name": "Ada", "statement": "y" * 5001}, "Ensure this value has at most 5000 characters"),
        ({}, "This field is required."),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field_and_kept(people: People, sent: dict[str, str], said: str) -> None:
    answer = as_(people.ada).post(start_of(people.page), sent)

    assert answer.status_code == 200
    assert said in text_of(answer)
    if name := sent.get("name", "").replace("\x00", ""):
        assert f'value="{name}"' in answer.content.decode().replace("\x00", "")
    assert not Claim.objects.exists()


def test_limits_are_told_with_their_end_before_anybody_types(people: People) -> None:
    refused(waiting(people.ada, people.page))

    text = text_of(as_(people.ada).get(start_of(people.page)))

    assert "An earlier claim was decided against you. You can claim again in 7 days." in text
    assert f"{timezone.now() + timedelta(days=7):%B %Y}" in text
    assert "Begin the claim" not in text


def test_without_a_confirmed_address_one_is_led_to_confirm_it(people: People) -> None:
    answer = as_(account("kit", confirmed=False)).post(start_of(people.page), {"name": "Ada Quillmere"})

    assert "Confirm your e-mail address first" in text_of(answer)
    assert "/accounts/email/" in links_of(answer)
    assert not Claim.objects.exists()


def test_the_limit_by_address_counts_the_visitors_address(people: People) -> None:
    for number in range(6):
        answer = as_(account(f"person{number}")).post(start_of(people.page), {"name": "Ada Quillmere"}, REMOTE_ADDR="203.0.113.9")

    assert "5 claims were begun from your network today" in text_of(answer)
    assert Claim.objects.count() == 5


def test_an_owned_page_says_how_to_challenge(people: People) -> None:
    owner_of(people.page, user=people.ada)

    visitor, grace = text_of(Client().get(start_of(people.page))), text_of(as_(people.grace).get(start_of(people.page)))

    for text in (visitor, grace):
        assert "Somebody has claimed this page already" in text
        assert "It changes nothing on the page by itself" in text
    assert "Begin the challenge" in grace


def test_who_has_begun_or_owns_it_goes_on_from_there(people: People) -> None:
    claim = begun(people.ada, people.page)
    assert as_(people.ada).get(start_of(people.page))["Location"] == claim.get_absolute_url()

    Claim.objects.update(status=ClaimStatus.WITHDRAWN)
    owner_of(people.page, user=people.ada)
    assert as_(people.ada).get(start_of(people.page))["Location"] == Claim.objects.get(status="granted").get_absolute_url()


def test_merged_and_renamed_pages_lead_to_where_the_claim_is_made(people: People) -> None:
    old = page_of("ada")
    old.merged_into = people.page
    old.save()

    for path in (start_of(old), f"/researchers/{people.page.public_id}/ada-q/claim/"):
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"]) == (301, start_of(people.page))
    sent = as_(people.ada).post(start_of(old), {"name": "Ada Quillmere"})
    assert sent["Location"] == start_of(people.page)
    assert not Claim.objects.exists()


def test_an_erased_page_and_none_at_all(people: People) -> None:
    people.page.erased_at = timezone.now()
    people.page.save()

    assert as_(people.ada).get(start_of(people.page)).status_code == 410
    assert as_(people.ada).get(f"/researchers/{encode_public_id(10**9)}/nobody/claim/").status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(people: People, method: str) -> None:
    claim = begun(people.ada, people.page)

    for path in (start_of(people.page), claim.get_absolute_url(), "/claims/"):
        assert getattr(as_(people.ada), method)(path).status_code == 405


def test_nothing_is_done_without_the_token_against_forged_forms(people: People) -> None:
    claim = begun(people.ada, people.page)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.ada)

    assert browser.post(start_of(people.other_page), {"name": "Ada Quillmere"}).status_code == 403
    assert browser.post(claim.get_absolute_url(), {"action": "withdraw"}).status_code == 403
    assert list(Claim.objects.values_list("pk", "status")) == [(claim.pk, ClaimStatus.DRAFT)]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_a_foreign_next_is_not_followed(client: Client, people: People, back: str) -> None:
    answer = client.get(start_of(people.page), {"next": back})

    assert "evil.example" not in answer.content.decode().partition("<main")[2]
    assert "javascript:" not in answer.content.decode()


# --- The page of a claim --------------------------------------------------------------------------------------------


def test_only_the_claimant_sees_a_claim(people: People, moderator) -> None:
    claim = begun(people.ada, people.page)
    address = claim.get_absolute_url()

    assert as_(people.ada).get(address).status_code == 200
    for stranger in (people.grace, moderator):
        assert as_(stranger).get(address).status_code == 404
        assert as_(stranger).post(address, {"action": "withdraw"}).status_code == 404
    signed_out = Client().get(address)
    assert (signed_out.status_code, signed_out["Location"]) == (302, f"/accounts/login/?next={address}")
    assert signed_out.has_header("Cache-Control")
    assert as_(people.ada).get("/claims/000000000/").status_code == 404
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DRAFT


def test_from_evidence_to_the_queue_and_back_with_a_question(people: People, moderator) -> None:
    other = waiting(people.grace, people.other_page)
    claim = begun(people.ada, people.page)
    browser, address = as_(people.ada), claim.get_absolute_url()
    assert "Hand the claim in" not in text_of(browser.get(address))
    assert "A name proves nothing" in text_of(browser.post(address, {"action": "submit"}, follow=True))

    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")
    assert "Hand the claim in" in text_of(browser.get(address))
    text = text_of(browser.post(address, {"action": "submit"}, follow=True))
    assert "It is number 2 in the queue." in text
    assert "level L2" in text

    claim.refresh_from_db()
    ask_for_more(claim=claim, moderator=moderator, question="Which of <these> is yours?")
    answer = browser.get(address)
    assert "Which of <these> is yours?" in text_of(answer)
    assert moderator.email not in answer.content.decode()
    assert "A moderator has a question" in text_of(answer)

    browser.post(address, {"action": "answer", "text": "The second."})
    assert ClaimMessage.objects.get(claim=claim, kind=MessageKind.ANSWER).body == "The second."
    assert "Hand the claim in again, so that it comes back" in text_of(browser.get(address))
    assert "It is number 2 in the queue." in text_of(browser.post(address, {"action": "submit"}, follow=True))
    assert other.status == ClaimStatus.REVIEW


@pytest.mark.parametrize("action", ["answer", "answer-challenge", "appeal"])
@pytest.mark.parametrize("text, said", [("", "This field is required."), ("z" * 5001, "at most 5000"), ("a\x00b", "Null characters")])
def test_a_text_that_cannot_be_sent_is_kept_beside_what_is_wrong(people: People, action: str, text: str, said: str) -> None:
    claim = waiting(people.ada, people.page)
    if action == "appeal":
        refused(claim)
    elif action == "answer-challenge":
        grant_claim(claim=claim, actor=people.mo, role=Role.MODERATOR)
        open_dispute(challenge=waiting(people.grace, people.page), moderator=people.mo)

    answer = as_(people.ada).post(claim.get_absolute_url(), {"action": action, "text": text})

    assert answer.status_code == 200
    assert said in text_of(answer)
    if len(text) > 10:
        assert text in answer.content.decode()
    assert not ClaimMessage.objects.exists()


@pytest.mark.parametrize("action", ["", "explode", "\x00", "submit\x00", "x" * 100_000, "release", "withdraw-appeal", "appeal"])
def test_whatever_is_sent_is_answered(people: People, action: str) -> None:
    claim = waiting(people.ada, people.page)

    answer = as_(people.ada).post(claim.get_absolute_url(), {"action": action, "text": "Hm."}, follow=True)

    assert answer.status_code == 200
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVIEW


def test_a_refusal_with_its_reason_and_the_way_to_appeal(people: People, moderator) -> None:
    claim = waiting(people.ada, people.page)
    refuse_claim(claim=claim, moderator=moderator, code=ReasonCode.OTHER_PERSON, note="That page is of another Ada.")
    browser, address = as_(people.ada), claim.get_absolute_url()

    text = text_of(browser.get(address))
    assert "The evidence is about another person of this or a similar name." in text
    assert "That page is of another Ada." in text
    assert "you can appeal until" in text

    text = text_of(browser.post(address, {"action": "appeal", "text": "It is me."}, follow=True))
    assert "Your appeal of" in text
    assert claim.appeals.get().status == AppealStatus.OPEN
    browser.post(address, {"action": "withdraw-appeal"})
    assert claim.appeals.get().status == AppealStatus.WITHDRAWN


def test_after_the_time_for_appeals_it_says_so(people: People) -> None:
    claim = refused(waiting(people.ada, people.page), days_ago=15)
    browser = as_(people.ada)

    assert "The time for an appeal ended on" in text_of(browser.get(claim.get_absolute_url()))
    answer = browser.post(claim.get_absolute_url(), {"action": "appeal", "text": "It is me."})
    assert "within fourteen days" in text_of(answer)
    assert "It is me." in answer.content.decode()


def test_the_owner_answers_a_dispute_and_cannot_give_the_page_away_meanwhile(people: People) -> None:
    owner_of(people.page, user=people.ada)
    claim = Claim.objects.get(author=people.page)
    open_dispute(challenge=waiting(people.grace, people.page), moderator=people.mo)
    browser, address = as_(people.ada), claim.get_absolute_url()

    text = text_of(browser.get(address))
    assert "Please answer until" in text
    assert "Give this page up" not in text
    assert "Grace" not in text

    browser.post(address, {"action": "answer-challenge", "text": "I wrote them."})
    browser.post(address, {"action": "release"})
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DISPUTED
    assert claim.messages.get().role == Role.OWNER


def test_withdrawing_and_giving_up(people: People) -> None:
    claim = begun(people.ada, people.page)
    as_(people.ada).post(claim.get_absolute_url(), {"action": "withdraw"})
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.WITHDRAWN

    owner_of(people.page, user=people.ada)
    held = Claim.objects.get(status=ClaimStatus.GRANTED)
    text = text_of(as_(people.ada).post(held.get_absolute_url(), {"action": "release"}, follow=True))
    assert "This claim was withdrawn." in text
    assert not Claim.objects.filter(status=ClaimStatus.GRANTED).exists()


def test_an_owner_without_evidence_sees_until_when(people: People) -> None:
    owner_of(people.page, user=people.ada)
    claim = Claim.objects.get(author=people.page)
    Claim.objects.filter(pk=claim.pk).update(expires_at=timezone.now() + timedelta(days=20))

    assert "None of your evidence holds any more." in text_of(as_(people.ada).get(claim.get_absolute_url()))


def test_a_name_that_does_not_fit_is_said(people: People) -> None:
    Profile.objects.filter(user=people.grace).update(display_name="Grace Farrowgate")
    people.grace.profile.refresh_from_db()
    claim = begun(people.grace, people.page)

    assert "The name Grace Farrowgate and the names on these works do not seem to go together." in text_of(
        as_(people.grace).get(claim.get_absolute_url())
    )


@pytest.mark.parametrize("many", [2, 20])
def test_the_page_of_a_claim_asks_as_often_for_twenty_pieces_as_for_two(people: People, many: int) -> None:
    claim = waiting(people.ada, people.page)
    for number in range(many - 1):
        evidence_for(claim, Method.TOKEN, f"https://example.org/{number}", EvidenceStatus.FAILED)
        ClaimMessage.objects.create(claim=claim, kind=MessageKind.ANSWER, role=Role.CLAIMANT, sender=people.ada, body="More.")
    browser = as_(people.ada)

    with counted_queries() as asked:
        browser.get(claim.get_absolute_url())

    assert asked.count == QUERIES_OF_A_CLAIM


QUERIES_OF_A_CLAIM = 15


@pytest.mark.parametrize("many", [2, 20])
def test_ones_own_claims_and_nobody_elses(people: People, many: int) -> None:
    for _ in range(many):
        claim_by(people.ada, page_of("emmy", works=0), ClaimStatus.WITHDRAWN)
    waiting(people.grace, people.page)
    browser = as_(people.ada)

    with counted_queries() as asked:
        answer = browser.get("/claims/")

    assert text_of(answer).count("Withdrawn") == many
    assert "Waiting for a moderator" not in text_of(answer)
    assert asked.count == 2  # account, claims


def test_more_than_twenty_claims_come_in_pages(people: People) -> None:
    for _ in range(21):
        claim_by(people.ada, page_of("emmy", works=0), ClaimStatus.WITHDRAWN)

    assert text_of(as_(people.ada).get("/claims/?page=2")).count("Withdrawn") == 1


def test_without_claims_it_says_how_to_find_ones_page(people: People) -> None:
    answer = as_(people.ada).get("/claims/")

    assert "You have not claimed a page" in text_of(answer)
    assert "/search/" in links_of(answer)
    assert Client().get("/claims/")["Location"] == "/accounts/login/?next=/claims/"


# --- Against the rules ------------------------------------------------------------------------------------------------


def test_a_namesake_who_has_only_the_name_gets_nothing(people: People) -> None:
    namesake = account("ada2")
    Profile.objects.filter(user=namesake).update(display_name="Ada Quillmere")
    browser = as_(namesake)
    browser.post(start_of(people.page), {"name": "Ada Quillmere", "statement": "It is really me."})
    claim = Claim.objects.get()

    for action in ("submit", "answer", "release"):
        browser.post(claim.get_absolute_url(), {"action": action, "text": "Believe me."})

    claim.refresh_from_db()
    assert claim.status == ClaimStatus.DRAFT
    assert "Unclaimed record" in text_of(Client().get(people.page.get_absolute_url()))


def test_a_revoked_owner_sees_why_and_can_appeal(people: People) -> None:
    owner_of(people.page, user=people.ada)
    claim = decided(Claim.objects.get(author=people.page), ClaimStatus.REVOKED, ReasonCode.IMPOSTURE)

    text = text_of(as_(people.ada).get(claim.get_absolute_url()))

    assert "The claim was made in somebody else's name." in text
    assert "you can appeal until" in text
