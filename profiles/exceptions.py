"""What can go wrong between people and pages. Views turn these into words beside the form, the API into problems."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class IdentityError(Exception):
    """Something that a person may not or cannot do now. ``str()`` of it is a sentence for that person."""


class NotAllowedError(IdentityError):
    """This account may not do this."""


class WrongStateError(IdentityError):
    """The claim, evidence or request is no longer in a state in which this can be done."""


class NoteNeededError(IdentityError):
    """This decision needs a note that says why it is right all the same."""


class WrongCodeError(IdentityError):
    """The code that was given is not the one that was sent."""


class LimitReachedError(IdentityError):
    """A limit was reached; ``until`` is when it ends, where that is known."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class AlreadyOwnedError(IdentityError):
    """Somebody else's claim was granted first."""


class EvidenceError(IdentityError):
    """A piece of evidence could not be started or did not hold; ``code`` is its outcome for the record."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class UndoConflictError(IdentityError):
    """What an act left has changed since, so that it cannot simply be taken back; ``rows`` names what changed."""

    def __init__(self, message: str, rows: Sequence[str]) -> None:
        super().__init__(message)
        self.rows = tuple(rows)
