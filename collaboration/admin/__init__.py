"""What operators change about working together. Invitations and messages are nobody's to read here: what is reported comes with the report."""

from collaboration.admin import limits, reports

__all__ = ["limits", "reports"]
