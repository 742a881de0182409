"""What this app hands to the registries of config.lib; called once, when the app is ready."""

from __future__ import annotations

from config.lib.registries import Panel, RefreshKind, SupportSource, panels, refresh_kinds, support_sources


def register() -> None:
    """Panels, what is computed in the background, and what follows from changes."""
    register_panels()
    register_facets()
    register_levels()
    register_decisions()
    register_evidence()
    register_privacy()
    register_trust()
    register_identity()
    register_api()


def register_identity() -> None:
    """Figures, levels, trust and the feed of changed ids follow merges, splits and moves, and their taking back."""
    from django.utils.translation import gettext_lazy as _

    from config.lib.registries import PersonalPart, personal_parts
    from profiles.identity import following, proposals
    from profiles.models import PageProposal
    from profiles.privacy.parts import of_user
    from profiles.trail import register_reaction

    register_reaction("papers.Author", following.on_pages_changed)
    register_reaction("papers.Authorship", following.on_works_changed)
    columns = ("kind", "reason", "evidence", "status", "created_at", "decided_at", "answer")
    personal_parts.register(
        PersonalPart(
            "proposals",
            _("What you proposed about pages"),
            collect=of_user(PageProposal, "proposer", *columns, author_id="page_id"),
            erase=proposals.erase_words,
            order=310,
        )
    )


def register_api() -> None:
    """What the API's answers about authors say of claims, and how it answers what a person may not or cannot do."""
    from django.utils.translation import gettext_lazy as _

    from config.lib.rest import problems
    from config.lib.rest.parts import RecordPart, record_parts
    from profiles.api.claim_states import claim_states
    from profiles.api.serializers import ClaimStateSerializer
    from profiles.exceptions import IdentityError, LimitReachedError, NotAllowedError

    record_parts.register(RecordPart("claim", "papers.Author", ClaimStateSerializer, claim_states))
    problems.register_problem(IdentityError, slug="conflict", status=409, title=problems.CONFLICT.title)
    problems.register_problem(NotAllowedError, slug="forbidden", status=403, title=problems.FORBIDDEN.title)
    problems.register_problem(LimitReachedError, slug="limit-reached", status=409, title=_("A limit is reached"))


def register_privacy() -> None:
    """What people ask of their pages, what belongs to an account, and a word at log-in where an account is about to go."""
    from django.contrib.auth.signals import user_logged_in

    from config.lib.registries import PageWishes, page_wishes, personal_parts
    from profiles.privacy import choices, parts, reminders

    page_wishes.register(PageWishes("choices", "papers.Author", listed=choices.listed, of=choices.wishes_of_pages))
    for part in parts.parts():
        personal_parts.register(part)
    user_logged_in.connect(reminders.remind_of_deletion, dispatch_uid="profiles.deletion")


def register_facets() -> None:
    """What narrows a search for people."""
    from django.utils.translation import gettext_lazy as _

    from config.lib.registries import PeopleFacet, people_facets
    from profiles.querysets import facets

    people_facets.register(PeopleFacet("open", _("Open to collaborate"), facets.open_to_collaborate, order=10))
    people_facets.register(PeopleFacet("claimed", _("Claimed"), facets.claimed, order=20))


def register_levels() -> None:
    """Levels follow claims, evidence and freezes; workers compute what is too much for a request, and what ages."""
    from profiles import standings
    from profiles.claims import notices
    from profiles.models import Standing
    from profiles.trail import register_reaction

    refresh_kinds.register(
        RefreshKind(
            standings.KIND,
            standings.refresh_standings,
            queue="scores",
            batch=200,
            order=40,
            everything=lambda: Standing.objects.values_list("pk", flat=True).iterator(),
        )
    )
    register_reaction("profiles.Claim", standings.on_claims_changed)
    register_reaction("profiles.Evidence", standings.on_evidence_changed)
    register_reaction("profiles.Freeze", standings.on_freezes_changed)
    register_reaction("profiles.Claim", notices.on_claims_changed)
    register_reaction("profiles.Appeal", notices.on_appeals_changed)


