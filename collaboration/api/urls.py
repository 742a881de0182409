"""The API's addresses of this app, below the version prefix. All of them need a token."""

from __future__ import annotations

from typing import Any

from django.urls import path

from collaboration.api.following import FollowingViewSet
from collaboration.api.invitations import InvitationViewSet
from collaboration.api.notifications import NotificationViewSet
from config.lib.public_ids import register_public_ids

register_public_ids()

app_name = "collaboration_api"

_SOMETHING: Any = {"get": "show", "put": "follow", "delete": "leave"}


def _step(name: str) -> Any:
    """An act on one invitation."""
    return path(f"invitations/<public_id:pk>/{name}/", InvitationViewSet.as_view({"post": name}, detail=True), name=f"invitation-{name}")


urlpatterns = [
    path("following/", FollowingViewSet.as_view({"get": "list"}, detail=False), name="following"),
    path("following/search/", FollowingViewSet.as_view({"post": "follow_search"}, detail=True), name="follow-search"),
    path("following/<slug:word>/<public_id:pk>/", FollowingViewSet.as_view(_SOMETHING, detail=True), name="follow"),
    path("invitations/", InvitationViewSet.as_view({"get": "list"}, detail=False), name="invitations"),
    path("invitations/<public_id:pk>/", InvitationViewSet.as_view({"get": "show", "delete": "discard"}, detail=True), name="invitation"),
    path("invitations/to/<public_id:pk>/", InvitationViewSet.as_view({"put": "draft"}, detail=True), name="draft"),
    *(_step(name) for name in ("send", "accept", "decline", "wait", "withdraw", "remind")),
    path("notifications/", NotificationViewSet.as_view({"get": "list"}, detail=False), name="notifications"),
    path("notifications/read/", NotificationViewSet.as_view({"post": "read_all"}, detail=True), name="read-all"),
    path("notifications/<public_id:pk>/read/", NotificationViewSet.as_view({"put": "read"}, detail=True), name="notification-read"),
]
