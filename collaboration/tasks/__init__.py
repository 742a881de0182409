"""What workers do about what people do together: one service is called, nothing comes back."""

from collaboration.tasks import follows, invitations, notifications, suggestions

__all__ = ["follows", "invitations", "notifications", "suggestions"]
