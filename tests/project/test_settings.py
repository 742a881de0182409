"""Settings: what production wants, what it says when it is missing, and what the addresses mean."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from config.settings.base import broker_address, database_settings
from config.settings.embedded import addresses

PROJECT = Path(__file__).resolve().parents[2]
DEPLOYMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "8Xw2u7kEJ0q_long-enough-and-random-3bVnQz9TtLr5YpGfHs4MdCa",
    "DATABASE_URL": "postgres://collegium:secret@db.example:5432/collegium",
    "REDIS_URL": "redis://redis.example:6379/0",
    "ALLOWED_HOSTS": "collegium.example",
    "OPERATOR_NAME": "University Library of Exampleton",
    "OPERATOR_ADDRESS": "1 Loom Street|Exampleton",
    "CONTACT_EMAIL": "desk@collegium.example",
    "PRIVACY_CONTACT": "privacy@collegium.example",
    "SECURITY_CONTACT": "https://collegium.example/report",
}


def manage(*arguments: str, without: tuple[str, ...] = (), **extra: str) -> subprocess.CompletedProcess[str]:
    ours = {*DEPLOYMENT, "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = {name: value for name, value in os.environ.items() if name not in ours} | DEPLOYMENT | extra
    for name in without:
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_deployment_check_finds_nothing():
    done = manage("check", "--deploy", "--fail-level", "DEBUG")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_the_deployment_check_tells_what_the_legal_pages_miss():
    done = manage(
        "check", "--deploy", "--fail-level", "WARNING", without=("OPERATOR_NAME", "SECURITY_CONTACT"), PRIVACY_CONTACT="by pigeon"
    )
    assert done.returncode == 1
    told = done.stdout + done.stderr
    assert "OPERATOR_NAME is not set" in told
    assert "SECURITY_CONTACT is not set" in told
    assert "PRIVACY_CONTACT is neither an e-mail address nor an https address: 'by pigeon'" in told
    assert "OPERATOR_ADDRESS" not in told
    assert "SECRET_KEY" not in told


def test_production_names_everything_that_is_missing_in_one_sentence():
    done = manage("migrate", without=("SECRET_KEY", "REDIS_URL"))
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "Production does not start without SECRET_KEY, REDIS_URL: set them in the environment (docs/operating.md says how)."
    ]


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(name):
    started = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=PROJECT,
        env={key: value for key, value in (os.environ | DEPLOYMENT | {name: " "}).items() if key != "DJANGO_SETTINGS_MODULE"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert started.returncode != 0
    assert f"Production does not start without {name}: set it" in started.stderr


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline():
    policy = Client().get("/accounts/login/").headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_given_addresses_win_over_embedded_servers():
    given = addresses("test", "postgres://a@db/x", "redis://r/3")
    assert given == ("postgres://a@db/x", "redis://r/3", "redis://r/3", ())
    mixed = addresses("test", "postgres://a@db/x", "")
    assert mixed.embedded == ("valkey",)
    assert mixed.broker.endswith("valkey.sock?db=0")
    assert mixed.cache.endswith("valkey.sock?db=2")


def test_the_broker_gets_its_own_spelling_of_a_socket():
    assert broker_address("unix:///run/valkey.sock?db=4") == "redis+socket:///run/valkey.sock?virtual_host=4"
    assert broker_address("unix:///run/valkey.sock") == "redis+socket:///run/valkey.sock?virtual_host=0"
    assert broker_address("rediss://:secret@host:6380/1") == "rediss://:secret@host:6380/1"


def test_a_database_address_may_name_a_socket_and_options():
    parsed = database_settings("postgres://ada:p%40ss@%2Frun%2Fpostgres:5433/collegium?sslmode=require")
    assert (parsed["HOST"], parsed["PORT"], parsed["USER"], parsed["PASSWORD"]) == ("/run/postgres", 5433, "ada", "p@ss")
    assert parsed["OPTIONS"]["sslmode"] == "require"
    assert parsed["CONN_HEALTH_CHECKS"] is True


def test_jobs_are_handed_out_once():
    longest = max(settings.LONGEST_TASK_SECONDS, settings.CELERY_TASK_TIME_LIMIT)
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > longest
    assert settings.CELERY_TASK_IGNORE_RESULT is True
    assert settings.CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS is False


def test_every_task_ends_before_it_would_be_handed_out_again():
    from config.celery import app

    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert ours
    for task in ours:
        limit = task.time_limit or settings.CELERY_TASK_TIME_LIMIT
        assert limit <= settings.LONGEST_TASK_SECONDS, task.name


def test_every_scheduled_task_exists_and_has_a_queue():
    from config.celery import app

    app.loader.import_default_modules()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["task"] in app.tasks, name
        assert entry.get("options", {}).get("queue", "default") in settings.QUEUES, name
