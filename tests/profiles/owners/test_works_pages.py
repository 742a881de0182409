"""The owner's list of works, the buttons on their page, and the question of those who have no account."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from config.lib.public_ids import encode_public_id
from papers.models import AttributionState, Authorship
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongCodeError, WrongStateError
from profiles.models import OutgoingMail, PublicRequest, TrailEntry, TrailNote, User
from profiles.models.choices import ClaimStatus, Role
from profiles.models.privacy import RequestStatus
from profiles.owners.requests import ask_not_mine, confirm_request, decide_request
from profiles.owners.works import confirm_work, refuse_work
from profiles.trail import act
from tests.factories.papers import WorkFactory
from tests.factories.people import account
from tests.factories.reading import counted_queries, text_of
from tests.profiles.owners.conftest import People

pytestmark = pytest.mark.django_db
WORKS = "/settings/works/"
DECIDE = "/settings/works/decide/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def key(authorship: Authorship) -> str:
    return encode_public_id(authorship.pk)


# --- The list -----------------------------------------------------------------------------------------------------


def test_the_owner_goes_through_the_works_and_sees_how_far_they_are(people: People) -> None:
    client = signed_in(people.ada)
    assert "0 of 3 looked at" in text_of(client.get(WORKS))
    first, second, _third = people.authorships
    client.post(DECIDE, {"confirm": key(first)})
    client.post(DECIDE, {"refuse": key(second)})

    page = text_of(client.get(WORKS))
    assert "2 of 3 looked at" in page
    assert "has left your page, and no import brings it back" in page
    refused = client.get(WORKS + "?state=refused")
    assert f'name="undo" value="{key(second)}"' in refused.content.decode()

    client.post(DECIDE, {"undo": key(second)})
    assert "1 of 3 looked at" in text_of(client.get(WORKS))
    second.refresh_from_db()
    assert second.author == people.page


def test_a_page_of_the_list_is_confirmed_at_once_each_work_for_itself(people: People) -> None:
    client = signed_in(people.ada)
    first = people.authorships[0]
    client.post(DECIDE, {"confirm-all": "1", "all": [key(one) for one in people.authorships[:2]]})
    assert [one.decided_by_person for one in people.authorships] == [True, True, False]
    client.post(DECIDE, {"undo": key(first)})
    assert [one.decided_by_person for one in people.authorships] == [False, True, False]


def test_the_list_asks_as_many_questions_for_twenty_works_as_for_two(people: People) -> None:
    client = signed_in(people.ada)
    client.get(WORKS)
    confirm_work(authorship=people.authorships[0], user=people.ada)
    with counted_queries() as few:
        client.get(WORKS)
    WorkFactory.create_batch(17, by=[people.page, people.graces_page])
    for one in people.authorships[1:]:
        confirm_work(authorship=one, user=people.ada)
    with counted_queries() as many:
        assert "20 of 20 looked at" in text_of(client.get(WORKS))
    assert many.count == few.count


def test_the_researcher_page_asks_no_more_for_its_owner_whatever_its_size(people: People) -> None:
    client = signed_in(people.ada)
    address = people.page.get_absolute_url()
    client.get(address)
    with counted_queries() as few:
        client.get(address)
    WorkFactory.create_batch(17, by=[people.page])
    with counted_queries() as many:
        assert client.get(address).content.decode().count('name="refuse"') == 20
    assert many.count == few.count


@pytest.mark.parametrize("state", ["open", "confirmed", "questioned", "refused"])
def test_every_state_has_a_page_also_when_it_is_empty(people: People, state: str) -> None:
    assert signed_in(people.ada).get(f"{WORKS}?state={state}&page=7").status_code == 200


def test_what_the_address_gets_wrong_is_said(people: People) -> None:
    page = signed_in(people.ada).get(WORKS, {"state": "nul\0", "page": "9" * 40, "x": "y"})
    assert "left out" in text_of(page)


# --- Who may decide -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["grace", "mallory"])
def test_nobody_decides_for_somebody_else(people: People, who: str) -> None:
    user = people.grace if who == "grace" else account("mallory")
    answer = signed_in(user).post(DECIDE, {"refuse": key(people.authorships[0])}, follow=True)
    assert "Only the owner of a page, or a moderator" in text_of(answer)
    assert len(people.authorships) == 3


def test_a_moderator_decides_and_says_why(people: People) -> None:
    first = people.authorships[0]
    signed_in(people.emmy).post(DECIDE, {"refuse": key(first), "note": "The paper names another."})
    assert TrailNote.objects.get(entry__action="work-refuse").text == "The paper names another."


def test_a_visitor_decides_nothing(people: People, client: Client) -> None:
    assert client.post(DECIDE, {"refuse": key(people.authorships[0])})["Location"].startswith("/accounts/login/")
    assert len(people.authorships) == 3


@pytest.mark.parametrize("value", ["", "nul\0", "zzzzzzzzz", "000000001", "'; DROP", "é" * 9, "9" * 100])
def test_a_forged_key_breaks_nothing(people: People, value: str) -> None:
    for name in ("confirm", "refuse", "undo"):
        assert signed_in(people.ada).post(DECIDE, {name: value}).status_code == 302
    assert signed_in(people.ada).post(DECIDE, {"confirm-all": "1", "all": [value] * 60}).status_code == 302
    assert signed_in(people.ada).get(DECIDE).status_code == 405


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:x", "\\\\evil"])
def test_the_way_back_leads_nowhere_else(people: People, back: str) -> None:
    answer = signed_in(people.ada).post(DECIDE, {"confirm": key(people.authorships[0]), "next": back})
    assert answer["Location"] == WORKS


def test_while_disputed_the_list_says_so_and_offers_no_buttons(people: People) -> None:
    claim = people.claim
    with act(action="dispute", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as changes:
        changes.update(claim, status=ClaimStatus.DISPUTED)
    page = signed_in(people.ada).get(WORKS)
    assert "Your page is disputed" in text_of(page)
    assert b'name="refuse"' not in page.content
    assert b'name="refuse"' not in signed_in(people.ada).get(people.page.get_absolute_url()).content


# --- The buttons on the page --------------------------------------------------------------------------------------


def test_the_owner_sees_buttons_under_each_work_and_others_a_question(people: People, client: Client) -> None:
    address = people.page.get_absolute_url()
    own = signed_in(people.ada).get(address).content.decode()
    assert own.count('name="refuse"') == own.count('name="confirm"') == 3
    assert own.count('id="decide"') == 1
    for reader in (client, signed_in(people.grace), signed_in(people.emmy)):
        others = reader.get(address).content.decode()
        assert 'name="refuse"' not in others
        assert 'id="decide"' not in others
        assert others.count(f"{address}not-mine/") == 3


# --- Not mine, without an account ---------------------------------------------------------------------------------


def question(people: People, authorship: Authorship) -> str:
    return f"{people.page.get_absolute_url()}not-mine/{key(authorship)}/"


def code_in_last_mail() -> str:
    return re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", OutgoingMail.objects.filter(kind="request-code").latest("pk").text)[0]


def confirmed(people: People, authorship: Authorship, email: str = "visitor@example.org") -> PublicRequest:
    asked = ask_not_mine(author=people.page, authorship=authorship, email=email, ip="192.0.2.1", text="Another Quillmere.")
    return confirm_request(request=asked, code=code_in_last_mail())


def test_a_visitor_asks_confirms_by_mail_and_the_work_is_questioned_until_the_owner_decides(people: People, client: Client) -> None:
    first = people.authorships[0]
    sent = client.post(question(people, first), {"email": "visitor@example.org", "text": "Another Quillmere."})
    assert sent.status_code == 302
    first.refresh_from_db()
    assert first.state == AttributionState.IMPORTED  # nothing before the code

    client.post(sent["Location"], {"code": code_in_last_mail()})
    first.refresh_from_db()
    assert (first.author, first.state) == (people.page, AttributionState.QUESTIONED)
    assert "Questioned" in text_of(client.get(people.page.get_absolute_url()))
    told = OutgoingMail.objects.get(kind="not-mine-asked")
    assert told.to == "ada@example.org"
    assert "/settings/works/?state=questioned" in told.text

    owner = signed_in(people.ada)
    page = owner.get(WORKS + "?state=questioned")
    assert "Another Quillmere." in text_of(page)
    owner.post(DECIDE, {"refuse": key(first)})
    first.refresh_from_db()
    assert first.author is None
    done = PublicRequest.objects.get()
    assert (done.status, done.email) == (RequestStatus.DONE, "")
    assert OutgoingMail.objects.get(kind="request-decided").to == "visitor@example.org"


def test_the_owner_may_also_say_that_it_is_theirs(people: People) -> None:
    asked = confirmed(people, people.authorships[0])
    decide_request(request=asked, actor=people.ada, accept=False, note="It is mine.")
    found = people.authorships[0]
    assert (found.author, found.state) == (people.page, AttributionState.CLAIMED)
    asked.refresh_from_db()
    assert asked.status == RequestStatus.REFUSED


def test_a_moderator_decides_too_and_nobody_else(people: People) -> None:
    asked = confirmed(people, people.authorships[0])
    for stranger in (people.grace, account("mallory")):
        with pytest.raises(NotAllowedError):
            decide_request(request=asked, actor=stranger, accept=True)
    decide_request(request=asked, actor=people.emmy, accept=True, note="Seen.")
    assert len(people.authorships) == 2
    with pytest.raises(WrongStateError):
        decide_request(request=asked, actor=people.emmy, accept=True)


def test_a_wrong_code_does_nothing_and_is_counted(people: People) -> None:
    asked = ask_not_mine(author=people.page, authorship=people.authorships[0], email="v@example.org", ip="192.0.2.1")
    for _time in range(5):
        with pytest.raises(WrongCodeError):
            confirm_request(request=asked, code="2222-2222")
    with pytest.raises(WrongStateError):
        confirm_request(request=asked, code=code_in_last_mail())
    assert people.authorships[0].state == AttributionState.IMPORTED


def test_the_same_request_again_is_the_same_request(people: People) -> None:
    first = people.authorships[0]
    for _time in range(2):
        confirmed(people, first)
    assert PublicRequest.objects.filter(status=RequestStatus.OPEN).count() == 1
    assert OutgoingMail.objects.filter(kind="not-mine-asked").count() == 1
    assert TrailEntry.objects.filter(action="work-question").count() == 1


def test_nothing_tells_whether_an_address_is_known(people: People, client: Client) -> None:
    first = people.authorships[0]
    confirmed(people, first, "visitor@example.org")
    pages = []
    for email in ("visitor@example.org", "nobody@example.org", "ada@example.org"):
        sent = client.post(question(people, first), {"email": email})
        page = text_of(client.get(sent["Location"]))
        pages.append(page)
    assert len(set(pages)) == 1


def test_there_are_limits_for_an_address_and_a_network(people: People) -> None:
    first = people.authorships[0]
    for _time in range(3):
        ask_not_mine(author=people.page, authorship=first, email="v@example.org", ip="192.0.2.1")
    with pytest.raises(LimitReachedError):
        ask_not_mine(author=people.page, authorship=first, email="v@example.org", ip="198.51.100.7")
    for number in range(7):
        ask_not_mine(author=people.page, authorship=first, email=f"v{number}@example.org", ip="192.0.2.1")
    with pytest.raises(LimitReachedError):
        ask_not_mine(author=people.page, authorship=first, email="further@example.org", ip="192.0.2.1")


def test_a_work_that_has_left_the_page_cannot_be_asked_about(people: People, client: Client) -> None:
    first = people.authorships[0]
    address = question(people, first)
    refuse_work(authorship=first, user=people.ada)
    assert client.get(address).status_code == 410
    assert client.post(address, {"email": "v@example.org"}).status_code == 410
    assert client.get(f"{people.page.get_absolute_url()}not-mine/{encode_public_id(999_999)}/").status_code == 404


@pytest.mark.parametrize("said", [{"email": "nobody"}, {"email": "v@example.org\0"}, {"email": "v@example.org", "text": "\0"}, {}])
def test_what_is_typed_wrong_is_said(people: People, client: Client, said: dict) -> None:
    answer = client.post(question(people, people.authorships[0]), said)
    assert answer.status_code == 200
    assert 'class="errors"' in answer.content.decode()
    assert not PublicRequest.objects.exists()


def test_the_form_is_guarded_against_other_sites(people: People) -> None:
    assert Client(enforce_csrf_checks=True).post(question(people, people.authorships[0]), {"email": "v@example.org"}).status_code == 403
