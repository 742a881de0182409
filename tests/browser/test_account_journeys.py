"""Accounts as people use them: a code from the mailbox, an authenticator app, a passkey, ORCID."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, Page, expect

from tests.live.browser import Said, settled, window

pytestmark = pytest.mark.browser

PASSWORD = "engines and looms"


@pytest.fixture
def listening(site: Any) -> Callable[[Page], Said]:
    """Everything that pages of the site complain about; ORCID's own pages are not ours to judge."""

    def listen(page: Page) -> Said:
        said = Said()
        said.listen(page, site.origin)
        return said

    return listen


def fill_sign_up(page: Page, email: str) -> None:
    form = page.locator("main form[action='/accounts/signup/']")
    form.locator("input[name=email]").fill(email)
    form.locator("input[name=password1]").fill(PASSWORD)
    form.locator("input[name=password2]").fill(PASSWORD)
    form.locator("button[type=submit]").click()


def fill_code(page: Page, code: str) -> None:
    page.locator("main input[name=code]").fill(code)
    page.locator("main form:has(input[name=code]) button[type=submit]").first.click()


def fill_login(page: Page, email: str, password: str = PASSWORD) -> None:
    form = page.locator("main form[action='/accounts/login/']")
    form.locator("input[name=login]").fill(email)
    form.locator("input[name=password]").fill(password)
    form.locator("button[type=submit]").click()


def sign_up(site: Any, page: Page, email: str) -> None:
    """An account made through the pages."""
    page.goto(site / "accounts/signup/")
    fill_sign_up(page, email)
    expect(page).to_have_url(site / "accounts/confirm-email/")
    fill_code(page, site.code_for(email))
    expect(page).to_have_url(site / "")


def log_out(page: Page) -> None:
    page.get_by_text("Your account", exact=True).click()
    page.get_by_role("button", name="Log out").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_sign_up_a_code_from_the_mailbox_and_back_to_the_page(site: Any, browser: Browser, listening: Any, scripts: bool) -> None:
    email = f"visitor-{'with' if scripts else 'without'}@example.org"
    goal = site.author("Ada Quillmere").removeprefix(site.origin)
    with window(browser, java_script_enabled=scripts) as context:
        page = context.new_page()
        said = listening(page)
        page.goto(site / f"accounts/login/?next={quote(goal)}")
        page.locator("main").get_by_role("link", name="Sign up", exact=True).click()
        fill_sign_up(page, email)
        expect(page.locator("h1")).to_have_text("Confirm your e-mail address")

        site.console.command("deliver_mails")
        mailbox = context.new_page()
        mailbox.goto(site / "dev/mailbox/")
        mailbox.locator(".session-list li", has_text=email).get_by_role("link").first.click()
        text = mailbox.locator(".mail-text").inner_text()
        code = re.search(r"\n\s*([A-Z0-9-]{4,})\s*\n", text)
        assert code, text
        expect(mailbox.frame_locator("iframe.mail-frame").locator(".code")).to_contain_text(code[1])

        fill_code(page, code[1])
        expect(page).to_have_url(site / goal)
        settled(page)
        expect(page.get_by_text("Your account", exact=True)).to_be_visible()
    assert said.complaints == []


