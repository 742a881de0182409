"""What this app hands to the registries of config.lib; called once, when the app is ready."""

from __future__ import annotations

from config.lib.registries import Panel, SupportSource, merge_participants, panels, personal_parts, support_sources


def register() -> None:
    """Panels, kinds of news, what belongs to an account, and what follows from claims and blocks."""
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
    register_invitations()


def register_invitations() -> None:
    """Invitations, introductions and conversations: the panel, news, parts of an account, support between pages, reactions."""
    from collaboration.conversations.notices import register_kinds as register_kinds_of_conversations
    from collaboration.introductions.notices import register_kinds as register_kinds_of_introductions
    from collaboration.invitations import following, merging, notices, support
    from collaboration.invitations.parts import parts
    from collaboration.invitations.shown import invite_panel
    from collaboration.safety.blocks import register_block_reaction
    from profiles.trail import register_reaction
    from profiles.trust.support import everybody_with_a_claim

    panels.register(
        Panel("invite", page="researcher", slot="actions", template="collaboration/panels/invite.html", load=invite_panel, order=30)
    )
    notices.register_kinds()
    register_kinds_of_introductions()
    register_kinds_of_conversations()
    for part in parts():
        personal_parts.register(part)
    support_sources.register(SupportSource("collaboration", support.collaborations, everybody_with_a_claim, order=30))
    merge_participants.register(merging.participant())
    register_reaction("profiles.Claim", following.on_claims_changed)
    register_block_reaction(following.on_block)
