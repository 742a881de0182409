"""Working together: invited, declined, invited again, accepted, talking in two windows; and an introduction to a page that is claimed later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live.browser import DESKTOP, PHONE, Said, log_in, window

pytestmark = pytest.mark.browser

AXE_RUN = "axe.run().then(result => result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`))"
SIDEWAYS = "document.scrollingElement.scrollWidth - window.innerWidth"
NAMES = {"ada": "Ada Quillmere", "grace": "Grace Farrowgate", "emmy": "Emmy Notherby"}
GRANT = """
from django.utils import timezone
from collaboration.invitations.choices import choose
from papers.models import Author
from profiles.claims.granting import grant_claim
from profiles.models import Claim, Profile, User
from profiles.models.choices import Role
for who, name in {people!r}.items():
    user = User.objects.get(email=f"{{who}}@example.org")
    profile, _ = Profile.objects.get_or_create(user=user, defaults={{"display_name": name}})
    Profile.objects.filter(pk=profile.pk).update(display_name=name)
    page = Author.objects.filter(display_name=name).order_by("pk").first()
    claim = Claim.objects.create(profile=profile, author=page, status="review", started_at=timezone.now(), submitted_at=timezone.now())
    grant_claim(claim=claim, actor=None, role=Role.SYSTEM)
    choose(user=user, takes_invitations=True, introduces=True)
"""
GIVE_UP = """
from collaboration.models import Conversation, Invitation
from profiles.claims.life import release_page
from profiles.models import Claim
for claim in Claim.objects.filter(status="granted", profile__user__email__in=["ada@example.org", "grace@example.org", "emmy@example.org"]):
    release_page(claim=claim, user=claim.profile.user)
Conversation.objects.all().delete()
Invitation.objects.all().delete()
"""


def granted(site: Any, *who: str) -> None:
    """What a moderator's clicks do: these people own their pages."""
    site.console.run(GRANT.format(people={one: NAMES[one] for one in who}))


@pytest.fixture
def owners(site: Any) -> Iterator[None]:
    """Ada and Grace own their pages; afterwards nobody does, and nothing is left between them: other journeys go there too."""
    granted(site, "ada", "grace")
    yield
    site.console.run(GIVE_UP)


@contextmanager
def logged_in(site: Any, browser: Browser, who: str, said: Said | None = None, **options: Any) -> Iterator[Page]:
    with window(browser, DESKTOP, **options) as context:
        page = context.new_page()
        if said is not None:
            said.listen(page, site.origin)
        log_in(page, site, f"{who}@example.org", site.passwords[f"{who}@example.org"])
        yield page


def write_invitation(site: Any, page: Page, to: str, topic: str) -> None:
    page.goto(site.author(NAMES[to]))
    page.get_by_role("link", name="Write an invitation").click()
    page.locator("input[name=topic]").fill(topic)
    page.locator("select[name=kind]").select_option("paper")
    page.locator("textarea[name=ask]").fill("Would you look at $x^2$ with me?")
    page.locator("input[name=works]").first.check()


def is_accessible(page: Page, axe: str) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.evaluate(axe)
        assert page.evaluate(AXE_RUN) == [], (page.url, theme)
    page.set_viewport_size({"width": PHONE, "height": 780})
    assert page.evaluate(SIDEWAYS) <= 0, f"{page.url} scrolls sideways"
    page.set_viewport_size({"width": DESKTOP, "height": 900})


def test_declined_with_a_reason_invited_again_accepted_and_talking_in_two_windows(
    site: Any, browser: Browser, owners: None, axe: str
) -> None:
    said = Said()
    quiet: dict[str, Any] = {"reduced_motion": "reduce", "bypass_csp": True}
    with logged_in(site, browser, "ada", said, **quiet) as ada, logged_in(site, browser, "grace", java_script_enabled=False) as grace:
        write_invitation(site, ada, "grace", "Looms and ships")
        is_accessible(ada, axe)
        ada.get_by_role("button", name="Send the invitation").last.click()
        expect(ada.locator("main")).to_contain_text("Your invitation has been sent.")
        is_accessible(ada, axe)
        invitation = ada.url

        grace.goto(site / "invitations/")
        grace.get_by_role("link", name="Looms and ships").click()
        grace.get_by_text("Decline", exact=True).click()
        grace.get_by_label("I am not taking on anything new at present.").check()
        grace.get_by_role("button", name="Decline the invitation").click()
        expect(grace.locator("main")).to_contain_text("Declined. The sender reads the reason that you chose.")

        ada.goto(invitation)
        expect(ada.locator("main")).to_contain_text("I am not taking on anything new at present.")
        ada.goto(site.author(NAMES["grace"]))
        expect(ada.locator("main")).to_contain_text("They declined an invitation of yours not long ago.")
        with psycopg.connect(site.environment["DATABASE_URL"]) as connection:  # a month goes by
            connection.execute(
                "UPDATE collaboration_invitation SET answered_at = answered_at - interval '31 days' WHERE status = 'declined'"
            )

        write_invitation(site, ada, "grace", "Looms and ships, again")
        ada.get_by_role("button", name="Send the invitation").last.click()
        expect(ada.locator("main")).to_contain_text("Your invitation has been sent.")
        grace.goto(site / "invitations/")
        grace.get_by_role("link", name="Looms and ships, again").click()
        grace.get_by_role("button", name="Accept the invitation").click()
        expect(grace.locator("main")).to_contain_text("Accepted. Here you can talk.")
        conversation = grace.url

        ada.goto(conversation)
        expect(ada.locator("main")).to_contain_text("Nothing has been written yet.")
        is_accessible(ada, axe)
        grace.locator("textarea[name=text]").fill("Good **morning**, is $E = m c^2$?")
        grace.get_by_role("button", name="Send").click()
        expect(grace.locator(".said")).to_have_count(1)
        expect(ada.locator(".said")).to_have_count(1)  # without a reload
        expect(ada.locator(".said math")).to_be_visible()
        expect(ada.locator("main")).not_to_contain_text("Nothing has been written yet.")

        ada.locator("textarea[name=text]").fill("It is.")
        ada.get_by_role("button", name="Send").click()
        expect(ada.locator(".said")).to_have_count(2)
        is_accessible(ada, axe)
        expect(grace.locator(".said")).to_have_count(1)
        grace.get_by_role("link", name="Look for new messages").click()  # without scripts, by loading it again
        grace.reload()
        expect(grace.locator(".said")).to_have_count(2)
        ada.wait_for_timeout(4000)  # it has asked again meanwhile
        expect(ada.locator(".said")).to_have_count(2)
    assert said.complaints == []


