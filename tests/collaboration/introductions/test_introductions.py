"""Ada wants to know Emmy. Grace wrote with both and lets herself be asked; Mary wrote with Ada, Nora with Mary and Emmy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from collaboration.introductions.asking import ask_introduction, decline_introduction, pass_on
from collaboration.introductions.finding import paths_to
from collaboration.invitations.answering import withdraw_invitation
from collaboration.invitations.choices import choose
from collaboration.invitations.clock import keep_time
from collaboration.models import Introduction, Invitation, Notification
from collaboration.safety.blocks import block
from config.lib.public_ids import encode_public_id
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import User
from tests.collaboration.invitations.conftest import People, drafted
from tests.collaboration.invitations.conftest import people as people  # noqa: PLC0414 - the same people
from tests.factories.papers import WorkFactory
from tests.factories.people import owner_of, page_of
from tests.factories.reading import counted_queries, links_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def between(people: People) -> People:
    """Grace stands between Ada and Emmy, and allows to be asked."""
    year = timezone.now().year
    WorkFactory(by=[people.of_ada, people.of_grace], year=year, title="Looms and ships")
    WorkFactory(by=[people.of_grace, people.of_emmy], year=year, title="Ships and rings")
    choose(user=people.grace, takes_invitations=True, introduces=True)
    return people


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(people: People) -> Introduction:
    draft = drafted(people.ada, people.of_emmy)
    return ask_introduction(draft=draft, user=people.ada, between=[people.of_grace.pk], note="Dear Grace")


def state(introduction: Introduction) -> tuple[str, str]:
    return (
        Introduction.objects.values_list("status", flat=True).get(pk=introduction.pk),
        Invitation.objects.values_list("status", flat=True).get(pk=introduction.invitation_id),
    )


def test_ways_lead_over_those_who_allow_it_and_nobody_else(between: People) -> None:
    def ways(user=between.ada):
        return [path.between for path in paths_to(user=user, start=between.of_ada.pk, goal=between.of_emmy.pk)]

    with counted_queries() as queries:
        assert ways() == [(between.of_grace.pk,)]
    assert queries.count == 2
    choose(user=between.grace, takes_invitations=True, introduces=False)
    assert ways() == []
    choose(user=between.grace, takes_invitations=True, introduces=True)
    block(blocker=between.grace, blocked=between.ada)
    assert ways() == []


def test_the_page_shows_each_way_with_its_works_and_asks(between: People) -> None:
    drafted(between.ada, between.of_emmy)
    ada, address = as_(between.ada), between.of_emmy.get_absolute_url() + "introduce/"
    answer = ada.get(address)
    text = text_of(answer)
    assert "Grace Farrowgate" in text
    assert "Looms and ships" in text
    assert "Ships and rings" in text
    assert any(link.endswith("/looms-and-ships/") for link in links_of(answer))

    said = text_of(ada.post(address, {"path": encode_public_id(between.of_grace.pk), "note": "Dear Grace"}, follow=True))
    assert "It lies with Grace Farrowgate, who may pass it on." in said
    for odd in ("", "x", "000000000", "\x00"):
        assert ada.post(address, {"path": odd}).status_code == 200


def test_it_is_passed_on_with_a_word_and_arrives_as_an_invitation(between: People) -> None:
    introduction = asked(between)
    assert state(introduction) == ("asked", "introducing")
    grace = as_(between.grace)
    assert "Dear Grace" in text_of(grace.get(introduction.get_absolute_url()))
    for other in (between.ada, between.mo):
        assert as_(other).get(introduction.get_absolute_url()).status_code == 404

    grace.post(introduction.get_absolute_url(), {"action": "pass-on", "word": "She is careful."})

    assert state(introduction) == ("passed-on", "waiting")
    emmy = owner_of(between.of_emmy, "emmy")
    text = text_of(as_(emmy).get(Invitation.objects.get().get_absolute_url()))
    assert "Introduced by Grace Farrowgate She is careful." in text
    assert "Dear Grace" not in text
    assert grace.get(introduction.get_absolute_url()).status_code == 404, "it is answered"


def test_declining_is_silent_and_the_draft_comes_back_when_the_time_is_over(between: People) -> None:
    introduction = asked(between)
    decline_introduction(introduction=introduction, user=between.grace)
    assert state(introduction) == ("declined", "introducing")
    assert not Notification.objects.filter(recipient=between.ada).exists()
    assert "It lies with Grace Farrowgate" in text_of(as_(between.ada).get(introduction.invitation.get_absolute_url()))
    with pytest.raises(WrongStateError):
        pass_on(introduction=introduction, user=between.grace)

    assert keep_time(now=timezone.now() + timedelta(days=22)) == 1
    assert state(introduction) == ("expired", "draft")
    told = Notification.objects.get(recipient=between.ada)
    assert "Grace" not in str(told.payload)


def test_taken_back_it_is_a_draft_again_and_no_longer_before_anybody(between: People) -> None:
    introduction = asked(between)
    withdraw_invitation(invitation=introduction.invitation, user=between.ada)
    assert state(introduction) == ("withdrawn", "draft")
    with pytest.raises(WrongStateError):
        pass_on(introduction=introduction, user=between.grace)


def test_a_way_of_two_goes_from_one_to_the_next(between: People) -> None:
    choose(user=between.grace, takes_invitations=True, introduces=False)
    of_mary, of_nora = page_of("mary", works=0), page_of("nora", works=0)
    year = timezone.now().year
    for pair in ((between.of_ada, of_mary), (of_mary, of_nora), (of_nora, between.of_emmy)):
        WorkFactory(by=list(pair), year=year)
    mary, nora = owner_of(of_mary, "mary"), owner_of(of_nora, "nora")
    for user in (mary, nora):
        choose(user=user, takes_invitations=True, introduces=True)
    draft = drafted(between.ada, between.of_emmy)
    with pytest.raises(NotAllowedError):
        ask_introduction(draft=draft, user=between.ada, between=[of_nora.pk])
    introduction = ask_introduction(draft=draft, user=between.ada, between=[of_mary.pk, of_nora.pk])

    pass_on(introduction=introduction, user=mary, word="From Mary")
    assert state(introduction) == ("asked", "introducing")
    assert "From Mary" in text_of(as_(nora).get(introduction.get_absolute_url()))
    pass_on(introduction=introduction, user=nora)
    assert state(introduction) == ("passed-on", "waiting")


def test_where_the_goal_does_not_want_it_nobody_can_tell(between: People) -> None:
    introduction = asked(between)
    emmy = owner_of(between.of_emmy, "emmy")
    block(blocker=emmy, blocked=between.ada)
    pass_on(introduction=introduction, user=between.grace)
    assert state(introduction) == ("passed-on", "closed")
    assert "Waiting for an answer" in text_of(as_(between.ada).get(introduction.invitation.get_absolute_url()))
    assert as_(emmy).get(introduction.invitation.get_absolute_url()).status_code == 404
