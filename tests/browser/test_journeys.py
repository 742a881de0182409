"""Ways through the site as people go them: by search, by keyboard, with and without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.live.browser import DESKTOP, Said, settled, window

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_a_misspelt_name_to_a_paper_its_topic_and_an_institution(site: Any, browser: Browser, scripts: bool) -> None:
    said = Said()
    with window(browser, DESKTOP, java_script_enabled=scripts) as context:
        page = context.new_page()
        said.listen(page, site.origin)

        page.goto(site / "")
        page.locator("main input[name=q]").fill("Yuandong Tien")
        settled(page)  # going on earlier would abort what is still on its way
        page.locator("main input[name=q]").press("Enter")
        settled(page)
        page.get_by_role("link", name="Yuandong Tian", exact=True).first.click()
        expect(page.locator("h1")).to_have_text("Yuandong Tian")
        expect(page.locator("#works-heading")).to_have_text(re.compile(r"\b61\b"))

        page.locator("#works select[name=year]").select_option("2024")
        settled(page)
        page.locator("#works form button[type=submit]").click()
        expect(page).to_have_url(re.compile(r"year=2024"))
        expect(page.locator("#works .when").first).to_contain_text("2024")
        assert {text[:4] for text in page.locator("#works .when").all_inner_texts()} == {"2024"}

        settled(page)
        page.get_by_role("link", name="Show all").click()
        expect(page.locator("#works .works > li")).to_have_count(50)
        settled(page)
        page.get_by_role("link", name="Next").click()
        expect(page.locator("#works .works > li")).to_have_count(11)

        settled(page)
        page.locator("#works .works h3 a").last.click()
        expect(page.locator("main h1")).to_be_visible()
        assert "/papers/" in page.url

        settled(page)
        page.goto(site.paper("fictional:conserved-learning"))
        expect(page.locator("math").first).to_be_visible()
        settled(page)
        page.locator("main .chips").get_by_role("link", name="gradient flow").first.click()
        assert "/topics/" in page.url
        settled(page)  # the address changes before the page has come whole
        page.go_back()
        expect(page.locator("math").first).to_be_visible()
        settled(page)
        page.locator("main a:not(#graph a)", has_text="Collegium Institute (fictional)").first.click()
        assert "/institutions/" in page.url
        expect(page.locator("h1")).to_contain_text("Collegium Institute (fictional)")
        settled(page)
    assert said.complaints == []


def test_the_first_tab_stop_skips_to_the_content(site: Any, browser: Browser) -> None:
    with window(browser) as context:
        page = context.new_page()
        page.goto(site.author("Yuandong Tian"))
        page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_a_slash_goes_to_the_search_field_but_can_still_be_typed(site: Any, browser: Browser) -> None:
    with window(browser) as context:
        page = context.new_page()
        page.goto(site.author("Yuandong Tian"))
        page.keyboard.press("/")
        field = page.locator("input[name=q]")
        expect(field).to_be_focused()
        expect(field).to_have_value("")
        page.keyboard.type("a/b")
        expect(field).to_have_value("a/b")


def test_everything_can_be_reached_with_the_tab_key_and_focus_is_seen(site: Any, browser: Browser) -> None:
    with window(browser) as context:
        page = context.new_page()
        page.goto(site / "")
        seen: list[str] = []
        for _ in range(60):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement === document.body ? '' : document.activeElement.outerHTML.slice(0, 120)")
            if not name or name in seen:
                break
            seen.append(name)
            assert page.evaluate(FOCUS_IS_SEEN), f"no visible focus on {name}"
        assert len(seen) > 5


FOCUS_IS_SEEN = """() => {
  const style = getComputedStyle(document.activeElement), around = getComputedStyle(document.activeElement.closest('form') ?? document.activeElement);
  const ring = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  return ring(style) || ring(around);
}"""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_theme_that_was_chosen_is_remembered(site: Any, browser: Browser, scripts: bool) -> None:
    with window(browser, theme="light", java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(site / "")
        light = page.evaluate(GROUND)
        page.locator("details.menu summary").first.click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.url == site / ""
        page.goto(site / "search/")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert page.evaluate(GROUND) != light


GROUND = "getComputedStyle(document.body).backgroundColor"
