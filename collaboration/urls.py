"""Addresses of what people do together."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from collaboration.views import conversations, introductions, invitations
from config.lib.public_ids import register_public_ids

register_public_ids()

app_name = "collaboration"

urlpatterns: list[URLPattern | URLResolver] = [
    path("researchers/<public_id:pk>/<str:slug>/invite/", invitations.invite, name="invite"),
    path("researchers/<public_id:pk>/<str:slug>/introduce/", introductions.introduce, name="introduce"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/<public_id:pk>/", invitations.invitation, name="invitation"),
    path("introductions/<public_id:pk>/", introductions.introduction, name="introduction"),
    path("conversations/", conversations.conversations, name="conversations"),
    path("conversations/<public_id:pk>/", conversations.conversation, name="conversation"),
    path("conversations/<public_id:pk>/new/", conversations.new_messages, name="new-messages"),
    path("conversations/<public_id:pk>/export.<str:form>", conversations.export, name="conversation-export"),
    path("settings/collaboration/", invitations.collaboration_choices, name="choices"),
]
