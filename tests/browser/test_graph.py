"""The research graph as people see it: every label whole and apart from the others, and a way through the explorer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live.browser import DESKTOP, PHONE, Said, settled, window

pytestmark = pytest.mark.browser

COVERED = """() => {
  const svg = [...document.querySelectorAll('svg[data-graph]')].find(one => one.checkVisibility() && one.getBoundingClientRect().width > 0);
  if (!svg) return ['no picture'];
  const frame = svg.getBoundingClientRect(), slack = 0.5, found = [];
  const nodes = [...svg.querySelectorAll('[data-n]')].map(node => ({
    name: node.querySelector('title').textContent,
    texts: [...node.querySelectorAll('text')].map(text => text.getBoundingClientRect()),
    shape: node.querySelector('circle, polygon, rect:not(.graph-reach)').getBoundingClientRect()}));
  const meet = (a, b) => a.left < b.right - slack && b.left < a.right - slack && a.top < b.bottom - slack && b.top < a.bottom - slack;
  for (const node of nodes) {
    for (const box of node.texts) {
      if (box.left < frame.left - slack || box.right > frame.right + slack || box.top < frame.top - slack || box.bottom > frame.bottom + slack)
        found.push(`cut: ${node.name}`);
      if (box.width < 4 || box.height < 9) found.push(`too small to read: ${node.name}`);
    }
    for (const other of nodes) if (other !== node) for (const box of node.texts) {
      if (meet(box, other.shape)) found.push(`${node.name} covers ${other.name}`);
      if (other.texts.some(theirs => meet(box, theirs))) found.push(`${node.name} over the label of ${other.name}`);
    }
  }
  return nodes.length < 4 ? ['hardly anything: ' + nodes.length] : found;
}"""

ACCESSIBLE = """async () => (await axe.run('#graph', {resultTypes: ['violations']})).violations.map(found => `${found.id}: ${found.nodes[0].html.slice(0, 160)}`)"""


def newcomer(site: Any) -> str:
    with psycopg.connect(site._database) as connection:
        row = connection.execute(
            "SELECT display_name FROM papers_authorfigures f JOIN papers_author a ON a.id = f.author_id"
            " WHERE works_count = 2 AND merged_into_id IS NULL ORDER BY a.id LIMIT 1"
        ).fetchone()
    assert row is not None
    return site.author(row[0])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_no_label_is_cut_or_covered_on_any_kind_of_page_in_any_theme_or_width(site: Any, browser: Browser, axe: str, scripts: bool) -> None:
    pages = {
        "hub": site.author("Yuandong Tian"),
        "newcomer": newcomer(site),
        "paper": site.paper("fictional:conserved-learning"),
        "topic": site.topic("attention"),
        "institution": site.institution("Collegium Institute (fictional)"),
    }
    with window(browser, DESKTOP, java_script_enabled=scripts, reduced_motion="reduce") as context:
        page = context.new_page()
        for name, address in pages.items() if scripts else list(pages.items())[:1]:
            page.set_viewport_size({"width": DESKTOP, "height": 900})
            page.goto(address, wait_until="load")
            if scripts:
                page.evaluate(axe)
            for width in (DESKTOP, PHONE):
                page.set_viewport_size({"width": width, "height": 900})
                for theme in ("light", "dark"):
                    page.emulate_media(color_scheme=theme)
                    assert page.evaluate(COVERED) == [], f"{name}, {width} wide, {theme}"
                    if scripts and width == PHONE:  # test_every_page looks at wide ones
                        assert page.evaluate(ACCESSIBLE) == [], f"{name}, {theme}"
            expect(page.locator("#graph time")).to_be_attached()
            assert page.locator("#graph .graph-table tbody tr").count() >= 3


def test_neighbours_light_up_arrows_walk_and_a_line_opens_its_works(site: Any, browser: Browser) -> None:
    with window(browser, DESKTOP) as context:
        page = context.new_page()
        page.goto(site.author("Ada Quillmere"))
        settled(page)
        picture = page.locator("svg.graph-wide")
        first = picture.locator("a[data-n]").first
        first.focus()
        expect(picture).to_have_class(re.compile("graph-lit"))
        expect(page.locator(".graph-tools [data-do=in]")).to_be_visible()
        page.locator(".graph-tools [data-do=in]").click()
        expect(picture.locator(".graph-all")).to_have_attribute("transform", re.compile(r"scale\(1\.5\)"))
        page.locator(".graph-tools [data-do=whole]").click()
        focused = "document.activeElement.dataset.n"
        first.focus()
        before = page.evaluate(focused)
        for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
            page.keyboard.press(key)
        assert page.evaluate(focused) is not None
        assert page.locator(".graph-tools [data-expand]").get_attribute("href").startswith("/graph/?open=")  # type: ignore[union-attr]
        assert before is not None
        page.goto(site / picture.locator("a[data-e]").last.get_attribute("href").lstrip("/"))  # type: ignore[union-attr]
        expect(page.locator("main .works article").first).to_be_visible()


def opened(page: Page) -> list[str]:
    found = re.search(r"[?&]open=([^&]*)", page.url)
    return found[1].split(",") if found else []


def taken_along(page: Page, keys: set[str], folder: Path) -> None:
    """What is seen comes as a file that programs read, and as a picture."""
    with page.expect_download() as download:
        page.locator("[data-files] a", has_text="JSON").click()
    download.value.save_as(folder / "graph.json")
    taken = json.loads((folder / "graph.json").read_text())
    assert keys <= {node["key"] for node in taken["nodes"]}
    with page.expect_download() as download:
        page.locator("[data-do=png]").click()
    download.value.save_as(folder / "graph.png")
    assert (folder / "graph.png").read_bytes().startswith(b"\x89PNG")


def test_a_journey_through_the_explorer(site: Any, browser: Browser, axe: str, tmp_path: Path) -> None:
    said = Said()
    with window(browser, DESKTOP, reduced_motion="reduce", accept_downloads=True) as context:
        page = context.new_page()
        said.listen(page, site.origin)
        page.goto(site / "graph/")
        page.locator("main input[name=q]").fill("Ada Quillmere")
        page.locator("main input[name=q]").press("Enter")
        page.locator(".starts").get_by_role("link", name="Ada Quillmere", exact=True).first.click()
        canvas = page.locator("canvas")
        expect(canvas).to_be_visible()
        assert len(opened(page)) == 1

        canvas.focus()  # expand what stands beside the start, by keyboard
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-said]")).not_to_be_empty()
        page.keyboard.press("Enter")
        expect(page.locator(".explorer-open li")).to_have_count(2)
        start, other = opened(page)

        page.locator("input[name=no_topic]").check()
        page.locator(".explorer-filter button").click()
        expect(page).to_have_url(re.compile("no_topic=1"))
        expect(page.locator(".graph-table tbody td:nth-child(2)").filter(has_text="Topic")).to_have_count(0)
        page.locator("[data-do=undo]").click()
        expect(page).not_to_have_url(re.compile("no_topic"))
        page.locator("[data-do=redo]").click()
        expect(page).to_have_url(re.compile("no_topic=1"))

        page.locator(".explorer-actions").get_by_role("link", name="Start a path here").click()
        expect(page.locator("#way-heading")).to_contain_text("A path starts at")
        page.goto(f"{page.url.split('&at=')[0]}&at={start}&path={other}&no_topic=1")
        page.locator(".explorer-actions").get_by_role("link", name=re.compile("^Path from")).click()
        expect(page.locator("#way-heading")).to_contain_text(re.compile("joined directly|steps"))
        evidence = page.locator(".graph-way a[href^='/graph/edge/']").first
        expect(evidence).to_be_visible()
        settled(page)
        page.evaluate(axe)
        assert page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(v => v.id)") == []

        taken_along(page, {start, other}, tmp_path)
        address, told = page.url, page.locator("[data-focus]").inner_text()
    assert said.complaints == []
    with window(browser, PHONE, java_script_enabled=False) as context:  # somebody else opens the address, on a phone without scripts
        page = context.new_page()
        page.goto(address)
        expect(page.locator("[data-focus]")).to_have_text(told)
        expect(page.locator("#way-heading")).to_contain_text(re.compile("joined directly|steps"))
        page.locator(".graph-way a[href^='/graph/edge/']").first.click()
        expect(page.locator("main .works article").first).to_be_visible()
