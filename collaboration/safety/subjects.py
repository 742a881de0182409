"""What can be reported here: a researcher's page with what its owner wrote on it, an invitation, a message.

Whoever blocked somebody can still report them, and names what they report by its date: its words are hidden from both.
"""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format

from collaboration.models import Block
from collaboration.models.conversations import Message
from collaboration.models.invitations import Invitation
from collaboration.safety.reports import Reportable
from papers.models import Author
from papers.querysets.people import standing_author
from profiles.models import Profile, User
from profiles.querysets.claims import holding


def find_page(number: int, _reporter: User) -> Reportable | None:
    """A researcher's page: that it is claimed by the wrong person, or made up. Three queries."""
    author = standing_author(number)
    if author is None:
        return None
    held = holding([author.pk]).first()
    owner = held.profile.user if held is not None else None
    quoted = _words_of(held.profile) if held is not None else ""
    return Reportable(Author._meta.label, author.pk, author.display_name, quoted, owner, author, author.get_absolute_url())


def find_invitation(number: int, reporter: User) -> Reportable | None:
    """An invitation that lay before the reporter. Two queries."""
    found = Invitation.objects.filter(pk=number, recipient=reporter, delivered_at__isnull=False).select_related("sender", "author").first()
    if found is None or Block.objects.filter(blocker=found.sender, blocked=reporter).exists():
        return None
    quoted = f"{found.topic}\n\n{found.ask}"
    name = date_format(found.delivered_at or found.created_at, "DATE_FORMAT")
    return Reportable(Invitation._meta.label, found.pk, name, quoted, found.sender, None, reverse("collaboration:invitations"))


def find_message(number: int, reporter: User) -> Reportable | None:
    """A message in a conversation that the reporter is in, quoted with its links. Three queries."""
    mine = Q(conversation__members__user=reporter, conversation__members__left_at__isnull=True)
    found = Message.objects.filter(mine, pk=number, erased_at__isnull=True).select_related("sender").first()
    if found is None or found.sender is None or Block.objects.filter(blocker=found.sender, blocked=reporter).exists():
        return None
    name = date_format(found.written_at, "DATETIME_FORMAT")
    quoted = "\n\n".join(filter(None, [found.body, "\n".join(f"{link.label}: {link.url}" for link in found.links.all())]))
    return Reportable(Message._meta.label, found.pk, name, quoted, found.sender, None, reverse("collaboration:conversations"))


def _words_of(profile: Profile) -> str:
    links = "\n".join(f"{link.label}: {link.url}" for link in profile.links.all())
    return "\n\n".join(part for part in (profile.position, profile.biography, links) if part)
