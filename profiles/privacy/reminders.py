"""A word to people who log in to an account that is about to go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from profiles.models import User
from profiles.privacy.deletion import deletion_of


def remind_of_deletion(sender: object, request: HttpRequest | None, user: User, **_given: Any) -> None:  # noqa: ARG001 - a receiver of a signal
    """Say when the account goes, and where to keep it. One query at each log-in."""
    waiting = deletion_of(user)
    if waiting is None or request is None or not hasattr(request, "_messages"):
        return
    messages.warning(
        request,
        _("Your account will be deleted on %(day)s. You can keep it under “Privacy” in the menu of your account.")
        % {"day": waiting.due_at.date().isoformat()},
    )
