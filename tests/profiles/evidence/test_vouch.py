"""Vouches: a co-author with a page of strong evidence says who somebody is, and answers for it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from papers.models import AttributionRule, Authorship
from profiles.evidence import vouching
from profiles.evidence.service import start_evidence, withdraw_evidence
from profiles.evidence.vouching import costs_of, decline_vouch, give_vouch, mark_vouchers, take_back_vouch
from profiles.exceptions import EvidenceError, LimitReachedError, NotAllowedError, WrongStateError
from profiles.levels import assess
from profiles.models import Evidence, OutgoingMail, TrailEntry, Vouch
from profiles.models.choices import ClaimStatus, EvidenceStatus, Level, Method, ReasonCode, Role, VouchStatus
from profiles.standings import claimed_pieces
from profiles.trail import act
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.people import account, claim_by, owner_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace(page):
    """Grace, who wrote with Ada and owns her page at level 3."""
    return owner_of(page_of("grace", together_with=page), "grace", methods=(Method.DOCUMENT,))


def page_of_user(user):
    return user.profile.claims.get().author


def ask(claim, voucher):
    evidence = start_evidence(claim=claim, user=claim.profile.user, method=Method.VOUCH, author=page_of_user(voucher).pk)
    return Vouch.objects.get(evidence=evidence)


def revoke(claim, code=ReasonCode.IMPOSTURE):
    claim.refresh_from_db()
    now = timezone.now()
    if claim.status != ClaimStatus.GRANTED:
        with act(action="grant", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as told:
            told.update(claim, status=ClaimStatus.GRANTED, granted_at=now)
    with act(action="revoke", actor=None, role=Role.SYSTEM, subject=claim, claim=claim, code=code) as told:
        told.update(claim, status=ClaimStatus.REVOKED, reason_code=code, decided_at=now)
    return told.entry


def test_a_coauthor_vouches_and_both_hear_of_it(claim, grace):
    vouch = ask(claim, grace)
    assert vouch.evidence.status == EvidenceStatus.CHECKING
    assert OutgoingMail.objects.get(kind="vouch-asked").to == "grace@example.org"

    give_vouch(vouch=vouch, user=grace)

    vouch.refresh_from_db()
    assert (vouch.status, vouch.evidence.status) == (VouchStatus.GIVEN, EvidenceStatus.CONFIRMED)
    assert set(OutgoingMail.objects.filter(kind="vouch-given").values_list("to", flat=True)) == {"ada@example.org", "grace@example.org"}
    assert assess(*claimed_pieces(claim), timezone.now()).level == Level.L1  # one lifts nothing


def test_three_coauthors_lift_to_level_two(claim, page):
    for who in ("grace", "emmy", "hedy"):
        voucher = owner_of(page_of(who, together_with=page), who, methods=(Method.DOCUMENT,))
        give_vouch(vouch=ask(claim, voucher), user=voucher)
    assert assess(*claimed_pieces(claim), timezone.now()).level == Level.L2


@pytest.mark.parametrize("who", ["weak", "stranger", "unclaimed", "disputed", "self-made", "own page", "nobody"])
def test_nobody_else_can_be_asked(claim, ada, page, who):
    def made():
        match who:
            case "weak":
                return owner_of(page_of("grace", together_with=page), "grace", methods=(Method.TOKEN,))
            case "stranger":
                return owner_of(page_of("grace"), "grace", methods=(Method.DOCUMENT,))
            case "disputed":
                user = owner_of(page_of("grace", together_with=page), "grace", methods=(Method.DOCUMENT,))
                held = user.profile.claims.get()
                with act(action="dispute", actor=None, role=Role.SYSTEM, subject=held, claim=held) as told:
                    told.update(held, status=ClaimStatus.DISPUTED)
                return user
            case _:
                user = owner_of(page_of("grace"), "grace", methods=(Method.DOCUMENT,))
                work = WorkFactory(by=[page_of_user(user)])
                Authorship.objects.create(
                    work=work,
                    position=1,
                    raw_name="x",
                    source="x",
                    author=page,
                    rule=AttributionRule.PERSON,
                    decided_by=ada,
                    decided_by_person=True,
                )
                return user

    target = {"unclaimed": lambda: page_of("grace", together_with=page).pk, "own page": lambda: page.pk, "nobody": lambda: 0}.get(who)
    key = target() if target else page_of_user(made()).pk
    with pytest.raises(EvidenceError) as raised:
        start_evidence(claim=claim, user=ada, method=Method.VOUCH, author=key)
    assert raised.value.code == "coauthor-unknown"
    assert not Vouch.objects.exists()


def test_nobody_vouches_for_themselves(page, grace):
    own = claim_by(grace, AuthorFactory(display_name="Grace Farrowgate"))
    WorkFactory(by=[own.author, page_of_user_held(grace)])
    with pytest.raises(EvidenceError):
        start_evidence(claim=own, user=grace, method=Method.VOUCH, author=page_of_user_held(grace).pk)


def page_of_user_held(user):
    return user.profile.claims.get(status=ClaimStatus.GRANTED).author


def test_only_who_was_asked_answers(claim, ada, grace):
    vouch = ask(claim, grace)
    for user in (ada, account("emmy")):
        for service in (give_vouch, decline_vouch, take_back_vouch):
            with pytest.raises(NotAllowedError):
                service(vouch=vouch, user=user)


def test_who_is_disputed_or_lost_their_level_meanwhile_cannot_vouch(claim, grace):
    vouch = ask(claim, grace)
    held = grace.profile.claims.get()
    held.evidence.update(status=EvidenceStatus.STALE)
    with pytest.raises(NotAllowedError, match="below level 3"):
        give_vouch(vouch=vouch, user=grace)
    with act(action="dispute", actor=None, role=Role.SYSTEM, subject=held, claim=held) as told:
        told.update(held, status=ClaimStatus.DISPUTED)
    with pytest.raises(NotAllowedError, match="disputed"):
        give_vouch(vouch=vouch, user=grace)
    decline_vouch(vouch=vouch, user=grace)


def test_a_vouch_declined_ends_it_and_is_not_asked_again(claim, grace):
    vouch = ask(claim, grace)
    decline_vouch(vouch=vouch, user=grace)

    vouch.refresh_from_db()
    assert (vouch.status, vouch.evidence.status) == (VouchStatus.DECLINED, EvidenceStatus.FAILED)
    assert OutgoingMail.objects.get(kind="vouch-declined").to == "ada@example.org"
    with pytest.raises(WrongStateError):
        give_vouch(vouch=vouch, user=grace)
    with pytest.raises(EvidenceError, match="declined already"):
        ask(claim, grace)


def test_a_vouch_taken_back_counts_no_more(claim, grace):
    vouch = ask(claim, grace)
    with pytest.raises(WrongStateError):
        take_back_vouch(vouch=vouch, user=grace)
    give_vouch(vouch=vouch, user=grace)
    take_back_vouch(vouch=vouch, user=grace)

    vouch.refresh_from_db()
    assert (vouch.status, vouch.evidence.status, vouch.evidence.outcome) == (
        VouchStatus.TAKEN_BACK,
        EvidenceStatus.WITHDRAWN,
        "vouch-taken-back",
    )
    assert OutgoingMail.objects.filter(kind="vouch-taken-back").count() == 2


def test_what_the_claimant_withdrew_needs_no_answer(claim, ada, grace):
    vouch = ask(claim, grace)
    withdraw_evidence(evidence=vouch.evidence, user=ada)
    with pytest.raises(WrongStateError):
        give_vouch(vouch=vouch, user=grace)


def test_twelve_vouches_a_year_taken_back_ones_too(claim, grace, monkeypatch):
    monkeypatch.setattr(vouching, "VOUCHES_A_YEAR", 2)
    now = timezone.now()
    for status, days in ((VouchStatus.GIVEN, 10), (VouchStatus.TAKEN_BACK, 300), (VouchStatus.GIVEN, 400), (VouchStatus.DECLINED, 1)):
        evidence = Evidence.objects.create(claim=claim, method=Method.VOUCH, status=EvidenceStatus.WITHDRAWN, started_at=now)
        answered = now - timedelta(days=days)
        Vouch.objects.create(
            evidence=evidence,
            voucher=grace,
            voucher_author=page_of_user(grace),
            work=WorkFactory(),
            status=status,
            asked_at=now,
            answered_at=answered,
        )
    Vouch.objects.filter(status=VouchStatus.DECLINED).update(answered_at=now - timedelta(days=300))
    vouch = ask(claim, grace)
    with pytest.raises(LimitReachedError):
        give_vouch(vouch=vouch, user=grace)
    Vouch.objects.filter(status=VouchStatus.TAKEN_BACK).update(answered_at=now - timedelta(days=370))
    assert give_vouch(vouch=vouch, user=grace).status == VouchStatus.GIVEN


@pytest.mark.parametrize(
    "code,cost", [(ReasonCode.IMPOSTURE, 1), (ReasonCode.OTHER_PERSON, 1), (ReasonCode.OWNER_ASKED, 0), (ReasonCode.EVIDENCE_LOST, 0)]
)
def test_vouching_for_somebody_later_revoked_leaves_a_mark(claim, grace, code, cost):
    give_vouch(vouch=ask(claim, grace), user=grace)
    revoke(claim, code)

    marks = TrailEntry.objects.filter(action="vouch-cost")
    assert (marks.count(), costs_of(grace.pk)) == (cost, cost)
    if cost:
        assert (marks.get().author_id, marks.get().code, marks.get().is_public) == (page_of_user(grace).pk, code, False)
        claim.refresh_from_db()
        assert mark_vouchers(claim=claim) == 0  # told once


def test_a_revocation_taken_back_costs_nothing(claim, grace):
    from profiles.trail import undo

    give_vouch(vouch=ask(claim, grace), user=grace)
    entry = revoke(claim)
    undo(entry=entry, actor=None, role=Role.SYSTEM, code="mistake")
    assert costs_of(grace.pk) == 0


def test_who_declined_or_took_it_back_bears_no_mark(claim, grace):
    vouch = ask(claim, grace)
    give_vouch(vouch=vouch, user=grace)
    take_back_vouch(vouch=vouch, user=grace)
    revoke(claim)
    assert costs_of(grace.pk) == 0
    assert not TrailEntry.objects.filter(action="vouch-cost").exists()


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(ada, page):
    grace = owner_of(page_of("grace", together_with=page), "grace", methods=(Method.DOCUMENT,))
    vouch = ask(claim_by(ada, page), grace)
    outcomes = []
    together = threading.Barrier(2)

    def answer(service):
        together.wait()
        try:
            service(vouch=vouch, user=grace)
        except WrongStateError:
            outcomes.append("late")
        else:
            outcomes.append("done")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=[service]) for service in (give_vouch, decline_vouch)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "late"]
