"""The review queue: a pair, one word, the next pair; each word a constraint and an example for the next training."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from papers.identity.pairs import Uncertain, store_uncertain_pairs
from papers.models import IdentityConstraint, UncertainPair
from papers.querysets.constraints import people_said
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.identity.pairs import decide_pair, next_pair, take_back_pair
from tests.factories.accounts import authenticator_app, log_in, log_in_with_second_factor
from tests.factories.moderation import moderator
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory
from tests.factories.people import account, owner_of, page_of
from tests.factories.reading import text_of
from tests.factories.work import computed

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    """Two pairs: one with many works behind it, one with few."""
    large, small = AuthorFactory(display_name="Ying Fan"), AuthorFactory(display_name="Ying Fan")
    many = [AuthorshipFactory(work=WorkFactory(), author=large) for _ in range(8)]
    few = [AuthorshipFactory(work=WorkFactory(), author=small) for _ in range(2)]
    lone = AuthorshipFactory(work=WorkFactory(), author=AuthorFactory(display_name="Y. Fan"))
    store_uncertain_pairs(
        [
            Uncertain(lone.pk, few[0].pk, 0.5, "fan y", ["An initial that fits"]),
            Uncertain(many[0].pk, few[1].pk, 0.45, "fan y", ["One co-author in common"], {"coauthors": 1.0}),
        ]
    )
    return UncertainPair.objects.order_by("-value")


def test_the_most_valuable_pair_comes_first_and_a_word_holds_for_ever(queue):
    emmy = moderator("emmy")
    first, second = queue
    assert next_pair(emmy).pair == first
    decide_pair(pair=first, moderator=emmy, verdict="same")
    decide_pair(pair=second, moderator=emmy, verdict="different")
    assert next_pair(emmy) is None
    said = people_said([first.one_id, first.other_id, second.one_id, second.other_id])
    assert (said.same, said.different) == ([(first.one_id, first.other_id)], [(second.one_id, second.other_id)])
    with pytest.raises(WrongStateError):
        decide_pair(pair=first, moderator=emmy, verdict="different")

    assert take_back_pair(moderator=emmy) == second
    assert IdentityConstraint.objects.count() == 1
    assert next_pair(emmy).pair == second


def test_nobody_decides_about_a_page_of_their_own(queue):
    first, second = queue
    emmy = moderator("emmy")
    owner_of(first.one.author, user=emmy)
    assert next_pair(emmy).pair == second
    with pytest.raises(NotAllowedError):
        decide_pair(pair=first, moderator=emmy, verdict="same")
    with pytest.raises(NotAllowedError):
        decide_pair(pair=second, moderator=account("mallory"), verdict="same")
    assert page_of("ada").pk


def test_decisions_become_labelled_examples(queue, tmp_path):
    emmy = moderator("emmy")
    first, second = queue
    decide_pair(pair=first, moderator=emmy, verdict="same")
    decide_pair(pair=second, moderator=emmy, verdict="different")
    call_command("export_labels", str(tmp_path / "labels.jsonl"), works=tmp_path / "works.jsonl", verbosity=0)

    lines = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    works = {json.loads(line)["id"] for line in (tmp_path / "works.jsonl").read_text().splitlines()}
    assert len({line["block"] for line in lines}) == 2
    assert [lines[0]["person_id"] == lines[1]["person_id"], lines[2]["person_id"] == lines[3]["person_id"]] == [True, False]
    assert {line["work_id"] for line in lines} == works


def test_the_queue_works_by_buttons_alone(client, queue):
    address = reverse("admin:papers_uncertainpair_queue")
    assert log_in(client, account("mallory")).get(address).status_code in {302, 403}
    emmy = moderator("emmy")
    authenticator_app(emmy)
    log_in_with_second_factor(client, emmy)
    first, second = queue
    computed(first.one.author)
    shown = text_of(client.get(address), "form")
    assert "The same person 1" in shown
    assert "8 works, 2020" in text_of(client.get(address))  # how much an answer settles
    client.post(address, {"pair": str(first.pk), "verdict": "same"})
    client.post(address, {"pair": str(second.pk), "verdict": "unsure"})
    assert "No pair waits" in client.get(address).content.decode()
    assert client.post(address, {"verdict": "undo"})["Location"].endswith(f"?pair={second.pk}")
    for bad in ({"pair": "9" * 30, "verdict": "same"}, {"pair": str(second.pk), "verdict": "\0"}, {}):
        assert client.post(address, bad).status_code == 302
    for model in ("uncertainpair", "identityconstraint", "authorchange"):
        assert client.get(reverse(f"admin:papers_{model}_changelist")).status_code == 200
