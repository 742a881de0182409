"""Changes of author ids, the review queue, and what people said, as the methods that attribute works read it."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from papers.identity.changes import Change, record_changes, record_undone, where_it_went
from papers.identity.pairs import Uncertain, store_uncertain_pairs, value_of
from papers.models import AuthorChange, AuthorshipRefusal, ChangeKind, IdentityConstraint, UncertainPair
from papers.querysets.constraints import people_said
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory

pytestmark = pytest.mark.django_db


def places(count):
    return [AuthorshipFactory(work=WorkFactory(), author=AuthorFactory()) for _ in range(count)]


def test_changes_only_ever_grow_and_lead_to_where_works_went():
    kept, gone = AuthorFactory(), AuthorFactory()
    away = gone.pk
    [split] = record_changes([Change(ChangeKind.SPLIT, kept.pk, away, [5, 3, 5])], entry=7)
    [back] = record_undone([split], entry=8)
    assert record_undone([split]) == []
    gone.name_variants.all().delete()
    gone.delete()

    assert where_it_went(away) == kept.pk
    assert where_it_went(999_999) is None
    assert (back.old_author, back.new_author, back.works, back.undoes_id) == (away, kept.pk, [3, 5], split.pk)
    with pytest.raises(ProgrammingError), transaction.atomic():
        AuthorChange.objects.update(rule="another")


def test_an_uncertain_pair_waits_once_and_a_decided_one_stays_decided():
    one, other, third = places(3)
    assert store_uncertain_pairs([Uncertain(other.pk, one.pk, 0.5), Uncertain(one.pk, other.pk, 0.4), Uncertain(one.pk, one.pk, 0.5)]) == 1
    pair = UncertainPair.objects.get()
    pair.verdict, pair.decided_at = "same", timezone.now()
    pair.save()
    on_the_same_work = AuthorshipFactory(work=one.work, position=1)

    waiting = store_uncertain_pairs(
        [Uncertain(one.pk, other.pk, 0.6), Uncertain(one.pk, on_the_same_work.pk, 0.5), Uncertain(one.pk, third.pk, 0.5)]
    )

    assert waiting == 1
    pair.refresh_from_db()
    assert (pair.verdict, pair.probability) == ("same", 0.6)
    assert value_of(0.5, 40, 30) > value_of(0.5, 40, 1) > value_of(0.65, 40, 1)


def test_a_word_about_one_authorship_outranks_a_pair():
    one, other, third = places(3)
    now = timezone.now()
    for first, second, kind in ((one, other, "same"), (one, third, "same"), (other, third, "different")):
        IdentityConstraint.objects.create(one=first, other=second, kind=kind, origin="pair", decided_at=now)
    third.author, third.rule, third.decided_by_person = None, "", True
    third.save()
    AuthorshipRefusal.objects.create(authorship=third, author=one.author, stands=True)

    said = people_said([one.pk, other.pk, third.pk])

    assert said.decided == {third.pk: None}
    assert said.refused == {(third.pk, one.author_id)}
    assert said.same == [(one.pk, other.pk)]
    assert said.different == [(other.pk, third.pk)]
