"""Somebody keeps their own page: writes a profile with a preview, says of a work that it is not theirs, and takes that back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.live.browser import DESKTOP, PHONE, KeptPages, Said, log_in, settled, window

pytestmark = pytest.mark.browser

AXE_RUN = "axe.run().then(result => result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`))"
SIDEWAYS = "document.scrollingElement.scrollWidth - window.innerWidth"
PASSWORD = "looms and engines, 1843"
NAME = "Mirela Exemplova"
EMAIL = "mirela.owner@example.org"
OWNED = f"""
from allauth.account.models import EmailAddress
from django.utils import timezone
from papers.models import Author
from profiles.claims.granting import grant_claim
from profiles.models import Claim, Profile, User
from profiles.models.choices import Role
if not User.objects.filter(email="{EMAIL}").exists():
    user = User.objects.create_user("{EMAIL}", "{PASSWORD}")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    profile = Profile.objects.create(user=user, display_name="{NAME}")
    page = Author.objects.filter(display_name="{NAME}").order_by("pk").first()
    claim = Claim.objects.create(profile=profile, author=page, status="review", started_at=timezone.now(), submitted_at=timezone.now())
    grant_claim(claim=claim, actor=None, role=Role.SYSTEM)
"""


@pytest.fixture(scope="module")
def owner(site: Any, browser: Browser) -> Any:
    """The cookies of the owner of a fictional page."""
    site.console.run(OWNED)
    with window(browser) as context:
        page = context.new_page()
        log_in(page, site, EMAIL, PASSWORD)
        return context.storage_state()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_owner_writes_a_profile_refuses_a_work_and_takes_it_back(site: Any, browser: Browser, owner: Any, scripts: bool) -> None:
    said = Said()
    with window(browser, DESKTOP, java_script_enabled=scripts, storage_state=owner) as context:
        page = context.new_page()
        said.listen(page, site.origin)

        page.goto(site / "settings/profile/")
        settled(page)
        page.locator("textarea[name=biography]").fill("I count *looms*, and $n^2$ of them.")
        page.locator("input[name=position]").fill("Keeper of looms")
        if not scripts:
            page.get_by_role("button", name="Preview").click()
        expect(page.locator("#preview em")).to_have_text("looms")
        expect(page.locator("#preview math")).to_have_count(1)
        expect(page.locator("input[name=position]")).to_have_value("Keeper of looms")
        page.get_by_role("button", name="Add a link").click()
        settled(page)
        expect(page.locator("textarea[name=biography]")).to_have_value("I count *looms*, and $n^2$ of them.")
        page.locator("main").get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".messages")).to_contain_text("Your profile has been saved.")

        settled(page)
        page.get_by_role("link", name="See your page").click()
        expect(page.locator("#about")).to_contain_text("I count looms")
        heading = page.locator("#works-heading").inner_text()
        title = page.locator("#works .works h3 a").first.inner_text()
        settled(page)
        page.locator("#works .works > li").first.get_by_role("button", name=re.compile("^Not mine")).click()
        expect(page.locator(".messages")).to_contain_text("no import brings it back")
        expect(page.locator("#works .works h3 a").first).not_to_have_text(title)

        settled(page)
        page.goto(site / "settings/works/?state=refused")
        expect(page.locator("#works .works > li")).to_have_count(1)
        settled(page)
        page.get_by_role("button", name=re.compile("^Take back")).click()
        expect(page.locator(".messages")).to_contain_text("as it was before")
        settled(page)
        page.goto(site.author(NAME))
        expect(page.locator("#works-heading")).to_have_text(heading)
        expect(page.locator("#works .works h3 a").first).to_have_text(title)
        settled(page)
    assert said.complaints == []


@pytest.mark.parametrize(
    "path", ["settings/profile/", "settings/works/", "settings/works/?state=refused", "settings/works/add/", "settings/names/"]
)
def test_the_owners_pages_are_accessible_in_both_themes_and_on_a_phone(path: str, site: Any, kept: KeptPages, owner: Any, axe: str) -> None:
    with kept.page(PHONE, "light", reduced_motion="reduce", storage_state=owner) as page:
        page.goto(site / path, wait_until="load")
        assert page.evaluate(SIDEWAYS) <= 0
        page.evaluate(axe)
        assert page.evaluate(AXE_RUN) == []
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(AXE_RUN.replace("axe.run()", "axe.run(document, {runOnly: ['color-contrast', 'link-in-text-block']})")) == []


def test_so_is_the_question_of_who_has_no_account(site: Any, browser: Browser, axe: str) -> None:
    with window(browser, PHONE, "light", reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(site.author(NAME))
        page.get_by_role("link", name="Not mine?").first.click()
        expect(page.locator("h1")).to_have_text("This work is not mine")
        settled(page)
        page.evaluate(axe)
        assert page.evaluate(AXE_RUN) == []
        page.locator("input[name=email]").fill("visitor@example.org")
        page.get_by_role("button", name="Send me a code").click()
        expect(page.locator("h1")).to_have_text("Confirm your request")
