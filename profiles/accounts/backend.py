"""Who is behind a session: the account, and in the same query what other apps want known about it on every page."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from config.lib.registries import account_columns
from profiles.models import User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth carries no types
    """allauth's log-in; the account of a session comes with the registered ``account_columns``. One query, as before."""

    def get_user(self, user_id: int) -> User | None:
        """The account of that number where it may log in, else None."""
        columns = {column.key: column.expression() for column in account_columns}
        user = User.objects.annotate(**columns).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
