"""What this app hands to the registries of config.lib; called once, when the app is ready."""

from __future__ import annotations

from config.lib.registries import Panel, SupportSource, merge_participants, panels, personal_parts, support_sources


def register() -> None:
    """Panels, kinds of news and mails, what belongs to an account, and what follows from claims and blocks."""
    register_following()
    register_notifications()
    register_safety()
    register_belongings()
    register_invitations()
    register_suggestions()
    register_api()


def register_api() -> None:
    """What a personal token may be allowed of this, and how the API answers what nobody may do now."""
    from django.utils.translation import gettext_lazy as _

    from collaboration.exceptions import CannotInviteError, IncompleteError
    from config.lib.rest import problems
    from config.lib.rest.scopes import Scope, scopes

    for place, (key, label) in enumerate(
        (
            ("follow:read", _("Read what you follow")),
            ("follow:write", _("Follow and leave")),
            ("invitations:read", _("Read your invitations")),
            ("invitations:write", _("Write, send and answer invitations")),
            ("notifications:read", _("Read your notifications")),
            ("notifications:write", _("Mark notifications as read")),
        )
    ):
        scopes.register(Scope(key, label, order=10 * place))
    problems.register_problem(CannotInviteError, slug="cannot-invite", status=403, title=_("You cannot invite them now"))
    problems.register_problem(IncompleteError, slug="incomplete", status=409, title=_("This invitation says too little to be sent"))


def register_following() -> None:
    """The follow button and the links to feeds on the pages of what can be followed, and the feed on the first page."""
    from collaboration.pages import feed, follow_button

    for page in ("researcher", "topic", "institution"):
        key = f"follow-{page}"
        panels.register(
            Panel(key, page=page, slot="actions", template="collaboration/panels/follow.html", load=follow_button.follow_panel, order=10)
        )
        panels.register(
            Panel(f"atom-{page}", page=page, slot="head", template="collaboration/panels/atom.html", load=follow_button.atom_link_panel)
        )
    search = "collaboration/panels/follow_search.html"
    panels.register(Panel("follow-search", page="search", slot="actions", template=search, load=follow_button.follow_search_panel))
    panels.register(
        Panel("atom-search", page="search", slot="head", template="collaboration/panels/atom.html", load=follow_button.atom_search_panel)
    )
    panels.register(Panel("feed", page="home", slot="feed", template="collaboration/panels/feed.html", load=feed.feed_panel, order=10))


def register_notifications() -> None:
    """What people are told of here, the count in the header, and the digest that one click ends."""
    from django.utils.translation import gettext as _

    from collaboration.following.telling import FOLLOWER
    from collaboration.notifications.kinds import notification_kinds
    from collaboration.notifications.preferences import DIGEST
    from collaboration.notifications.sending import on_block
    from collaboration.querysets.notifications import unread_of_account
    from collaboration.safety.blocks import register_block_reaction
    from config.lib.registries import AccountColumn, account_columns
    from profiles.accounts.mail import MailKind, mail_kinds

    account_columns.register(AccountColumn("unread", unread_of_account))
    mail_kinds.register(MailKind(DIGEST, label=_("what happened on Collegium (the digest)")))
    notification_kinds.register(FOLLOWER)
    register_block_reaction(on_block)


def register_safety() -> None:
    """Who sees whose words, what can be reported, what the trail keeps of it, and what people are told."""
    from django.utils.translation import gettext_lazy as _

    from collaboration.notifications.kinds import notification_kinds
    from collaboration.pages.safety import keep_off_panel
    from collaboration.safety import deciding, measures, subjects, telling
    from collaboration.safety.blocks import register_block_reaction
    from collaboration.safety.reports import ReportableKind, reportable_kinds
    from config.lib.registries import VisibilityFilter, visibility_filters
    from profiles.trail import TRAILED

    TRAILED.update(deciding.TRAILED)
    visibility_filters.register(VisibilityFilter("safety", "profiles.Profile", measures.shown_profiles))
    register_block_reaction(measures.on_block)
    for kind in telling.KINDS:
        notification_kinds.register(kind)
    reportable_kinds.register(ReportableKind("page", _("The page of"), subjects.find_page, order=10))
    reportable_kinds.register(ReportableKind("invitation", _("The invitation"), subjects.find_invitation, order=20))
    reportable_kinds.register(ReportableKind("message", _("The message"), subjects.find_message, order=30))
    panels.register(
        Panel("keep-off", page="researcher", slot="rail", template="collaboration/panels/keep_off.html", load=keep_off_panel, order=910)
    )


def register_belongings() -> None:
    """What of follows, notifications and safety belongs to an account, and what goes along when pages are merged."""
    from collaboration.following.merging import participant
    from collaboration.safety.parts import parts

    for part in parts():
        personal_parts.register(part)
    merge_participants.register(participant())


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


def register_suggestions() -> None:
    """People somebody could work with: computed in the background, shown on the first page, taken along and gone with an account."""
    from collaboration.pages.suggestions import home_panel
    from collaboration.suggestions import keeping
    from collaboration.suggestions.merging import participant
    from collaboration.suggestions.parts import parts
    from config.lib.registries import RefreshKind, refresh_kinds
    from profiles.trail import register_reaction

    def refresh(ids: list[int]) -> int:
        from collaboration.suggestions.computing import refresh_suggestions  # arrays: for workers

        return refresh_suggestions(ids)

    refresh_kinds.register(RefreshKind(keeping.KIND, refresh, queue="graph", batch=10, order=70, everything=keeping.pages_with_owners))
    register_reaction("profiles.Claim", keeping.on_claims_changed)
    merge_participants.register(participant())
    for part in parts():
        personal_parts.register(part)
    panels.register(
        Panel("suggestions", page="home", slot="main", template="collaboration/panels/suggestions.html", load=home_panel, order=20)
    )
