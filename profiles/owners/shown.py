"""What a researcher's page shows of its owner's own words: the parts that they made public, and only where the page has an owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from papers.addresses import topic_address
from papers.models import Author
from papers.pages.parts import Link
from papers.querysets.visibility import narrowing
from profiles.biography import language_names
from profiles.claims.shown import shown_claim
from profiles.models import Profile, User
from profiles.models.choices import PublicPart, WorkKind
from profiles.owners.work_lines import FORM_ID

_STATEMENT: Final = """
    SELECT profile.biography_html, profile.position, profile.pronouns, profile.languages, profile.open_until, profile.collaboration_kinds, profile.public_parts,
           (SELECT json_agg(json_build_array(link.label, link.url) ORDER BY link.place, link.id)
            FROM profiles_profilelink AS link WHERE link.profile_id = profile.id),
           (SELECT json_agg(json_build_array(topic.id, topic.name) ORDER BY topic.name)
            FROM profiles_profile_collaboration_topics AS chosen JOIN papers_topic AS topic ON topic.id = chosen.topic_id
            WHERE chosen.profile_id = profile.id AND topic.merged_into_id IS NULL AND topic.erased_at IS NULL)
    FROM profiles_profile AS profile WHERE profile.user_id = %s"""
_KEPT: Final = "_shown_profile"
NOTHING: Final = SafeString()


@dataclass(frozen=True, slots=True)
class ShownProfile:
    """The public parts; what is not public, or not filled in, is empty. ``languages`` are pairs of code and own name."""

    biography: SafeString = NOTHING
    position: str = ""
    pronouns: str = ""
    languages: Sequence[tuple[str, str]] = ()
    open_until: date | None = None
    kinds: Sequence[str] = ()
    topics: Sequence[Link] = ()
    links: Sequence[Link] = ()

    @property
    def has_body(self) -> bool:
        """Whether anything stands under "About"."""
        return bool(self.biography or self.links or self.open_until)


def shown_profile(author: Author, viewer: User | AnonymousUser | None = None) -> ShownProfile | None:
    """What the owner of this author's page shows to ``viewer``, or None where it has none or hides it from them.

    One query for each author object, and the one of ``shown_claim``.
    """
    if not hasattr(author, _KEPT):
        held = shown_claim(author)
        setattr(author, _KEPT, _read(held.user_id, viewer) if held is not None else None)
    kept: ShownProfile | None = getattr(author, _KEPT)
    return kept


def header_panel(request: HttpRequest, author: Author) -> Mapping[str, Any] | None:
    """Position, pronouns and languages beside the name."""
    profile = shown_profile(author, request.user)
    return {"profile": profile} if profile is not None and (profile.position or profile.pronouns or profile.languages) else None


def about_panel(request: HttpRequest, author: Author) -> Mapping[str, Any] | None:
    """Biography, links, and until when they are open to collaborate."""
    profile = shown_profile(author, request.user)
    return {"profile": profile, "name": author.display_name} if profile is not None and profile.has_body else None


def decide_panel(request: HttpRequest, author: Author) -> Mapping[str, Any] | None:
    """The form behind the buttons under each work, for the owner alone."""
    if not is_owners_page(author, request.user):
        return None
    return {"form_id": FORM_ID, "next": request.get_full_path()}


def is_owners_page(author: Author, viewer: User | AnonymousUser | None) -> bool:
    """Whether the viewer owns this page and may decide about its works now. No query beside that of ``shown_claim``."""
    if viewer is None or not viewer.is_authenticated:
        return False
    held = shown_claim(author)
    return held is not None and held.user_id == viewer.pk and not held.is_disputed


def _read(user_id: int, viewer: User | AnonymousUser | None) -> ShownProfile | None:
    narrower, more = narrowing(Profile, "profile.id", viewer)
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT + narrower, [user_id, *more])
        row = cursor.fetchone()
    if row is None:
        return None
    biography, position, pronouns, languages, open_until, kinds, parts, links, topics = row
    is_open = PublicPart.COLLABORATION in parts and open_until is not None and open_until >= timezone.localdate()
    return ShownProfile(
        biography=SafeString(biography) if PublicPart.BIOGRAPHY in parts else NOTHING,
        position=position if PublicPart.POSITION in parts else "",
        pronouns=pronouns if PublicPart.PRONOUNS in parts else "",
        languages=language_names(languages) if PublicPart.LANGUAGES in parts else (),
        open_until=open_until if is_open else None,
        kinds=[str(WorkKind(kind).label) for kind in kinds] if is_open else (),
        topics=[Link(name, topic_address(key, name)) for key, name in topics or ()] if is_open else (),
        links=[Link(label, url) for label, url in links or ()] if PublicPart.LINKS in parts else (),
    )
