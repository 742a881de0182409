"""What this app hands to the registries of config.lib; called once, when the app is ready."""

from __future__ import annotations

from config.lib.registries import Panel, panels


def register() -> None:
    """The panels of this app, with their empty states: nothing is computed or claimed here yet, so none asks anything."""
    panels.register(
        Panel(
            "trust", page="researcher", slot="snapshot", template="profiles/panels/trust.html", load=lambda _request, _author: {}, order=10
        )
    )
    panels.register(
        Panel(
            "claim", page="researcher", slot="actions", template="profiles/panels/claim.html", load=lambda _request, _author: {}, order=20
        )
    )
