"""The one client through which evidence is read from elsewhere. Tests put another in its place."""

from __future__ import annotations

from config.lib.guarded_http import JSON, GuardedClient, Limits

ORCID_LIMITS = Limits(seconds=10.0, most_bytes=16 * 1024 * 1024)  # records of many works, from a service that we chose


def page_client() -> GuardedClient:
    """For pages that others chose: public addresses, 2 MB, five seconds."""
    return GuardedClient()


def record_client() -> GuardedClient:
    """For ORCID's public records."""
    return GuardedClient(accept=JSON, limits=ORCID_LIMITS)
