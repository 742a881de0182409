"""What others hang on pages (follows, invitations) goes along with a merge and comes back with its undoing: ``config.lib.registries.merge_participants``."""

from __future__ import annotations

from uuid import UUID

from config.lib.registries import merge_participants
from profiles.models import MergeInverse


def take_along(decision: UUID, given_up: int, survivor: int) -> None:
    """Have every participant move what is theirs, and keep what they need to put it back."""
    for participant in merge_participants:
        inverse = participant.merge(given_up, survivor)
        if inverse:
            MergeInverse.objects.create(decision=decision, participant=participant.key, inverse=dict(inverse))


def put_back(decision: UUID) -> None:
    """Have every participant of a decision put back what it took along, the last one first."""
    kept = {row.participant: row for row in MergeInverse.objects.select_for_update().filter(decision=decision)}
    for participant in reversed(list(merge_participants)):
        row = kept.get(participant.key)
        if row is not None:
            participant.undo(row.inverse)
            row.delete()


def bring_home(new: int, home: int) -> None:
    """Have every participant move what came to hang on a page whose split is taken back; the page will be gone, so nothing is kept."""
    for participant in merge_participants:
        participant.merge(new, home)


def told(given_up: int, survivor: int) -> list[str]:
    """What would go along, in sentences."""
    return [str(sentence) for participant in merge_participants for sentence in participant.preview(given_up, survivor)]
