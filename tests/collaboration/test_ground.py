"""What the rest stands on: counts that triggers keep, blocks that work both ways, and telling people once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from collaboration.models import Follow, FollowerCount, Mute, Notification, SavedSearch
from collaboration.notifications.sending import mark_read, notify, seen_by, withdraw
from collaboration.safety.blocks import block, blocked_among, is_blocked_between, unblock, visible_people
from papers.models import Author
from profiles.exceptions import WrongStateError
from profiles.models import Profile, User
from tests.factories.papers import AuthorFactory, TopicFactory
from tests.factories.people import account
from tests.factories.reading import counted_queries

pytestmark = pytest.mark.django_db


def counts():
    kept = {(row.kind, row.target): row.count for row in FollowerCount.objects.all() if row.count}
    real = {}
    for row in Follow.objects.all():
        for kind in ("author", "topic", "institution", "search"):
            if (target := getattr(row, f"{kind}_id")) is not None:
                real[kind, target] = real.get((kind, target), 0) + 1
    assert kept == real
    return kept


def test_counts_follow_every_way_in_which_follows_come_move_and_go():
    one, other, topic, search = AuthorFactory(), AuthorFactory(), TopicFactory(), SavedSearch.objects.create(query="q=looms")
    people = [account(name) for name in ("ada", "grace", "emmy")]
    Follow.objects.bulk_create([Follow(follower=user, author=one) for user in people], ignore_conflicts=True)
    Follow.objects.bulk_create([Follow(follower=user, author=one) for user in people], ignore_conflicts=True)  # twice is once
    Follow.objects.create(follower=people[0], topic=topic)
    Follow.objects.create(follower=people[1], search=search)
    assert counts()["author", one.pk] == 3

    Follow.objects.filter(author=one).update(author=other)
    assert counts() == {("author", other.pk): 3, ("topic", topic.pk): 1, ("search", search.pk): 1}
    people[0].delete()
    search.delete()
    assert counts() == {("author", other.pk): 2}


def test_a_follow_names_one_thing_and_once():
    ada, author, topic = account("ada"), AuthorFactory(), TopicFactory()
    Follow.objects.create(follower=ada, author=author)
    for wrong in ({}, {"author": author}, {"author": AuthorFactory(), "topic": topic}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Follow.objects.create(follower=ada, **wrong)


def test_a_block_works_both_ways_and_is_taken_back_by_who_made_it(ada, grace, emmy):
    block(blocker=ada, blocked=grace)
    block(blocker=ada, blocked=grace)

    for one, other in ((ada, grace), (grace, ada)):
        assert is_blocked_between(one, other)
        assert other not in visible_people(User.objects.all(), one)
        assert blocked_among(one, [other.pk, emmy.pk]) == {other.pk}
        assert other.profile not in visible_people(Profile.objects.all(), one)
        assert {page.display_name for page in visible_people(Author.objects.all(), one)} >= {"Emmy Notherby"}
        assert not visible_people(Author.objects.filter(claims__profile__user=other), one).exists()
    assert visible_people(User.objects.all(), None).count() == 3

    unblock(blocker=grace, blocked=ada)  # not hers to take back
    assert is_blocked_between(grace, ada)
    unblock(blocker=ada, blocked=grace)
    assert not is_blocked_between(grace, ada)
    with pytest.raises(WrongStateError):
        block(blocker=ada, blocked=ada)


def test_the_same_thing_is_told_once_and_never_by_who_is_blocked_or_muted(ada, grace, letter_kind):
    told = {"kind": "letter", "group_key": "letters:grace", "payload": {"from": "Grace", "number": 1}, "actor": grace}
    with counted_queries() as queries:
        assert notify(recipient=ada, subject_key="letter:1", **told)
    assert queries.count == 3
    assert not notify(recipient=ada, subject_key="letter:1", **told)
    assert not notify(recipient=grace, subject_key="letter:1", **told)  # about what she did herself
    assert mark_read(recipient=ada, kind="letter", group_key="letters:grace") == 1
    assert not notify(recipient=ada, subject_key="letter:1", **told)  # read is told

    Mute.objects.create(muter=ada, author=Author.objects.get(claims__profile__user=grace))
    assert not notify(recipient=ada, subject_key="letter:2", **told)
    block(blocker=grace, blocked=ada)
    Mute.objects.all().delete()
    assert not notify(recipient=ada, subject_key="letter:3", **told)
    assert not seen_by(ada).exists()  # nor what was told before the block
    assert Notification.objects.count() == 1
    withdraw(kind="letter", subject_key="letter:1")
    assert not Notification.objects.exists()
    with pytest.raises(ValueError, match="nobody registered"):
        notify(recipient=ada, kind="nothing", subject_key="x:1")
