"""One decision in twenty is looked at again by somebody else. Which ones chance says, at the moment of the decision.

The draw is a keyed hash of the review's number: it can be checked afterwards, repeated with the same answer, and not be foreseen by
who decides.
"""

from __future__ import annotations

from django.utils.crypto import salted_hmac

SHARE = 0.05


def is_drawn(review_id: int, share: float = SHARE) -> bool:
    """Whether the review of that number is among those looked at again. Asks nothing."""
    digest = salted_hmac("collegium.moderation.sampling", str(review_id), algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
