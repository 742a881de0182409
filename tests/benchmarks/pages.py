"""How fast and how small pages are: server time against a bare page, queries, bytes."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import brotli

from tests.benchmarks.rows import Measured, Row, Skipped, at_most, ratio_at_most
from tests.live.browser import ABSENT, DESKTOP, chromium, chromium_path, window
from tests.live.scratch import manage, run
from tests.live.server import fetch, median_milliseconds, site_running

TIMES = 150
RATIOS = {"researcher": 2.0}  # the busiest and largest page; of the small ones the queries are most of the time
LONG_RECORD_RATIO = 2.0  # sorting and filtering, against the same page as it opens
HTML_KB = 60
ASSETS_KB = 100
QUERIES_SIGNED_OUT, QUERIES_SIGNED_IN = 12, 16
NAMES = ("researcher", "paper", "topic", "institution", "search", "home")


@dataclass(frozen=True)
class Page:
    """A page to measure, and how many queries it took signed out and signed in."""

    name: str
    address: str
    queries: int
    queries_signed_in: int


def measure(environment: Mapping[str, str], folder: Path) -> Iterator[Measured]:
    """All rows of all pages, on the records that are in the scratch database."""
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    counted = run(environment, [sys.executable, "-m", "tests.benchmarks.queries"])
    pages = [Page(**fields) for fields in json.loads(counted.output.splitlines()[-1])]
    with site_running(environment, folder / "web.log") as port:
        for page in pages:
            yield from _rows(port, page)
        researcher = next(page for page in pages if page.name == "researcher")
        yield _assets(port, researcher.address)
        yield from _long_record(environment, port)


def _rows(port: int, page: Page) -> Iterator[Measured]:
    bare = f"/bare/{page.name}/?page={quote(page.address, safe='')}"
    fetch(port, bare)  # takes the context
    own, reference = median_milliseconds(port, [page.address, bare], TIMES)
    _, html, _ = fetch(port, page.address)
    _, bare_html, _ = fetch(port, bare)
    same_size = f"bare Django template, {len(bare_html) / 1000:.0f} kB for {len(html) / 1000:.0f}"
    yield ratio_at_most(f"page.{page.name}", own, "ms", RATIOS.get(page.name), same_size, reference)
    yield at_most(f"page.{page.name}.queries", page.queries, "queries", QUERIES_SIGNED_OUT)
    yield at_most(f"page.{page.name}.queries_in", page.queries_signed_in, "queries", QUERIES_SIGNED_IN)
    zipped = len(gzip.compress(html, 6)) / 1000
    yield at_most(f"page.{page.name}.html_kb", len(brotli.compress(html, quality=5)) / 1000, "kB brotli", HTML_KB, "gzip", zipped)


def _long_record(environment: Mapping[str, str], port: int) -> Iterator[Measured]:
    """The page of a thousand works sorted and filtered in every way, against the page as it opens."""
    found = json.loads(run(environment, [sys.executable, "-m", "tests.benchmarks.long_record"]).output.splitlines()[-1])
    path, queries = found["path"], found["queries"]
    as_it_opens, *others = median_milliseconds(port, [f"{path}?{state}" if state else path for state in queries], TIMES // 3)
    for state, milliseconds in zip(list(queries)[1:], others, strict=True):
        name = "page.thousand." + ".".join(part.removeprefix("sort=").partition("=")[0] for part in state.split("&"))
        yield ratio_at_most(name, milliseconds, "ms", LONG_RECORD_RATIO, "the page as it opens", as_it_opens)
    most = max(queries.values())
    same = most == queries[""]
    yield Row("page.thousand.queries", most, "queries", "the page as it opens", queries[""], None, "= as it opens", same)


def _assets(port: int, address: str) -> Measured:
    """What a browser with an empty cache fetches beside the HTML, in bytes on the wire without headers."""
    if chromium_path() is None:
        return Skipped("page.researcher.assets_kb", ABSENT)
    with chromium() as browser, window(browser, DESKTOP) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        kinds: dict[str, str] = {}
        sizes: dict[str, float] = {}
        session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: _kind(event)}))
        session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
        page.goto(f"http://127.0.0.1:{port}{address}", wait_until="networkidle")
    weighed = {kinds[request]: 0.0 for request in sizes if request in kinds}
    for request, size in sizes.items():
        if request in kinds:
            weighed[kinds[request]] += size / 1000
    assets = sum(size for kind, size in weighed.items() if kind in {"Stylesheet", "Font", "Script"})
    parts = ", ".join(f"{kind} {size:.1f}" for kind, size in sorted(weighed.items()))
    return Row("page.researcher.assets_kb", assets, "kB", f"on the wire: {parts}", None, None, f"≤ {ASSETS_KB} kB", assets <= ASSETS_KB)


def _kind(event: Mapping[str, Any]) -> str:
    """The kind of a resource; what does not come from the site is a kind of its own, and would be a fault."""
    host = urlsplit(event["response"]["url"]).hostname
    return str(event["type"]) if host in {"127.0.0.1", None} else "Foreign"
