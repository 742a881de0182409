"""A merge or a split taken back leaves the database as it was, row by row, whatever hung on the pages."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest

from collaboration.models import Follow, Introduction, Invitation, Mute, Report
from config.lib.registries import MergeParticipant, merge_participants
from papers.models import Author, AuthorChange, Authorship, AuthorshipRefusal, IdentityConstraint, NameVariant, RefreshRequest
from profiles.identity.display_names import follow_names, put_back
from profiles.identity.merging import merge_pages
from profiles.identity.splitting import NOBODY, Group, split_page
from profiles.identity.undoing import take_back
from profiles.models import Claim, PageChoice, Profile, PublicRequest, Sanction, TrustScore
from profiles.models.choices import ClaimStatus
from tests.factories.moderation import told_by_the_trail_is_true
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory
from tests.factories.people import account, claim_by, owner_of, page_of
from tests.profiles.identity.steps import database, differences, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def hats():
    """Somebody else's app, which hangs a position on pages and moves it along."""

    def move(given_up, survivor):
        moved = list(Profile.objects.filter(position=f"hat of {given_up}").values_list("pk", flat=True))
        Profile.objects.filter(pk__in=moved).update(position=f"hat of {survivor}")
        return {"moved": moved, "from": given_up, "to": survivor} if moved else {}

    def back(inverse):
        Profile.objects.filter(pk__in=inverse["moved"], position=f"hat of {inverse['to']}").update(position=f"hat of {inverse['from']}")

    entry = merge_participants.register(
        MergeParticipant("hats", preview=lambda _given_up, _survivor: ["A hat goes along."], merge=move, undo=back)
    )
    yield
    del merge_participants._entries[entry.key]


def test_a_merge_takes_everything_along_and_its_undoing_puts_every_row_back(entangled, hats):
    page, double = entangled.page, entangled.double
    before = database()

    entry = merge_pages(survivor=page, given_up=double, user=entangled.emmy)
    settle()

    double.refresh_from_db()
    assert double.merged_into_id == page.pk
    assert Author.objects.get(display_name="Ada Q.").merged_into_id == page.pk
    assert Authorship.objects.filter(author=page).count() == 6
    assert not Authorship.objects.filter(author=double).exists()
    hidden = NameVariant.objects.get(author=page, name="Ada Oldname")
    assert hidden.visibility == "hidden"
    assert NameVariant.objects.get(author=page, name="Ada Quillmere").visibility == "found"  # as strict as either
    claims = {
        claim.profile.user.email: claim for claim in Claim.objects.exclude(author=entangled.graces_page) if claim.author_id == page.pk
    }
    assert not Claim.objects.filter(author=double).exists()
    assert claims["vera@example.org"].challenges == claims["ada@example.org"]
    assert {claim.status for claim in Claim.objects.filter(profile__user__email="mallory@example.org")} == {
        ClaimStatus.DRAFT,
        ClaimStatus.WITHDRAWN,
    }
    for model in (PublicRequest, Sanction, AuthorshipRefusal):
        assert model.objects.get().author_id == page.pk
    assert PageChoice.objects.get(author=page).noindex
    assert Profile.objects.get(user=entangled.grace).position == f"hat of {page.pk}"
    assert sorted(Follow.objects.filter(author=page).values_list("follower__email", flat=True)) == [
        "grace@example.org",
        "mallory@example.org",
    ]
    assert Invitation.objects.get(recipient=entangled.ada).status == "sent"  # it waited for an owner, and there is one now
    assert Invitation.objects.filter(author=double, status="draft").count() == 1  # its sender has one to the other page
    assert Introduction.objects.get().between == [page.pk]
    assert (Mute.objects.filter(author=page).count(), Report.objects.get().author_id) == (2, page.pk)
    assert IdentityConstraint.objects.filter(kind="same", origin="merge").count() == 3
    assert TrustScore.objects.get(author=page).inputs["works"] == 6
    told = AuthorChange.objects.get()
    assert (told.kind, told.old_author, told.new_author, len(told.works), told.by_person) == ("merge", double.pk, page.pk, 3, True)
    assert told_by_the_trail_is_true()

    take_back(decision=entry.decision, user=entangled.emmy)
    settle()

    assert differences(before, database()) == []
    assert AuthorChange.objects.get(undoes=told).works == told.works
    assert told_by_the_trail_is_true()


