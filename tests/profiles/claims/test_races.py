"""Several at once, each on a connection of its own: one owner, one open claim, one end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from profiles.claims.granting import grant_claim
from profiles.claims.life import expire_claims, start_claim, try_automatic_grant
from profiles.exceptions import IdentityError
from profiles.models import Claim, Evidence, TrailEntry
from profiles.models.choices import HOLDING, OPEN, ClaimStatus, Method, Role
from tests.factories.people import account, evidence_for, page_of
from tests.profiles.claims.steps import asserted_on, begun, signed_in_with, waiting

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions: Callable[[], object]) -> list[object]:
    """What each gives or raises, all let go at the same moment."""
    gate = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(place: int, action: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=10)
            results[place] = action()
        except Exception as error:  # noqa: BLE001 - what came of it is what the test looks at
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def kinds(results: Sequence[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_two_parallel_grants_give_exactly_one_owner(accept: bool) -> None:
    ada, grace, mo = account("ada"), account("grace"), account("mo")
    for _ in range(200 if accept else 10):
        page = page_of("ada", works=1)
        claims = [waiting(who, page) for who in (ada, grace)]

        results = at_once(*[lambda claim=claim: grant_claim(claim=claim, actor=mo, role=Role.MODERATOR) for claim in claims])

        assert kinds(results) == ["AlreadyOwnedError", "Claim"]
        assert Claim.objects.filter(author=page, status__in=HOLDING).count() == 1
        assert TrailEntry.objects.filter(action="grant", author_id=page.pk).count() == 1
        Claim.objects.filter(author=page).delete()


def test_two_pages_granted_to_one_person_at_once_give_one(accept: bool) -> None:
    ada, mo = account("ada"), account("mo")
    for _ in range(50 if accept else 5):
        pages = [page_of("ada", works=1) for _ in range(2)]
        claims = [waiting(ada, page) for page in pages]

        results = at_once(*[lambda claim=claim: grant_claim(claim=claim, actor=mo, role=Role.MODERATOR) for claim in claims])

        assert Claim.objects.filter(author__in=pages, status__in=HOLDING).count() == 1
        assert kinds(results) in (["AlreadyOwnedError", "Claim"], ["Claim", "WrongStateError"])  # withdrawn a moment before
        Claim.objects.filter(author__in=pages).delete()


def test_two_automatic_grants_at_once_give_one_owner() -> None:
    ada, grace = account("ada"), account("grace")
    grace.profile.display_name = "Ada Quillmere"
    grace.profile.save()
    for _ in range(5):
        page = page_of("ada", works=1)
        asserted_on(page)
        claim = begun(ada, page)
        signed_in_with(claim)

        assert at_once(*[partial(try_automatic_grant, claim=claim)] * 3).count(True) == 1
        assert TrailEntry.objects.filter(action="grant", author_id=page.pk).count() == 1
        Claim.objects.filter(author=page).delete()


def test_a_double_click_begins_one_claim_and_many_at_once_stay_within_the_limit() -> None:
    ada = account("ada")
    page = page_of("ada", works=1)
    at_once(*[lambda: start_claim(user=ada, author=page, name="Ada Quillmere")] * 4)
    assert Claim.objects.filter(author=page).count() == 1

    pages = [page_of("ada", works=1) for _ in range(5)]
    results = at_once(*[lambda page=page: start_claim(user=ada, author=page, name="Ada Quillmere") for page in pages])
    assert Claim.objects.filter(profile__user=ada, status__in=OPEN).count() == 3
    assert all(isinstance(result, Claim | IdentityError) for result in results), results


def test_two_runs_of_the_clock_end_a_draft_once() -> None:
    claim = begun(account("ada"), page_of("ada", works=1))
    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")
    Claim.objects.filter(pk=claim.pk).update(expires_at=timezone.now())

    assert sorted(map(str, at_once(*[lambda: expire_claims(now=timezone.now())] * 3))) == ["0", "0", "1"]
    assert Claim.objects.get(pk=claim.pk).status == ClaimStatus.EXPIRED
    assert Evidence.objects.get().status == "withdrawn"
