"""At the same moment: one decision comes true, the other is told that it came too late, and nothing is lost."""

from __future__ import annotations

import pytest

from papers.models import Author, Authorship
from profiles.claims.life import start_claim
from profiles.identity.merging import merge_pages
from profiles.models import Claim
from profiles.owners.works import confirm_work
from tests.factories.moderation import moderator
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory
from tests.factories.people import account
from tests.profiles.identity.steps import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def everybody_at_once(one, other, places, emmy, vera, mallory):
    return at_once(
        lambda: merge_pages(survivor=one, given_up=other, user=emmy),
        lambda: merge_pages(survivor=other, given_up=one, user=vera),
        lambda: start_claim(user=mallory, author=other, name="Ada Quillmere"),
        lambda: confirm_work(authorship=places[2], user=emmy),
    )


def test_two_moderators_merge_in_opposite_directions_while_somebody_claims_and_somebody_confirms():
    emmy, vera, mallory = moderator("emmy"), moderator("vera"), account("mallory")
    for _round in range(3):
        one, other = AuthorFactory(display_name="Ada Quillmere"), AuthorFactory(display_name="A. Quillmere")
        places = [AuthorshipFactory(work=WorkFactory(), author=page) for page in (one, other, other)]
        Claim.objects.all().delete()

        told = everybody_at_once(one, other, places, emmy, vera, mallory)

        assert sum(error is None for error in told[:2]) == 1
        living = Author.objects.get(pk__in=[one.pk, other.pk], merged_into=None)
        assert Authorship.objects.filter(author=living).count() == 3
        assert told[2] is not None or Claim.objects.get().author_id == living.pk
        assert told[3] is not None or Authorship.objects.get(pk=places[2].pk).decided_by_person
