"""The life of an invitation: sent, waiting at a page, brought to its owner, answered, put off, withdrawn, brought to mind, ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.utils import timezone

from collaboration.conversations.talking import write_message
from collaboration.exceptions import CannotInviteError, IncompleteError
from collaboration.invitations.answering import accept_invitation, ask_to_wait, decline_invitation, remind, withdraw_invitation
from collaboration.invitations.choices import choose
from collaboration.invitations.clock import keep_time
from collaboration.invitations.drafting import Charter, discard_draft
from collaboration.invitations.merging import merge, undo
from collaboration.invitations.parts import parts
from collaboration.invitations.sending import send_invitation
from collaboration.invitations.support import collaborations
from collaboration.models import Conversation, Invitation, InvitationLimit, Member, Notification
from collaboration.models.invitations import TRANSITIONS, InvitationStatus
from collaboration.pages.invitation import seen_status
from collaboration.safety.blocks import block
from profiles.claims.life import release_page
from profiles.exceptions import IdentityError, LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Claim, OutgoingMail, TrailEntry
from profiles.models.choices import Level, Role
from profiles.privacy.erasure import erase_account
from profiles.trail import undo as take_back
from tests.collaboration.invitations.conftest import CHARTER, People, claimed_by, drafted, sent
from tests.factories.people import owner_of, page_of

pytestmark = pytest.mark.django_db


def state(invitation: Invitation) -> str:
    return Invitation.objects.values_list("status", flat=True).get(pk=invitation.pk)


def told(user) -> list[str]:
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def reason(action, *arguments) -> str:
    with pytest.raises(IdentityError) as refusal:
        action(*arguments)
    return str(refusal.value)


# --- Sending ------------------------------------------------------------------------------------------------------


def test_an_invitation_lies_before_the_owner_and_only_they_are_told(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)

    assert (invitation.status, invitation.recipient) == ("sent", people.grace)
    assert told(people.grace) == ["invitation"]
    assert told(people.ada) == []
    assert (
        invitation.ask_html
        == '<p>Would you check <strong>lemma 2</strong>, <math alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup></math>?</p>'
    )


def test_what_is_missing_is_said_and_a_draft_may_miss_anything(people: People) -> None:
    for charter, field in ((Charter(), "topic"), (Charter(topic="A"), "kind"), (Charter(topic="A", kind="paper"), "ask")):
        draft = drafted(people.ada, people.of_grace, charter)
        with pytest.raises(IncompleteError) as refusal:
            send_invitation(draft=draft, user=people.ada)
        assert refusal.value.field == field
    assert Invitation.objects.count() == 1, "one draft for a page, however often it is saved"
    discard_draft(draft=draft, user=people.ada)
    assert not Invitation.objects.exists()


def test_without_a_page_of_ones_own_nobody_is_invited_and_the_way_is_told(people: People) -> None:
    with pytest.raises(CannotInviteError) as refusal:
        sent(people.mo, people.of_grace)
    assert "claim your own page first" in str(refusal.value)
    assert refusal.value.url == "/search/"


def test_places_run_out_at_the_level_and_an_answer_gives_one_back(people: People) -> None:
    InvitationLimit.objects.update_or_create(level=Level.L2, defaults={"open_at_once": 2})
    first, _second = sent(people.ada, people.of_grace), sent(people.ada, people.of_emmy)
    third = page_of("mary", works=1)

    assert "You have 2 invitations open, which is the most at one time at level L2." in reason(sent, people.ada, third)

    ask_to_wait(invitation=first, user=people.grace, until=timezone.localdate() + timedelta(days=9))
    assert sent(people.ada, third).status == "waiting"


def test_three_declines_in_a_row_halve_the_places_until_somebody_accepts_or_thirty_days_pass(people: People) -> None:
    InvitationLimit.objects.update_or_create(level=Level.L2, defaults={"open_at_once": 2, "declines": 1})
    decline_invitation(invitation=sent(people.ada, people.of_grace), user=people.grace, reason="no-time")
    sent(people.ada, people.of_emmy)
    other = page_of("mary", works=1)

    assert "half as many places" in reason(sent, people.ada, other)

    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert sent(people.ada, other).status == "waiting"


def test_no_more_than_ten_in_seven_days(people: People) -> None:
    for number in range(10):
        withdraw_invitation(invitation=sent(people.ada, page_of(f"other{number}", works=0)), user=people.ada)
    assert "You sent 10 invitations in the last seven days" in reason(sent, people.ada, people.of_grace)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert sent(people.ada, people.of_grace).status == "sent"


# --- At a page that nobody owns -----------------------------------------------------------------------------------


def test_it_waits_unseen_and_unmailed_until_the_page_is_claimed(people: People) -> None:
    mails = OutgoingMail.objects.count()
    invitation = sent(people.ada, people.of_emmy)
    assert (state(invitation), invitation.recipient) == ("waiting", None)
    assert not Notification.objects.exists()
    assert OutgoingMail.objects.count() == mails

    emmy = claimed_by(people.of_emmy)

    invitation.refresh_from_db()
    assert (invitation.status, invitation.recipient) == ("sent", emmy)
    assert told(emmy) == ["invitation"]
    assert told(people.ada) == ["invitation-ended"]


def test_who_loses_the_page_loses_what_lay_before_them_and_who_gets_it_back_has_it_again(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    claim = Claim.objects.get(profile__user=people.grace)

    release_page(claim=claim, user=people.grace)
    invitation.refresh_from_db()
    assert (invitation.status, invitation.recipient) == ("waiting", None)
    assert told(people.grace) == [], "what no longer lies before them is no news to them"

    take_back(entry=TrailEntry.objects.latest("pk"), actor=None, role=Role.SYSTEM, code="mistake")
    invitation.refresh_from_db()
    assert (invitation.status, invitation.recipient) == ("sent", people.grace)


def test_ones_own_invitation_to_a_page_that_one_claims_is_withdrawn_and_a_blocked_ones_closes(people: People) -> None:
    by_grace = sent(people.grace, people.of_emmy)
    by_ada = sent(people.ada, people.of_emmy)
    Claim.objects.filter(profile__user=people.grace).update(status="withdrawn")
    emmy = people.mo
    block(blocker=emmy, blocked=people.ada)
    owner_of(people.of_emmy, user=emmy)
    assert (state(by_ada), state(by_grace)) == ("closed", "sent")
    for sender, invitation in ((people.ada, by_ada), (people.grace, by_grace)):  # to who sent them both look the same
        invitation.refresh_from_db()
        assert seen_status(invitation, sender) == InvitationStatus.SENT
        assert invitation.delivered_at is not None
        assert invitation.expires_at is not None
        assert invitation.expires_at < timezone.now() + timedelta(days=60)


def test_who_takes_no_invitations_gets_none_and_what_waited_comes_when_they_do_again(people: People) -> None:
    choose(user=people.grace, takes_invitations=False, introduces=False)
    assert reason(sent, people.ada, people.of_grace) == "The owner of this page takes no invitations."
    waiting = sent(people.ada, people.of_emmy)
    choose(user=people.mo, takes_invitations=False, introduces=False)
    owner_of(people.of_emmy, user=people.mo)
    assert state(waiting) == "waiting"
    choose(user=people.mo, takes_invitations=True, introduces=False)
    assert state(waiting) == "sent"


# --- Answers ------------------------------------------------------------------------------------------------------


def test_accepting_opens_a_conversation_of_two_and_lets_their_pages_support_each_other(people: People) -> None:
    conversation = accept_invitation(invitation=sent(people.ada, people.of_grace), user=people.grace, note="With joy.")

    assert set(Member.objects.filter(conversation=conversation).values_list("user_id", flat=True)) == {people.ada.pk, people.grace.pk}
    assert told(people.ada) == ["invitation-answer"]
    assert not Notification.objects.filter(recipient=people.grace, read_at__isnull=True).exists(), (
        "what is answered is not announced any more"
    )
    assert {(row.source, row.target, row.weight) for row in collaborations([people.of_ada.pk])} == {
        (people.of_ada.pk, people.of_grace.pk, 0.5)
    }


def test_declining_wants_a_reason_and_the_same_person_is_asked_again_a_month_later(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    assert "Choose one of the reasons" in reason(lambda: decline_invitation(invitation=invitation, user=people.grace, reason="because"))
    decline_invitation(invitation=invitation, user=people.grace, reason="no-time", note="Ask me in spring.")
    assert "You can ask again from" in reason(sent, people.ada, people.of_grace)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        again = sent(people.ada, people.of_grace)
        accept_invitation(invitation=again, user=people.grace)
    assert Conversation.objects.get().invitation == again


def test_who_is_asked_to_wait_is_brought_to_mind_on_that_day(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    day = timezone.localdate() + timedelta(days=20)
    ask_to_wait(invitation=invitation, user=people.grace, until=day)
    with pytest.raises(WrongStateError):
        ask_to_wait(invitation=invitation, user=people.grace, until=day)
    assert keep_time() == 0
    assert keep_time(now=timezone.now() + timedelta(days=21)) == 1
    assert state(invitation) == "sent"
    assert told(people.grace) == ["invitation", "invitation"]
    withdraw_invitation(invitation=invitation, user=people.ada)
    assert told(people.grace) == []


def test_one_reminder_a_week_later_and_no_second(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    with pytest.raises(LimitReachedError, match="Give them time"):
        remind(invitation=invitation, user=people.ada)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        remind(invitation=invitation, user=people.ada)
        with pytest.raises(LimitReachedError, match="once is the most"):
            remind(invitation=invitation, user=people.ada)
    assert told(people.grace) == ["invitation", "invitation"]


def test_withdrawing_takes_back_what_was_announced(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    withdraw_invitation(invitation=invitation, user=people.ada)
    assert told(people.grace) == []
    with pytest.raises(WrongStateError):
        accept_invitation(invitation=invitation, user=people.grace)


def test_time_ends_what_nobody_answered_and_tells_the_sender(people: People) -> None:
    quick = sent(people.ada, people.of_grace)
    slow = sent(people.ada, people.of_emmy)
    assert keep_time(now=timezone.now() + timedelta(days=43)) == 1
    assert (state(quick), state(slow)) == ("expired", "waiting")
    assert keep_time(now=timezone.now() + timedelta(days=366)) == 1
    assert told(people.ada) == ["invitation-ended", "invitation-ended"]


def test_nobody_answers_or_withdraws_for_others(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    for action in (
        lambda: accept_invitation(invitation=invitation, user=people.mo),
        lambda: accept_invitation(invitation=invitation, user=people.ada),
        lambda: withdraw_invitation(invitation=invitation, user=people.grace),
        lambda: remind(invitation=invitation, user=people.grace),
    ):
        with pytest.raises(NotAllowedError):
            action()
    assert state(invitation) == "sent"


def test_the_database_refuses_every_step_that_is_not_in_the_table(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    for status in set(InvitationStatus) - set(TRANSITIONS[InvitationStatus.SENT]) - {InvitationStatus.SENT}:
        with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
            Invitation.objects.filter(pk=invitation.pk).update(status=status)


def test_what_lay_before_an_account_that_is_simply_gone_waits_at_the_page_again(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    people.grace.delete()
    assert state(invitation) == "sent"
    assert keep_time() == 1
    assert state(invitation) == "waiting"


# --- Blocks, merges, accounts that go -------------------------------------------------------------------------------


def test_a_block_closes_what_waits_and_its_sender_sees_nothing_of_it(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    block(blocker=people.grace, blocked=people.ada)

    assert state(invitation) == "closed"
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        remind(invitation=invitation, user=people.ada)
    assert told(people.grace) == []
    assert reason(sent, people.ada, people.of_grace) == "You have invited them already, and there is no answer yet."
    assert keep_time(now=timezone.now() + timedelta(days=43)) == 1
    assert reason(sent, people.ada, people.of_grace) == "The owner of this page takes no invitations."


def test_who_blocks_withdraws_what_they_had_sent(people: People) -> None:
    invitation = sent(people.ada, people.of_grace)
    block(blocker=people.ada, blocked=people.grace)
    assert state(invitation) == "withdrawn"


def test_invitations_go_along_with_a_merge_and_come_back(people: People) -> None:
    other = page_of("emmy", works=1)
    moved, stays = sent(people.ada, other), sent(people.grace, people.of_emmy)
    kept_there = sent(people.grace, other)

    inverse = merge(other.pk, people.of_emmy.pk)

    assert dict(Invitation.objects.values_list("pk", "author_id")) == {
        moved.pk: people.of_emmy.pk,
        stays.pk: people.of_emmy.pk,
        kept_there.pk: other.pk,
    }
    undo(inverse)
    assert Invitation.objects.get(pk=moved.pk).author == other
    assert state(moved) == "waiting"


def test_what_is_ones_own_is_taken_along_and_goes_with_the_account(people: People) -> None:
    declined = sent(people.grace, people.of_ada)
    decline_invitation(invitation=declined, user=people.ada, reason="no-time", note="Adas word")
    conversation = accept_invitation(invitation=sent(people.ada, people.of_grace), user=people.grace, note="")
    write_message(
        conversation=conversation, user=people.ada, text="Adas message", token=uuid4(), links=[("Adas link", "https://a.example/")]
    )
    write_message(conversation=conversation, user=people.grace, text="Graces message", token=uuid4())

    taken = {part.key: list(part.collect(people.ada)) for part in parts()}
    assert [row["topic"] for row in taken["invitations"]] == [CHARTER.topic] * 2
    assert [row["text"] for row in taken["conversation-messages"]] == ["Adas message", "Graces message"]

    erase_account(user=people.ada)

    assert not Invitation.objects.exclude(answer_note="").exists()
    assert [row.body for row in conversation.messages.order_by("number")] == ["", "Graces message"]
    assert Conversation.objects.get().invitation is None
