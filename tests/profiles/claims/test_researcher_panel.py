"""What a researcher's page says of its claim, to whom, and at what cost."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from profiles.claims.challenges import open_dispute
from profiles.models import Freeze
from profiles.models.choices import FreezeKind, Method, ReasonCode
from tests.factories.papers import AuthorIdentifierFactory, InstitutionFactory
from tests.factories.people import owner_of
from tests.factories.reading import counted_queries, links_of, text_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import ORCID, waiting


def start_of(page) -> str:
    return page.get_absolute_url() + "claim/"


def test_signed_out_one_is_asked_to_log_in_and_comes_back(client: Client, people: People) -> None:
    answer = client.get(people.page.get_absolute_url())

    assert "Is this you? Log in to claim" in text_of(answer)
    assert f"/accounts/login/?next={start_of(people.page)}" in links_of(answer)
    assert start_of(people.page) in links_of(answer)
    assert people.page.get_absolute_url() + "history/" in links_of(answer)


def test_signed_in_one_can_claim(client: Client, people: People) -> None:
    client.force_login(people.ada)

    answer = client.get(people.page.get_absolute_url())

    assert "Claim this page" in text_of(answer)
    assert start_of(people.page) in links_of(answer)


def test_ones_own_claim_says_how_it_stands(client: Client, people: People) -> None:
    claim = waiting(people.ada, people.page)
    client.force_login(people.ada)

    answer = client.get(people.page.get_absolute_url())

    assert "Your claim Waiting for a moderator" in text_of(answer)
    assert claim.get_absolute_url() in links_of(answer)
    assert "Waiting for a moderator" not in text_of(Client().get(people.page.get_absolute_url()))


def test_the_owner_is_led_to_their_tools(client: Client, people: People) -> None:
    owner_of(people.page, user=people.ada)
    client.force_login(people.ada)

    assert "This is your page" in text_of(client.get(people.page.get_absolute_url()))


def test_the_owner_of_another_page_is_told_that_an_account_owns_one(client: Client, people: People) -> None:
    owner_of(people.page, user=people.ada)
    client.force_login(people.ada)

    text = text_of(client.get(people.other_page.get_absolute_url()))

    assert "You own the page of Ada Quillmere , and an account owns one page." in text
    assert "Claim this page" not in text


@pytest.mark.parametrize("signed_in", [True, False])
def test_on_a_claimed_page_others_may_challenge(client: Client, people: People, signed_in: bool) -> None:
    owner_of(people.page, user=people.ada)
    if signed_in:
        client.force_login(people.grace)

    answer = client.get(people.page.get_absolute_url())

    assert "Claimed Is this about you, and not claimed by you? Challenge the claim" in text_of(answer)
    assert "L2 Claimed, with evidence that ties the claimant to this record." in text_of(answer)
    assert people.ada.email not in answer.content.decode()


def test_a_challenge_shows_to_nobody_before_it_is_credible(client: Client, people: People) -> None:
    owner_of(people.page, user=people.ada)
    before = text_of(client.get(people.page.get_absolute_url()))
    challenge = waiting(people.grace, people.page)

    assert text_of(client.get(people.page.get_absolute_url())) == before
    client.force_login(people.ada)
    assert "somebody else" not in text_of(client.get(people.page.get_absolute_url())).lower()

    open_dispute(challenge=challenge, moderator=people.mo)
    assert "Somebody else says that it is theirs. Answer" in text_of(client.get(people.page.get_absolute_url()))
    assert "Claimed, and disputed" in text_of(Client().get(people.page.get_absolute_url()))


def test_the_level_of_the_record_stands_where_nobody_claimed(client: Client, people: People) -> None:
    assert "L0 Too little is known to say whose page this is." in text_of(client.get(people.page.get_absolute_url()))


@pytest.mark.parametrize(
    "method, words",
    [
        (Method.ORCID, "Claimed, ORCID confirmed"),
        (Method.TOKEN, "Claimed, web page confirmed"),
        (Method.EMAIL, "Claimed, e-mail domain confirmed: uni.example.org"),
        (Method.DOCUMENT, "Claimed, document reviewed"),
    ],
)
def test_the_header_says_by_what_a_page_is_claimed(client: Client, people: People, method: Method, words: str) -> None:
    owner_of(people.page, user=people.ada, methods=(method,), institution=InstitutionFactory())

    text = text_of(client.get(people.page.get_absolute_url()))

    assert words in text
    assert "Unclaimed record" not in text


def test_a_frozen_domain_is_not_called_confirmed(client: Client, people: People) -> None:
    owner_of(people.page, user=people.ada, methods=(Method.EMAIL,), institution=InstitutionFactory())
    Freeze.objects.create(kind=FreezeKind.DOMAIN, domain="example.org", reason_code=ReasonCode.ABUSE, frozen_at=timezone.now())

    assert "uni.example.org" not in text_of(client.get(people.page.get_absolute_url()))


def test_the_orcid_of_the_owner_is_shown_as_authenticated(client: Client, people: People) -> None:
    AuthorIdentifierFactory(author=people.page, value="0000-0000-1843-1811")
    owner_of(people.page, user=people.ada, methods=(Method.ORCID,))

    answer = client.get(people.page.get_absolute_url())

    assert f"{ORCID} (ORCID iD, authenticated)" in text_of(answer)


def test_the_panel_costs_one_query_and_another_one_signed_in(client: Client, people: People) -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    from papers.models import Author
    from profiles.claims.shown import claim_panel

    owner_of(people.page, user=people.ada)
    for user, most in ((AnonymousUser(), 1), (people.grace, 2), (people.ada, 2)):
        request = RequestFactory().get("/")
        request.user = user
        author = Author.objects.select_related("figures").get(pk=people.page.pk)
        with counted_queries() as asked:
            claim_panel(request, author)
        assert asked.count <= most
