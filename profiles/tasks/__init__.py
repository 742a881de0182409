"""What workers do for accounts and pages: ids go in, one service is called, nothing comes back."""

from profiles.tasks import accounts, claims, evidence, owners, privacy, trust

__all__ = ["accounts", "claims", "evidence", "owners", "privacy", "trust"]
