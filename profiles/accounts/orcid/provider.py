"""ORCID for allauth. allauth has such a provider; ours differs in that no malformed iD gets through and no record is fetched."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount, ProviderException
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from django.http import HttpRequest

from papers.identifiers import normalise_orcid
from profiles.accounts.orcid.views import OrcidAdapter


class OrcidAccount(ProviderAccount):  # type: ignore[misc]  # allauth carries no types
    """An ORCID iD that somebody signed in with."""

    def get_profile_url(self) -> str:
        return f"https://orcid.org/{self.account.uid}"

    def to_str(self) -> str:
        return str(self.account.uid)


class OrcidProvider(OAuth2Provider):  # type: ignore[misc]  # allauth carries no types
    """The token's answer names the iD and the person; that is all we take."""

    id = "orcid"
    name = "ORCID"
    account_class = OrcidAccount
    oauth2_adapter_class = OrcidAdapter

    def get_default_scope(self) -> list[str]:
        return ["/authenticate"]

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:  # noqa: ARG002 - that is the point
        """The default scope: an address with another one, that somebody was sent, asks for nothing more."""
        return list(self.get_scope())

    def extract_uid(self, data: Any) -> str:
        """The iD, bare and with hyphens. Raises ``ProviderException`` for a blank or malformed one."""
        told = data.get("orcid") if isinstance(data, dict) else None
        uid = normalise_orcid(told) if isinstance(told, str) else ""
        if not uid:
            raise ProviderException("ORCID named no valid iD")
        return uid

    def extract_extra_data(self, data: Any) -> dict[str, str]:
        name = data.get("name")
        return {"orcid": self.extract_uid(data), "name": name[:300].replace("\x00", "") if isinstance(name, str) else ""}


provider_classes = [OrcidProvider]
