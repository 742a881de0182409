"""Addresses of what people do together."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from collaboration.views import atom, conversations, follows, introductions, invitations, notifications, safety, suggestions
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
    path("follow/search/", follows.follow_search, name="follow-search"),
    path("follow/<slug:word>/<public_id:pk>/", follows.follow_target, name="follow"),
    path("following/", follows.following, name="following"),
    path("following/choice/", follows.list_choice, name="list-choice"),
    path("followers/<slug:word>/<public_id:pk>/", follows.followers, name="followers"),
    path("researchers/<public_id:pk>/<str:slug>/following/", follows.followed_by, name="followed-by"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="read-all"),
    path("notifications/<public_id:pk>/", notifications.notification, name="notification"),
    path("settings/notifications/", notifications.notification_settings, name="notification-settings"),
    path("settings/safety/", safety.safety, name="safety"),
    path("settings/safety/blocks/<public_id:pk>/end/", safety.end_block, name="end-block"),
    path("settings/safety/reports/<public_id:pk>/withdraw/", safety.end_report, name="end-report"),
    path("settings/safety/appeal/<slug:what>/<public_id:pk>/", safety.appeal_against, name="appeal"),
    path("researchers/<public_id:pk>/<str:slug>/keep-off/", safety.keep_off, name="keep-off"),
    path("report/<slug:word>/<public_id:pk>/", safety.report_thing, name="report"),
    path("suggestions/", suggestions.suggestions, name="suggestions"),
    path("suggestions/choice/", suggestions.suggestion_choice, name="suggestion-choice"),
    path("suggestions/<public_id:pk>/", suggestions.dismiss_suggestion, name="dismiss-suggestion"),
    path("feeds/search.atom", atom.atom_search, name="atom-search"),
    path("feeds/<slug:word>/<public_id:pk>.atom", atom.atom, name="atom"),
]
