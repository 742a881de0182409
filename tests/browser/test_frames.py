"""The explorer at its fullest: two thousand nodes, drawn by the real canvas in the real browser, thirty times a second or more."""

from __future__ import annotations

import json
import math
import random
import re
from functools import partial
from itertools import count
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Route, expect

from papers.graph.joining import MOST_NODES
from tests.live.browser import DESKTOP, window

pytestmark = pytest.mark.browser

SECONDS: Final = 3
GRAPH: Final = re.compile(r'(<script id="explorer-graph" type="application/json">)(.*?)(</script>)', re.DOTALL)

FRAMES = """async ([what, seconds]) => {
  const canvas = document.querySelector('canvas'), box = canvas.getBoundingClientRect();
  const at = (x, y) => ({clientX: box.left + x, clientY: box.top + y, bubbles: true, cancelable: true, view: window});
  const acts = {
    zooming: turn => canvas.dispatchEvent(new WheelEvent('wheel', {...at(400, 300), deltaY: turn % 40 < 20 ? -60 : 60, ctrlKey: true})),
    panning: turn => window.dispatchEvent(new MouseEvent('mousemove', at(5 + 150 * (1 + Math.sin(turn / 9)), 5 + 100 * (1 + Math.cos(turn / 7))))),
    hovering: turn => canvas.dispatchEvent(new PointerEvent('pointermove', at(box.width * (.5 + .4 * Math.sin(turn / 5)), box.height * (.5 + .4 * Math.cos(turn / 3))))),
    hasting: turn => { if (turn % 15 === 0) document.querySelector('[data-do=whole]').click(); },
    changing: turn => { if (turn % 60 === 5) document.querySelector('.explorer-filter button').click(); },
  };
  if (what === 'panning') canvas.dispatchEvent(new MouseEvent('mousedown', at(5, 5)));
  let painted = 0;
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) { painted += 1; return clear.apply(this, box); };
  const times = await new Promise(done => {
    const seen = [], began = performance.now();
    const frame = now => { seen.push(now); acts[what](seen.length); if (now - began < 1000 * seconds) requestAnimationFrame(frame); else done(seen); };
    requestAnimationFrame(frame);
  });
  window.dispatchEvent(new MouseEvent('mouseup', at(5, 5)));
  CanvasRenderingContext2D.prototype.clearRect = clear;
  const gaps = times.slice(1).map((time, place) => time - times[place]).sort((a, b) => a - b);
  return {rate: 1000 * gaps.length / (times.at(-1) - times[0]), painted, slow: gaps[Math.floor(gaps.length * .95)]};
}"""


def crowd(page: dict[str, Any], nodes: int = MOST_NODES, seed: int = 1) -> dict[str, Any]:
    """The state of the page with that many nodes around its own, four thousand lines among them, and labels as long as real ones."""
    dice = random.Random(seed)
    made = [
        [
            f"person:made{n}", n % 4, f"Somebody or something made up, the {n}th of them",
            40 * math.sqrt(n + 1) * math.cos(2.4 * n + seed), 40 * math.sqrt(n + 1) * math.sin(2.4 * n + seed), dice.random() ** 4, None, "/", 0,
        ]
        for n in range(nodes - len(page["nodes"]))
    ]  # fmt: skip
    lines = [[n, dice.randrange(n), dice.random(), "1 joint paper"] for n in range(1, nodes) for _ in range(2)]
    return page | {"nodes": page["nodes"] + made, "edges": lines}


def test_two_thousand_nodes_are_drawn_thirty_times_a_second(site: Any, browser: Browser, accept: bool) -> None:
    if not accept:
        pytest.skip("counts frames, which a busy machine drops: --accept")

    seeds = count(1)

    def crowded(route: Route) -> None:
        answer = route.fetch()
        filled = partial(crowd, seed=next(seeds))
        route.fulfill(
            response=answer, body=GRAPH.sub(lambda found: found[1] + json.dumps(filled(json.loads(found[2]))) + found[3], answer.text())
        )

    with window(browser, DESKTOP) as context:
        page = context.new_page()
        page.route("**/graph/?open=*", crowded)
        page.goto(site.author("Ada Quillmere"))
        page.goto(site / page.get_by_role("link", name="Open in the explorer").get_attribute("href").lstrip("/"))  # type: ignore[union-attr]
        expect(page.locator("canvas")).to_be_visible()
        page.wait_for_timeout(1000)
        found = {what: page.evaluate(FRAMES, [what, SECONDS]) for what in ("panning", "zooming", "hasting", "changing", "hovering")}
    assert next(seeds) >= 3, "and the server was asked for other states meanwhile"
    assert all(one["rate"] >= 30 for one in found.values()), found
    assert all(found[what]["painted"] >= 30 * SECONDS for what in ("panning", "zooming")), found
    assert found["hovering"]["painted"] > 0, found