def register_trust() -> None:
    """Scores follow the record's figures, levels and support; support follows vouches and confirmed joint works."""
    from papers.models import Author
    from profiles.trust import following, scores, support

    refresh_kinds.register(
        RefreshKind(
            support.KIND,
            support.refresh_support,
            queue="scores",
            batch=1000,
            order=45,
            workers=1,  # two would push the same residual
            everything=support.everybody_with_a_claim,
            after=("standing",),
        )
    )
    refresh_kinds.register(
        RefreshKind(
            scores.KIND,
            scores.refresh_scores,
            queue="scores",
            batch=1000,
            order=50,
            everything=lambda: Author.objects.values_list("pk", flat=True).iterator(),
            after=("author-figures", "standing"),
        )
    )
    for source in (
        SupportSource("vouch", support.vouches, support.everybody_with_a_claim, order=10),
        SupportSource("verified-coauthorship", support.verified_coauthorship, support.everybody_with_a_claim, order=20),
    ):
        support_sources.register(source)
    following.register()


def register_evidence() -> None:
    """The iD that a page shows follows claims and evidence; a revoked claim is noted on those who vouched; another iD in an account ends evidence."""
    from profiles.accounts.changes import ChangeReaction, reactions
    from profiles.evidence import connections, signed_in_ids, vouching
    from profiles.trail import register_reaction

    register_reaction("profiles.Claim", signed_in_ids.on_claims_changed)
    register_reaction("profiles.Evidence", signed_in_ids.on_evidence_changed)
    register_reaction("profiles.Claim", vouching.on_claims_changed)
    reactions.register(ChangeReaction("orcid-evidence", connections.on_account_changed))


def register_decisions() -> None:
    """Figures and names follow decisions about works, taken or taken back; what owners asked to add is theirs to take along."""
    from django.utils.translation import gettext_lazy as _

    from config.lib.registries import KeptPages, PersonalPart, kept_pages, personal_parts
    from profiles.models import WorkAddition
    from profiles.models.privacy import RequestKind
    from profiles.owners.following import on_authorships_changed
    from profiles.owners.requests import on_not_mine_confirmed
    from profiles.privacy.confirmed_requests import on_confirmed
    from profiles.privacy.parts import of_user
    from profiles.querysets.kept import pages_with_people
    from profiles.trail import register_reaction

    register_reaction("papers.Authorship", on_authorships_changed)
    on_confirmed(RequestKind.NOT_MINE, on_not_mine_confirmed)
    kept_pages.register(KeptPages("people", pages_with_people))
    columns = ("kind", "request", "text", "state", "outcome", "error", "created_at", "finished_at")
    personal_parts.register(
        PersonalPart("additions", _("Works that you asked to add"), collect=of_user(WorkAddition, "user", *columns), order=300)
    )


def register_panels() -> None:
    """The panels of this app, with their empty states."""
    from profiles.claims.shown import claim_panel, own_page_panel
    from profiles.owners import shown
    from profiles.owners.mixed import mixed_panel
    from profiles.trust.page import snapshot

    panels.register(
        Panel(
            "trust",
            page="researcher",
            slot="snapshot",
            template="profiles/panels/trust.html",
            load=lambda _request, author: snapshot(author),
            order=10,
        )
    )
    panels.register(
        Panel("words", page="researcher", slot="header", template="profiles/panels/profile_header.html", load=shown.header_panel, order=10)
    )
    panels.register(Panel("about", page="researcher", slot="main", template="profiles/panels/about.html", load=shown.about_panel, order=10))
    panels.register(Panel("mixed", page="researcher", slot="main", template="profiles/panels/ambiguity.html", load=mixed_panel, order=5))
    panels.register(
        Panel("decide", page="researcher", slot="main", template="profiles/panels/decide.html", load=shown.decide_panel, order=990)
    )
    panels.register(Panel("own-page", page="home", slot="feed", template="profiles/panels/own_page.html", load=own_page_panel, order=5))
    panels.register(Panel("claim", page="researcher", slot="actions", template="profiles/panels/claim.html", load=claim_panel, order=20))
    panels.register(
        Panel(
            "rights",
            page="researcher",
            slot="rail",
            template="profiles/panels/rights.html",
            load=lambda _request, author: {"page": author},
            order=900,
        )
    )
