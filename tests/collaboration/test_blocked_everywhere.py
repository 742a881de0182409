"""Every address of the site, as somebody sees it who was blocked: nothing that the other made or did, and nothing that tells of the block."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils import timezone

from collaboration.conversations.opening import open_conversation
from collaboration.conversations.talking import write_message
from collaboration.following.follows import choose_list, follow
from collaboration.following.targets import target_of
from collaboration.models import Cadence, Notification
from collaboration.models.invitations import Invitation, InvitationStatus
from collaboration.notifications.digests import write_due_digests
from collaboration.notifications.kinds import notification_kinds
from collaboration.notifications.preferences import choose_cadences
from collaboration.safety.blocks import block
from papers.models import Author, Topic
from profiles.models import OutgoingMail, User
from profiles.models.choices import PublicPart
from profiles.owners.profile_editing import ProfileText, save_profile
from tests.factories.accounts import log_in
from tests.factories.papers import TopicFactory
from tests.factories.people import owner_of, page_of
from tests.factories.tokens import program_of

pytestmark = pytest.mark.django_db

NOT_WALKED = ("admin/", "dev/", "accounts/logout", "accounts/mail/refuse/")
"""Behind another door, or in a reader's own hands: the administration shows moderators what is reported, a refusal needs the mail's token."""
OF_THE_RECORD = ("papers/", "topics/", "institutions/", "api/v1/works", "api/v1/topics", "api/v1/institutions", "claims/", "sitemap/")
"""Pages of works and subjects, and of claims that only claimants see: one key of each is enough."""
OF_ONE_KIND = {
    "researchers/": "page",
    "api/v1/authors/": "page",
    "suggestions/": "page",
    "invitations/": "invitation",
    "api/v1/invitations/<": "invitation",
    "conversations/": "conversation",
    "notifications/": "notification",
    "api/v1/notifications/": "notification",
}
KINDS_OF_WORDS = {"person": "page", "page": "page", "message": "message", "invitation": "invitation"}
"""Addresses that name rows of one kind. The keys of other rows name nothing there, and one of them says so for all; other addresses get every key."""
ROW_KEYS = {"PublicIdConverter", "IntConverter"}
WORDS = {
    "word": ("person", "page", "message", "invitation"),
    "what": ("measure",),
    "method": ("email",),
    "format": ("bib",),
    "name": ("authors",),
}


def routes(patterns, prefix: str = "", converters: tuple = ()) -> Iterator[tuple[str, dict]]:
    """Every route of the URL table with the converters of its parameters."""
    for entry in patterns:
        if not isinstance(entry.pattern, RoutePattern):
            if isinstance(entry, URLResolver):
                yield from routes(entry.url_patterns, prefix + str(entry.pattern), converters)
            continue
        known = {**dict(converters), **entry.pattern.converters}
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, known
        else:
            yield from routes(entry.url_patterns, route, tuple(known.items()))


def keys_for(route: str, word: str, keys: dict[str, set[int]]) -> list[int]:
    """The row keys to ask this route with: those of its own kind, which a word in it may say, and one of another, or all of them."""
    every = sorted(set().union(*keys.values()))
    if route.startswith(OF_THE_RECORD):
        return every[:1]
    kind = KINDS_OF_WORDS.get(word) or next((kind for prefix, kind in OF_ONE_KIND.items() if route.startswith(prefix)), None)
    return every if kind is None else [*sorted(keys[kind]), *(key for key in every if key not in keys[kind])][: len(keys[kind]) + 1]


def addresses(keys: dict[str, set[int]]) -> dict[str, list[str]]:
    """Every address of the table by its route: for each of these row keys where it names a row, for each word where it names a kind."""
    found: dict[str, list[str]] = {}
    for route, converters in routes(get_resolver().url_patterns):
        if not route.startswith(NOT_WALKED):
            named = [name for name, one in converters.items() if type(one).__name__ in ROW_KEYS]
            others = [name for name in converters if name not in named]
            for words in product(*(WORDS.get(name, ("ada-quillmere",)) for name in others)):
                given = dict(zip(others, words, strict=True))
                # A key in all places: two keys would name one thing and another within it.
                for key in keys_for(route, given.get("word", ""), keys) if named else [0]:
                    filled = given | {name: str(converters[name].to_url(key)) for name in named}
                    address = "/" + re.sub(r"<(?:[^:>]+:)?([^>]+)>", partial(_given, filled), route)
                    found.setdefault(route, []).append(address)
    return found | {"search/": ["/search/?q=Quillmere", "/search/?q=Quillmere&kind=people", "/search/?kind=people&open=1", "/search/"]}


def with_words(user: User, mark: str) -> list[str]:
    """Fill everything that somebody can write or do, each with a word of its own; these words."""
    topic = Topic.objects.filter(name="Weaving").first() or TopicFactory(name="Weaving")
    words = [f"{mark}{part}" for part in ("biography", "position", "pronouns", "link", "invited", "asked", "written")]
    text = ProfileText(
        display_name=user.profile.display_name,
        biography=words[0],
        position=words[1],
        pronouns=words[2],
        open_until=timezone.localdate().replace(year=timezone.localdate().year + 1),
        topics=(topic.pk,),
        links=((words[3], "https://example.org/"),),
        public_parts=tuple(PublicPart.values),
    )
    save_profile(user=user, text=text)
    choose_list(user=user, is_public=True)
    return words


def reach_out(sender: User, recipient: User, words: list[str]) -> dict[str, set[int]]:
    """An invitation that waits, one that became a conversation with a message, and a follow; the keys of what there is by its kind."""
    page = Author.objects.get(claims__profile__user=recipient)
    now = timezone.now()
    given = {
        "sender": sender,
        "author": page,
        "recipient": recipient,
        "topic": words[4],
        "kind": "paper",
        "ask": words[5],
        "ask_html": words[5],
    }
    dates = {"sent_at": now, "delivered_at": now, "expires_at": now + timedelta(days=30)}
    waiting = Invitation.objects.create(status=InvitationStatus.SENT, **given, **dates)
    accepted = Invitation.objects.create(status=InvitationStatus.ACCEPTED, answered_at=now, **given, **dates)
    conversation = open_conversation(invitation=accepted)
    message = write_message(conversation=conversation, user=sender, text=words[6], token=uuid.uuid4())
    follow(user=sender, target=target_of(page))
    return {"page": {page.pk}, "invitation": {waiting.pk, accepted.pk}, "conversation": {conversation.pk}, "message": {message.pk}}


def _given(given: dict[str, str], place: re.Match[str]) -> str:
    return given[place[1]]


def walk(viewer: User, table: dict[str, list[str]], words: list[str], *, until_all: bool = False) -> tuple[dict[str, str], dict[str, int]]:
    """The words that stand anywhere, each with an address where it does, and the status of each address.

    A route that takes no GET says so whatever the key, and is asked once.
    """
    client = log_in(program_of(viewer).client, viewer)  # a session for the pages, a token for the API
    client.raise_request_exception = True
    seen: dict[str, str] = {}
    statuses: dict[str, int] = {}
    for of_route in table.values():
        for address in of_route:
            if until_all and len(seen) == len(words):
                return seen, statuses
            answer: Any = client.get(address)
            if answer.status_code == 301:  # another slug
                answer = client.get(answer.url)
            statuses[address] = answer.status_code
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            seen |= {word: address for word in words if word.encode() in body}
            if answer.status_code == 405:
                break
    return seen, statuses


def test_a_blocked_person_sees_on_no_address_what_the_other_made_or_did(settings):
    settings.API_LIMITS = {"minute": 0, "hour": 0}
    ada, grace, emmy = (owner_of(page_of(who), who) for who in ("ada", "grace", "emmy"))
    of_ada, of_grace = with_words(ada, "zebra"), with_words(grace, "heron")
    keys: dict[str, set[int]] = {}
    for made in (reach_out(ada, grace, of_ada), reach_out(grace, ada, of_grace)):
        keys |= {kind: keys.get(kind, set()) | of_kind for kind, of_kind in made.items()}
    keys["notification"] = set(Notification.objects.values_list("pk", flat=True)[:2])
    table = addresses(keys)
    assert sum(map(len, table.values())) > 150
    before, found = walk(grace, table, of_ada)
    assert set(before) == set(of_ada)  # the walk sees everything there is to see
    assert {prefix for prefix in OF_ONE_KIND if not _opened(prefix, table, found)} == set()
    personal = {
        route: of_route
        for route, of_route in table.items()
        if route.startswith(("api/v1/following", "api/v1/invitations", "api/v1/notifications"))
    }
    told, answers = walk(grace, personal, of_ada)
    assert set(told) == set(of_ada[4:6])  # so does the API, of what it tells
    assert 401 not in answers.values()

    block(blocker=ada, blocked=grace)
    for viewer, words in ((grace, of_ada), (ada, of_grace)):
        seen, statuses = walk(viewer, table, words)
        assert seen == {}, viewer
        assert not {address for address, status in statuses.items() if status >= 500}
        refused = [address for address, status in statuses.items() if status == 403]
        assert walk(emmy, {"refused": refused}, [])[1] == dict.fromkeys(refused, 403)  # to everybody
    choose_cadences(user=grace, chosen={kind.key: Cadence.DAILY for kind in notification_kinds})
    write_due_digests(at=timezone.now() + timedelta(hours=2))
    assert not [
        mail for mail in OutgoingMail.objects.filter(kind="digest") if "Ada" in mail.text or any(word in mail.text for word in of_ada)
    ]
    assert Client().get(Author.objects.get(claims__profile__user=ada).get_absolute_url()).content.count(b"zebrabiography") == 1


def _opened(prefix: str, table: dict[str, list[str]], found: dict[str, int]) -> bool:
    """Whether the keys for the addresses below this prefix are real ones: some of them open, or may not be opened by reading."""
    return any(
        found.get(address, 404) in {200, 302} for route, of_route in table.items() if route.startswith(prefix) for address in of_route
    )
