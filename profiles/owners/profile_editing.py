"""Keeping a profile: what its owner wrote, rendered once, in one transaction with an entry that says only that it was changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from papers.models import Topic
from profiles.biography import LONGEST_BIOGRAPHY, MOST_LINKS, MOST_TOPICS, render_biography
from profiles.models import Profile, ProfileLink, User
from profiles.models.choices import Role
from profiles.querysets.claims import held_by
from profiles.standings import follow
from profiles.trail import act

EDIT = "profile-edit"


@dataclass(frozen=True, slots=True)
class ProfileText:
    """All that an owner writes. ``links`` are pairs of label and address, ``topics`` keys, ``public_parts`` values of ``PublicPart``,
    ``kinds`` values of ``WorkKind``.
    """

    display_name: str
    biography: str = ""
    position: str = ""
    pronouns: str = ""
    languages: tuple[str, ...] = ()
    open_until: date | None = None
    topics: tuple[int, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    public_parts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def profile_of(user: User) -> Profile:
    """The account's profile, made where there is none yet. One or two statements."""
    profile, _is_new = Profile.objects.get_or_create(user=user)
    return profile


def save_profile(*, user: User, text: ProfileText) -> Profile:
    """The profile as its owner wrote it; about fifteen statements.

    Where the name changed, the level of their page follows: it asks for a name that goes with those on the works. Forms check what
    was typed; here it is cut to what may stand.
    """
    with transaction.atomic():
        profile_of(user)
        profile = Profile.objects.select_for_update(of=("self",), no_key=True).get(user=user)
        renamed = profile.display_name != text.display_name
        profile.display_name, profile.position, profile.pronouns = text.display_name, text.position, text.pronouns
        profile.biography = text.biography[:LONGEST_BIOGRAPHY]
        profile.biography_html = render_biography(profile.biography)
        profile.languages, profile.open_until, profile.public_parts = list(text.languages), text.open_until, list(text.public_parts)
        profile.collaboration_kinds = list(text.kinds)
        profile.save()
        profile.collaboration_topics.set(
            Topic.objects.filter(pk__in=text.topics, merged_into__isnull=True, erased_at__isnull=True)[:MOST_TOPICS]
        )
        profile.links.all().delete()
        ProfileLink.objects.bulk_create(
            ProfileLink(profile=profile, label=label, url=url, place=place) for place, (label, url) in enumerate(text.links[:MOST_LINKS])
        )
        with act(action=EDIT, actor=user, role=Role.OWNER, subject=profile):
            pass
        held = held_by(profile.pk).first() if renamed else None
        if held is not None:
            follow([held.author_id])
    return profile
