"""How a conversation begins: with an accepted invitation."""

from __future__ import annotations

from collaboration.models.conversations import Conversation, Member
from collaboration.models.invitations import Invitation


def open_conversation(*, invitation: Invitation) -> Conversation:
    """The conversation of sender and recipient about the invitation's topic. Two statements, in the caller's transaction."""
    conversation = Conversation.objects.create(invitation=invitation, topic=invitation.topic)
    Member.objects.bulk_create(
        [Member(conversation=conversation, user_id=key) for key in (invitation.sender_id, invitation.recipient_id) if key]
    )
    return conversation
