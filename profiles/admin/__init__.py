"""The administration of people: accounts, and the desk at which moderators decide."""

from profiles.admin import accounts, claims, freezes, records, requests

__all__ = ["accounts", "claims", "freezes", "records", "requests"]
