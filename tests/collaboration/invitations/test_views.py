"""The pages of invitations, as visitor, inviter, invitee, stranger, blocked and moderator; forms that forgive, and ones that nobody may send."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from collaboration.conversations.opening import open_conversation
from collaboration.invitations.answering import decline_invitation
from collaboration.models import Invitation
from collaboration.models.invitations import DeclineReason, InvitationLimit
from collaboration.safety.blocks import block
from papers.models import Author, Work
from profiles.models import User
from profiles.models.choices import Level
from tests.collaboration.invitations.conftest import CHARTER, People, drafted, sent
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.papers import WorkFactory
from tests.factories.people import account, page_of
from tests.factories.reading import counted_queries, links_of, text_of

pytestmark = pytest.mark.django_db
TYPED = {"topic": "Conserved quantities", "kind": "paper", "ask": "Would you check it?"}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def invite(author) -> str:
    return author.get_absolute_url() + "invite/"


# --- On the researcher's page ---------------------------------------------------------------------------------------


def test_the_page_says_how_to_invite_or_why_not_yet_with_the_way_there(people: People) -> None:
    of_grace, of_emmy = people.of_grace.get_absolute_url(), people.of_emmy.get_absolute_url()
    visitor = Client().get(of_emmy)
    assert "Nobody has claimed this page. Your invitation will wait here until somebody does." in text_of(visitor)
    assert f"/accounts/login/?next={of_emmy}invite/" in links_of(visitor)

    stranger = as_(people.mo).get(of_grace)
    assert "Whoever invites shows who they are: claim your own page first." in text_of(stranger)
    assert "/search/" in links_of(stranger)
    assert f"{of_grace}invite/" in links_of(as_(people.ada).get(of_grace))
    assert "/invitations/" in links_of(as_(people.grace).get(of_grace))

    waits = sent(people.ada, people.of_grace)
    assert waits.get_absolute_url() in links_of(as_(people.ada).get(of_grace))

    InvitationLimit.objects.update_or_create(level=Level.L2, defaults={"open_at_once": 1})
    full = text_of(as_(people.ada).get(of_emmy))
    assert "You have 1 invitation open, which is the most at one time at level L2." in full
    assert "At level L3 it is 10." in full


# --- Writing --------------------------------------------------------------------------------------------------------


def test_a_visitor_reads_what_it_means_and_is_led_to_log_in_and_back(people: People) -> None:
    answer = Client().get(invite(people.of_grace))
    assert f"/accounts/login/?next={invite(people.of_grace).replace('/', '%2F')}" in links_of(answer)
    assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert Client().post(invite(people.of_grace), TYPED).status_code == 302
    assert not Invitation.objects.exists()


def test_written_saved_found_again_and_sent(people: People) -> None:
    ada, address = as_(people.ada), invite(people.of_grace)
    WorkFactory(title="An obscure theorem on looms")
    text = text_of(ada.post(address, {"topic": "Only a topic so far", "action": "save"}, follow=True))
    assert "Kept as a draft. Nobody else sees it." in text

    found = ada.post(address, {**TYPED, "action": "find-work", "find_work": "obscure theorem on looms"})
    assert "An obscure theorem on looms" in text_of(found)
    assert 'value="Conserved quantities"' in found.content.decode(), "what was typed stays"
    shown_before = ada.post(
        address,
        {
            **TYPED,
            "works": [Work.objects.get(title__startswith="An obscure").pk],
            "action": "find-work",
            "find_work": "obscure theorem on looms",
        },
    )
    assert "No work is found by" not in text_of(shown_before), "it is found, though it stands there already"
    assert "No work is found by" in text_of(ada.post(address, {**TYPED, "action": "find-work", "find_work": "xqzzyqx"}))
    assert Invitation.objects.get().topic == "Only a topic so far", "looking for a work saves nothing"

    day = timezone.localdate() + timedelta(days=30)
    answer = ada.post(address, {**TYPED, "by_when": day.isoformat(), "action": "send"}, follow=True)
    assert "Your invitation has been sent." in text_of(answer)
    invitation = Invitation.objects.get()
    assert (invitation.status, invitation.by_when, invitation.topic) == ("sent", day, "Conserved quantities")


def test_what_cannot_be_used_is_said_beside_the_field_and_kept(people: People) -> None:
    ada = as_(people.ada)
    for wrong, said in (
        ({"topic": ""}, "This field is required."),
        ({"kind": "marriage"}, "Select a valid choice."),
        ({"ask": "a\x00b"}, "Null characters are not allowed."),
        ({"ask": "z" * 4001}, "at most 4000 characters"),
        ({"by_when": "1815-12-10"}, "This day has come or is past."),
        ({"by_when": "9999-12-31"}, "Choose a day within five years."),
        ({"by_when": "soon"}, "Enter a valid date."),
        ({"works": "99999999999999999999999"}, "Select a valid choice."),
        ({"works": "x"}, "Select a valid choice."),
    ):
        answer = ada.post(invite(people.of_grace), {**TYPED, **wrong, "action": "send"})
        assert answer.status_code == 200
        assert said in text_of(answer), wrong
        if "topic" not in wrong:
            assert 'value="Conserved quantities"' in answer.content.decode()
    assert ada.post(invite(people.of_grace)).status_code == 200
    assert not Invitation.objects.exists()


def test_who_cannot_invite_now_keeps_what_they_wrote(people: People) -> None:
    InvitationLimit.objects.update_or_create(level=Level.L2, defaults={"open_at_once": 0})
    text = text_of(as_(people.ada).post(invite(people.of_grace), {**TYPED, "action": "send"}))
    assert "You cannot invite them now." in text
    assert "What you wrote is kept as a draft." in text
    assert Invitation.objects.get().status == "draft"
    as_(people.ada).post(invite(people.of_grace), {"action": "discard"})
    assert not Invitation.objects.exists()


def test_merged_and_erased_pages_lead_on_or_are_gone(people: People) -> None:
    old = page_of("grace", works=0)
    old.merged_into = people.of_grace
    old.save()
    for below in ("invite/", "introduce/"):
        answer = as_(people.ada).get(old.get_absolute_url() + below)
        assert (answer.status_code, answer["Location"]) == (301, people.of_grace.get_absolute_url() + below)
    people.of_emmy.erased_at = timezone.now()
    people.of_emmy.save()
    assert as_(people.ada).get(invite(people.of_emmy)).status_code == 410
    assert as_(people.ada).post(invite(people.of_emmy), {**TYPED, "action": "send"}).status_code == 410


# --- Who sees one ---------------------------------------------------------------------------------------------------


@pytest.fixture
def moderator(people: People) -> User:
    return account("vera", is_staff=True, is_superuser=True)


def test_an_invitation_is_between_two_people(people: People, moderator: User) -> None:
    invitation = sent(people.ada, people.of_grace)
    waiting = sent(people.ada, people.of_emmy)
    address = invitation.get_absolute_url()

    assert "Withdraw the invitation" in text_of(as_(people.ada).get(address))
    assert "Accept the invitation" not in text_of(as_(people.ada).get(address))
    theirs = text_of(as_(people.grace).get(address))
    for label in DeclineReason.labels:
        assert str(label) in theirs
    assert Client().get(address).status_code == 302
    for other in (people.mo, moderator):
        for path in (address, waiting.get_absolute_url()):
            assert as_(other).get(path).status_code == 404
            assert as_(other).post(path, {"action": "withdraw"}).status_code == 404
        assert CHARTER.topic not in as_(other).get(people.of_emmy.get_absolute_url()).content.decode()
    assert as_(people.grace).get(waiting.get_absolute_url()).status_code == 404, "what waits at a page is shown to nobody else"


def test_declined_with_a_kind_reason_that_the_sender_reads(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    grace, address = as_(people.grace), invitation.get_absolute_url()
    assert "Choose one of the reasons" in text_of(grace.post(address, {"action": "decline", "note": "Sorry <b>"}))
    assert "Sorry <b>" in text_of(grace.post(address, {"action": "decline", "note": "Sorry <b>", "reason": "x"}))
    assert "within the next half year" in text_of(grace.post(address, {"action": "wait", "until": "2099-01-01"}))
    grace.post(address, {"action": "decline", "reason": "other-topic", "note": "Ask Emmy."})

    text = text_of(as_(people.ada).get(address))
    assert "I no longer work on this, or not at present." in text
    assert "Ask Emmy." in text
    assert "no longer waits" in text_of(grace.post(address, {"action": "accept"}, follow=True))


def test_whom_a_block_parts_sees_nothing_and_learns_nothing(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    declined = sent(people.grace, people.of_ada)
    decline_invitation(invitation=declined, user=people.ada, reason="no-time", note="Adas words")
    before = text_of(as_(people.ada).get(invitation.get_absolute_url()))
    block(blocker=people.grace, blocked=people.ada)

    assert text_of(as_(people.ada).get(invitation.get_absolute_url())) == before
    assert as_(people.grace).get(invitation.get_absolute_url()).status_code == 404
    assert as_(people.ada).get(declined.get_absolute_url()).status_code == 404
    assert "Conserved" not in text_of(as_(people.grace).get("/invitations/"))
    assert "Conserved" not in text_of(as_(people.ada).get("/invitations/"))


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(people: People, method: str) -> None:
    invitation = sent(people.ada, people.of_grace)
    for path in (invite(people.of_emmy), invitation.get_absolute_url(), "/invitations/", "/conversations/", "/settings/collaboration/"):
        assert getattr(as_(people.ada), method)(path).status_code == 405


def test_nothing_is_done_without_the_token_against_forged_forms(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.ada)
    for path in (invite(people.of_emmy), invitation.get_absolute_url(), "/settings/collaboration/"):
        assert browser.post(path, {**TYPED, "action": "withdraw"}).status_code == 403
    assert Invitation.objects.get().status == "sent"


# --- Lists ----------------------------------------------------------------------------------------------------------


def test_lists_cost_the_same_at_two_rows_and_at_twenty(people: People) -> None:
    senders = [account(f"s{number}") for number in range(20)]
    now = timezone.now()

    def costs() -> list[int]:
        found = []
        for path in ("", "?show=sent", "?show=waiting", "?show=drafts", "?show=asked", "conversations"):
            browser = as_(people.grace)
            address = "/conversations/" if path == "conversations" else "/invitations/" + path
            browser.get(address)
            with counted_queries() as queries:
                assert browser.get(address).status_code == 200
            found.append(queries.count)
        return found

    def add(some: list[User]) -> None:
        """Two invitations of each, one with a conversation; one of Grace's to a page of nobody, and a draft."""
        times = {"sent_at": now, "expires_at": now + timedelta(days=9)}
        text = {"topic": "Looms", "kind": "paper", "ask": "Would you?"}
        to_grace = {"author": people.of_grace, "recipient": people.grace, "delivered_at": now, **text, **times}
        Invitation.objects.bulk_create(Invitation(sender=sender, status="sent", **to_grace) for sender in some)
        accepted = Invitation.objects.bulk_create(
            Invitation(sender=sender, status="accepted", answered_at=now, **to_grace) for sender in some
        )
        for row in accepted:
            open_conversation(invitation=row)
        pages = Author.objects.bulk_create(Author(display_name="Nobody Known", sort_name="Nobody Known") for _ in some)
        Invitation.objects.bulk_create(Invitation(sender=people.grace, author=page, status="waiting", **text, **times) for page in pages)
        Invitation.objects.bulk_create(Invitation(sender=people.grace, author=page, status="draft") for page in pages)

    add(senders[:2])
    few = costs()
    add(senders[2:])
    assert costs() == few
    assert max(few) <= 10
    for odd in ("?show=everything", "?page=0", "?page=99999999999999999999", "?show=sent&page=2", "?show=%00"):
        assert as_(people.grace).get("/invitations/" + odd).status_code == 200


