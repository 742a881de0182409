"""Trust scores over the API."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from papers.figures import refresh_author_figures
from profiles.models import TrustEvent, TrustScore
from profiles.trust.scores import input_hash, recompute, refresh_scores
from tests.factories.people import owner_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    author = page_of("ada", works=3, confidence=0.9)
    owner_of(author)
    refresh_author_figures([author.pk])
    refresh_scores([author.pk])
    return author


def test_a_score_comes_with_all_that_it_was_made_of(client, ada):
    answer = client.get(reverse("profiles_api:author-trust", args=[ada.pk]))
    told = answer.json()

    assert answer.status_code == 200
    assert told["level"] == "L2"
    assert told["band"] == "emerging"
    assert sum(told["points"].values()) == pytest.approx(told["score"])
    assert recompute(told["inputs"]).score[0] == told["score"]
    assert input_hash(told["inputs"]) == told["input_hash"]
    assert client.get(reverse("profiles_api:author-trust", args=[ada.pk]), headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_its_history_comes_page_by_page(client, ada):
    score = TrustScore.objects.get(author=ada)
    for _ in range(30):
        TrustEvent.objects.create(
            author=ada, at=timezone.now(), formula_version=1, score=score.score, shown=score.shown, band=score.band, level=score.level,
            points={"identity": 1.0}, moved={"identity": 1.0}, reasons=["works"], input_hash="",
        )  # fmt: skip

    first = client.get(reverse("profiles_api:author-trust-history", args=[ada.pk])).json()
    rest = client.get(first["next"]).json()

    assert len(first["results"]) + len(rest["results"]) == 31
    assert rest["next"] is None
    assert first["results"][1]["reasons"] == ["works"]


def test_a_page_without_a_score_is_not_found(client):
    assert client.get(reverse("profiles_api:author-trust", args=[page_of("grace").pk])).status_code == 404


def test_a_merged_page_leads_to_its_survivor(client, ada):
    gone = page_of("grace", merged_into=ada)
    answer = client.get(reverse("profiles_api:author-trust", args=[gone.pk]))

    assert answer.status_code == 301
    assert answer["Location"].endswith(reverse("profiles_api:author-trust", args=[ada.pk]))


def test_parameters_that_it_does_not_know_are_refused(client, ada):
    assert client.get(reverse("profiles_api:author-trust", args=[ada.pk]), {"sort": "-score"}).status_code == 400
