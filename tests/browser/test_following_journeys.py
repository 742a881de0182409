"""Somebody follows a person and sees the next import in the feed; a mail is ended by one click, without a log-in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from config.demo import record_lines
from tests.live.browser import DESKTOP, PHONE, Said, log_in, settled, window

pytestmark = pytest.mark.browser

AXE_RUN = "axe.run().then(result => result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`))"
SIDEWAYS = "document.scrollingElement.scrollWidth - window.innerWidth"
PASSWORD = "looms and engines, 1843"
EMAIL = "follower.reader@example.org"
NAME = "Mirela Exemplova"
READER = f"""
from allauth.account.models import EmailAddress
from profiles.models import User
if not User.objects.filter(email="{EMAIL}").exists():
    user = User.objects.create_user("{EMAIL}", "{PASSWORD}")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
"""
REFUSAL = f"""
from profiles.accounts.mail import unsubscribe_url
from profiles.models import User
print(unsubscribe_url(User.objects.get(email="{EMAIL}"), "digest"))
"""


@pytest.fixture(scope="module")
def reader(site: Any, browser: Browser) -> Any:
    """The cookies of somebody who reads."""
    site.console.run(READER)
    with window(browser) as context:
        page = context.new_page()
        log_in(page, site, EMAIL, PASSWORD)
        return context.storage_state()


def test_following_somebody_brings_the_next_import_into_the_feed(
    site: Any, browser: Browser, reader: Any, tmp_path: Path, axe: str
) -> None:
    said = Said()
    title = "On looms that nobody had heard of yesterday"
    with window(browser, DESKTOP, storage_state=reader, reduced_motion="reduce") as context:
        page = context.new_page()
        said.listen(page, site.origin)
        page.goto(site.author(NAME))
        settled(page)
        button = page.locator(".follow button")
        expect(button).to_contain_text("Follow")
        button.click()
        expect(button).to_contain_text("Following")
        expect(page.locator(".follow .note")).to_contain_text("1 follower")
        expect(button).to_be_focused()

        file = tmp_path / "tomorrow.jsonl"
        file.write_text(json.dumps(next_work(title)) + "\n")
        site.console.command("import_works", "--format", "neutral", str(file))
        page.goto(site / "")
        expect(page.locator("#feed")).to_contain_text(title)
        expect(page.locator("#feed")).to_contain_text(f"Here because you follow {NAME}")
        page.evaluate(axe)
        assert page.evaluate(AXE_RUN) == []
        page.set_viewport_size({"width": 360, "height": 780})
        assert page.evaluate(SIDEWAYS) <= 0
    assert said.complaints == []


def next_work(title: str) -> dict[str, Any]:
    """A record as the demo records are, by the same people, which nobody has seen before."""
    records = (json.loads(line) for line in record_lines())
    like = next(record for record in records if any(one["display_name"] == NAME for one in record["authorships"]))
    like |= {"id": "fictional:tomorrow", "ids": {}, "title": title, "abstract": None, "publication_year": 2026, "publication_date": None}
    like["source"] = {**like["source"], "record": "tomorrow"}
    return like


def test_one_click_in_a_mail_ends_the_digest_without_a_login(site: Any, browser: Browser, reader: Any) -> None:
    address = site.console.run(REFUSAL).split()[-1]
    path = "accounts/" + address.partition("/accounts/")[2]
    with window(browser, PHONE) as context:
        page = context.new_page()
        page.goto(site / path)
        page.get_by_role("button", name="Send me no more of them").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("You get no more of these mails")
        assert page.evaluate(SIDEWAYS) <= 0
    with window(browser, DESKTOP, storage_state=reader) as context:
        page = context.new_page()
        page.goto(site / "settings/notifications/")
        expect(page.locator("main")).to_contain_text("You refused all digests")
