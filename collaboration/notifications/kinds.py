"""The registry of what people are told: each kind has its words, the place it leads to, and how much mail it makes unless asked otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from collaboration.models import Cadence
from config.lib.registries import Registry

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class NotificationKind:
    """A kind of notification.

    ``label`` names it in the settings ("Invitations to work together"). ``line(payload, count)`` is one plain sentence about the latest
    of ``count`` gathered ones; ``address(payload)`` the path of the page where the item is. Both get the payload that ``notify`` was given,
    run for each line of a page, and ask the database nothing. ``cadence`` is how often it comes by mail to people who chose nothing:
    leave it off unless another person waits for an answer.
    """

    key: str
    label: str | Promise
    line: Callable[[Payload, int], str]
    address: Callable[[Payload], str]
    cadence: Cadence = Cadence.OFF
    order: int = 100


notification_kinds: Registry[NotificationKind] = Registry()
"""Filled in ``collaboration.registration``."""
