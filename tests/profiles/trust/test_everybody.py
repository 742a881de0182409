"""The night's computation of all scores gives what each page's own would, and steps aside for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from papers.models import RefreshRequest
from profiles.models import Claim, Sanction, Standing, SupportFlow, TrustEvent, TrustScore
from profiles.models.choices import Method
from profiles.models.trust import SanctionKind
from profiles.trust import everybody
from profiles.trust.everybody import recompute_everybody
from profiles.trust.full import rebuild_support
from profiles.trust.scores import input_hash, recompute, refresh_scores
from profiles.trust.statistics import recompute_statistics
from tests.factories.people import owner_of, page_of

pytestmark = pytest.mark.django_db


def scores(pages):
    """Of the pages that no sanction lowers: that one fades with every second."""
    rows = TrustScore.objects.filter(author__in=pages[:3])
    return {row.author_id: (row.shown, row.band, round(row.score, 6), row.inputs) for row in rows}


@pytest.fixture
def pages(db):
    """Ada and Grace own pages, Emmy's is nobody's, Mallory is under a sanction."""
    made = [page_of(who, works=4, confidence=0.9) for who in ("ada", "grace", "emmy", "mallory")]
    for who, page in zip(("ada", "grace", "", "mallory"), made, strict=True):
        if who:
            owner_of(page, who, methods=(Method.DOCUMENT, Method.TOKEN))
    Sanction.objects.create(author=made[3], kind=SanctionKind.WARNING, imposed_at=timezone.now() - timedelta(days=10))
    recompute_statistics()
    refresh_scores([page.pk for page in made])
    return made


def test_a_night_brings_every_score_to_what_its_own_computation_gives(pages):
    ada, grace, *_others = pages
    Standing.objects.filter(author=ada).update(l2_since=timezone.now() - timedelta(days=400))
    SupportFlow.objects.create(author=grace, community=0.02)

    done = recompute_everybody()

    found = scores(pages)
    assert (done.seen, found[ada.pk][3]["clean_days"], found[grace.pk][3]["z"]) == (4, 400.0, 0.02)
    refresh_scores([page.pk for page in pages])
    assert found == scores(pages)
    for row in TrustScore.objects.all():
        assert row.input_hash == input_hash(row.inputs)
        assert float(recompute(row.inputs).score[0]) == pytest.approx(row.score, abs=1e-9)
    assert TrustEvent.objects.filter(author=ada, reasons=["night"]).exists()


def test_a_second_time_writes_nothing_but_what_fades(pages):
    recompute_everybody()
    before = TrustScore.objects.exclude(author=pages[3]).values_list("author_id", "computed_at")
    kept = dict(before)
    assert recompute_everybody().written == 1  # Mallory's sanction fades with every second
    assert dict(before.all()) == kept


def test_a_score_that_a_worker_has_just_computed_is_left_alone(pages, monkeypatch):
    ada = pages[0]
    Standing.objects.filter(author=ada).update(l2_since=timezone.now() - timedelta(days=400))
    read = everybody.read_piece

    def read_and_wait(*arguments):
        piece = read(*arguments)
        TrustScore.objects.filter(author=ada).update(computed_at=timezone.now())  # another has written
        return piece

    monkeypatch.setattr(everybody, "read_piece", read_and_wait)
    recompute_everybody()
    assert TrustScore.objects.get(author=ada).inputs["clean_days"] < 400


def test_years_count_anew_when_the_year_turns(pages):
    emmy = pages[2]
    TrustScore.objects.filter(author=emmy).update(computed_at=timezone.now() - timedelta(days=400))
    in_ten_years = timezone.now().replace(month=6, day=1) + timedelta(days=3653)
    assert Claim.objects.count() == 3
    rebuild_support(in_ten_years)
    recompute_everybody(in_ten_years)
    row = TrustScore.objects.get(author=emmy)
    assert row.inputs["in_window"][0] == 0
    assert row.inputs["active_years"] == 0


def test_inputs_of_another_time_are_read_from_the_record_again(pages):
    emmy = pages[2]
    row = TrustScore.objects.get(author=emmy)
    before = row.score
    del row.inputs["close"]
    row.score = 1.0
    row.save()

    recompute_everybody()
    assert RefreshRequest.objects.filter(kind="trust", object_id=emmy.pk).exists()
    refresh_scores([emmy.pk])

    assert TrustScore.objects.get(author=emmy).score == pytest.approx(before)


@pytest.mark.django_db(transaction=True)
def test_pieces_side_by_side_give_what_they_give_one_after_the_other(pages, monkeypatch):
    monkeypatch.setattr(everybody, "AT_ONCE", 1)
    Standing.objects.filter(author__in=pages[:2]).update(l2_since=timezone.now() - timedelta(days=400))

    assert recompute_everybody().written == 3  # and Mallory, whose sanction fades
    found = scores(pages)
    refresh_scores([page.pk for page in pages])
    assert found == scores(pages)
    assert TrustEvent.objects.filter(reasons=["night"]).count() == 2
