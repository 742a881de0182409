"""Debian's Chromium through playwright: pages in it, and what they said, asked for and ran into."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect, sync_playwright

SWITCHED_OFF = (
    # The last list is the one that counts, so this begins with playwright's own.
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,"
    "PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,TcpPortRandomizationWin,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    # A window makes two pages of the browser's own for what drops down from its address bar: half a second of a core each time.
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup"
)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    f"--disable-features={SWITCHED_OFF}",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
DESKTOP, PHONE = 1280, 360
BETWEEN_LOOKS, LOOKS = 60, 40  # milliseconds; how often, before something is left to playwright that never ends
_UNDERWAY: WeakKeyDictionary[BrowserContext, set[Request]] = WeakKeyDictionary()
ABSENT = "no Chromium on this machine (looked for CHROMIUM, then chromium on the PATH): pages are not seen in a browser"


def chromium_path() -> str | None:
    """Where Chromium is, or None: CHROMIUM, then the usual names on the PATH."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is closed at the end. Raises ``FileNotFoundError`` where there is none."""
    path = chromium_path()
    if path is None:
        raise FileNotFoundError(ABSENT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Said:
    """Everything a page complained about: console errors, violations of the policy, failed or foreign requests."""

    _complaints: list[str] = field(default_factory=list)
    _aborted: list[str] = field(default_factory=list)
    _ears: list[tuple[Page, str, Callable[..., None]]] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """What was wrong. Requests that the browser broke off count unless the page was left afterwards: leaving is what breaks them off."""
        return [*self._complaints, *self._aborted]

    def listen(self, page: Page, origin: str) -> None:
        """Collect from now on. ``origin`` is the site's own: requests to any other are complaints."""
        heard: dict[str, Callable[..., None]] = {
            "console": self._console,
            "pageerror": lambda error: self._complaints.append(f"exception: {error}"),
            "requestfailed": self._failed,
            "request": lambda request: self._foreign(request, origin),
            "response": self._refused,
            "framenavigated": lambda frame: self._aborted.clear() if frame == page.main_frame else None,
        }
        for event, ear in heard.items():
            page.on(event, ear)  # type: ignore[call-overload]  # one name at a time is what it knows
            self._ears.append((page, event, ear))

    def stop(self) -> None:
        """Collect no more."""
        for page, event, ear in self._ears:
            page.remove_listener(event, ear)
        self._ears.clear()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self._complaints.append(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        where = self._aborted if request.failure == "net::ERR_ABORTED" else self._complaints
        where.append(f"failed: {request.url} ({request.failure})")

    def _foreign(self, request: Request, origin: str) -> None:
        if urlsplit(request.url).scheme not in {"data", "blob"} and not request.url.startswith(f"{origin}/"):
            self._complaints.append(f"asked another site: {request.url}")

    def _refused(self, response: Response) -> None:
        # The page itself may be an error page; what belongs to it may not be missing.
        if response.status >= 400 and response.request.resource_type != "document":
            self._complaints.append(f"status {response.status}: {response.url}")


@contextmanager
def window(browser: Browser, width: int = DESKTOP, theme: str = "light", **options: Any) -> Iterator[BrowserContext]:
    """A fresh browser profile with that width and colour scheme."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, **options)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    underway: set[Request] = set()

    def went(request: Request) -> None:
        underway.add(request)

    def came(request: Request) -> None:
        underway.discard(request)

    context.on("request", went)
    context.on("requestfinished", came)
    context.on("requestfailed", came)
    _UNDERWAY[context] = underway
    try:
        yield context
    finally:
        context.close()


def settled(page: Page) -> None:
    """Wait until the page has loaded and what its scripts ask for has come: until nothing was on its way at two looks one after the other.

    What playwright calls "networkidle" is half a second without any request, which a journey spends at each of its steps.
    """
    page.wait_for_load_state("load")
    underway, idle = _UNDERWAY[page.context], 0
    for _look in range(LOOKS):
        page.wait_for_timeout(BETWEEN_LOOKS)
        idle = 0 if underway else idle + 1
        if idle > 1:
            return
    page.wait_for_load_state("networkidle")


class KeptPages:
    """Pages for tests that only look, which pass them on: a window of its own costs each test more than the page it looks at."""

    def __init__(self, browser: Browser, windows: ExitStack) -> None:
        self._browser, self._windows = browser, windows
        self._free: dict[str, Page] = {}

    @contextmanager
    def page(self, width: int = DESKTOP, theme: str = "light", **options: Any) -> Iterator[Page]:
        """A page as in a fresh ``window``: empty, no cookies but those of ``storage_state``, nothing stored. After a failure nobody gets it again."""
        wanted = repr((width, theme, options))
        page = self._free.pop(wanted, None) or self._windows.enter_context(window(self._browser, width, theme, **options)).new_page()
        yield page
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.context.clear_cookies()
        page.context.add_cookies(options.get("storage_state", {}).get("cookies", []))
        self._free[wanted] = page


def log_in(page: Page, site: Any, email: str, password: str) -> None:
    """Log in through the form, as people do; ends on the first page."""
    page.goto(site / "accounts/login/")
    page.locator("main input[name=login]").fill(email)
    page.locator("main input[name=password]").fill(password)
    page.locator("main form:has(input[name=password]) button[type=submit]").first.click()
    expect(page).to_have_url(site / "")
