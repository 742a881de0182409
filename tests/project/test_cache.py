"""The cache shares a Redis database with the broker and leaves the broker's keys alone."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches


def test_clearing_the_cache_leaves_everything_else():
    cache: Any = caches["default"]
    client: Any = cache._cache.get_client(None, write=True)
    client.set("a-queue", "jobs")
    for number in range(2500):
        cache.set(f"page-{number}", number)
    cache.clear()
    assert cache.get("page-7") is None
    assert cache.get("page-2499") is None
    assert client.get("a-queue") == b"jobs"
    client.delete("a-queue")


def test_a_prefix_with_pattern_signs_matches_itself_only(monkeypatch):
    cache: Any = caches["default"]
    cache.set("kept", 1)
    monkeypatch.setattr(cache, "key_prefix", "t*")
    cache.set("gone", 1)
    cache.clear()
    assert cache.get("gone") is None
    monkeypatch.undo()
    assert cache.get("kept") == 1
