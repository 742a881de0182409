"""What a personal token may be allowed: one scope for reading, one for changing, of each kind of thing. Apps register theirs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from config.lib.registries import Registry


@dataclass(frozen=True)
class Scope:
    """``key`` ("follow:read") stands in tokens and in the API's description; ``label`` says it to whoever makes a token. None implies another."""

    key: str
    label: str | Promise
    order: int = 100


scopes: Registry[Scope] = Registry()
