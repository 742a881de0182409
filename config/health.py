"""What machines ask the site about itself: does it live, is it ready, how long do its queues wait."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerError
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.celery import app as celery_app
from config.lib.registries import refresh_kinds

SECONDS_TO_ANSWER = 2


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process can answer at all. Asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when the site can serve, 503 when not; each check by name with "ok" or what is wrong. Two to four queries."""
    checks = {"database": _said(_check_database), "migrations": _said(_check_migrations), "broker": _said(_check_broker)}
    everything = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"ready": everything, "checks": checks}, status=200 if everything else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, computed when asked: the length and age of every queue.

    Answers this machine, or who shows METRICS_TOKEN as a bearer token; everybody else gets 403. Costs three queries
    and one question to the broker for each queue.
    """
    if not _may_read_metrics(request):
        return HttpResponse("This machine, or a bearer token.\n", status=403, content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(QueueFigures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class QueueFigures(Collector):
    """How much waits, and for how long."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges. A source that does not answer is left out, and ``collegium_up`` says so."""
        up = GaugeMetricFamily("collegium_up", "Whether a part answers (1) or not (0).", labels=["part"])
        for part, source in (("broker", self._broker), ("database", self._database)):
            try:
                families = list(source())
            except UNREACHABLE:
                up.add_metric([part], 0)
            else:
                up.add_metric([part], 1)
                yield from families
        yield up

    def _broker(self) -> Iterator[GaugeMetricFamily]:
        lengths = GaugeMetricFamily("collegium_queue_length", "Jobs waiting in a queue of the broker.", labels=["queue"])
        with celery_app.connection_for_read() as broker:
            channel: Any = broker.default_channel
            for queue in settings.QUEUES:
                lengths.add_metric([queue], channel._size(queue))  # noqa: SLF001 - kombu has no public name for it
        yield lengths

    def _database(self) -> Iterator[GaugeMetricFamily]:
        count = GaugeMetricFamily("collegium_refresh_rows", "Dirty rows waiting for recomputation.", labels=["kind"])
        age = GaugeMetricFamily("collegium_refresh_age_seconds", "Age of the oldest dirty row of a kind.", labels=["kind"])
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute("select kind, count(*), min(requested_at) from papers_refreshrequest group by kind")
            waiting = {kind: (rows, oldest) for kind, rows, oldest in cursor.fetchall()}
        for kind in sorted({*waiting, *(known.key for known in refresh_kinds)}):  # a kind where nothing waits shows 0
            rows, oldest = waiting.get(kind, (0, now))
            count.add_metric([kind], rows)
            age.add_metric([kind], max((now - oldest).total_seconds(), 0))
        yield count
        yield age
        yield self._stale_slices()

    def _stale_slices(self) -> GaugeMetricFamily:
        stale = GaugeMetricFamily(
            "collegium_graph_stale_slices", "Slices of the graph that wait to be built again.", labels=["kind", "why"]
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "select kind, why, count(*) from ("
                " select slice.kind, case when request.id is not null then 'marked' when slice.due_at <= now() then 'aged' end as why"
                " from papers_graphslice slice left join papers_refreshrequest request"
                " on request.kind = 'graph-' || slice.kind and request.object_id = slice.subject_id"
                " where request.id is not null or slice.due_at <= now()) found group by kind, why"
            )
            counts = {(kind, why): rows for kind, why, rows in cursor.fetchall()}
        for kind in ("institution", "paper", "person", "topic"):
            for why in ("aged", "marked"):
                stale.add_metric([kind, why], counts.get((kind, why), 0))
        return stale


UNREACHABLE = (DatabaseError, redis.RedisError, BrokerError, OSError)


def _said(check: Callable[[], str]) -> str:
    """What a check answers, or the kind of failure: addresses and passwords stay inside."""
    try:
        return check()
    except UNREACHABLE as error:
        return f"does not answer ({type(error).__name__})"


def _check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return "ok"


def _check_migrations() -> str:
    """Once all are applied, a process does not ask again: its own code does not change under it."""
    if not getattr(_check_migrations, "settled", False):
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            return f"{len(waiting)} to be applied: run manage.py migrate"
        _check_migrations.settled = True  # type: ignore[attr-defined]
    return "ok"


def _check_broker() -> str:
    with celery_app.connection_for_read(transport_options={"socket_timeout": SECONDS_TO_ANSWER}) as broker:
        broker.ensure_connection(max_retries=1, timeout=SECONDS_TO_ANSWER)
    cache.get("readyz")
    return "ok"


def _may_read_metrics(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN:
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False  # a proxy on this machine speaks for somebody else
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
