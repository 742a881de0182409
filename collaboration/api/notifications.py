"""What somebody was told, for their programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.api.invitation_serializers import PublicIdGiven
from collaboration.models import Notification
from collaboration.notifications.kinds import notification_kinds
from collaboration.notifications.sending import mark_read, seen_by
from collaboration.querysets.notifications import Line, lines_of
from config.lib.rest.pagination import ReadPages
from papers.api.fields import PublicIdField, Read, absolute
from profiles.api.personal import Given, PersonalViewSet

READ, WRITE = "notifications:read", "notifications:write"


class NotificationSerializer(Read):
    """A line of what you were told: the latest of those that are gathered in it."""

    id = PublicIdField(source=None)
    kind = serializers.CharField(help_text="For instance invitation, invitation-answer, follower.")
    text = serializers.SerializerMethodField(help_text="One plain sentence.")
    count = serializers.IntegerField(help_text="How many are gathered here.")
    at = serializers.DateTimeField()
    is_unread = serializers.BooleanField()
    url = serializers.SerializerMethodField(help_text="The page of what it is about.")

    def get_text(self, row: Line) -> str:
        kind = notification_kinds.get(row.kind)
        return kind.line(row.payload, row.count) if kind is not None else ""

    def get_url(self, row: Line) -> str:
        kind = notification_kinds.get(row.kind)
        return absolute(self.context, kind.address(row.payload)) if kind is not None else ""


class ThroughGiven(Given):
    """Up to where it was read."""

    through = PublicIdGiven(help_text="The id of the latest line that you have seen. What came since stays unread.")


class NotificationViewSet(PersonalViewSet):
    """What the account was told."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    pagination_class = ReadPages
    scopes: ClassVar = {"list": READ, "read": WRITE, "read_all": WRITE}

    @staticmethod
    def number_of(row: Line) -> int:
        """By what the list goes on."""
        return row.id

    @extend_schema(summary="List your notifications", responses=NotificationSerializer(many=True))
    def list(self, request: Request) -> Response:
        """What you were told, gathered as on the page, latest first. Reading it here marks nothing as read."""

        def read(before: int | None, limit: int) -> Sequence[Line]:
            return lines_of(self.account.pk, [kind.key for kind in notification_kinds], before=before, limit=limit)

        page = self.paginate_queryset(read)  # type: ignore[arg-type]  # these pages read by a function
        return self.get_paginated_response(NotificationSerializer(page, many=True, context=self.get_serializer_context()).data)

    @extend_schema(summary="Mark a notification as read", request=None, responses={204: None}, operation_id="notifications_read_update")
    def read(self, request: Request, pk: int) -> Response:
        """It, and what was gathered with it, counts as read. Twice is once."""
        found = seen_by(self.account).filter(pk=pk).first()
        if found is None:
            raise Http404
        mark_read(recipient=self.account, kind=found.kind, group_key=found.group_key)
        return Response(status=204)

    @extend_schema(
        summary="Mark everything as read", request=ThroughGiven, responses={204: None}, operation_id="notifications_read_all_create"
    )
    def read_all(self, request: Request) -> Response:
        """Everything up to a line counts as read, so that nothing is lost that came meanwhile."""
        mark_read(recipient=self.account, through=self.given(ThroughGiven)["through"])
        return Response(status=204)
