"""The way to ORCID and back (OAuth 2, authorization code)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse


class OrcidAdapter(OAuth2Adapter):  # type: ignore[misc]  # allauth carries no types
    """Addresses as ``ORCID_ADDRESS`` gives them when they are needed."""

    provider_id = "orcid"

    @property
    def authorize_url(self) -> str:
        return f"{settings.ORCID_ADDRESS.site}/oauth/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{settings.ORCID_ADDRESS.site}/oauth/token"

    def parse_token(self, data: Any) -> Any:
        """The token. Raises ``ProviderException`` for an answer that is not what OAuth promises."""
        try:
            return super().parse_token(data)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ProviderException("ORCID's answer is no token") from error

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - allauth's signature
        """The sign-in that the token's answer tells of, which came from ORCID to us without the visitor in between."""
        return self.get_provider().sociallogin_from_response(request, kwargs["response"])


def _where_configured(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """404 where this site has no sign-in with ORCID."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not settings.SOCIALACCOUNT_PROVIDERS.get("orcid", {}).get("APPS"):
            raise Http404
        return view(request)

    return answer


oauth2_login = _where_configured(OAuth2LoginView.adapter_view(OrcidAdapter))
oauth2_callback = _where_configured(OAuth2CallbackView.adapter_view(OrcidAdapter))
