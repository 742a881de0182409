"""What this app hands to the registries of config.lib; called once, when the app is ready."""

from __future__ import annotations

from config.lib.registries import Panel, panels


def register() -> None:
    """The panels of this app, with their empty states: nobody can follow or invite here yet, so none asks anything that the page has not."""
    from profiles.claims.shown import shown_claim

    panels.register(
        Panel(
            "follow",
            page="researcher",
            slot="actions",
            template="collaboration/panels/follow.html",
            load=lambda _request, _author: {},
            order=10,
        )
    )
    panels.register(
        Panel(
            "invite",
            page="researcher",
            slot="actions",
            template="collaboration/panels/invite.html",
            load=lambda _request, author: {"is_claimed": shown_claim(author) is not None},
            order=30,
        )
    )
