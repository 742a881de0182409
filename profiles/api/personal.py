"""The part of the API that is somebody's own: who asks is told by a personal token, which says what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from config.lib.rest.throttling import AccountBurstThrottle, AccountSustainedThrottle, BurstThrottle, SustainedThrottle
from config.lib.rest.views import StrictJSONParser, StrictViewSet
from profiles.accounts.tokens import known_token
from profiles.models import AccessToken, User

ANY = ""
"""The scope of what every token may do."""


class TokenAuthentication(BaseAuthentication):
    """The account of the token in ``Authorization: Bearer …``. A session plays no part: no page can have a browser do anything here."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        """The account and its token; None where none is sent. Raises ``AuthenticationFailed`` for one that does not work. One query."""
        scheme, _space, text = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        if scheme.lower() != b"bearer":
            raise exceptions.AuthenticationFailed(_("Send a token: “Authorization: Bearer …”."))
        token = known_token(text.strip().decode("ascii", "replace"))
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token does not work: its time is over, or it was ended."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Collegium"'


class HasScope(BasePermission):
    """Whether the token may do what is asked. A view that names no scope for an action lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises ``NotAuthenticated`` without a token, ``MethodNotAllowed``, ``PermissionDenied`` that names the scope which is missing."""
        if not isinstance(request.auth, AccessToken):
            raise exceptions.NotAuthenticated(_("This needs a token of yours, sent as “Authorization: Bearer …”."))
        if view.action in {None, "metadata"}:  # permissions are asked before the method is
            raise exceptions.MethodNotAllowed(request.method or "")
        wanted = view.scopes.get(view.action)
        if wanted is None or (wanted != ANY and wanted not in request.auth.scopes):
            raise exceptions.PermissionDenied(_("This token may not do that: it lacks the scope %(scope)s.") % {"scope": wanted})
        return True


class PersonalViewSet(StrictViewSet):
    """Reads and changes what belongs to the account of a token.

    ``scopes`` names the scope of each action. Who asks is counted by address before the token is looked up, so that guesses count too, and by account after.
    """

    authentication_classes = (TokenAuthentication,)
    permission_classes = (HasScope,)
    parser_classes = (StrictJSONParser,)
    throttle_classes = (AccountBurstThrottle, AccountSustainedThrottle)
    scopes: ClassVar[Mapping[str, str]] = {}

    def perform_authentication(self, request: Request) -> None:
        """Raises ``Throttled`` for too many requests of an address, whoever they are by."""
        for throttle in (BurstThrottle(), SustainedThrottle()):
            if not throttle.allow_request(request, self):
                self.throttled(request, throttle.wait() or 1)
        super().perform_authentication(request)

    @property
    def account(self) -> User:
        """Whose token it is."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - the permission saw to it
        return user

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody between keeps the answer."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Vary"] = "Authorization"
        return response

    def given(self, serializer: type[Given]) -> dict[str, Any]:
        """The body of the request, read by this serializer. Raises ``ValidationError``."""
        read = serializer(data=self.request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)


class Given(serializers.Serializer[Any]):
    """What the body of a request may hold. A field that it does not know is refused, as parameters are."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = {str(name): [_("No such field.")] for name in data if name not in self.fields} if isinstance(data, Mapping) else {}
        if unknown:
            raise exceptions.ValidationError(unknown)
        return super().to_internal_value(data)

    def create(self, validated_data: Any) -> Any:
        raise NotImplementedError("services write")

    def update(self, instance: Any, validated_data: Any) -> Any:
        raise NotImplementedError("services write")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library's registration
    """How the API's description speaks of tokens."""

    target_class = "profiles.api.personal.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A personal access token, made under /settings/tokens/."}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        scope = auto_schema.view.scopes.get(auto_schema.view.action, ANY)
        return {self.name: [scope] if scope else []}
