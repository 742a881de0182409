"""Sign-in at outside providers, as the environment describes them: read, checked and spelled for django-allauth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_OIDC_KEYS = {"id", "name", "client_id", "client_secret", "server_url", "origins"}
_SAML_KEYS = {"id", "name", "idp", "sp", "attribute_mapping", "origins"}


class OrcidAddress(NamedTuple):
    """Where ORCID is: its site (sign-in and tokens), and its public API."""

    site: str
    api: str


def orcid_address(environment: str, *, test_server: str = "") -> OrcidAddress:
    """The addresses of ORCID's "production" or "sandbox", or of a server that plays ORCID.

    Production settings never pass a test server, so no variable can send people's sign-ins elsewhere there.
    Raises ``ImproperlyConfigured`` for another environment.
    """
    if test_server:
        return OrcidAddress(test_server.rstrip("/"), test_server.rstrip("/"))
    if environment == "production":
        return OrcidAddress("https://orcid.org", "https://pub.orcid.org")
    if environment == "sandbox":
        return OrcidAddress("https://sandbox.orcid.org", "https://pub.sandbox.orcid.org")
    raise ImproperlyConfigured(f"ORCID_ENVIRONMENT is {environment!r}: it can be production or sandbox.")


def oidc_apps(told: Any) -> list[dict[str, Any]]:
    """OpenID Connect providers for allauth. Raises ``ImproperlyConfigured`` where one is not complete or spelled wrong."""
    return [
        {
            "provider_id": one["id"],
            "name": one["name"],
            "client_id": one["client_id"],
            "secret": one["client_secret"],
            "settings": {"server_url": one["server_url"], "origins": one.get("origins", [])},
        }
        for one in _checked("OIDC_PROVIDERS", told, _OIDC_KEYS, needed=_OIDC_KEYS - {"origins"})
    ]


def saml_apps(told: Any) -> list[dict[str, Any]]:
    """SAML identity providers for allauth. Assertions must be signed, whatever was told. Raises ``ImproperlyConfigured``."""
    return [
        {
            "provider_id": one["id"],
            "name": one["name"],
            "client_id": one["id"],
            "settings": {
                "idp": one["idp"],
                **({"sp": one["sp"]} if "sp" in one else {}),
                "attribute_mapping": one.get("attribute_mapping", {}),
                "advanced": {"want_assertion_signed": True, "reject_deprecated_algorithm": True, "reject_idp_initiated_sso": True},
                "origins": one.get("origins", []),
            },
        }
        for one in _checked("SAML_PROVIDERS", told, _SAML_KEYS, needed={"id", "name", "idp"})
    ]


def origins_of(orcid: OrcidAddress | None, *providers: Iterable[Mapping[str, Any]]) -> list[str]:
    """The origins that a sign-in form may lead to: of each provider's addresses, and what its "origins" add."""
    addresses = [orcid.site] if orcid else []
    for app in (app for group in providers for app in group):
        known = app["settings"]
        addresses += [known.get("server_url", ""), known.get("idp", {}).get("sso_url", ""), known.get("idp", {}).get("metadata_url", "")]
        addresses += known["origins"]
    return sorted({f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses) if parts.scheme and parts.netloc})


def _checked(name: str, told: Any, known: set[str], *, needed: set[str]) -> Sequence[Mapping[str, Any]]:
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise ImproperlyConfigured(f"{name} is a JSON list of objects (docs/accounts.md shows one).")
    for one in told:
        missing, strange = needed - one.keys(), one.keys() - known
        if missing or strange:
            raise ImproperlyConfigured(
                f"{name}, {one.get('id', 'without id')}: missing {sorted(missing) or 'nothing'}, unknown {sorted(strange) or 'nothing'}."
            )
    if len({one["id"] for one in told}) != len(told):
        raise ImproperlyConfigured(f"{name}: two providers have the same id.")
    return told
