"""Many at once, each on a connection of its own: limits hold, an invitation has one end, and nothing is sent past a block."""

from __future__ import annotations

from collections import Counter
from functools import partial
from uuid import uuid4

import pytest
from django.test import Client

from collaboration.conversations.talking import mark_read, write_message
from collaboration.exceptions import CannotInviteError
from collaboration.invitations.answering import accept_invitation, withdraw_invitation
from collaboration.invitations.sending import send_invitation
from collaboration.models import Block, Conversation, Invitation, InvitationEvent, Member, Message, Notification, SuggestionDismissal
from collaboration.notifications.sending import mark_read as mark_notifications_read
from collaboration.safety.blocks import block, unblock
from collaboration.suggestions.choosing import dismiss, take_back_dismissal
from collaboration.suggestions.computing import refresh_suggestions
from papers.models import Author
from profiles.claims.granting import grant_claim
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Claim
from profiles.models.choices import ClaimStatus, Role
from tests.collaboration.invitations.conftest import People, drafted, sent
from tests.factories.people import account, claim_by, page_of
from tests.factories.tokens import Program, program_of
from tests.profiles.claims.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_limits_hold_under_fifty_requests_at_once(people: People) -> None:
    """Fifty windows of one person at L2 send to fifty pages: five arrive."""
    pages = Author.objects.bulk_create(Author(display_name=f"P {number}", sort_name=f"P {number}") for number in range(50))

    def send(page) -> int:
        browser = Client(raise_request_exception=False)
        browser.force_login(people.ada)
        charter = {"topic": "Conserved quantities", "kind": "paper", "ask": "Would you?", "action": "send"}
        return browser.post(page.get_absolute_url() + "invite/", charter).status_code

    codes = at_once(*[partial(send, page) for page in pages])

    assert Counter(codes) == {200: 45, 302: 5}
    assert Invitation.objects.filter(sender=people.ada, status="waiting").count() == 5
    assert Invitation.objects.filter(sender=people.ada, status="draft").count() == 45, "what was typed is kept"


def test_limits_hold_in_the_api_under_fifty_requests_at_once_and_a_draft_sent_from_two_places_goes_once(people: People) -> None:
    """The same with tokens: twenty-five drafts, each sent by two programs at once."""
    pages = Author.objects.bulk_create(Author(display_name=f"P {number}", sort_name=f"P {number}") for number in range(25))
    program = program_of(people.ada, "invitations:write")
    drafts = [drafted(people.ada, page).public_id for page in pages]

    codes = at_once(*[partial(_send, program.token, draft) for draft in drafts * 2])

    assert sum(code == 200 for code in codes) == 5
    assert set(codes) <= {200, 403, 409}
    assert Invitation.objects.filter(sender=people.ada, status="waiting").count() == 5


def _send(token: str, draft: str) -> int:
    return int(Program(token)("post", f"invitations/{draft}/send/").status_code)


def test_accepted_or_withdrawn_never_both(people: People, accept: bool) -> None:
    for _ in range(200 if accept else 4):
        invitation = sent(people.ada, people.of_grace)
        results = at_once(
            partial(accept_invitation, invitation=invitation, user=people.grace),
            partial(withdraw_invitation, invitation=invitation, user=people.ada),
        )
        assert sum(isinstance(result, WrongStateError) for result in results) == 1, results
        invitation.refresh_from_db()
        assert Conversation.objects.filter(invitation=invitation).count() == (invitation.status == "accepted")
        assert InvitationEvent.objects.filter(invitation=invitation).count() == 2
        Invitation.objects.all().delete()


def test_a_suggestion_dismissed_in_two_windows_is_dismissed_once_and_taking_it_back_meanwhile_leaves_one_or_none(
    people: People, accept: bool
) -> None:
    for _ in range(200 if accept else 4):
        results = at_once(
            partial(dismiss, user=people.ada, author=people.of_grace),
            partial(dismiss, user=people.ada, author=people.of_grace),
            partial(refresh_suggestions, [people.of_ada.pk]),
            partial(take_back_dismissal, user=people.ada, author_id=people.of_grace.pk),
        )
        assert not [result for result in results if isinstance(result, Exception)], results
        assert SuggestionDismissal.objects.filter(user=people.ada).count() <= 1
        take_back_dismissal(user=people.ada, author_id=people.of_grace.pk)
        assert not SuggestionDismissal.objects.exists()


def test_nothing_is_sent_past_a_block(people: People, accept: bool) -> None:
    for _ in range(200 if accept else 4):
        draft = drafted(people.ada, people.of_grace)
        results = at_once(
            partial(send_invitation, draft=draft, user=people.ada),
            partial(block, blocker=people.grace, blocked=people.ada),
        )
        draft.refresh_from_db()
        assert isinstance(results[0], Invitation | CannotInviteError), results
        assert isinstance(results[1], Block), results
        assert draft.status == ("closed" if isinstance(results[0], Invitation) else "draft")
        with pytest.raises((NotAllowedError, WrongStateError)):
            accept_invitation(invitation=draft, user=people.grace)
        unblock(blocker=people.grace, blocked=people.ada)
        Invitation.objects.all().delete()


def test_what_is_sent_while_the_page_is_claimed_reaches_its_owner(people: People, accept: bool) -> None:
    for number in range(50 if accept else 2):
        page = page_of(f"emmy{number}", works=0)
        emmy = account(f"emmy{number}")
        claim = claim_by(emmy, page, ClaimStatus.REVIEW)
        draft = drafted(people.ada, page)
        results = at_once(
            partial(send_invitation, draft=draft, user=people.ada),
            partial(grant_claim, claim=claim, actor=None, role=Role.SYSTEM),
        )
        assert isinstance(results[0], Invitation), results
        assert isinstance(results[1], Claim), results
        draft.refresh_from_db()
        assert (draft.status, draft.recipient) == ("sent", emmy)
        Invitation.objects.all().delete()


def test_messages_written_at_once_are_numbered_without_gaps_and_two_devices_read_to_the_last(people: People, accept: bool) -> None:
    talk = accept_invitation(invitation=sent(people.ada, people.of_grace), user=people.grace)
    once = uuid4()
    at_once(
        *[partial(write_message, conversation=talk, user=user, text="Hi", token=uuid4()) for user in (people.ada, people.grace) * 5],
        *[partial(write_message, conversation=talk, user=people.ada, text="Once", token=once)] * 3,
    )
    assert list(Message.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 12))
    mine = Member.objects.get(user=people.grace)
    for _ in range(200 if accept else 4):
        Member.objects.update(read_to=0)
        Notification.objects.update(read_at=None)
        at_once(
            *[partial(mark_read, member=mine, number=number) for number in (3, 11, 7, 1)],
            *[partial(mark_notifications_read, recipient=people.grace)] * 2,
        )
        assert Member.objects.get(user=people.grace).read_to == 11
        assert not Notification.objects.filter(recipient=people.grace, read_at__isnull=True).exists()
