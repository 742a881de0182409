"""A site with the demo records under a real web server, and Chromium to look at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.live.addresses import Site
from tests.live.browser import ABSENT, KeptPages, chromium, chromium_path, log_in, window
from tests.live.console import console_running
from tests.live.homepage import homepage_server
from tests.live.orcid_server import orcid_server
from tests.live.scratch import scratch_environment
from tests.live.server import site_running

PROJECT = Path(__file__).resolve().parents[2]
TOLD = re.compile(r"Demo account: (\S+), password (\S+)")
PEOPLE_AT_ORCID = {
    "0000-0002-1825-0097": "Ada Quillmere",
    "0000-0002-1694-233X": "Grace Farrowgate",
    "0000-0000-1882-0323": "Emmy Notherby",
}
AXE = (PROJECT / "static-build/tests/axe.min.js", PROJECT / "node_modules/axe-core/axe.min.js")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with the demo records, on a database of its own. Takes some seconds, once for each worker."""
    if chromium_path() is None:
        pytest.skip(ABSENT)
    folder = tmp_path_factory.mktemp("site")
    with (
        orcid_server(PEOPLE_AT_ORCID) as orcid,
        homepage_server() as homepage,
        scratch_environment(folder, embedded="test", migrated=False) as scratch,
    ):
        environment = scratch | orcid.environment() | homepage.environment()
        with console_running(environment, folder / "console.log") as console:
            console.command("migrate", "--verbosity", "0")
            said = console.command("seed_demo", "--no-claims")
            with site_running(environment, folder / "web.log") as port:
                yield Site(port, environment["DATABASE_URL"], dict(TOLD.findall(said)), environment, orcid, homepage, console)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for each worker; skipped aloud where there is none."""
    if chromium_path() is None:
        pytest.skip(ABSENT)
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def kept(browser: Browser) -> Iterator[KeptPages]:
    """Pages that the tests of a module pass on to each other."""
    with ExitStack() as windows:
        yield KeptPages(browser, windows)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which npm installs."""
    source = next((path for path in AXE if path.is_file()), None)
    if source is None:
        pytest.skip("axe-core is not installed: make setup brings it")
    return source.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def as_ada(site: Site, browser: Browser) -> Any:
    """The cookies of somebody who has logged in as Ada, through the form."""
    with window(browser) as context:
        page = context.new_page()
        log_in(page, site, "ada@example.org", site.passwords["ada@example.org"])
        return context.storage_state()


Address = Callable[[Site], str]


def key_of(site: Site, name: str) -> str:
    """How the graph calls a person: the public id stands second in the address of the page."""
    return "person:" + site.author(name).removeprefix(site.origin).split("/")[2]


PAGES: dict[str, Address] = {
    "home": lambda site: site / "",
    "search, empty": lambda site: site / "search/",
    "search": lambda site: site / "search/?q=Yuandong+Tien",
    "search without a hit": lambda site: site / "search/?q=xqzzyqx",
    "researcher": lambda site: site.author("Yuandong Tian"),
    "researcher, filtered": lambda site: site.author("Yuandong Tian") + "?year=2024",
    "researcher with mathematics": lambda site: site.author("Ada Quillmere"),
    "trust score": lambda site: site.author("Ada Quillmere") + "trust/",
    "evidence": lambda site: site.author("Ada Quillmere") + "evidence/",
    "researcher in another script": lambda site: site.author("ليلى المثال"),
    "to claim a page": lambda site: site.author("Yuandong Tian") + "claim/",
    "history of a page": lambda site: site.author("Yuandong Tian") + "history/",
    "how long claims take": lambda site: site / "about/claims/",
    "paper": lambda site: site.paper("fictional:conserved-learning"),
    "paper, cut author list": lambda site: site.paper("seed:galore-memory-efficient-llm-training-by-gradient-low-rank-pr"),
    "paper, retracted": lambda site: site.paper("fictional:retracted"),
    "paper, right to left": lambda site: site.paper("fictional:arabic"),
    "paper with 3,000 authors": lambda site: site.paper("fictional:crowd"),
    "figures of a paper": lambda site: site.paper("fictional:conserved-learning") + "figures/",
    "figures of a person": lambda site: site.author("Yuandong Tian") + "figures/",
    "notable papers": lambda site: site / "papers/notable/",
    "topic": lambda site: site.topic("attention"),
    "institution": lambda site: site.institution("Collegium Institute (fictional)"),
    "explorer": lambda site: site / f"graph/?open={key_of(site, 'Yuandong Tian')}&at={key_of(site, 'Yuandong Tian')}",
    "evidence for a line": lambda site: site / f"graph/edge/?a={key_of(site, 'Ada Quillmere')}&b={key_of(site, 'Grace Farrowgate')}",
    "about": lambda site: site / "about/",
    "privacy notice": lambda site: site / "privacy/",
    "contact": lambda site: site / "contact/",
    "opt-out": lambda site: site.author("Ada Quillmere") + "opt-out/",
    "API": lambda site: site / "api/docs/",
    "sources": lambda site: site / "about/sources/",
    "log in": lambda site: site / "accounts/login/",
    "sign up": lambda site: site / "accounts/signup/",
    "forgotten password": lambda site: site / "accounts/password/reset/",
    "no such page": lambda site: site / "no/such/page/",
}


@pytest.fixture(params=list(PAGES.values()), ids=list(PAGES))
def address(request: pytest.FixtureRequest, site: Site) -> str:
    """Each kind of page in turn."""
    chosen: Address = request.param
    return chosen(site)
