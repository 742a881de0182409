"""What machines ask the site about itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from config import health
from papers.models import RefreshRequest


def test_the_process_answers_without_any_server():
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_names_each_check():
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok", "broker": "ok"}}


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits(monkeypatch):
    monkeypatch.setattr(health._check_migrations, "settled", False, raising=False)
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'sessions'")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "1 to be applied: run manage.py migrate"


@pytest.mark.django_db
def test_not_ready_without_a_broker_and_no_address_is_told(monkeypatch):
    from kombu import Connection

    nowhere = Connection("redis://:secret@127.0.0.1:1/0")
    monkeypatch.setattr("config.celery.app.connection_for_read", lambda **_options: nowhere.clone())
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"].startswith("does not answer")
    assert b"secret" not in answer.content


@pytest.mark.django_db
def test_the_age_of_the_oldest_dirty_row_is_a_metric():
    now = timezone.now()
    RefreshRequest.objects.create(kind="figures", object_id=1, requested_at=now - timedelta(hours=2))
    RefreshRequest.objects.create(kind="figures", object_id=2, requested_at=now)
    told = dict(line.rsplit(" ", 1) for line in Client().get("/metrics").content.decode().splitlines() if not line.startswith("#"))
    assert float(told['collegium_refresh_rows{kind="figures"}']) == 2
    assert 7199 <= float(told['collegium_refresh_age_seconds{kind="figures"}']) < 7260
    assert 'collegium_queue_length{queue="imports"}' in told
    assert float(told['collegium_up{part="database"}']) == 1


@pytest.mark.django_db
def test_metrics_answer_this_machine_or_a_token():
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 403
    assert Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.7").get("/metrics").status_code == 403
    with override_settings(METRICS_TOKEN="correct horse"):
        assert Client().get("/metrics").status_code == 403
        assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
        assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics", headers={"Authorization": "Bearer correct horse"}).status_code == 200
