"""Somebody claims their page: by a token on their homepage and a moderator's decision, and at once by ORCID."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live.browser import Said, window

pytestmark = pytest.mark.browser

PASSWORD = "engines and looms"
EMMYS_ORCID = "0000-0000-1882-0323"
AXE_RUN = "axe.run().then(result => result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`))"


def sign_up_on_the_way(site: Any, page: Page, email: str) -> None:
    """From a page that asks to log in, through signing up, and back to it."""
    page.locator("main").get_by_role("link", name="Sign up", exact=True).click()
    form = page.locator("main form[action='/accounts/signup/']")
    form.locator("input[name=email]").fill(email)
    form.locator("input[name=password1]").fill(PASSWORD)
    form.locator("input[name=password2]").fill(PASSWORD)
    form.locator("button[type=submit]").click()
    page.locator("main input[name=code]").fill(site.code_for(email))
    page.locator("main form:has(input[name=code]) button[type=submit]").first.click()


def in_the_record(site: Any, statement: str, *values: str) -> None:
    """What an import would have brought, on the first of somebody's works."""
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        found = connection.execute(
            f"UPDATE papers_authorship SET {statement} WHERE id = (SELECT min(s.id) FROM papers_authorship s "
            "JOIN papers_author a ON a.id = s.author_id WHERE a.display_name = %s)",
            values,
        )
        assert found.rowcount == 1


def decide(site: Any, code: str) -> None:
    """What a moderator's click at the desk does."""
    site.console.run(
        "from profiles.models import Claim, User; from profiles.moderation import decisions; "
        f"operator = User.objects.get(email='operator@example.org'); {code}",
    )


def give_up(page: Page) -> None:
    """Leave the page as it was found: other journeys go there too."""
    page.get_by_role("link", name="Your claim", exact=True).click()
    page.get_by_role("button", name="Give this page up").click()
    expect(page.locator("main")).to_contain_text("This claim was withdrawn.")


def test_from_my_page_to_signing_up_a_token_on_my_homepage_and_a_claimed_page(site: Any, browser: Browser) -> None:
    site.homepage.texts["/~grace/"] = "<p>My works.</p>"
    in_the_record(site, "homepage = %s, source = 'openalex'", site.homepage.url("/~grace/"), "Grace Farrowgate")
    said = Said()
    with window(browser, java_script_enabled=False) as context:
        page = context.new_page()
        said.listen(page, site.origin)

        page.goto(site.author("Grace Farrowgate"))
        expect(page.locator(".state")).to_contain_text("Unclaimed record")
        page.get_by_role("link", name="What that means").click()
        start = page.url
        sign_up_on_the_way(site, page, "grace.claims@example.org")
        expect(page).to_have_url(start)

        page.locator("input[name=name]").fill("Grace Farrowgate")
        page.locator("textarea[name=statement]").fill("I wrote all of these.")
        page.get_by_role("button", name="Begin the claim").click()
        expect(page.locator("main")).to_contain_text("You have begun this claim.")
        claim = page.url
        expect(page.get_by_role("button", name="Hand the claim in")).to_have_count(0)

        page.get_by_role("link", name="Token on a page that the record links to", exact=True).click()
        page.locator("main select[name=page], main input[name=page]").first.wait_for()
        choice = page.locator("main select[name=page]")
        if choice.count():
            choice.select_option(index=choice.locator("option").count() - 1)
        else:
            page.locator(f"main input[name=page][value='{site.homepage.url('/~grace/')}']").check()
        page.get_by_role("button", name="Get a token").click()
        token = page.locator("pre.secret code").first.inner_text()

        page.get_by_role("button", name="It is there: check it").click()
        expect(page.locator("main")).to_contain_text("the token is not there")
        site.homepage.texts["/~grace/"] = f"<p>My works.</p><!-- {token} -->"
        page.get_by_role("button", name="It is there: check it").click()
        expect(page.locator("main")).to_contain_text("Confirmed.")

        page.goto(claim)
        expect(page.locator("main")).to_contain_text("If the claim is granted, this gives level L2")
        page.get_by_role("button", name="Hand the claim in").click()
        expect(page.locator("main")).to_contain_text("in the queue")
        expect(page.locator(".state")).to_have_count(0)

        decide(
            site,
            "decisions.approve_claim(claim=Claim.objects.get(status='review', profile__user__email='grace.claims@example.org'), moderator=operator)",
        )
        page.reload()
        expect(page.locator("main")).to_contain_text("Your claim has been granted: this page is yours.")

        page.goto(site.author("Grace Farrowgate"))
        expect(page.locator(".state")).to_have_text("Claimed, web page confirmed")
        expect(page.locator("main")).to_contain_text("L2 Claimed, with evidence that ties the claimant to this record.")
        page.get_by_role("link", name="History of this page").click()
        expect(page.locator("main")).to_contain_text("Claimed: a moderator found the evidence sufficient.")
        page.go_back()
        give_up(page)
    assert [line for line in said.complaints if "status 4" not in line] == []


def test_signed_in_with_the_orcid_that_publishers_give_the_page_is_mine_at_once(site: Any, browser: Browser, axe: str) -> None:
    in_the_record(site, "orcid = %s, source = 'crossref'", EMMYS_ORCID, "Emmy Notherby")
    with window(browser, reduced_motion="reduce", bypass_csp=True) as context:
        page = context.new_page()

        def is_accessible() -> None:
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                page.evaluate(axe)
                assert page.evaluate(AXE_RUN) == [], (page.url, theme)
            page.set_viewport_size({"width": 360, "height": 780})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{page.url} scrolls sideways"
            page.set_viewport_size({"width": 1280, "height": 900})

        page.goto(site.author("Emmy Notherby"))
        page.get_by_role("link", name="Log in to claim").click()
        sign_up_on_the_way(site, page, "emmy.claims@example.org")
        expect(page.locator("h1")).to_have_text("Is this page about you?")
        is_accessible()
        page.locator("input[name=name]").fill("Emmy Notherby")
        page.get_by_role("button", name="Begin the claim").click()
        expect(page.locator("main")).to_contain_text("You have begun this claim.")
        claim = page.url
        is_accessible()

        page.get_by_role("link", name="ORCID iD, signed in", exact=True).click()
        page.get_by_role("button", name="Sign in with ORCID").click()
        page.get_by_role("button", name="Allow Emmy Notherby").click()
        expect(page.locator("h1")).to_have_text("Is it still you?")  # an iD is connected after a fresh login only
        page.locator("main input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Compare it with this page").click()
        expect(page.locator("main")).to_contain_text("Your ORCID iD is confirmed")

        page.goto(claim)
        expect(page.locator("main")).to_contain_text("Your claim has been granted: this page is yours.")
        expect(page.locator("main")).to_contain_text("It gives the page level L3")
        is_accessible()
        page.goto(site / "claims/")
        expect(page.locator("main")).to_contain_text("Granted")
        is_accessible()

        page.goto(site.author("Emmy Notherby"))
        expect(page.locator(".state")).to_have_text("Claimed, ORCID confirmed")
        expect(page.locator(".orcid-authenticated")).to_contain_text(EMMYS_ORCID)
        expect(page.locator("main")).to_contain_text("This is your page")
        is_accessible()
        page.get_by_role("link", name="History of this page").click()
        expect(page.locator("main")).to_contain_text("Claimed: the owner signed in with the ORCID iD")
        is_accessible()
        page.go_back()
        give_up(page)
