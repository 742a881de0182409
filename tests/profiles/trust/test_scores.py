"""Scores of pages as they come to be: from records, evidence, support and conduct, with an event for each change that shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.figures import refresh_author_figures
from papers.models import Author, AuthorFigures, Authorship, RefreshRequest
from papers.rounds import refresh_until
from profiles.claims.granting import grant_claim
from profiles.models import Claim, FieldStatistics, Sanction, Standing, SupportEdge, SupportFlow, TrustEvent, TrustScore, Vouch
from profiles.models.choices import ClaimStatus, Level, Method, ReasonCode, Role, VouchStatus
from profiles.models.trust import SanctionKind
from profiles.trail import act, undo
from profiles.trust.full import rebuild_support
from profiles.trust.scores import input_hash, recompute, refresh_scores, take_snapshots
from profiles.trust.statistics import recompute_statistics
from profiles.trust.support import refresh_support
from tests.factories.papers import AuthorFactory, CitationFactory, InstitutionFactory, WorkFactory
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of

pytestmark = pytest.mark.django_db


def score_of(author):
    refresh_author_figures([author.pk])
    refresh_scores([author.pk])
    return TrustScore.objects.get(author=author)


def test_a_page_scores_by_its_record():
    ada = page_of("ada", works=3, confidence=0.9)

    score = score_of(ada)

    # Q = .15 * .9; S = .35 * min(1, ln 4 / ln 2) in a corpus without statistics, no active years of the last ten (2020 is one): t = 1/5
    quality, scholarly = 0.15 * 0.9, 0.35 + 0.15 / 5
    assert score.level == Level.L1
    assert score.parts["components"]["Q"] == pytest.approx(quality)
    assert score.parts["components"]["S"] == pytest.approx(scholarly)
    assert score.score == pytest.approx(100 * (0.15 * quality + 0.20 * 0.65 * scholarly))
    assert score.shown == 7


def test_anybody_can_compute_a_score_again_from_what_is_stored():
    author = page_of("ada", works=5, confidence=0.95)
    owner_of(author, methods=(Method.TOKEN, Method.ORCID))

    score = score_of(author)

    assert recompute(score.inputs).score[0] == score.score
    assert input_hash(score.inputs) == score.input_hash


def test_only_citations_by_others_count():
    ada, grace = AuthorFactory(), AuthorFactory()
    own, alone = WorkFactory(by=[ada, grace]), WorkFactory(by=[ada])
    CitationFactory(cited=own, citing=WorkFactory(by=[grace]))
    CitationFactory(cited=alone, citing=WorkFactory(by=[grace]))
    CitationFactory(cited=alone, citing=WorkFactory(by=[grace]))

    assert score_of(ada).inputs["cited_by_others"] == 1


def test_a_claim_raises_the_score_and_tells_why():
    author = page_of("ada", confidence=0.9)
    before = score_of(author)
    claim = claim_by(account("ada"), author, ClaimStatus.REVIEW)
    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")

    grant_claim(claim=claim, actor=None, role=Role.SYSTEM)
    refresh_until("standing", deadline=float("inf"))
    refresh_until("trust", deadline=float("inf"))

    after, event = TrustScore.objects.get(author=author), TrustEvent.objects.filter(author=author).latest("pk")
    assert (before.level, after.level) == (Level.L1, Level.L2)
    assert after.shown > before.shown
    assert event.moved["identity"] == pytest.approx(35 * (0.4015 if before.inputs["classes"].get("record") else 0.37 - 0), abs=0.01)
    assert event.reasons == ["standing"]


def test_a_level_follows_a_record_that_comes_to_be_surer():
    author = page_of("ada", confidence=0.5)
    owner_of(author)
    score_of(author)
    refresh_until("standing", deadline=float("inf"))
    assert Standing.objects.get(author=author).record_level == Level.L0

    Author.objects.filter(pk=author.pk).update(confidence=0.9)
    score_of(author)  # figures and scores of whoever is judged anew are marked
    refresh_until("standing", deadline=float("inf"))
    score_of(author)

    assert Standing.objects.get(author=author).record_level == Level.L1
    assert not RefreshRequest.objects.filter(kind="standing").exists()


def test_nothing_is_noted_where_nothing_that_shows_has_changed():
    author = page_of("ada", confidence=0.9)
    score_of(author)
    score_of(author)

    assert TrustEvent.objects.filter(author=author).count() == 1


def test_a_sanction_lowers_the_score_and_lifting_it_restores_it():
    author = page_of("ada", confidence=0.9)
    user = owner_of(author)
    before = score_of(author).score
    now = timezone.now()
    sanction = Sanction(author=author, kind=SanctionKind.SOCK_PUPPETS, imposed_at=now, imposed_by=None)

    with act(action="sanction", actor=None, role=Role.MODERATOR, subject=user.profile, author=author, code="abuse") as changes:
        changes.create(sanction)
    assert RefreshRequest.objects.filter(kind="trust", object_id=author.pk).exists()
    assert score_of(author).score == pytest.approx(before / 2, rel=1e-3)

    undo(entry=changes.entry, actor=None, role=Role.MODERATOR, code="mistake")
    assert score_of(author).score == pytest.approx(before)


def test_a_sanction_that_has_ended_no_longer_counts():
    author = page_of("ada", confidence=0.9)
    now = timezone.now()
    Sanction.objects.create(
        author=author, kind=SanctionKind.SOCK_PUPPETS, imposed_at=now - timedelta(days=9), ends_at=now - timedelta(days=1)
    )

    assert score_of(author).inputs["sanctions"] == 1.0


def test_many_pages_cost_as_many_queries_as_few():
    few, many = [page_of(f"person {n}", works=2).pk for n in range(2)], [page_of(f"other {n}", works=2).pk for n in range(20)]
    refresh_author_figures([*few, *many])
    counts = []
    for ids in (few, many):
        with CaptureQueriesContext(connection) as asked:
            refresh_scores(ids)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_authors_that_are_gone_are_skipped():
    survivor = page_of("ada")
    gone = AuthorFactory(merged_into=survivor)

    assert refresh_scores([gone.pk, 999_999, survivor.pk]) == 1
    assert list(TrustScore.objects.values_list("author_id", flat=True)) == [survivor.pk]


def test_owned_pages_are_looked_at_every_month_once():
    author = page_of("ada")
    owner_of(author)
    score_of(author)
    score_of(page_of("grace"))
    now = timezone.now()

    assert take_snapshots(now) == 1
    assert take_snapshots(now) == 0
    assert take_snapshots(now + timedelta(days=32)) == 1


# --- What is usual in a field -----------------------------------------------------------------------------------------


def test_what_is_usual_comes_from_our_own_records():
    year = timezone.now().year
    for works in range(1, 41):
        author = AuthorFactory()
        AuthorFigures.objects.create(
            author=author, works_count=works, by_year=[[year, works - works // 2], [year - 20, works // 2]], computed_at=timezone.now()
        )

    recompute_statistics()

    whole = FieldStatistics.objects.get(field=None)
    assert whole.authors == [40, 40, 40, 40]
    assert whole.n90 == [18.0, 18.0, 18.0, 36.0]  # the 36th of 40; half of its works are recent
    assert whole.kappa == 4.0


def test_each_night_is_a_version_of_its_own():
    assert (recompute_statistics(), recompute_statistics()) == (1, 2)


# --- Support ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def seed():
    """Grace, at level 4, of a verified institution."""
    author = page_of("grace", confidence=0.9)
    place = InstitutionFactory(name="University of Careful Studies")
    owner_of(author, "grace", methods=(Method.DOCUMENT, Method.EMAIL), institution=place)
    claim = Claim.objects.get(author=author)
    long_ago = timezone.now() - timedelta(days=30)
    Claim.objects.filter(pk=claim.pk).update(second_review_at=long_ago, dispute_free_since=long_ago)
    from profiles.standings import refresh_standings

    refresh_standings([author.pk])
    assert Standing.objects.get(author=author).level == Level.L4
    return author


def vouched(seed, claim):
    work = WorkFactory(by=[seed, claim.author])
    evidence = evidence_for(claim, Method.VOUCH, f"page {seed.pk}")
    return Vouch.objects.create(
        evidence=evidence, voucher_author=seed, work=work, status=VouchStatus.GIVEN, asked_at=timezone.now(), answered_at=timezone.now()
    )


def test_a_vouch_flows_on_and_ends_when_it_is_taken_back(seed):
    ada = page_of("ada", confidence=0.9)
    owner_of(ada)
    vouch = vouched(seed, Claim.objects.get(author=ada))
    refresh_scores([ada.pk, seed.pk])

    refresh_support([seed.pk])
    refresh_scores([ada.pk])
    score = TrustScore.objects.get(author=ada)
    state = SupportFlow.objects.get(author=ada)
    assert state.flow == pytest.approx(0.07, abs=1e-5)
    assert state.community == pytest.approx(0.0125, abs=1e-6)  # 0.07 would flow, one supporter gives at most 0.1/8
    assert score.parts["components"]["N"] == pytest.approx(0.0125 / 0.1125)

    Vouch.objects.filter(pk=vouch.pk).update(status=VouchStatus.TAKEN_BACK)
    refresh_support([seed.pk])
    assert SupportFlow.objects.get(author=ada).community == 0
    assert not SupportEdge.objects.exists()


def test_vouching_for_an_impostor_costs_until_the_revocation_is_taken_back(seed):
    mallory = page_of("mallory")
    owner_of(mallory, "mallory")
    claim = Claim.objects.get(author=mallory)
    vouched(seed, claim)
    with act(action="revoke", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as changes:
        changes.update(claim, status=ClaimStatus.REVOKED, reason_code=ReasonCode.IMPOSTURE, decided_at=timezone.now())
    assert RefreshRequest.objects.filter(kind="trust", object_id=seed.pk).exists()
    assert score_of(seed).inputs["sanctions"] == pytest.approx(0.95, abs=1e-4)

    undo(entry=changes.entry, actor=None, role=Role.SYSTEM, code="mistake")

    assert score_of(seed).inputs["sanctions"] == 1.0


def test_joint_works_count_once_both_sides_have_confirmed_them(seed):
    ada = page_of("ada", works=2, together_with=seed, confidence=0.9)
    owner_of(ada)
    joint = Authorship.objects.filter(work__authorships__author=ada)
    joint.filter(author=ada).update(decided_by_person=True, decided_at=timezone.now())
    refresh_support([seed.pk, ada.pk])
    assert not SupportEdge.objects.exists()

    joint.update(decided_by_person=True, decided_at=timezone.now())
    refresh_support([seed.pk, ada.pk])

    assert SupportEdge.objects.get(source=seed).weight == pytest.approx(0.7 * (1 - 2.718281828**-1))
    assert SupportEdge.objects.count() == 2


def test_pushing_on_agrees_with_starting_over(seed):
    pages = []
    for number in range(6):
        author = page_of(f"person {number}", confidence=0.9)
        owner_of(author, f"person{number}", methods=(Method.DOCUMENT,))
        pages.append(author)
    for number, author in enumerate(pages):
        vouched(pages[number - 1] if number else seed, Claim.objects.get(author=author))
    refresh_scores([seed.pk, *(page.pk for page in pages)])
    for page in [*reversed(pages), seed]:
        refresh_support([page.pk])
    pushed = dict(SupportFlow.objects.values_list("author_id", "community"))

    rebuild_support()

    rebuilt = dict(SupportFlow.objects.values_list("author_id", "community"))
    assert pushed == pytest.approx(rebuilt, abs=1e-5)
    assert rebuilt[pages[0].pk] > 0
