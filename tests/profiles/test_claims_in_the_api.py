"""What the API says of who has claimed a page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from profiles.models import Claim, Standing
from profiles.models.choices import ClaimStatus
from tests.factories.people import account, claim_by, owner_of, page_of

pytestmark = pytest.mark.django_db


def test_an_answer_about_an_author_says_whether_somebody_claimed_the_page_and_what_is_proven(client):
    emmys = page_of("emmy")
    claim = Claim.objects.get(profile__user=owner_of(page_of("ada"), "ada"))
    claim_by(account("mallory"), claim.author, ClaimStatus.REVIEW)

    told = client.get(reverse("papers_api:author", args=[claim.author_id])).json()["claim"]
    assert (told["state"], told["level"]) == ("claimed", f"L{Standing.objects.get(author=claim.author).level}")
    assert told["since"] is not None
    assert told["level_says"]
    assert told.keys() == {"state", "since", "level", "level_says"}  # nothing of Mallory's claim, which is under way

    told = client.get(reverse("papers_api:author", args=[emmys.pk])).json()["claim"]
    assert (told["state"], told["since"], told["level"]) == ("unclaimed", None, "L0")


def test_a_list_says_it_of_each_author(client):
    claim = Claim.objects.get(profile__user=owner_of(page_of("ada"), "ada"))
    claim.status = ClaimStatus.DISPUTED
    claim.save(update_fields=["status"])
    page_of("emmy")
    told = {one["name"]: one["claim"]["state"] for one in client.get(reverse("papers_api:authors")).json()["results"]}
    assert told == {"Ada Quillmere": "disputed", "Emmy Notherby": "unclaimed"}
