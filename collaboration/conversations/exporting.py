"""A conversation to take along: as Markdown to read, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from collaboration.models.conversations import Conversation, Message
from collaboration.querysets.people import Known, nobody

CHUNK: Final = 500
FORMATS: Final[Mapping[str, str]] = {"md": "text/markdown; charset=utf-8", "json": "application/json"}


def exported(conversation: Conversation, people: Mapping[int, Known], form: str) -> Iterator[str]:
    """The conversation in one of ``FORMATS``, in pieces. Two queries for each five hundred messages."""
    rows = Message.objects.filter(conversation=conversation).prefetch_related("links").order_by("number").iterator(chunk_size=CHUNK)
    return _as_markdown(conversation, rows, people) if form == "md" else _as_json(conversation, rows, people)


def _name(message: Message, people: Mapping[int, Known]) -> str:
    return people.get(message.sender_id or 0, nobody()).name


def _as_markdown(conversation: Conversation, rows: Iterable[Message], people: Mapping[int, Known]) -> Iterator[str]:
    yield f"# {conversation.topic}\n"
    invitation = conversation.invitation
    if invitation is not None:
        yield f"\n{invitation.ask}\n"
    for row in rows:
        yield f"\n## {_name(row, people)}, {row.written_at:%Y-%m-%d %H:%M} UTC\n\n"
        yield (row.body if row.erased_at is None else _("(erased with the account)")) + "\n"
        yield from (f"\n- [{link.label}]({link.url})" for link in row.links.all())
        if row.links.all():
            yield "\n"


def _as_json(conversation: Conversation, rows: Iterable[Message], people: Mapping[int, Known]) -> Iterator[str]:
    head: dict[str, Any] = {"id": conversation.public_id, "topic": conversation.topic, "started": conversation.started_at}
    yield json.dumps(head, cls=DjangoJSONEncoder, ensure_ascii=False)[:-1] + ', "messages": ['
    for place, row in enumerate(rows):
        told = {
            "number": row.number,
            "by": _name(row, people),
            "written": row.written_at,
            "text": row.body,
            "links": [{"label": link.label, "url": link.url} for link in row.links.all()],
        }
        yield ("," if place else "") + "\n" + json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)
    yield "]}\n"
