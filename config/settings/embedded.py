"""The addresses of the embedded servers, for the settings of development and tests."""

from __future__ import annotations

from typing import NamedTuple

from config.embedded import instance
from config.embedded.servers import server_of


class Addresses(NamedTuple):
    """Where the database, the broker and the cache are, and which embedded servers must run for that."""

    database: str
    broker: str
    cache: str
    embedded: tuple[str, ...]


def addresses(instance_name: str, database: str, redis: str) -> Addresses:
    """The configured addresses, and those of the embedded instance in place of the empty ones."""
    place = instance(instance_name)
    embedded = []
    if not database:
        database = server_of(place, "postgres").url
        embedded.append("postgres")
    cache = redis
    if not redis:
        redis = server_of(place, "valkey").url
        cache = redis.replace("?db=0", "?db=2")
        embedded.append("valkey")
    return Addresses(database, redis, cache, tuple(embedded))
