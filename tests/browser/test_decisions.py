"""What moderators decide, and what people do about it, with everybody in a window of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from papers.models import Authorship
from profiles.models import Claim, User
from profiles.models.choices import ClaimStatus, Method, PublicPart
from profiles.owners.profile_editing import ProfileText, save_profile
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.moderation import moderator
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of
from tests.live.browser import window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Seat = Callable[[User], Page]


@pytest.fixture
def seat(live_server: Any, browser: Browser) -> Iterator[Seat]:
    """A window in which somebody is logged in, without scripts: every decision must work so."""
    with ExitStack() as windows:

        def take(user: User) -> Page:
            client = log_in_with_second_factor(Client(), user) if user.is_staff else Client()
            if not user.is_staff:
                client.force_login(user)
            context = windows.enter_context(window(browser, java_script_enabled=False))
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
            page = context.new_page()
            page.set_default_timeout(15_000)
            return page

        yield take


def decide(page: Page, deed: str, code: str, words: str) -> None:
    """Fill in one of the desk's forms and send it."""
    form = page.locator(f"form:has(input[name=deed][value={deed}])")
    form.get_by_label("Reason").first.select_option(code)
    form.locator("textarea").fill(words)
    form.get_by_role("button").click()


def test_a_claim_is_refused_appealed_and_granted_by_another_moderator(live_server: Any, seat: Seat) -> None:
    claim = claim_by(account("ada"), page_of("ada"), ClaimStatus.REVIEW)
    evidence_for(claim, Method.TOKEN, "https://example.org/~ada")
    case = live_server.url + reverse("admin:profiles_claim_change", args=[claim.pk])
    here = live_server.url + reverse("profiles:claim", args=[claim.pk])
    ada, grace, vera = seat(claim.profile.user), seat(moderator("grace")), seat(moderator("vera"))

    grace.goto(case)
    decide(grace, "refuse", "name-mismatch", "The record is of another Quillmere.")
    expect(grace.get_by_text("The claim is refused, and the claimant is told how to appeal.")).to_be_visible()

    ada.goto(here)
    expect(ada.locator("main")).to_contain_text("The record is of another Quillmere.")
    appeal = ada.locator("form:has(input[value=appeal])")
    appeal.locator("textarea").fill("There is only one of us: see the acknowledgements.")
    appeal.get_by_role("button", name="Appeal").click()
    expect(ada.locator("main")).to_contain_text("Your appeal has been made. Another moderator decides it.")

    grace.goto(case)  # not hers to decide: she refused
    expect(grace.get_by_role("button", name="Uphold")).to_be_disabled()
    vera.goto(live_server.url + reverse("admin:profiles_claim_desk"))
    vera.get_by_role("link", name=f"Appeals: {claim.public_id}").click()
    expect(vera.locator("#claimant")).to_contain_text("There is only one of us")
    decide(vera, "uphold", "mistake", "The acknowledgements settle it.")
    expect(vera.get_by_text("The appeal is decided, and the claimant is told.")).to_be_visible()

    ada.reload()
    expect(ada.locator("main")).to_contain_text("Your claim has been granted: this page is yours.")
    ada.goto(live_server.url + claim.author.get_absolute_url())
    expect(ada.locator(".state")).to_contain_text("Claimed")
    ada.get_by_role("link", name="History of this page").click()
    expect(ada.locator("main")).to_contain_text("Claimed: a moderator found the evidence sufficient.")
    expect(ada.locator("main")).not_to_contain_text("another Quillmere")  # a refusal is between the two of them


