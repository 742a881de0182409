"""Every page, seen in a browser: accessible in both themes, quiet, its own, and whole without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.live.browser import DESKTOP, PHONE, KeptPages, Said

pytestmark = pytest.mark.browser

RUN_AXE = """async (rules) => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: rules ?? tags});
  return found.violations.map(v => `${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '));
}"""
COLOUR_RULES = ["color-contrast", "link-in-text-block"]  # all that a theme can change
SIDEWAYS = "document.scrollingElement.scrollWidth - window.innerWidth"
UNFOLD = "document.querySelectorAll('main details').forEach(d => d.open = true)"
SMALL_TARGETS = """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), summary')]
  .filter(e => e.checkVisibility()).map(e => [e.closest('label') ?? e, e.outerHTML.slice(0, 100)])
  .map(([e, html]) => [e.getBoundingClientRect(), html]).filter(([r]) => r.width > 0 && (r.width < 24 || r.height < 24))
  .map(([r, html]) => `${Math.round(r.width)} by ${Math.round(r.height)}: ${html}`)"""


def test_accessible_in_both_themes_and_quiet(address: str, site: Any, kept: KeptPages, axe: str) -> None:
    with kept.page(DESKTOP, "light", reduced_motion="reduce") as page:
        _inspect(page, address, site.origin, axe)


@pytest.mark.parametrize(
    "path",
    ["", "accounts/email/", "accounts/password/change/", "accounts/logout/", "settings/privacy/", "settings/tokens/", "suggestions/"],
)
def test_so_are_the_pages_of_somebody_who_has_logged_in(path: str, site: Any, as_ada: Any, kept: KeptPages, axe: str) -> None:
    with kept.page(DESKTOP, "light", reduced_motion="reduce", storage_state=as_ada) as page:
        _inspect(page, site / path, site.origin, axe)
        assert page.url == site / path
        expect(page.get_by_text("ada@example.org").first).to_be_attached()


def _inspect(page: Page, address: str, origin: str, axe: str) -> None:
    """What axe and the browser have to say about a page, in light colours and in dark."""
    said = Said()
    said.listen(page, origin)
    page.goto(address, wait_until="load")
    complaints = list(said.complaints)
    page.evaluate(axe)  # not add_script_tag: the site's policy forbids that, as it should
    in_light = page.evaluate(RUN_AXE)
    page.emulate_media(color_scheme="dark")
    in_dark = page.evaluate(RUN_AXE, COLOUR_RULES)
    said.stop()
    assert in_light == []
    assert in_dark == []
    assert complaints == []


def test_a_phone_never_scrolls_sideways_and_a_thumb_finds_its_targets(address: str, kept: KeptPages) -> None:
    with kept.page(PHONE) as page:
        page.goto(address, wait_until="load")
        assert page.evaluate(SIDEWAYS) <= 0
        page.evaluate(UNFOLD)
        assert page.evaluate(SIDEWAYS) <= 0, "with everything unfolded"
        assert page.evaluate(SMALL_TARGETS) == []


def test_the_page_is_whole_without_scripts(address: str, kept: KeptPages) -> None:
    with kept.page(DESKTOP, java_script_enabled=False) as page:
        answer = page.goto(address, wait_until="load")
        assert answer is not None
        assert answer.status == (404 if address.endswith("/no/such/page/") else 200)
        expect(page.locator("main h1")).to_have_count(1)
        expect(page.locator("main h1")).to_be_visible()
        assert page.locator("main").inner_text().strip()
