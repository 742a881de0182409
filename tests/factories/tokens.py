"""Programs that act for somebody."""

from __future__ import annotations

from typing import Any

from django.test import Client

from config.lib.rest.scopes import scopes
from profiles.accounts.tokens import make_token
from profiles.models import User


def program_of(user: User, *allowed: str) -> Program:
    """A program with a token of that account: for these scopes, or for all there are."""
    made = make_token(user=user, name=f"Program {user.access_tokens.count()}", scopes=allowed or [scope.key for scope in scopes], days=30)
    return Program(made.token)


class Program:
    """Asks the API with a token."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.client = Client(headers={"authorization": f"Bearer {token}"}, raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a request below the API's version prefix."""
        address = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        if body is None:
            return getattr(self.client, method)(address)
        return getattr(self.client, method)(address, body, content_type="application/json")
