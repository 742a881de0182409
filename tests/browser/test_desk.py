"""The desk as moderators see it: nothing that axe finds, nothing that scrolls sideways, and it works without a script."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from profiles.models import Claim, Freeze, PublicRequest
from profiles.models.choices import ClaimStatus, Method
from profiles.moderation.decisions import approve_claim
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.moderation import document_for, moderator
from tests.factories.people import account, claim_by, evidence_for, page_of
from tests.live.browser import window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE_RUN = "axe.run().then(result => result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`))"


@pytest.fixture
def claim(db: None) -> Claim:
    waiting = claim_by(account("ada"), page_of("ada"), ClaimStatus.REVIEW)
    evidence_for(waiting, Method.TOKEN, "https://example.org/~ada")
    document_for(waiting)
    return waiting


@pytest.fixture
def cookies(db: None, live_server: Any) -> list[Any]:
    """Of Grace, who moderates and has shown her second factor."""
    session = log_in_with_second_factor(Client(), moderator("grace")).cookies[settings.SESSION_COOKIE_NAME]
    return [{"name": settings.SESSION_COOKIE_NAME, "value": session.value, "url": live_server.url}]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk_has_nothing_that_axe_finds(
    live_server: Any, browser: Browser, cookies: list[Any], claim: Claim, axe: str, theme: str
) -> None:
    vera = moderator("vera")
    owned = approve_claim(claim=claim_by(account("emmy"), page_of("emmy"), ClaimStatus.REVIEW), moderator=vera, note="Seen.")
    challenge = claim_by(account("mallory"), owned.author, ClaimStatus.REVIEW, challenges=owned)
    asked = PublicRequest.objects.create(kind="opt-out", status="open", author=claim.author, confirmed_at=timezone.now())
    frozen = Freeze.objects.create(kind="domain", domain="old.example", reason_code="abuse", frozen_at=timezone.now())
    addresses = [
        reverse("admin:index"),
        reverse("admin:profiles_claim_desk"),
        reverse("admin:profiles_claim_change", args=[claim.pk]),
        reverse("admin:profiles_claim_change", args=[challenge.pk]),
        reverse("admin:profiles_claim_change", args=[owned.pk]),
        reverse("admin:profiles_publicrequest_change", args=[asked.pk]),
        reverse("admin:profiles_freeze_add"),
        reverse("admin:profiles_freeze_change", args=[frozen.pk]),
    ]
    with window(browser, theme=theme, bypass_csp=True) as context:
        context.add_cookies(cookies)
        page = context.new_page()
        for address in addresses:
            page.goto(live_server.url + address)
            page.evaluate(axe)
            assert page.evaluate(AXE_RUN) == [], address
            page.set_viewport_size({"width": 360, "height": 780})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{address} scrolls sideways"
            page.set_viewport_size({"width": 1280, "height": 900})


def test_a_claim_is_decided_without_a_script(live_server: Any, browser: Browser, cookies: list[Any], claim: Claim) -> None:
    with window(browser, java_script_enabled=False) as context:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(live_server.url + reverse("admin:profiles_claim_desk"))
        page.get_by_role("link", name=f"Claims: {claim.public_id}").click()
        page.get_by_role("button", name="Refuse the claim").click()
        expect(page.get_by_text("This field is required.")).to_be_visible()
        refusing = page.locator("form:has(input[value=refuse])")
        refusing.get_by_label("Reason").first.select_option("name-mismatch")
        refusing.get_by_label("To the claimant, beside the reason").fill("The record is of another Quillmere.")
        refusing.get_by_role("button").click()
        expect(page.get_by_text("The claim is refused, and the claimant is told how to appeal.")).to_be_visible()
        page.get_by_role("link", name="Take back #").first.click()
        back = page.locator("form:has(h3:has-text('Take back'))")
        back.get_by_label("Reason").select_option("mistake")
        back.get_by_role("button", name="Take it back").click()
        expect(page.get_by_role("button", name="Grant the page")).to_be_visible()
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVIEW
