"""Ada is suggested people whom her co-authors know and who work on the same, and nobody who does not belong there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from collaboration.models import (
    CollaborationChoice,
    Measure,
    MeasureKind,
    Suggestion,
    SuggestionChoice,
    SuggestionDismissal,
    SuggestionList,
)
from collaboration.models.invitations import Invitation, InvitationStatus
from collaboration.querysets.suggestions import suggestions_for
from collaboration.safety.blocks import block
from collaboration.safety.mutes import mute
from collaboration.suggestions.choosing import choose_suggested, dismiss, take_back_dismissal
from collaboration.suggestions.computing import refresh_suggestions
from collaboration.suggestions.keeping import KIND
from collaboration.suggestions.merging import participant
from collaboration.suggestions.parts import parts
from collaboration.tasks.suggestions import mark_old_suggestions
from papers.models import AuthorFigures, Citation, RefreshRequest
from profiles.claims.life import release_page
from profiles.models import PageChoice
from tests.factories.accounts import log_in
from tests.factories.papers import AuthorFactory, TopicFactory, WorkFactory
from tests.factories.people import account, owner_of, page_of
from tests.factories.reading import counted_queries, links_of, text_of

pytestmark = pytest.mark.django_db
ADDRESS = "/suggestions/"


@pytest.fixture
def year() -> int:
    return timezone.now().year


@pytest.fixture
def bea(db):
    return AuthorFactory(display_name="Bea Loomis")


@pytest.fixture
def pages(bea, year):
    """Ada and Grace both wrote with Bea, of late, and on looms; Grace cites Ada; Emmy only works on the same. Each owns her page."""
    looms = TopicFactory(name="Looms of iron")
    ada, grace, emmy = (page_of(who, works=0) for who in ("ada", "grace", "emmy"))
    joint = WorkFactory(title="Punched cards", by=[ada, bea], on=[looms], year=year)
    other = WorkFactory(title="Jacquard patterns", by=[grace, bea], on=[looms], year=year - 1)
    carl = AuthorFactory(display_name="Carl Chain")
    WorkFactory(title="Iron bridges", by=[grace, carl], year=year)
    WorkFactory(title="Weaving symmetry", by=[emmy], on=[looms], year=year)
    Citation.objects.create(citing=other, cited=joint, source="crossref")
    for page, who in ((ada, "ada"), (grace, "grace"), (emmy, "emmy")):
        owner_of(page, who)
    return ada, grace, emmy


@pytest.fixture
def page(pages):
    refresh_suggestions([pages[0].pk])
    return pages[0]


@pytest.fixture
def ada(page):
    return page.claims.get().profile.user


def suggested(user) -> list[str]:
    return list(Suggestion.objects.filter(list=user.pk).values_list("author__display_name", flat=True))


def shown(user) -> str:
    return text_of(log_in(Client(), user).get(ADDRESS))


def test_a_granted_claim_asks_for_them_and_computing_twice_leaves_the_same(pages, ada):
    assert set(RefreshRequest.objects.filter(kind=KIND).values_list("object_id", flat=True)) == {page.pk for page in pages}
    assert set(suggested(ada)) == {"Grace Farrowgate", "Emmy Notherby", "Carl Chain"}  # never Bea, who wrote with her
    before = list(Suggestion.objects.values("author", "place", "score", "reasons"))
    assert {reason["kind"] for reason in before[0]["reasons"]} == {"coauthors", "topics", "cites"}
    assert refresh_suggestions([pages[0].pk, 10**15]) == 1
    assert list(Suggestion.objects.values("author", "place", "score", "reasons")) == before


def test_she_reads_why_with_links_to_it_and_nobody_else_does(pages, bea, ada):
    answer = log_in(Client(), ada).get(ADDRESS)
    text = text_of(answer)
    assert "1 shared co-author: Bea Loomis" in text
    assert "You both work on: Looms of iron" in text
    assert "A work of theirs cites one of yours." in text
    assert "Bea Loomis , Grace Farrowgate" in text  # the way to Carl
    assert "Punched cards" in text
    assert "Jacquard patterns" in text
    assert {pages[1].get_absolute_url(), bea.get_absolute_url(), f"{pages[2].get_absolute_url()}invite/"} <= set(links_of(answer))
    assert "no-store" in answer.headers["Cache-Control"]
    home = text_of(log_in(Client(), ada).get("/"))
    assert "1 shared co-author and 1 shared topic" in home
    assert Client().get(ADDRESS).status_code == 302
    assert "Grace Farrowgate" not in shown(account("nobody"))
    for reader in (Client(), log_in(Client(), account("stranger"))):
        assert "1 shared co-author" not in text_of(reader.get(pages[0].get_absolute_url())), "her page does not tell it"


def test_empty_states_say_what_would_fill_them(page, pages):
    assert "This needs a page of yours" in shown(account("nobody"))
    grace = pages[1].claims.get().profile.user
    assert "Being computed" in shown(grace)
    lone = owner_of(page_of("lone", works=1), "lone")
    refresh_suggestions([lone.profile.claims.get().author_id])
    assert "More works on your page would fill this" in shown(lone)
    assert "What would fill this" in text_of(log_in(Client(), lone).get("/"))


def test_not_this_one_with_scripts_and_without_and_back(pages, ada, monkeypatch):
    client = log_in(Client(), ada)
    one = f"/suggestions/{pages[1].public_id}/"
    assert log_in(Client(enforce_csrf_checks=True), ada).post(one).status_code == 403
    assert client.get(one).status_code == 405
    assert client.post("/suggestions/zzz/").status_code == 404
    assert "suggested to you no more" in text_of(client.post(one, follow=True))
    assert "Grace Farrowgate" not in text_of(client.get("/"))
    by_htmx = client.post(one, headers={"HX-Request": "true"})
    assert b"Take that back" in by_htmx.content
    assert SuggestionDismissal.objects.count() == 1
    refresh_suggestions([pages[0].pk])
    assert "Grace Farrowgate" not in suggested(ada)
    SuggestionDismissal.objects.create(user=ada, author=pages[2])
    monkeypatch.setattr("collaboration.pages.suggestions.DISMISSED_SHOWN", 1)
    listed = client.get(ADDRESS)
    older = next(link for link in links_of(listed) if "after=" in link)
    assert "Emmy Notherby" in text_of(listed)
    assert "Grace Farrowgate" in text_of(client.get(older)).partition("Not suggested any more")[2]
    assert "may be suggested to you again" in text_of(client.post(one, {"do": "take-back"}, follow=True))
    refresh_suggestions([pages[0].pk])
    assert suggested(ada)[0] == "Grace Farrowgate"


def written_together(ada, grace, pages):
    WorkFactory(by=[pages[0], pages[1]], author_count=900)  # any work, of however many


def withdrawn(ada, grace, pages):
    Measure.objects.create(person=grace, kind=MeasureKind.SUSPENDED, began_at=timezone.now(), reason_code="spam")


def invited(ada, grace, pages):
    now = timezone.now()
    Invitation.objects.create(
        sender=ada,
        author=pages[1],
        status=InvitationStatus.SENT,
        topic="x",
        kind="paper",
        ask="y",
        sent_at=now,
        delivered_at=now,
        expires_at=now,
    )


def declined(ada, grace, pages):
    invited(ada, grace, pages)
    Invitation.objects.update(status=InvitationStatus.DECLINED, decline_reason="no-time", recipient=grace, answered_at=timezone.now())


def invited_by_her(ada, grace, pages):
    invited(ada, grace, pages)
    Invitation.objects.update(sender=grace, recipient=ada, author=pages[0])


LEFT_OUT = (
    lambda ada, grace, _: block(blocker=ada, blocked=grace),
    lambda ada, grace, _: block(blocker=grace, blocked=ada),
    lambda ada, _, pages: mute(muter=ada, author=pages[1]),
    lambda ada, _, pages: dismiss(user=ada, author=pages[1]),
    lambda _ada, grace, _: choose_suggested(user=grace, is_suggested=False),
    lambda _ada, grace, _: CollaborationChoice.objects.create(user=grace, takes_invitations=False),
    lambda _ada, _grace, pages: PageChoice.objects.create(author=pages[1], noindex=True),
    withdrawn,
    invited,
    declined,
    invited_by_her,
    written_together,
)


def test_who_must_not_be_suggested_is_gone_at_once_and_not_computed_again(pages, ada):
    grace = pages[1].claims.get().profile.user
    client = log_in(Client(), ada)
    assert "Grace Farrowgate" in text_of(client.get("/"))
    for happens in LEFT_OUT:
        assert list(suggestions_for(ada.pk).filter(author=pages[1]))
        with transaction.atomic():
            happens(ada, grace, pages)
            assert f'id="{pages[1].public_id}"' not in client.get(ADDRESS).content.decode()
            assert not suggestions_for(ada.pk).filter(author=pages[1])  # what the first page reads
            refresh_suggestions([pages[0].pk])
            assert "Grace Farrowgate" not in suggested(ada)
            transaction.set_rollback(True)


def test_a_page_of_suggestions_asks_the_same_of_the_database_at_two_and_at_twenty(pages, bea, ada, year):
    client = log_in(Client(), ada)
    client.get(ADDRESS)
    with counted_queries() as few:
        client.get(ADDRESS)
    with counted_queries() as few_at_home:
        client.get("/")
    more = [AuthorFactory() for _ in range(25)]
    for other in more:
        WorkFactory(by=[bea, other], year=year)
    refresh_suggestions([pages[0].pk])
    with counted_queries() as many:
        text = text_of(client.get(ADDRESS))
    with counted_queries() as many_at_home:
        client.get("/")
    assert text.count("Not this one") == 20
    assert few.count == many.count <= 12
    assert few_at_home.count == many_at_home.count
    with counted_queries() as computing:
        refresh_suggestions([pages[0].pk])
    assert computing.count < 40


def test_who_gives_a_page_back_has_no_suggestions(page, ada):
    release_page(claim=page.claims.get(), user=ada)
    assert "Grace Farrowgate" not in shown(ada)
    assert refresh_suggestions([page.pk]) == 0
    assert not SuggestionList.objects.exists()


def test_old_ones_are_computed_again(page, pages):
    RefreshRequest.objects.all().delete()
    mark_old_suggestions()
    marked = set(RefreshRequest.objects.filter(kind=KIND).values_list("object_id", flat=True))
    assert marked == {pages[1].pk, pages[2].pk}  # those that have none yet
    RefreshRequest.objects.all().delete()
    SuggestionList.objects.update(computed_at=timezone.now() - timedelta(days=2))
    mark_old_suggestions()
    assert not RefreshRequest.objects.filter(kind=KIND, object_id=page.pk).exists()
    AuthorFigures.objects.update_or_create(author=page, defaults={"computed_at": timezone.now()})
    mark_old_suggestions()
    assert RefreshRequest.objects.filter(kind=KIND, object_id=page.pk).exists()


def test_what_was_dismissed_goes_along_when_pages_are_merged_and_comes_back(pages, ada):
    dismiss(user=ada, author=pages[1])
    assert participant().among([page.pk for page in pages]) == {pages[1].pk}
    inverse = participant().merge(pages[1].pk, pages[2].pk)
    assert SuggestionDismissal.objects.get().author_id == pages[2].pk
    participant().undo(inverse)
    assert SuggestionDismissal.objects.get().author_id == pages[1].pk
    take_back_dismissal(user=ada, author_id=pages[1].pk)
    assert participant().merge(pages[1].pk, pages[2].pk) == {}


def test_hers_to_take_along_and_gone_with_her_account(pages, ada):
    dismiss(user=ada, author=pages[1])
    choose_suggested(user=ada, is_suggested=False)
    took = {part.key: list(part.collect(ada)) for part in parts()}
    assert took["suggestions"][0]["name"] == "Grace Farrowgate"
    assert took["dismissed-suggestions"][0]["name"] == "Grace Farrowgate"
    assert took["suggestion-choice"] == [{"is_suggested": False}]
    ada.delete()
    assert not any(model.objects.exists() for model in (Suggestion, SuggestionList, SuggestionDismissal, SuggestionChoice))


def test_the_database_holds_what_a_suggestion_is(page):
    for change in ({"reasons": []}, {"place": 40}, {"place": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Suggestion.objects.filter(place=0).update(**change)


def test_her_choice_whether_she_is_suggested(ada):
    client = log_in(Client(), ada)
    assert "You are suggested to nobody." in text_of(client.post("/suggestions/choice/", {"suggested": "0"}, follow=True))
    assert "You may be suggested to others." in text_of(client.post("/suggestions/choice/", {"suggested": "1"}, follow=True))
