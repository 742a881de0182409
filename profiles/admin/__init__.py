"""The administration of people: accounts, and the desk at which moderators decide."""

from profiles.admin import accounts, claims, freezes, mail, pairs, proposals, records, requests, trust

__all__ = ["accounts", "claims", "freezes", "mail", "pairs", "proposals", "records", "requests", "trust"]
