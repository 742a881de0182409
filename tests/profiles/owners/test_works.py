"""Decisions about works: who may take them, what they change, that they can be taken back exactly, and that no import undoes one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from django.db import close_old_connections, connection

from papers.ingest.ahead import prepared
from papers.ingest.runs import execute
from papers.models import (
    AttributionRule,
    AttributionState,
    Author,
    AuthorIdentifier,
    Authorship,
    AuthorshipRefusal,
    ImportRun,
    NameVariant,
    RefreshRequest,
)
from papers.records import AuthorshipRecord, WorkRecord
from profiles.exceptions import NotAllowedError, UndoConflictError, WrongStateError
from profiles.models import PublicRequest, TrailEntry, User
from profiles.models.choices import ClaimStatus, Role
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.owners.works import claim_back, confirm_work, refuse_work, take_work, void_decisions
from profiles.querysets.works import reviewed
from profiles.trail import act
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory
from tests.factories.people import account, owner_of, page_of
from tests.profiles.owners.conftest import People

pytestmark = pytest.mark.django_db


def rows() -> list[Any]:
    return list(Authorship.objects.order_by("pk").values())


def asked_about(authorship: Authorship) -> PublicRequest:
    """A confirmed request to take a work off its page."""
    Authorship.objects.filter(pk=authorship.pk).update(state=AttributionState.QUESTIONED)
    return PublicRequest.objects.create(
        kind=RequestKind.NOT_MINE,
        author=cast("Author", authorship.author),
        authorship=authorship,
        email="visitor@example.org",
        status=RequestStatus.OPEN,
        confirmed_at="2026-01-01T00:00Z",
    )


# --- Taking decisions ---------------------------------------------------------------------------------------------


def test_the_owner_confirms_a_work(people: People) -> None:
    confirm_work(authorship=people.authorships[0], user=people.ada)

    found = people.authorships[0]
    assert (found.author, found.state, found.rule) == (people.page, AttributionState.CLAIMED, AttributionRule.PERSON)
    assert (found.decided_by_person, found.decided_by) == (True, people.ada)
    entry = TrailEntry.objects.get(action="work-confirm")
    assert (entry.claim_id, entry.author_id, entry.role, entry.is_public) == (people.claim.pk, people.page.pk, Role.OWNER, False)


def test_a_refused_work_leaves_the_page_and_stands_on_its_history(people: People) -> None:
    first = people.authorships[0]
    refuse_work(authorship=first, user=people.ada)

    first.refresh_from_db()
    assert (first.author, first.decided_by_person) == (None, True)
    assert AuthorshipRefusal.objects.get(stands=True).author == people.page
    entry = TrailEntry.objects.get(action="work-refuse")
    assert (entry.author_id, entry.is_public, entry.claim_id) == (people.page.pk, True, people.claim.pk)


def test_everybody_on_the_work_gets_new_figures(people: People) -> None:
    RefreshRequest.objects.all().delete()
    refuse_work(authorship=people.authorships[0], user=people.ada)

    marked = set(RefreshRequest.objects.filter(kind="author-figures").values_list("object_id", flat=True))
    assert marked == {people.page.pk, people.graces_page.pk}


def test_confirming_twice_is_confirming_once(people: People) -> None:
    for _time in range(2):
        confirm_work(authorship=people.authorships[0], user=people.ada)
    assert TrailEntry.objects.filter(action="work-confirm").count() == 1


def test_a_co_authors_word_is_not_lost_when_the_author_confirms(people: People) -> None:
    Authorship.objects.filter(author=people.page).update(state=AttributionState.CONFIRMED)
    confirm_work(authorship=people.authorships[0], user=people.ada)
    assert people.authorships[0].state == AttributionState.CONFIRMED


@pytest.mark.parametrize("decide", [confirm_work, refuse_work])
@pytest.mark.parametrize("who", ["grace", "stranger"])
def test_nobody_decides_about_somebody_elses_works(people: People, decide: Callable, who: str) -> None:
    user = people.grace if who == "grace" else account("mallory")
    before = rows()
    with pytest.raises(NotAllowedError):
        decide(authorship=people.authorships[0], user=user)
    assert rows() == before
    assert not TrailEntry.objects.filter(action__startswith="work-").exists()


def test_a_moderator_decides_but_not_about_a_page_of_a_co_author(people: People) -> None:
    refuse_work(authorship=people.authorships[0], user=people.emmy)
    entry = TrailEntry.objects.get(action="work-refuse")
    assert (entry.role, entry.claim_id) == (Role.MODERATOR, None)

    people.grace.user_permissions.set(people.emmy.user_permissions.all())
    grace = type(people.grace).objects.get(pk=people.grace.pk)
    with pytest.raises(NotAllowedError, match="works together"):
        refuse_work(authorship=people.authorships[0], user=grace)


def test_while_the_page_is_disputed_its_owner_decides_nothing(people: People) -> None:
    claim = people.claim
    with act(action="dispute", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as changes:
        changes.update(claim, status=ClaimStatus.DISPUTED)
    for decide in (confirm_work, refuse_work):
        with pytest.raises(NotAllowedError, match="disputed"):
            decide(authorship=people.authorships[0], user=people.ada)


def test_what_has_left_the_page_cannot_be_decided_again(people: People) -> None:
    first = people.authorships[0]
    refuse_work(authorship=Authorship.objects.get(pk=first.pk), user=people.ada)
    for decide in (confirm_work, refuse_work):
        with pytest.raises(WrongStateError):
            decide(authorship=first, user=people.ada)


def test_how_far_the_works_have_been_looked_at(people: People) -> None:
    assert reviewed([people.page.pk])[people.page.pk].share == 0
    confirm_work(authorship=people.authorships[0], user=people.ada)
    refuse_work(authorship=people.authorships[1], user=people.ada)

    found = reviewed([people.page.pk])[people.page.pk]
    assert (found.looked_at, found.in_all, found.open, found.works) == (2, 3, 1, 2)
    assert found.share == pytest.approx(2 / 3)


# --- Taking them back ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decide", [confirm_work, refuse_work])
def test_a_decision_taken_back_leaves_the_identical_row(people: People, decide: Callable) -> None:
    first = people.authorships[0]
    before = rows()
    decide(authorship=first, user=people.ada)
    assert rows() != before

    claim_back(authorship=first, author=people.page, user=people.ada)

    assert rows() == before
    assert not AuthorshipRefusal.objects.filter(stands=True).exists()


def test_the_same_work_can_be_refused_taken_back_and_refused_again(people: People) -> None:
    first = people.authorships[0]
    before = rows()
    for _time in range(3):
        refuse_work(authorship=Authorship.objects.get(pk=first.pk), user=people.ada)
        claim_back(authorship=first, author=people.page, user=people.ada)
    assert rows() == before
    with pytest.raises(WrongStateError):
        claim_back(authorship=first, author=people.page, user=people.ada)


def test_the_owner_cannot_take_back_what_a_moderator_decided(people: People) -> None:
    first = people.authorships[0]
    refuse_work(authorship=first, user=people.emmy)
    with pytest.raises(NotAllowedError, match="moderator"):
        claim_back(authorship=first, author=people.page, user=people.ada)
    claim_back(authorship=first, author=people.page, user=people.emmy)
    first.refresh_from_db()
    assert first.author == people.page


def test_voiding_sets_every_authorship_back_exactly_and_leaves_what_others_decided(people: People) -> None:
    first, second, third = people.authorships
    graces = Authorship.objects.filter(author=people.graces_page).order_by("pk")
    confirm_work(authorship=graces[0], user=people.grace)
    request = asked_about(third)
    before = rows()
    asked = PublicRequest.objects.filter(pk=request.pk).values("status", "decided_at").get()

    confirm_work(authorship=first, user=people.ada)
    refuse_work(authorship=Authorship.objects.get(pk=first.pk), user=people.ada)
    refuse_work(authorship=second, user=people.ada)
    claim_back(authorship=second, author=people.page, user=people.ada)
    confirm_work(authorship=Authorship.objects.get(pk=second.pk), user=people.ada)
    confirm_work(authorship=Authorship.objects.get(pk=third.pk), user=people.ada)
    assert PublicRequest.objects.get(pk=request.pk).status == RequestStatus.REFUSED

    void_decisions(claim=people.claim, actor=people.emmy)

    assert rows() == before
    assert PublicRequest.objects.filter(pk=request.pk).values("status", "decided_at").get() == asked
    assert not AuthorshipRefusal.objects.filter(stands=True).exists()
    assert void_decisions(claim=people.claim, actor=people.emmy) == []


def test_voiding_leaves_a_work_with_the_person_who_took_it_since(people: People) -> None:
    first = people.authorships[0]
    refuse_work(authorship=first, user=people.ada)
    emmys = page_of("emmy", works=0)
    owner_of(emmys, user=people.emmy)
    take_work(authorship=Authorship.objects.get(pk=first.pk), user=people.emmy, page=emmys)
    confirm_work(authorship=people.authorships[0], user=people.ada)

    void_decisions(claim=people.claim, actor=None)

    first.refresh_from_db()
    assert first.author == emmys
    assert not people.authorships[0].decided_by_person
    with pytest.raises(UndoConflictError, match="Somebody else"):
        claim_back(authorship=first, author=people.page, user=people.ada)


# --- Taking works -------------------------------------------------------------------------------------------------


def placed(author: Author | None, **said) -> Authorship:
    """A further place on a work of its own, as an import left it."""
    return AuthorshipFactory(work=WorkFactory(by=[]), position=0, author=author, raw_name="A. Quillmere", **said)


def test_the_owner_takes_a_place_that_a_rule_gave_to_another_page(people: People) -> None:
    other = AuthorFactory(display_name="A. Quillmere")
    found = placed(other)
    take_work(authorship=found, user=people.ada, page=people.page)

    found.refresh_from_db()
    assert (found.author, found.state, found.decided_by) == (people.page, AttributionState.CLAIMED, people.ada)
    assert NameVariant.objects.filter(author=people.page, name="A. Quillmere").exists()


def test_a_name_that_came_with_a_work_goes_with_it(people: People) -> None:
    found = placed(None)
    take_work(authorship=found, user=people.ada, page=people.page)
    claim_back(authorship=found, author=people.page, user=people.ada)
    assert not NameVariant.objects.filter(author=people.page, name="A. Quillmere").exists()


def test_a_page_that_the_import_opened_for_it_leads_to_the_owners_and_back(people: People) -> None:
    opened = AuthorFactory(display_name="A. Quillmere")
    AuthorIdentifier.objects.create(author=opened, scheme="openalex", value="A1", source="openalex")
    found = placed(opened)
    take_work(authorship=found, user=people.ada, page=people.page, opened_since=opened.created_at)
    opened.refresh_from_db()
    assert opened.merged_into == people.page
    assert people.page.identifiers.get().value == "A1"

    claim_back(authorship=found, author=people.page, user=people.ada)
    opened.refresh_from_db()
    assert (opened.merged_into, opened.identifiers.get().value) == (None, "A1")


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda _people: placed(AuthorFactory(), decided_by_person=True), "somebody else"),
        (lambda people: placed(people.graces_page), "a page with an owner"),
        (lambda people: AuthorshipFactory(work=people.authorships[0].work, position=9, raw_name="A. Quillmere"), "on this work already"),
        (lambda _people: placed(None, is_organisation=True), "an organisation"),
        (lambda _people: placed(None, orcid="0009-9990-0000-0427"), "another ORCID iD"),
    ],
)
def test_a_place_that_is_somebody_elses_is_not_given_away(people: People, make: Callable, sentence: str) -> None:
    AuthorIdentifier.objects.create(author=people.page, scheme="orcid", value="0000-0002-1825-0097", source="crossref")
    found = make(people)
    before = rows()
    with pytest.raises(NotAllowedError, match=sentence):
        take_work(authorship=found, user=people.ada, page=people.page)
    assert rows() == before


# --- Imports ------------------------------------------------------------------------------------------------------


def read(*records: WorkRecord) -> None:
    execute(ImportRun.objects.create(origin="test"), prepared(records))


def record(source: str, record_id: str, authors: list[AuthorshipRecord], **said) -> WorkRecord:
    return WorkRecord(source=source, record_id=record_id, title="On the Weaving of Numbers", year=2024, authorships=tuple(authors), **said)


def ada_at(position: int, name: str = "Ada Quillmere", **said) -> AuthorshipRecord:
    return AuthorshipRecord(name=name, position=position, ids={"openalex": "A77"}, **said)


@pytest.fixture
def imported(db: None) -> People:
    """Ada's page as an import made it."""
    read(record("arxiv", "r1", [ada_at(0), AuthorshipRecord("Grace Farrowgate", 1)], ids={"doi": "10.1/x"}))
    page = Author.objects.get(display_name="Ada Quillmere")
    return People(
        page, owner_of(page, "ada"), Author.objects.get(display_name="Grace Farrowgate"), cast("User", None), cast("User", None)
    )  # nobody needs these


