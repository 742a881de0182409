"""What people decided stands, whatever the engine thinks: the real one looks at these pages."""

from __future__ import annotations

import pytest

from papers.models import Author, Authorship, AuthorshipRefusal, IdentityConstraint, Topic
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.people import account, claim_by, owner_of
from tests.papers.persons.conftest import compare, places_of

BLOCK = "quillmere a"


def shelf(page, works, company=("Grace Farrowgate", "Emmy Notherby"), at="Collegium Institute (fictional)"):
    """Works that any engine takes for one person's: the same people, the same place, the same subject."""
    looms, _is_new = Topic.objects.get_or_create(key="looms", name="Looms and engines")
    made = WorkFactory.create_batch(works, by=[page, *company], on=[looms], title="Looms and engines, a careful comparison")
    Authorship.objects.filter(work__in=made).update(raw_affiliations=[at])
    return made


@pytest.fixture
def two_pages(db):
    """Two pages that any engine takes for one person's."""
    pages = AuthorFactory(display_name="Ada Quillmere"), AuthorFactory(display_name="Ada Quillmere")
    for page in pages:
        shelf(page, 4)
    return pages


def test_without_a_word_from_anybody_two_such_pages_become_one(two_pages):
    one, other = two_pages
    compare(BLOCK)

    other.refresh_from_db()
    assert other.merged_into == one
    assert Author.objects.get(pk=one.pk).confidence > 0.5


def test_where_nothing_is_known_but_a_name_that_others_bear_companies_that_never_meet_stay_apart(db):
    page = AuthorFactory(display_name="Wei Wang")
    for company in ("Grace Farrowgate", "Grace Farrowgate", "Emmy Notherby"):
        WorkFactory(by=[page, company])

    compare("wang w")

    assert sorted(len(places_of(author)) for author in Author.objects.filter(display_name="Wei Wang")) == [1, 2]


def test_two_pages_with_owners_never_become_one(two_pages):
    one, other = two_pages
    owner_of(one, "ada")
    owner_of(other, "grace")

    compare(BLOCK)

    assert [Author.objects.get(pk=page.pk).merged_into_id for page in two_pages] == [None, None]
    assert [len(places_of(page)) for page in two_pages] == [4, 4]


def test_a_page_that_somebody_claims_is_never_led_elsewhere_but_may_gain_works(two_pages):
    larger, claimed = two_pages
    shelf(larger, 2)
    claim_by(account("ada"), claimed)

    compare(BLOCK)

    assert Author.objects.get(pk=larger.pk).merged_into == claimed
    assert len(places_of(claimed)) == 10


def test_a_work_that_a_person_decided_stays_where_they_put_it(two_pages):
    one, other = two_pages
    Authorship.objects.filter(author=other, pk=places_of(other)[0].pk).update(decided_by_person=True, rule="person")

    compare(BLOCK)

    assert Authorship.objects.get(pk=places_of(other)[0].pk).author == other
    assert Author.objects.get(pk=other.pk).merged_into is None or not places_of(one)  # the page of the decision is the one that stays


def test_a_work_that_somebody_refused_never_comes_back(two_pages):
    one, other = two_pages
    refused = places_of(other)[0]
    AuthorshipRefusal.objects.create(authorship=refused, author=one, stands=True)

    compare(BLOCK)

    assert Authorship.objects.get(pk=refused.pk).author_id != one.pk
    assert len(places_of(one)) >= 4


def test_pairs_that_people_parted_stay_apart_and_joined_ones_together(two_pages):
    one, other = two_pages
    first, second = sorted((places_of(one)[0], places_of(other)[0]), key=lambda place: place.pk)
    stranger = AuthorFactory(display_name="Ada Quillmere")
    far = shelf(stranger, 1, company=["Nobody Known"], at="Elsewhere")[0].authorships.get(author=stranger)
    for pair, kind in (((first, second), "different"), ((first, far), "same")):
        low, high = sorted(pair, key=lambda place: place.pk)
        IdentityConstraint.objects.create(one=low, other=high, kind=kind, origin="pair", decided_at="2026-01-01T00:00Z")

    compare(BLOCK)

    authors = [Authorship.objects.get(pk=place.pk).author_id for place in (first, second, far)]
    assert authors[0] != authors[1]
    assert authors[0] == authors[2]