def test_an_impostor_is_revoked_and_what_they_decided_is_void(live_server: Any, seat: Seat) -> None:
    page_of_ada = page_of("ada")
    mallory = owner_of(page_of_ada, "mallory")
    claim = Claim.objects.get(profile__user=mallory)
    before = list(Authorship.objects.order_by("pk").values())
    impostor, vera = seat(mallory), seat(moderator("vera"))
    public = live_server.url + page_of_ada.get_absolute_url()

    impostor.goto(live_server.url + reverse("profiles:my-works"))
    impostor.get_by_role("button", name=re.compile("^Not mine")).first.click()
    expect(impostor.locator(".messages")).to_contain_text("no import brings it back")
    impostor.get_by_role("button", name=re.compile("^Mine")).first.click()
    assert list(Authorship.objects.order_by("pk").values()) != before

    vera.goto(live_server.url + reverse("admin:profiles_claim_change", args=[claim.pk]))
    decide(vera, "revoke", "imposture", "The homepage is not Ada's.")
    expect(vera.get_by_text("The claim is revoked and the page is free.")).to_be_visible()

    assert list(Authorship.objects.order_by("pk").values()) == before
    impostor.goto(public)
    expect(impostor.locator(".state")).to_contain_text("Unclaimed record")
    expect(impostor.locator("#works .works > li")).to_have_count(3)
    expect(impostor.get_by_text("This is your page")).to_have_count(0)
    impostor.get_by_role("link", name="History of this page").click()
    expect(impostor.locator("main")).to_contain_text("It had been made in somebody else's name.")
    impostor.goto(live_server.url + reverse("profiles:claim", args=[claim.pk]))
    expect(impostor.locator("main")).to_contain_text("The homepage is not Ada's.")


def test_somebody_is_reported_the_report_upheld_and_the_appeal_decided_by_another(live_server: Any, seat: Seat) -> None:
    page_of_ada = page_of("ada")
    ada_account, grace_account = owner_of(page_of_ada, "ada"), account("grace")
    save_profile(user=ada_account, text=ProfileText("Ada Quillmere", biography="Buy my looms", public_parts=tuple(PublicPart.values)))
    public = live_server.url + page_of_ada.get_absolute_url()
    ada, grace, mo, vera = seat(ada_account), seat(grace_account), seat(moderator("mo")), seat(moderator("vera"))

    grace.goto(public)
    grace.get_by_role("link", name="Mute, block or report").click()
    grace.get_by_role("link", name="Report this page").click()
    grace.get_by_label("Spam or advertising").check()
    grace.locator("textarea[name=text]").fill("Advertising on a page of research.")
    grace.get_by_role("button", name="Report").click()
    expect(grace.locator("main")).to_contain_text("A moderator looks at it")

    mo.goto(live_server.url + reverse("admin:collaboration_report_changelist"))
    mo.locator("#result_list a").first.click()
    expect(mo.locator("#content-main")).to_contain_text("Buy my looms")
    case = mo.url
    mo.get_by_label("Measure").select_option("words-hidden")
    mo.get_by_role("button", name="Uphold the report").click()
    expect(mo.get_by_text("Done, and whom it concerns is told.")).to_be_visible()
    grace.goto(live_server.url + reverse("collaboration:notifications"))
    expect(grace.locator("main")).to_contain_text("Your report was upheld. Thank you.")
    grace.goto(public)
    expect(grace.locator("main")).not_to_contain_text("Buy my looms")

    ada.goto(live_server.url + reverse("collaboration:safety"))
    expect(ada.locator("main")).to_contain_text("Nobody but you sees what you wrote on your page.")
    ada.get_by_role("link", name="Appeal").click()
    ada.locator("textarea[name=text]").fill("They are looms of thought.")
    ada.get_by_role("button", name="Appeal").click()
    expect(ada.locator("main")).to_contain_text("Your appeal waits for a moderator other than the one who decided.")

    mo.goto(case)  # not his to decide: he upheld
    mo.get_by_role("button", name="Uphold the appeal").click()
    expect(mo.get_by_text("somebody else decides")).to_be_visible()
    vera.goto(case)
    expect(vera.locator("#content-main")).to_contain_text("They are looms of thought.")
    vera.get_by_role("button", name="Uphold the appeal").click()
    expect(vera.get_by_text("Done, and whom it concerns is told.")).to_be_visible()
    ada.goto(live_server.url + reverse("collaboration:notifications"))
    expect(ada.locator("main")).to_contain_text("Your appeal was upheld.")
    grace.goto(public)
    expect(grace.locator("main")).to_contain_text("Buy my looms")
