"""Proposing and deciding: who may, who may not, what stands against it, and the pages on which it happens."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from papers.models import Author, AuthorIdentifier, Authorship, AuthorshipRefusal, IdentityConstraint
from profiles.exceptions import LimitReachedError, NotAllowedError, NoteNeededError, WrongStateError
from profiles.identity.merging import merge_pages, which_lives_on
from profiles.identity.proposals import (
    OPEN_PROPOSALS,
    PROPOSALS_A_DAY,
    accept_proposal,
    propose_merge,
    propose_split,
    refuse_proposal,
    undo_proposal,
    withdraw_proposal,
)
from profiles.identity.splitting import Group
from profiles.models import Claim, OutgoingMail, PageProposal, ProposalStatus
from profiles.models.choices import ClaimStatus
from profiles.moderation.decisions import revoke_claim
from tests.factories.accounts import authenticator_app, log_in, log_in_with_second_factor
from tests.factories.moderation import moderator
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory
from tests.factories.people import account, owner_of, page_of
from tests.factories.reading import counted_queries, text_of

pytestmark = pytest.mark.django_db

WHY = {"reason": "publication-list", "evidence": "Both stand on the list at example.org/~ada/works."}


def propose_for(pages, user):
    return propose_merge(user=user, page=pages.page, other=pages.double, **WHY)


def test_anybody_proposes_a_moderator_decides_and_everybody_concerned_is_told(pages):
    mallory = account("mallory")
    proposal = propose_for(pages, mallory)
    assert propose_for(pages, account("vera")) == proposal  # once is enough
    assert OutgoingMail.objects.filter(kind="proposal-made", user=pages.ada).exists()
    with pytest.raises(NotAllowedError):
        accept_proposal(proposal=proposal, user=mallory)

    accept_proposal(proposal=proposal, user=pages.emmy, answer="Thank you.")

    proposal.refresh_from_db()
    assert (proposal.status, proposal.decided_as) == (ProposalStatus.ACCEPTED, "moderator")
    assert Authorship.objects.filter(author=pages.page).count() == 6
    assert "Thank you." in OutgoingMail.objects.get(kind="proposal-decided", user=mallory).text
    with pytest.raises(NotAllowedError):
        undo_proposal(proposal=proposal, user=pages.ada)  # a moderator decided it
    undo_proposal(proposal=proposal, user=pages.emmy)
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.UNDONE
    assert Authorship.objects.filter(author=pages.double).count() == 3


def test_an_owner_takes_a_small_double_of_a_fitting_name_and_loses_it_with_a_false_claim(pages):
    proposal = propose_for(pages, pages.ada)
    accept_proposal(proposal=proposal, user=pages.ada)
    assert Authorship.objects.filter(author=pages.page).count() == 6
    assert not OutgoingMail.objects.filter(kind="proposal-decided").exists()  # her own doing
    undo_proposal(proposal=proposal, user=pages.emmy)
    assert OutgoingMail.objects.filter(kind="proposal-decided", user=pages.ada).exists()
    accept_proposal(proposal=propose_for(pages, pages.ada), user=pages.ada)

    revoke_claim(claim=Claim.objects.get(profile__user=pages.ada), moderator=pages.emmy, code="imposture")

    pages.double.refresh_from_db()
    assert pages.double.merged_into_id is None
    assert Authorship.objects.filter(author=pages.double).count() == 3


@pytest.mark.parametrize("why", ["another name", "a claim", "a decision", "another iD", "disputed", "her own page"])
def test_what_an_owner_leaves_to_a_moderator(pages, why):
    survivor, given_up = pages.page, pages.double
    match why:
        case "another name":
            given_up = page_of("emmy")
        case "a claim":
            owner_of(given_up, "mallory")
        case "a decision":
            Authorship.objects.filter(author=given_up).update(decided_by_person=True)
        case "another iD":
            AuthorIdentifier.objects.create(author=survivor, scheme="orcid", value="0000-0002-1825-0097", source="crossref")
            AuthorIdentifier.objects.create(author=given_up, scheme="orcid", value="0000-0002-1694-233X", source="crossref")
        case "disputed":
            Claim.objects.filter(author=survivor).update(status=ClaimStatus.DISPUTED)
        case _:
            survivor, given_up = pages.double, pages.page
    with pytest.raises((NotAllowedError, WrongStateError)):
        merge_pages(survivor=survivor, given_up=given_up, user=pages.ada)
    if why == "her own page":
        with pytest.raises(NotAllowedError, match="other way round"):
            merge_pages(survivor=survivor, given_up=given_up, user=pages.emmy)


@pytest.mark.parametrize("why", ["one work", "two iDs", "a refusal", "a verdict", "a merge"])
def test_what_nobody_can_merge(pages, why):
    page, double = pages.page, pages.double
    match why:
        case "one work":
            AuthorshipFactory(work=Authorship.objects.filter(author=page)[0].work, position=7, author=double)
        case "two iDs":
            for author, value in ((page, "0000-0002-1825-0097"), (double, "0000-0002-1694-233X")):
                AuthorIdentifier.objects.create(author=author, scheme="orcid", value=value, source="crossref", is_authenticated=True)
        case "a refusal":
            AuthorshipRefusal.objects.create(authorship=pages.authorships(double)[0], author=page, stands=True)
        case "a verdict":
            one, other = sorted((pages.authorships(page)[0].pk, pages.authorships(double)[0].pk))
            IdentityConstraint.objects.create(one_id=one, other_id=other, kind="different", origin="pair", decided_at=pages.page.created_at)
        case _:
            Author.objects.filter(pk=double.pk).update(merged_into=AuthorFactory())
    with pytest.raises(WrongStateError):
        merge_pages(survivor=page, given_up=Author.objects.get(pk=double.pk), user=pages.emmy)


def test_a_moderator_with_a_page_of_their_own_there_leaves_it_to_another(pages):
    involved = moderator("vera")
    owner_of(page_of("emmy", together_with=pages.double), user=involved)
    with pytest.raises(NotAllowedError, match="works together"):
        merge_pages(survivor=pages.page, given_up=pages.double, user=involved)


def test_the_page_that_lives_on(pages):
    assert which_lives_on(pages.double, pages.page) == (pages.page, pages.double)
    initial, full = AuthorFactory(display_name="Y. Fan"), AuthorFactory(display_name="Ying Fan")
    for _n in range(3):
        AuthorshipFactory(work=WorkFactory(), author=initial)
    assert which_lives_on(initial, full) == (full, initial)


def test_what_a_person_moved_is_decided_and_limits_hold(pages):
    mallory = account("mallory")
    [first, *_others] = pages.authorships(pages.double)
    for _twice in range(2):  # the second replaces the first
        proposal = propose_split(user=mallory, page=pages.double, groups=[Group((first.pk,))], **WHY)
    assert PageProposal.objects.filter(status=ProposalStatus.OPEN).count() == 1
    with pytest.raises(NotAllowedError):
        refuse_proposal(proposal=proposal, user=mallory)
    with pytest.raises(WrongStateError, match="Something has to stay"):
        propose_split(user=mallory, page=pages.double, groups=[Group(tuple(one.pk for one in pages.authorships(pages.double)))], **WHY)
    with pytest.raises(NoteNeededError):
        propose_merge(user=mallory, page=pages.page, other=pages.double, reason="other", evidence="Yes.")
    with pytest.raises(NotAllowedError):
        propose_merge(user=account("rosa", confirmed=False), page=pages.page, other=pages.double, **WHY)
    for _n in range(OPEN_PROPOSALS - 1):
        propose_merge(user=mallory, page=AuthorFactory(), other=AuthorFactory(), **WHY)
    with pytest.raises(LimitReachedError):
        propose_merge(user=mallory, page=AuthorFactory(), other=AuthorFactory(), **WHY)
    withdraw_proposal(proposal=proposal, user=mallory)
    with pytest.raises(WrongStateError):
        accept_proposal(proposal=proposal, user=pages.emmy)
    for _n in range(PROPOSALS_A_DAY - 2 - (OPEN_PROPOSALS - 1)):
        last = propose_split(user=mallory, page=pages.double, groups=[Group((first.pk,))], **WHY)
    with pytest.raises(LimitReachedError, match="within a day"):
        propose_split(user=mallory, page=pages.double, groups=[Group((first.pk,))], **WHY)
    assert PageProposal.objects.get(kind="split", status=ProposalStatus.OPEN) == last  # what was refused replaces nothing
    assert not mail.outbox


# --- Pages ----------------------------------------------------------------------------------------------------


def test_a_visitor_compares_two_pages_and_is_asked_to_log_in(client, pages):
    choose = reverse("profiles:merge-propose", args=[pages.page.pk, "ada-quillmere"])
    assert "A. Quillmere" in text_of(client.get(choose))
    found = client.post(choose, {"other": f"https://example.org{pages.double.get_absolute_url()}"})
    assert found["Location"] == f"{choose}?with={pages.double.public_id}"
    shown = text_of(client.get(found["Location"]))
    assert "Becomes part of it A. Quillmere : 3 works" in shown
    assert "Log in to propose" in shown
    assert client.post(found["Location"], WHY)["Location"].startswith("/accounts/login/")
    assert "no researcher page" in text_of(client.post(choose, {"other": "https://example.org/elsewhere\0"})) + text_of(
        client.post(choose, {"other": "https://example.org/elsewhere"})
    )


def test_a_stranger_proposes_the_owner_merges_and_takes_it_back(client, pages):
    log_in(client, account("mallory"))
    address = reverse("profiles:merge-propose", args=[pages.page.pk, "ada-quillmere"]) + f"?with={pages.double.public_id}"
    kept = client.post(address, {"reason": "", "evidence": "Both stand on her list."})
    assert "Both stand on her list." in kept.content.decode()
    made = client.post(address, WHY)
    proposal = PageProposal.objects.get()
    assert made["Location"] == proposal.get_absolute_url()
    assert client.post(proposal.get_absolute_url(), {"action": "accept"}).status_code == 200  # not theirs to decide
    assert "Withdraw" in text_of(client.get(proposal.get_absolute_url()))
    log_in(client, account("vera"))
    assert client.get(proposal.get_absolute_url()).status_code == 404

    log_in(client, pages.ada)
    assert "About your page" in text_of(client.get(reverse("profiles:proposals")))
    assert "Merge them" in text_of(client.get(proposal.get_absolute_url()))
    client.post(proposal.get_absolute_url(), {"action": "accept"})
    moved = client.get(pages.double.get_absolute_url())
    assert (moved.status_code, moved["Location"]) == (301, pages.page.get_absolute_url())
    history = reverse("profiles:history", args=[pages.page.pk, "ada-quillmere"])
    assert "Another page was merged into this one" in text_of(client.get(history))

    client.post(proposal.get_absolute_url(), {"action": "undo"})
    assert client.get(pages.double.get_absolute_url()).status_code == 200
    assert "Taken back" in text_of(client.get(history))
    assert "Taken back" in text_of(client.get(reverse("profiles:history", args=[pages.double.pk, "a-quillmere"])))


def test_splitting_works_by_forms_alone_and_an_undone_page_leads_home(client, pages):
    address = reverse("profiles:split-propose", args=[pages.double.pk, "a-quillmere"])
    [first, second, _third] = pages.authorships(pages.double)
    from config.lib.public_ids import encode_public_id

    choice = {f"work-{encode_public_id(first.pk)}": "a"}
    assert "To a page of its own, under the name A. Quillmere" in text_of(client.post(address, {**choice, "preview": "1"}))
    assert "Nothing would change" in text_of(client.post(address, {"preview": "1"}))
    assert "leads to no researcher page" in text_of(client.post(address, {**choice, "page-a": "nowhere", "preview": "1"}))
    assert client.post(address, {**choice, **WHY, "propose": "1"})["Location"].startswith("/accounts/login/")
    log_in(client, account("mallory"))
    made = client.post(address, {"year-2020": "a", f"work-{encode_public_id(second.pk)}": "stays", **WHY, "propose": "1"})
    proposal = PageProposal.objects.get()
    assert made["Location"] == proposal.get_absolute_url()
    accept_proposal(proposal=proposal, user=pages.emmy)
    new = Author.objects.get(pk=Authorship.objects.get(pk=first.pk).author_id)
    assert client.get(new.get_absolute_url()).status_code == 200

    undo_proposal(proposal=proposal, user=pages.emmy)
    home = client.get(new.get_absolute_url())
    assert (home.status_code, home["Location"]) == (301, pages.double.get_absolute_url())
    for view in ("history", "trust", "figures", "split-propose", "claim-start", "opt-out"):
        below = client.get(reverse(f"profiles:{view}", args=[new.pk, "a-quillmere"]))
        assert below["Location"] == reverse(f"profiles:{view}", args=[pages.double.pk, "a-quillmere"])
    assert client.get(reverse("papers:author-export", args=[new.pk, "bibtex"]))["Location"] == reverse(
        "papers:author-export", args=[pages.double.pk, "bibtex"]
    )
    assert client.get(reverse("profiles:researcher-short", args=[9_999_999])).status_code == 404


def test_the_split_page_asks_the_same_for_any_number_of_works(client, pages):
    address = reverse("profiles:split-propose", args=[pages.double.pk, "a-quillmere"])
    with counted_queries() as few:
        client.get(address)
    for year in range(2000, 2018):
        AuthorshipFactory(work=WorkFactory(year=year), author=pages.double)
    with counted_queries() as many:
        client.get(address)
    assert many.count == few.count


def test_a_moderator_decides_at_the_desk(client, pages):
    proposal = propose_for(pages, account("mallory"))
    authenticator_app(pages.emmy)
    log_in_with_second_factor(client, pages.emmy)
    desk = reverse("admin:profiles_pageproposal_change", args=[proposal.pk])
    assert "Both stand on the list" in client.get(desk).content.decode()
    client.post(desk, {"verdict": "accept", "survivor": str(pages.page.pk)})
    assert Author.objects.get(pk=pages.double.pk).merged_into_id == pages.page.pk
    client.post(desk, {"verdict": "undo"})
    assert Author.objects.get(pk=pages.double.pk).merged_into_id is None
    assert client.get(reverse("admin:profiles_pageproposal_changelist")).status_code == 200
