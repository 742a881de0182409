"""What every test stands on: real servers, no network, and the folder of real records where there is one."""

from __future__ import annotations

import ipaddress
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from config.embedded import instance, lease

PROJECT = Path(__file__).resolve().parents[1]
SERVERS: pytest.StashKey[ExitStack] = pytest.StashKey()

hypothesis_settings.register_profile(
    "sample", max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("accept", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# --- Options --------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        default=os.environ.get("COLLEGIUM_ACCEPT") == "1",
        help="run the costly checks at their full counts; real records must be there (COLLEGIUM_DATA)",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Playwright keeps an event loop in this thread for as long as a browser is open, and Django refuses to ask the
    # database beside one: every later test of the same process would fail.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    hypothesis_settings.load_profile("accept" if config.getoption("--accept") else "sample")


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether the full counts are wanted (``make accept``) rather than a sample."""
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session")
def records(accept: bool) -> Path:
    """The folder of real records. Without it a test is skipped, or fails where the full counts are wanted."""
    chosen = os.environ.get("COLLEGIUM_DATA")
    folder = Path(chosen) if chosen else PROJECT.parent / "shared" / "data"
    if (folder / "README.md").is_file():
        return folder.resolve()
    reason = f"no real records: COLLEGIUM_DATA is {chosen!r}" if chosen else "no real records: set COLLEGIUM_DATA to their folder"
    if accept:
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Long tests first, and the browser's site on one worker."""
    from tests.scheduling import scheduler

    return scheduler(config, log)


# --- Servers --------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the embedded servers run for the whole session, held by the controller and not by each worker."""
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    stack = ExitStack()
    if settings.EMBEDDED_SERVERS:
        stack.enter_context(lease(instance(settings.EMBEDDED_INSTANCE), settings.EMBEDDED_SERVERS))
    config.stash[SERVERS] = stack


def pytest_unconfigure(config: pytest.Config) -> None:
    stack = config.stash.get(SERVERS, None)
    if stack is not None:
        stack.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, which goes at the end even where a process that a test killed has left a session behind."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def cache_of_its_own() -> Iterator[None]:
    """Each test sees an empty cache, in every thread that it starts."""
    prefix = f"test-{uuid.uuid4().hex}"
    before = settings.CACHES["default"]["KEY_PREFIX"]
    settings.CACHES["default"]["KEY_PREFIX"] = prefix
    cache.key_prefix = prefix
    yield
    settings.CACHES["default"]["KEY_PREFIX"] = before
    cache.key_prefix = before


# --- No network -----------------------------------------------------------------------------------------------


class NetworkForbiddenError(AssertionError):
    """A test tried to leave the machine."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Sockets reach this machine only; a name of another one is not even looked up."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise NetworkForbiddenError(f"a test tried to reach {address!r}")
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if not _is_local(address):
            raise NetworkForbiddenError(f"a test tried to reach {address!r}")
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if host is not None and not _is_local((host.decode() if isinstance(host, bytes) else host, 0)):
            raise NetworkForbiddenError(f"a test tried to look up {host!r}")
        return look_up(host, *arguments, **options)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()