def test_a_split_opens_pages_that_stay_and_its_undoing_puts_every_row_back(entangled):
    double = entangled.double
    initial, plain, middle = entangled.authorships(double)
    other = AuthorFactory(display_name="Ada Quillmere")
    AuthorshipFactory(work=WorkFactory(), author=other)
    settle(everything=True)
    before = database()

    entries = split_page(page=double, groups=[Group((initial.pk,)), Group((plain.pk,), to=other.pk)], user=entangled.emmy)
    settle()

    new = Author.objects.get(pk=entries[0].subject_id)
    initial.refresh_from_db()
    plain.refresh_from_db()
    middle.refresh_from_db()
    assert (initial.author_id, plain.author_id, middle.author_id) == (new.pk, other.pk, double.pk)
    assert initial.decided_by_person
    assert AuthorshipRefusal.objects.filter(author=double, authorship=initial, stands=True).exists()
    assert set(new.name_variants.values_list("name", flat=True)) == {"A. Quillmere"}
    double.refresh_from_db()
    assert double.display_name == "Ada M. Quillmere"  # the form that its works bear now
    assert {(one.kind, one.old_author, one.new_author) for one in AuthorChange.objects.all()} == {
        ("split", double.pk, new.pk),
        ("move", double.pk, other.pk),
    }
    assert told_by_the_trail_is_true()

    take_back(decision=entries[0].decision, user=entangled.emmy)
    settle()

    assert differences(before, database()) == []
    assert not Author.objects.filter(pk=new.pk).exists()


def test_what_came_to_a_new_page_goes_home_when_the_split_is_taken_back(pages, hats):
    double = pages.double
    entries = split_page(page=double, groups=[Group((pages.authorships(double)[0].pk,))], user=pages.emmy)
    new = Author.objects.get(pk=entries[0].subject_id)
    later = AuthorshipFactory(work=WorkFactory(), author=new)
    claim = claim_by(account("mallory"), new)
    Profile.objects.filter(user=pages.grace).update(position=f"hat of {new.pk}")

    take_back(decision=entries[0].decision, user=pages.emmy)

    later.refresh_from_db()
    claim.refresh_from_db()
    assert later.author_id == claim.author_id == double.pk
    assert Profile.objects.get(user=pages.grace).position == f"hat of {double.pk}"


def test_works_that_are_nobodys_leave_every_page(pages):
    settle(everything=True)
    [first, *_others] = pages.authorships(pages.double)
    before = database()
    entries = split_page(page=pages.double, groups=[Group((first.pk,), to=NOBODY)], user=pages.emmy)
    first.refresh_from_db()
    assert first.author_id is None
    assert AuthorChange.objects.get().new_author is None

    take_back(decision=entries[0].decision, user=pages.emmy)

    settle()
    assert differences(before, database()) == []


def test_a_moderator_settles_two_claims_and_can_take_that_back(pages):
    double_owner = owner_of(pages.double, "rosa")
    settle(everything=True)
    before = database()
    claim = Claim.objects.get(profile__user=double_owner)

    entry = merge_pages(survivor=pages.page, given_up=pages.double, user=pages.emmy, ends=claim)
    claim.refresh_from_db()
    assert (claim.status, claim.author_id) == (ClaimStatus.REVOKED, pages.page.pk)
    assert Claim.objects.get(profile__user=pages.ada).status == ClaimStatus.GRANTED

    take_back(decision=entry.decision, user=pages.emmy)
    settle()
    assert differences(before, database()) == []


def test_a_page_of_her_own_made_for_grace_by_a_split_can_be_claimed_and_then_stays(pages):
    entries = split_page(page=pages.double, groups=[Group((pages.authorships(pages.double)[0].pk,))], user=pages.emmy)
    new = Author.objects.get(pk=entries[0].subject_id)
    owner_of(new, "mallory")
    with pytest.raises(Exception, match="owns the new page"):
        take_back(decision=entries[0].decision, user=pages.emmy)
    assert page_of("emmy").pk != new.pk


def test_whoever_lists_a_page_is_computed_again_when_its_name_follows_its_works_and_when_it_is_put_back(pages):
    decision = uuid4()
    for act in (partial(follow_names, decision, [pages.double]), partial(put_back, decision)):
        RefreshRequest.objects.all().delete()
        act()
        marked = set(RefreshRequest.objects.filter(kind="author-figures").values_list("object_id", flat=True))
        assert {pages.double.pk, pages.graces_page.pk} <= marked
    assert Author.objects.get(pk=pages.double.pk).display_name == "A. Quillmere"