def test_introduced_to_somebody_whose_page_nobody_owns_and_who_claims_it(site: Any, browser: Browser, owners: None, axe: str) -> None:
    quiet: dict[str, Any] = {"reduced_motion": "reduce", "bypass_csp": True}
    with logged_in(site, browser, "ada", **quiet) as ada, logged_in(site, browser, "grace", **quiet) as grace:
        ada.goto(site.author(NAMES["emmy"]))
        expect(ada.locator("main")).to_contain_text("Nobody has claimed this page. Your invitation will wait here until somebody does.")
        write_invitation(site, ada, "emmy", "Rings of looms")
        ada.get_by_role("button", name="Ask for an introduction instead").click()
        expect(ada.locator("h1")).to_have_text("Who can introduce you to Emmy Notherby?")
        is_accessible(ada, axe)
        ada.get_by_label("Grace Farrowgate").check()
        ada.locator("textarea[name=note]").fill("You know us both.")
        ada.get_by_role("button", name="Ask for the introduction").click()
        expect(ada.locator("main")).to_contain_text("It lies with Grace Farrowgate, who may pass it on.")
        invitation = ada.url

        grace.goto(site / "invitations/?show=asked")
        is_accessible(grace, axe)
        grace.get_by_role("link", name="Rings of looms").click()
        expect(grace.locator("main")).to_contain_text("You know us both.")
        is_accessible(grace, axe)
        grace.locator("textarea[name=word]").fill("Ada is careful.")
        grace.get_by_role("button", name="Pass it on").click()
        expect(grace.locator("main")).to_contain_text("Passed on. Thank you.")
        ada.goto(invitation)
        expect(ada.locator("main")).to_contain_text("Waiting until somebody claims the page")

        granted(site, "emmy")
        with logged_in(site, browser, "emmy", **quiet) as emmy:
            emmy.goto(site / "invitations/")
            emmy.get_by_role("link", name="Rings of looms").click()
            expect(emmy.locator("main")).to_contain_text("Introduced by")
            expect(emmy.locator("main")).to_contain_text("Ada is careful.")
            expect(emmy.locator("main")).not_to_contain_text("You know us both.")
            is_accessible(emmy, axe)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_is_suggested_with_the_works_behind_it_dismissed_and_taken_back(
    site: Any, browser: Browser, owners: None, axe: str, scripts: bool
) -> None:
    site.console.command("refresh", "--kind", "suggestions")
    said = Said()
    options: dict[str, Any] = {"reduced_motion": "reduce", "bypass_csp": True} if scripts else {"java_script_enabled": False}
    with logged_in(site, browser, "ada", said, **options) as page:
        page.goto(site / "suggestions/")
        card = page.locator(".suggestion").first
        name = card.get_by_role("heading").inner_text()
        card.get_by_text("The works behind it").click()
        expect(card.locator(".behind td a").first).to_be_visible()
        if scripts:
            is_accessible(page, axe)

        card.get_by_role("button", name="Not this one").click()
        expect(page.get_by_role("status").filter(has_text=f"{name} is suggested to you no more. Nobody is told.")).to_be_visible()
        page.get_by_role("button", name="Take that back" if scripts else "Suggest again").click()
        expect(page.get_by_role("status").filter(has_text=f"{name} may be suggested to you again.")).to_be_visible()
        expect(page.locator(".suggestion").first).to_contain_text(name)
        page.locator(".suggestion").first.get_by_role("link", name="Invite").click()
        expect(page.locator("textarea[name=ask]")).to_be_visible()
    assert said.complaints == []
