"""compose.yaml and Dockerfile: as much as can be told without an engine."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config import probe

PROJECT = Path(__file__).resolve().parents[2]
SECRETS = {"SECRET_KEY": "x", "ALLOWED_HOSTS": "collegium.example", "POSTGRES_PASSWORD": "y"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
    return loaded


def compose_client() -> list[str] | None:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    return None


def test_compose_reads_its_own_file():
    client = compose_client()
    if client is None:
        pytest.skip("no docker compose on this machine: compose.yaml is checked as YAML only, and no image is built")
    done = subprocess.run(
        [*client, "config", "--quiet"], cwd=PROJECT, env=os.environ | SECRETS, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    without = {name: value for name, value in os.environ.items() if name not in SECRETS}
    refused = subprocess.run([*client, "config", "--quiet"], cwd=PROJECT, env=without, check=False, capture_output=True, text=True)
    assert "SECRET_KEY" in refused.stderr


def test_every_part_is_there_and_waits_for_what_it_needs(compose):
    services = compose["services"]
    assert {"postgres", "valkey", "migrate", "web", "worker", "heavy-worker", "scheduler"} == set(services)
    for name, service in services.items():
        for needed in service.get("depends_on", {}):
            assert needed in services, (name, needed)
    for name in ("web", "worker", "heavy-worker", "scheduler"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert set(compose["volumes"]) == {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}


def test_everything_that_stays_is_watched(compose):
    for name, service in compose["services"].items():
        in_image = service.get("build") and name == "web"  # the image brings its own
        assert service.get("healthcheck") or in_image, name


def test_the_workers_take_every_queue_between_them(compose):
    taken = []
    for name in ("worker", "heavy-worker"):
        command = compose["services"][name]["command"]
        taken += command[command.index("--queues") + 1].split(",")
    assert sorted(taken) == sorted(settings.QUEUES)


def test_what_production_requires_is_required_here_too(compose):
    from config.settings import base

    given = compose["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"):
        assert name in given
    assert ":?" in given["SECRET_KEY"]
    read = re.findall(
        r"""env\.\w+\(\s*"([A-Z_]+)\"""", Path(base.__file__).read_text() + Path(base.__file__).with_name("production.py").read_text()
    )
    assert set(given) - {"WEB_WORKERS"} <= set(read), "compose.yaml sets something that no settings read"


def test_nothing_runs_as_root_and_only_this_machine_is_listened_to(compose):
    lines = [line.split() for line in (PROJECT / "Dockerfile").read_text().splitlines() if line.strip()]
    assert [line[1] for line in lines if line[0] == "USER"] == ["collegium"]
    assert all(port.startswith("127.0.0.1:") for service in compose["services"].values() for port in service.get("ports", []))


def test_what_the_image_copies_exists():
    for line in (PROJECT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (PROJECT / source).exists(), source


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" and self.headers["Host"] == "collegium.example" else 503)
        self.end_headers()
        self.wfile.write(b"broker does not answer")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def answering(monkeypatch) -> Iterator[None]:
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORT", str(server.server_port))
        monkeypatch.setenv("ALLOWED_HOSTS", ".collegium.example, other.example")
        yield
        server.shutdown()


def test_the_probe_asks_under_the_name_of_the_site(answering, capsys):
    assert probe.main([]) == 0
    assert probe.main(["/healthz"]) == 1
    assert "503 broker does not answer" in capsys.readouterr().err


def test_the_probe_fails_where_nobody_listens(monkeypatch, capsys):
    monkeypatch.setenv("PORT", "1")
    assert probe.main([]) == 1
    assert "/readyz" in capsys.readouterr().err
