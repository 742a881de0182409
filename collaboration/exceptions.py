"""What can go wrong between people who want to work together. ``str()`` of each is a sentence for whoever asked."""

from __future__ import annotations

from datetime import datetime

from profiles.exceptions import IdentityError


class CannotInviteError(IdentityError):
    """This account cannot invite this person now. ``url`` and ``url_text`` lead to what would change that, ``until`` is when it ends by itself."""

    def __init__(self, message: str, *, url: str = "", url_text: str = "", until: datetime | None = None) -> None:
        super().__init__(message)
        self.url = url
        self.url_text = url_text
        self.until = until


class IncompleteError(IdentityError):
    """A charter that says too little to be sent; ``field`` is what is missing."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field
