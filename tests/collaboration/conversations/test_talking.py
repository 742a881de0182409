"""Conversations: writing, reading on two devices, muting, leaving, taking along, and what is new by asking with an ETag."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from collaboration.conversations.talking import leave, mark_read, set_muted, write_message
from collaboration.invitations.answering import accept_invitation
from collaboration.models import Conversation, Member, Message, Notification
from collaboration.querysets.conversations import membership, unread_conversations
from collaboration.safety.blocks import block, unblock
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import User
from tests.collaboration.invitations.conftest import People, sent
from tests.collaboration.invitations.conftest import people as people  # noqa: PLC0414 - the same people
from tests.factories.reading import counted_queries, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(people: People) -> Conversation:
    return accept_invitation(invitation=sent(people.ada, people.of_grace), user=people.grace)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def say(talk: Conversation, user: User, text: str, **more) -> Message:
    return write_message(conversation=talk, user=user, text=text, token=more.pop("token", None) or uuid4(), **more)


def part(talk: Conversation, user: User) -> Member:
    return Member.objects.get(conversation=talk, user=user)


def test_what_is_written_is_numbered_rendered_and_told_to_the_other_in_one_line(talk, people: People) -> None:
    first = say(talk, people.ada, "Hello **there**, $x^2$ <script>alert(1)</script>")
    second = say(talk, people.ada, "And this", links=[("The draft", "https://example.org/draft.pdf")])

    assert (first.number, second.number) == (1, 2)
    assert "<strong>there</strong>" in first.body_html
    assert "<math" in first.body_html
    assert "<script" not in first.body_html
    assert set(Notification.objects.filter(recipient=people.grace, kind="message").values_list("group_key", flat=True)) == {
        f"conversation:{talk.pk}"
    }
    assert not Notification.objects.filter(recipient=people.ada, kind="message").exists()


def test_the_same_form_sent_twice_makes_one_message(talk, people: People) -> None:
    token = uuid4()
    assert say(talk, people.ada, "Once", token=token) == say(talk, people.ada, "Once", token=token)
    assert Message.objects.count() == 1


def test_reading_moves_forward_only_and_clears_what_was_announced(talk, people: People) -> None:
    for text in ("One", "Two", "Three"):
        say(talk, people.ada, text)
    assert unread_conversations(people.grace) == 1
    mine = part(talk, people.grace)

    assert mark_read(member=mine, number=3)
    assert not mark_read(member=mine, number=1), "an older device says less"
    assert not mark_read(member=mine, number=99), "nobody has read what was not written"

    assert part(talk, people.grace).read_to == 3
    assert unread_conversations(people.grace) == 0
    assert not Notification.objects.filter(recipient=people.grace, kind="message", read_at__isnull=True).exists()


def test_muted_is_not_announced_and_left_is_gone_for_good(talk, people: People) -> None:
    set_muted(member=part(talk, people.grace), muted=True)
    say(talk, people.ada, "Psst")
    assert not Notification.objects.filter(recipient=people.grace, kind="message").exists()

    leave(member=part(talk, people.grace))
    assert membership(talk.pk, people.grace) is None
    with pytest.raises(WrongStateError):
        say(talk, people.ada, "Hello?")
    assert "left on" in text_of(as_(people.ada).get(talk.get_absolute_url()))
    assert as_(people.grace).get(talk.get_absolute_url()).status_code == 404


def test_a_block_hides_the_conversation_from_both_until_it_is_lifted(talk, people: People) -> None:
    say(talk, people.ada, "Secret words")
    block(blocker=people.grace, blocked=people.ada)
    for user in (people.ada, people.grace):
        browser = as_(user)
        for path in ("", "new/?after=0", "export.md", "export.json"):
            assert browser.get(talk.get_absolute_url() + path).status_code == 404
        assert "Conserved" not in text_of(browser.get("/conversations/"))
        with pytest.raises(NotAllowedError):
            say(talk, user, "Still here?")
    unblock(blocker=people.grace, blocked=people.ada)
    assert "Secret words" in text_of(as_(people.grace).get(talk.get_absolute_url()))


@pytest.mark.parametrize(
    "sent_text, said", [("", "Write something first."), ("a\x00b", "Null characters"), ("z" * 20_001, "at most 20000")]
)
def test_what_cannot_be_sent_is_said_beside_the_field_and_kept(talk, people: People, sent_text: str, said: str) -> None:
    answer = as_(people.ada).post(talk.get_absolute_url(), {"text": sent_text, "links": "https://a.example/ A"})
    text = text_of(answer)
    assert answer.status_code == 200
    assert said in text
    assert "https://a.example/ A" in text
    assert not Message.objects.exists()


def test_a_link_that_is_none_is_named_and_what_was_typed_stays(talk, people: People) -> None:
    text = text_of(as_(people.ada).post(talk.get_absolute_url(), {"text": "Look at this", "links": "javascript:alert(1) Nice"}))
    assert "“javascript:alert(1)” is no address" in text
    assert "Look at this" in text
    assert not Message.objects.exists()


def test_two_windows_talk_and_the_second_hears_by_asking(talk, people: People) -> None:
    ada, grace = as_(people.ada), as_(people.grace)
    address = talk.get_absolute_url()
    ask = grace.get(address + "new/?after=0")
    assert (ask.status_code, "data-new" in ask.content.decode()) == (200, False)
    with counted_queries() as queries:
        quiet = grace.get(address + "new/?after=0", headers={"If-None-Match": ask["ETag"]})
    assert (quiet.status_code, quiet.content, queries.count) == (304, b"", 2)  # the account, and its part in the conversation
    assert "private" in quiet["Cache-Control"]

    ada.post(address, {"text": "Shall we begin?", "token": str(uuid4())})

    news = grace.get(address + "new/?after=0", headers={"If-None-Match": ask["ETag"], "X-Seen": "1"})
    assert news.status_code == 200
    assert "Shall we begin?" in news.content.decode()
    assert "?after=1" in news.content.decode()
    assert part(talk, people.grace).read_to == 1
    assert "Shall we begin?" in text_of(grace.get(address)), "and by reload, without scripts"


def test_a_page_costs_the_same_with_two_messages_and_with_forty(talk, people: People) -> None:
    counts = []
    for text in ("few", "many"):
        for number in range(1 if text == "few" else 19):
            say(talk, people.ada, f"{text} {number}", links=[("A", "https://a.example/")])
            say(talk, people.grace, f"{text} {number}")
        browser = as_(people.grace)
        browser.get(talk.get_absolute_url())
        with counted_queries() as queries:
            browser.get(talk.get_absolute_url())
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 12


def test_earlier_messages_have_addresses_and_the_whole_can_be_taken_along(talk, people: People) -> None:
    Message.objects.bulk_create(
        Message(
            conversation=talk, number=number, sender=people.ada, body=f"Word {number}", body_html=f"<p>Word {number}</p>", token=uuid4()
        )
        for number in range(1, 61)
    )
    Conversation.objects.update(messages_count=60)
    grace = as_(people.grace)
    text = text_of(grace.get(talk.get_absolute_url()))
    assert "Word 60" in text
    assert "Word 10 " not in text
    assert "Word 10 " in text_of(grace.get(talk.get_absolute_url() + "?before=11"))
    for odd in ("?before=x", "?before=99999999999999999999", "?before=0", "new/?after=-1", "new/?after=%00"):
        assert grace.get(talk.get_absolute_url() + odd).status_code == 200
    told = json.loads(b"".join(grace.get(talk.get_absolute_url() + "export.json").streaming_content))  # type: ignore[attr-defined]
    assert [row["number"] for row in told["messages"]] == list(range(1, 61))
    assert "Word 60" in b"".join(grace.get(talk.get_absolute_url() + "export.md").streaming_content).decode()  # type: ignore[attr-defined]
    assert grace.get(talk.get_absolute_url() + "export.exe").status_code == 404


def test_only_its_members_see_a_conversation(talk, people: People) -> None:
    people.mo.is_staff = people.mo.is_superuser = True
    people.mo.save()
    for path in ("", "new/", "export.md"):
        assert as_(people.mo).get(talk.get_absolute_url() + path).status_code == 404, "not even a moderator"
        assert Client().get(talk.get_absolute_url() + path).status_code == 302
    assert as_(people.mo).post(talk.get_absolute_url(), {"text": "Hello"}).status_code == 404
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.ada)
    assert browser.post(talk.get_absolute_url(), {"text": "Hello"}).status_code == 403
    assert not Message.objects.exists()
