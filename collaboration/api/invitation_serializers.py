"""Invitations as the API tells them to one of their two people, and what it takes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from collaboration.invitations.answering import LONGEST_NOTE
from collaboration.invitations.drafting import LONGEST_ASK, LONGEST_TOPIC, MOST_WORKS
from collaboration.models.invitations import DeclineReason, Invitation, InvitationStatus
from collaboration.pages.invitation import seen_status
from collaboration.querysets.people import Known, nobody
from config.lib.public_ids import decode_public_id, encode_public_id
from papers.api.fields import PUBLIC_ID_PATTERN, PublicIdField, Read, ReferenceSerializer, absolute
from profiles.api.personal import Given
from profiles.models.choices import WorkKind

SHOWN_STATES = [status for status in InvitationStatus.values if status != InvitationStatus.CLOSED]


class SenderSerializer(Read):
    """Who invites: by their page, where they own one."""

    name = serializers.CharField()
    author = serializers.CharField(allow_null=True, help_text="The id of their author page.")

    def to_representation(self, instance: Known) -> dict[str, Any]:
        return {"name": instance.name, "author": encode_public_id(instance.author) if instance.author is not None else None}


class InvitationSerializer(Read):
    """An invitation, as you may know it."""

    id = PublicIdField()
    is_mine = serializers.SerializerMethodField(help_text="Whether you wrote it.")
    status = serializers.SerializerMethodField()
    sender = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField(help_text="The page of the person who is invited.")
    topic = serializers.CharField()
    kind = serializers.ChoiceField(["", *WorkKind.values])
    ask = serializers.CharField(help_text="What is asked, in Markdown.")
    by_when = serializers.DateField(allow_null=True)
    works = serializers.SerializerMethodField(help_text="The works that it refers to.")
    decline_reason = serializers.ChoiceField(["", *DeclineReason.values])
    reason = serializers.SerializerMethodField(help_text="The reason in words.")
    note = serializers.CharField(source="answer_note", help_text="Words with the answer.")
    sent_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    held_until = serializers.DateField(allow_null=True, help_text="The day to which you, or they, asked to wait.")
    url = serializers.SerializerMethodField(help_text="Its page.")
    conversation_url = serializers.SerializerMethodField(help_text="The page of the conversation that it opened.")

    def _status(self, row: Invitation) -> InvitationStatus:
        return seen_status(row, self.context["account"])

    def get_is_mine(self, row: Invitation) -> bool:
        return bool(row.sender_id == self.context["account"].pk)

    @extend_schema_field({"type": "string", "enum": SHOWN_STATES})
    def get_status(self, row: Invitation) -> str:
        return self._status(row).value

    @extend_schema_field(SenderSerializer)
    def get_sender(self, row: Invitation) -> Any:
        return SenderSerializer(self.context["senders"].get(row.sender_id, nobody())).data

    @extend_schema_field(ReferenceSerializer)
    def get_author(self, row: Invitation) -> dict[str, str]:
        return {"id": encode_public_id(row.author_id), "name": row.author.display_name}

    @extend_schema_field({"type": "array", "items": {"type": "string", "pattern": PUBLIC_ID_PATTERN}})
    def get_works(self, row: Invitation) -> list[str]:
        return [encode_public_id(work.pk) for work in row.works.all()]

    def get_reason(self, row: Invitation) -> str:
        return str(DeclineReason(row.decline_reason).label) if row.decline_reason in DeclineReason.values else ""

    def get_url(self, row: Invitation) -> str:
        return absolute(self.context, row.get_absolute_url())

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_conversation_url(self, row: Invitation) -> str | None:
        conversation = getattr(row, "conversation", None) if self._status(row) == InvitationStatus.ACCEPTED else None
        return absolute(self.context, conversation.get_absolute_url()) if conversation is not None else None


@extend_schema_field({"type": "string", "pattern": PUBLIC_ID_PATTERN})
class PublicIdGiven(serializers.Field[int, str, str, Any]):
    """A public id in a request: the row key behind it."""

    def to_internal_value(self, data: Any) -> int:
        """Raises ``ValidationError`` for what is no id."""
        try:
            return decode_public_id(data if isinstance(data, str) else "")
        except ValueError:
            raise serializers.ValidationError(_("This is no id.")) from None

    def to_representation(self, value: int) -> str:
        return encode_public_id(value)


class CharterGiven(Given):
    """What an invitation says. What is left out stays empty: a draft may leave anything open."""

    topic = serializers.CharField(max_length=LONGEST_TOPIC, required=False, allow_blank=True, help_text="One line, as its heading.")
    kind = serializers.ChoiceField(WorkKind.choices, required=False, allow_blank=True, help_text="What kind of work is meant.")
    ask = serializers.CharField(max_length=LONGEST_ASK, required=False, allow_blank=True, help_text="What you ask of them, in Markdown.")
    by_when = serializers.DateField(required=False, allow_null=True, help_text="A day after which it makes no sense any more.")
    works = serializers.ListField(child=PublicIdGiven(), max_length=MOST_WORKS, required=False, help_text="Ids of works that you refer to.")


class NoteGiven(Given):
    """A word with an answer."""

    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True, default="", help_text="A word with it.")


class DeclineGiven(NoteGiven):
    """Declining, with one of the reasons."""

    reason = serializers.ChoiceField(DeclineReason.choices, help_text="What the sender will read.")


class WaitGiven(Given):
    """Until when to wait."""

    until = serializers.DateField(help_text="A day within half a year.")
