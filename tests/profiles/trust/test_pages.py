"""The trust snapshot and the trust page: every figure explains itself."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from papers.figures import refresh_author_figures
from papers.models.bases import page_slug
from profiles.models import PageChoice, TrustEvent, TrustScore
from profiles.models.choices import Method
from profiles.trust.explaining import components, raising
from profiles.trust.scores import refresh_scores
from tests.factories.people import owner_of, page_of

pytestmark = pytest.mark.django_db


def address(author, view="trust"):
    return reverse(f"profiles:{view}", args=[author.pk, page_slug(author.display_name)])


@pytest.fixture
def ada():
    return page_of("ada", works=4, confidence=0.9)


def scored(author):
    refresh_author_figures([author.pk])
    refresh_scores([author.pk])
    return TrustScore.objects.get(author=author)


def test_a_page_without_a_score_says_so(client, ada):
    assert "not computed yet" in client.get(ada.get_absolute_url()).content.decode()
    assert "has not been computed yet" in client.get(address(ada)).content.decode()
    assert client.get(address(ada, "trust-json")).status_code == 404


def test_the_researcher_page_shows_the_score_with_band_level_and_sentence(client, ada):
    score = scored(ada)

    page = client.get(ada.get_absolute_url()).content.decode()

    assert f"Thin record: {score.shown} of 100" in page
    assert "Compiled from published records; nobody has claimed it." in page
    assert address(ada) in page


def test_the_trust_page_takes_the_score_apart(client, ada):
    owner_of(ada, methods=(Method.TOKEN,))
    score = scored(ada)

    page = client.get(address(ada)).content.decode()

    for words in (
        "Identity",
        "Record quality",
        "Scholarly record",
        "Community",
        "Conduct",
        "What would raise it",
        "How it changed",
        "The formula",
    ):
        assert words in page
    assert "Claimed, with evidence that ties the claimant to this record." in page
    assert "A matched ORCID iD" in page
    assert f"shown as <b>{score.shown}</b>" in page


def test_the_facts_of_every_component_sum_to_its_points(ada):
    owner_of(ada, methods=(Method.TOKEN, Method.ORCID))
    score = scored(ada)

    for component in components(score.inputs, score.parts["points"]):
        told = sum(fact.points for fact in component.facts if fact.points is not None)
        if component.key not in {"sanctions", "cap"}:
            assert told == pytest.approx(component.points, abs=1e-9), component.key


def test_what_would_raise_it_is_what_the_formula_gives(ada):
    score = scored(ada)

    steps = raising(score.inputs, score.score, timezone.now())

    assert steps
    assert [step.gain for step in steps] == sorted((step.gain for step in steps), reverse=True)
    assert all(step.text.startswith("Claim the page") or "ROR" in step.text for step in steps)
    assert max(step.level for step in steps) == 3


def test_the_json_is_enough_to_compute_the_score_again(client, ada, tmp_path):
    owner_of(ada)
    score = scored(ada)
    told = client.get(address(ada, "trust-json"))
    file = tmp_path / "trust.json"
    file.write_bytes(told.content)

    said = StringIO()
    call_command("explain_trust", str(file), stdout=said)

    assert f"score={score.score:.6f} shown={score.shown}" in said.getvalue()


def test_a_score_that_was_tampered_with_is_found_out(client, ada, tmp_path):
    scored(ada)
    told = json.loads(client.get(address(ada, "trust-json")).content)
    told["inputs"]["with_ids"] += 10
    file = tmp_path / "trust.json"
    file.write_text(json.dumps(told))

    with pytest.raises(CommandError):
        call_command("explain_trust", str(file), stdout=StringIO())


@pytest.mark.parametrize("what", ["zzzzzzzzz", "nonsense"])
def test_a_page_without_a_score_is_said_so_on_the_command_line(what):
    with pytest.raises(CommandError):
        call_command("explain_trust", what, stdout=StringIO())


def test_everything_can_be_computed_at_once(ada):
    refresh_author_figures([ada.pk])
    said = StringIO()

    call_command("recompute_trust", stdout=said)

    assert "scores=1 " in said.getvalue()


def test_a_long_history_costs_no_more_queries(client, ada):
    owner_of(ada)
    score = scored(ada)

    def add(events):
        for _ in range(events):
            TrustEvent.objects.create(
                author=ada, at=timezone.now(), formula_version=1, score=score.score, shown=score.shown, band=score.band,
                level=score.level, points={}, moved={"identity": 1.5}, reasons=["standing"], input_hash="",
            )  # fmt: skip

    counts = []
    for events in (1, 20):
        add(events)
        client.get(address(ada))
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address(ada)).content.decode()
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 10
    assert "evidence or the claim changed" in page
    assert "<polyline" in page


def test_the_snapshot_costs_no_query_of_its_own(client, ada):
    def cost() -> tuple[int, str]:
        client.get(ada.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            page = client.get(ada.get_absolute_url()).content.decode()
        return len(asked), page

    without, bare = cost()
    scored(ada)
    with_score, page = cost()

    assert address(ada) in page
    assert page != bare
    assert with_score == without


def test_a_merged_page_leads_to_its_survivor(client, ada):
    gone = page_of("grace", merged_into=ada)

    answer = client.get(address(gone))

    assert (answer.status_code, answer["Location"]) == (301, address(ada))


@pytest.mark.parametrize("view", ["trust", "trust-json", "evidence", "history"])
def test_what_is_below_a_page_is_kept_from_search_engines_with_it(client, ada, view):
    scored(ada)
    assert "X-Robots-Tag" not in client.get(address(ada, view))
    PageChoice.objects.create(author=ada, noindex=True)

    assert client.get(address(ada, view))["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("view", ["trust", "trust-json"])
def test_nothing_else_than_reading(client, ada, view):
    assert client.post(address(ada, view)).status_code == 405
