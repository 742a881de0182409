"""What a token is told about itself."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from papers.api.fields import Read
from profiles.accounts.tokens import end_token
from profiles.api.personal import ANY, PersonalViewSet
from profiles.models import AccessToken


class TokenSerializer(Read):
    """A token: what it may do, and until when."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class TokenViewSet(PersonalViewSet):
    """The token of the request. Any token may ask this."""

    queryset = AccessToken.objects.none()
    serializer_class = TokenSerializer
    scopes: ClassVar = {"show": ANY, "end": ANY}

    @extend_schema(summary="Show what the token may do", responses=TokenSerializer, operation_id="token_retrieve")
    def show(self, request: Request) -> Response:
        """The name that its owner gave the token, its scopes, and until when it works."""
        return Response(TokenSerializer(request.auth).data)

    @extend_schema(summary="End the token", responses={204: None}, operation_id="token_destroy")
    def end(self, request: Request) -> Response:
        """The token works no more, from now on. For programs that are done, and for whoever finds somebody's token."""
        assert isinstance(request.auth, AccessToken)  # noqa: S101 - the permission saw to it
        end_token(token=request.auth, user=self.account)
        return Response(status=204)
