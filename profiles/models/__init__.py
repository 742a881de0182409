"""Who a person is here. Accounts first; profiles, claims and evidence hang on them."""

from profiles.models.accounts import User

__all__ = ["User"]