def test_an_authenticator_app_is_set_up_and_asked_for(site: Any, browser: Browser, listening: Any) -> None:
    with window(browser) as context:
        page = context.new_page()
        said = listening(page)
        sign_up(site, page, "app@example.org")
        page.goto(site / "accounts/2fa/")
        page.get_by_role("link", name="Set one up").click()
        if "reauthenticate" in page.url:
            page.locator("main input[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="Go on").click()
        expect(page.locator("img.qr")).to_be_visible()
        assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
        secret = page.locator("main .note code").inner_text()
        fill_code(page, totp(secret))
        expect(page.locator("h1")).to_have_text("Recovery codes")
        spare = page.locator(".code-list code").first.inner_text()

        settled(page)
        log_out(page)
        page.goto(site / "accounts/login/?next=/about/")
        fill_login(page, "app@example.org")
        expect(page.locator("h1")).to_have_text("Your second factor")
        fill_code(page, "000000")
        expect(page.locator(".errors").first).to_be_visible()
        fill_code(page, spare)
        expect(page).to_have_url(site / "about/")
        settled(page)
    assert said.complaints == []


def test_a_passkey_is_added_and_logs_in_without_a_password(site: Any, browser: Browser, listening: Any) -> None:
    with window(browser) as context:
        page = context.new_page()
        said = listening(page)
        with_authenticator(context, page)
        sign_up(site, page, "key@example.org")
        page.goto(site / "accounts/2fa/webauthn/add/")
        if "reauthenticate" in page.url:
            page.locator("main input[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="Go on").click()
        page.locator("input[name=passwordless]").check()
        page.get_by_role("button", name="Add the passkey").click()
        expect(page.locator("h1")).to_have_text("Recovery codes")

        settled(page)
        log_out(page)
        page.goto(site / "accounts/login/?next=/about/")
        page.get_by_role("button", name="Log in with a passkey").click()
        expect(page).to_have_url(site / "about/")
        settled(page)
    assert said.complaints == []


def test_somebody_signs_up_with_a_passkey_and_no_password(site: Any, browser: Browser, listening: Any) -> None:
    with window(browser) as context:
        page = context.new_page()
        said = listening(page)
        with_authenticator(context, page)
        page.goto(site / "accounts/signup/?next=/about/")
        page.get_by_role("link", name="Sign up with a passkey").click()
        page.locator("main input[name=email]").fill("keyonly@example.org")
        page.get_by_role("button", name="Go on").click()
        fill_code(page, site.code_for("keyonly@example.org"))
        page.get_by_role("button", name="Make the passkey").click()
        expect(page).to_have_url(site / "about/")
        settled(page)
    assert said.complaints == []


def test_a_passkey_that_is_refused_leaves_the_page_and_says_so(site: Any, browser: Browser) -> None:
    with window(browser) as context:
        page = context.new_page()
        with_authenticator(context, page)  # it has no key for this site
        page.goto(site / "accounts/login/")
        page.get_by_role("button", name="Log in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("The passkey was not used")
        assert page.url == site / "accounts/login/"


def test_orcid_there_and_back(site: Any, browser: Browser) -> None:
    with window(browser) as context:
        page = context.new_page()
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
        page.goto(site / "accounts/login/?next=/about/")
        page.get_by_role("button", name="Go on with ORCID").click()
        assert page.url.startswith(site.orcid.origin), f"the policy held back the redirect: {told}"
        page.get_by_role("button", name="Deny").click()
        expect(page.locator("h1")).to_have_text("You stopped the sign-in")

        page.goto(site / "accounts/login/?next=/about/")
        page.get_by_role("button", name="Go on with ORCID").click()
        page.get_by_role("button", name="Allow Grace Farrowgate").click()
        expect(page.locator("h1")).to_have_text("One step more")
        page.locator("main input[name=email]").fill("grace.orcid@example.org")
        page.get_by_role("button", name="Make the account").click()
        fill_code(page, site.code_for("grace.orcid@example.org"))
        expect(page).to_have_url(site / "about/")

        log_out(page)
        page.goto(site / "accounts/login/?next=/about/sources/")
        page.get_by_role("button", name="Go on with ORCID").click()
        page.get_by_role("button", name="Allow Grace Farrowgate").click()
        expect(page).to_have_url(site / "about/sources/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_an_account_have_nothing_that_axe_finds(site: Any, browser: Browser, as_ada: Any, axe: str, theme: str) -> None:
    with window(browser, theme=theme, storage_state=as_ada, bypass_csp=True) as context:
        page = context.new_page()
        for address in (
            "accounts/email/",
            "accounts/2fa/",
            "accounts/3rdparty/",
            "accounts/sessions/",
            "accounts/password/change/",
            "dev/mailbox/",
        ):
            page.goto(site / address)
            page.evaluate(axe)
            found = page.evaluate(
                "axe.run().then(result => result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`))"
            )
            assert found == [], (address, found)
            page.set_viewport_size({"width": 360, "height": 780})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{address} scrolls sideways"
            page.set_viewport_size({"width": 1280, "height": 900})


def totp(secret: str) -> str:
    """The code that an app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def with_authenticator(context: Any, page: Page) -> None:
    """Chromium's virtual authenticator, which confirms everything by itself."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
