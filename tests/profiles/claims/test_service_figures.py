"""How long claims take: worked out by hand, and shown to everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from profiles.claims.progress import duration_text
from profiles.claims.service_figures import median_wait, place_in_queue, service_figures
from profiles.models import Claim
from profiles.models.choices import ClaimStatus, ReasonCode
from tests.factories.people import account, claim_by, page_of
from tests.factories.reading import counted_queries, text_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import begun, refused, waiting


def decided_after(days: float, ago: float, status: ClaimStatus = ClaimStatus.REFUSED, **fields) -> Claim:
    """A claim that waited so many days and was decided so many days ago."""
    decision = timezone.now() - timedelta(days=ago)
    granted = {} if status == ClaimStatus.REFUSED else {"granted_at": decision}
    page = page_of("emmy", works=0)
    return claim_by(
        account(f"person{page.pk}"),
        page,
        status,
        submitted_at=decision - timedelta(days=days),
        decided_at=decision,
        reason_code=ReasonCode.NO_EVIDENCE,
        **{**granted, **fields},
    )


def test_the_queue_is_first_come_first(people: People) -> None:
    first, second = waiting(people.ada, people.page), waiting(people.grace, people.other_page)

    assert (place_in_queue(first), place_in_queue(second)) == (1, 2)
    refused(first)
    assert (place_in_queue(first), place_in_queue(second)) == (None, 1)
    assert place_in_queue(begun(people.ada, page_of("emmy"))) is None


def test_the_median_is_of_what_moderators_decided_lately(db: None) -> None:
    assert median_wait() is None
    decided_after(1, ago=80)
    decided_after(2, ago=10, status=ClaimStatus.GRANTED)
    decided_after(9, ago=1, status=ClaimStatus.REVOKED)  # it was granted after nine days, whatever came later
    decided_after(0, ago=1, status=ClaimStatus.GRANTED, granted_automatically=True)
    decided_after(50, ago=91)

    wait = median_wait()

    assert wait is not None
    assert abs(wait - timedelta(days=2)) < timedelta(minutes=1)
    figures = service_figures()
    assert (figures.granted, figures.refused, figures.revoked, figures.automatic, figures.decided) == (2, 1, 1, 1, 3)


def test_everybody_can_read_them(client: Client, people: People) -> None:
    decided_after(3, ago=1)
    claim = waiting(people.ada, people.page)
    Claim.objects.filter(pk=claim.pk).update(submitted_at=timezone.now() - timedelta(days=5))

    with counted_queries() as asked:
        text = text_of(client.get("/about/claims/"))

    assert "The one claim that a moderator decided waited about 3 days." in text
    assert "The claim that waits longest has waited about 5 days." in text
    assert asked.count == 4


def test_without_any_it_says_so(client: Client, db: None) -> None:
    text = text_of(client.get("/about/claims/"))

    assert "so there is no median yet" in text
    assert "No claim waits at the moment." in text


@pytest.mark.parametrize(
    "wait, words",
    [
        (timedelta(minutes=20), "less than an hour"),
        (timedelta(hours=1), "about 1 hour"),
        (timedelta(hours=47), "about 47 hours"),
        (timedelta(hours=60), "about 2 days"),
        (None, ""),
    ],
)
def test_waits_in_words(wait: timedelta | None, words: str) -> None:
    assert duration_text(wait) == words
