"""The cache in Redis, which may share its database with the broker."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache

KEYS_AT_ONCE = 1000


class PrefixedRedisCache(RedisCache):
    """Django's Redis cache whose ``clear`` removes the keys under its own prefix only.

    Django's own empties the whole database, which would throw away every queued job in it.
    """

    def clear(self) -> bool:  # type: ignore[override]  # Django's own returns it, its stubs do not know
        """Remove every key of this cache. Walks through the whole database: for operators and tests."""
        client: Any = self._cache.get_client(None, write=True)
        for keys in _batches(client.scan_iter(match=f"{_literally(self.key_prefix)}:*", count=KEYS_AT_ONCE)):
            client.unlink(*keys)
        return True


def _batches(keys: Any) -> Any:
    batch: list[bytes] = []
    for key in keys:
        batch.append(key)
        if len(batch) == KEYS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _literally(prefix: str) -> str:
    """The prefix with the signs escaped that a Redis pattern reads as wildcards."""
    return "".join(f"\\{sign}" if sign in "*?[]\\^" else sign for sign in prefix)