def test_a_draft_leads_to_its_form(people: People) -> None:
    draft = drafted(people.ada, people.of_grace)
    answer = as_(people.ada).get(draft.get_absolute_url())
    assert answer["Location"] == invite(people.of_grace)
    assert as_(people.grace).get(draft.get_absolute_url()).status_code == 404


def test_what_others_may_ask_is_ones_own_choice(people: People) -> None:
    grace = as_(people.grace)
    grace.post("/settings/collaboration/", {"introduces": "on"})
    assert "The owner of this page takes no invitations." in text_of(as_(people.ada).get(people.of_grace.get_absolute_url()))
    assert grace.get("/settings/collaboration/").content.decode().count(" checked") == 1


def test_the_operator_changes_the_limits_in_the_administration(people: People, moderator: User) -> None:
    admin = log_in_with_second_factor(Client(), moderator)
    row, _made = InvitationLimit.objects.update_or_create(level=Level.L2, defaults={"open_at_once": 5})
    answer = admin.post(
        f"/admin/collaboration/invitationlimit/{row.pk}/change/",
        {"open_at_once": 1, "new_a_week": 10, "declines": 3, "halved_days": 30},
    )
    assert answer.status_code == 302
    sent(people.ada, people.of_grace)
    assert "which is the most at one time" in text_of(as_(people.ada).get(invite(people.of_emmy)))