AGAIN = {
    "the same record, changed": ("arxiv", "r1", [ada_at(0, affiliations=("Engine House",)), AuthorshipRecord("Grace Farrowgate", 1)]),
    "another source": ("crossref", "10.1/x", [ada_at(0), AuthorshipRecord("Grace Farrowgate", 1)]),
    "another order": ("arxiv", "r1", [AuthorshipRecord("Grace Farrowgate", 0), ada_at(1)]),
    "a shorter name": ("arxiv", "r1", [ada_at(0, "A. Quillmere"), AuthorshipRecord("Grace Farrowgate", 1)]),
    "under a name that nobody would pair": ("arxiv", "r1", [AuthorshipRecord("Grace Farrowgate", 0), ada_at(5, "Ada King")]),
    "without her": ("arxiv", "r1", [AuthorshipRecord("Grace Farrowgate", 0)]),
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_no_import_brings_a_refused_work_back(imported: People, again: tuple) -> None:
    refused = imported.authorships[0]
    refuse_work(authorship=refused, user=imported.ada)
    source, record_id, authors = again
    read(record(source, record_id, authors, ids={"doi": "10.1/x"}, abstract="Now with an abstract."))

    assert not Authorship.objects.filter(author=imported.page).exists()
    refused.refresh_from_db()
    assert (refused.author, refused.decided_by_person, refused.decided_by) == (None, True, imported.ada)


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_no_import_takes_a_confirmed_work_away(imported: People, again: tuple) -> None:
    confirmed = imported.authorships[0]
    confirm_work(authorship=confirmed, user=imported.ada)
    source, record_id, authors = again
    read(record(source, record_id, authors, ids={"doi": "10.1/x"}, abstract="Now with an abstract."))

    confirmed.refresh_from_db()
    assert (confirmed.author, confirmed.state, confirmed.decided_by_person) == (imported.page, AttributionState.CLAIMED, True)
    assert Authorship.objects.filter(author=imported.page).count() == 1


def test_a_cut_list_that_grows_gives_a_refused_work_no_other_way_back(imported: People) -> None:
    refuse_work(authorship=imported.authorships[0], user=imported.ada)
    imported.page.identifiers.all()
    Authorship.objects.update(source="arxiv")
    imported.graces_page.authorships.get().work.__class__.objects.update(authors_truncated=True)
    read(record("openalex", "W1", [AuthorshipRecord("Grace Farrowgate", 1), ada_at(7, "Ada M. King")], ids={"doi": "10.1/x"}))

    assert not Authorship.objects.filter(author=imported.page).exists()


# --- Two at once --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_contrary_decisions_at_once_leave_one_and_both_in_order(people: People) -> None:
    first = people.authorships[0]
    said: list[str] = []
    together = threading.Barrier(2)

    def decide(how: Callable) -> None:
        close_old_connections()
        together.wait()
        try:
            how(authorship=first, user=people.ada)
            said.append(how.__name__)
        except WrongStateError:
            said.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[how]) for how in (confirm_work, refuse_work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    first.refresh_from_db()
    assert first.decided_by_person
    assert "refuse_work" in said
    assert first.author is None
    assert TrailEntry.objects.filter(action="work-refuse").count() == 1
