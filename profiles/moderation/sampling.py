"""The second look at decisions that chance has drawn (``profiles.moderation.draws``)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Review, User
from profiles.models.choices import ReviewStage, Verdict
from profiles.moderation.acts import deciding, look
from profiles.moderation.conflicts import waiting_sentence


def look_again(*, review: Review, moderator: User, verdict: Verdict, note: str = "") -> Review:
    """A second look at a decision that was drawn: whether it would be made again. It changes nothing; who disagrees takes the decision back.

    Raises ``NotAllowedError`` for who made the decision, ``WrongStateError`` for one that was not drawn or was looked at.
    """
    with deciding(review.claim, moderator) as claim:
        locked = Review.objects.select_for_update().get(pk=review.pk)
        if locked.drawn_at is None or locked.looked_again_at is not None:
            raise WrongStateError(_("This decision does not wait for a second look."))
        if locked.reviewer_id == moderator.pk:
            raise NotAllowedError(_("This is your own decision. %(waits)s") % {"waits": waiting_sentence(moderator.pk)})
        with look("look-again", claim=claim, moderator=moderator, stage=ReviewStage.AGAIN, verdict=verdict, note=note, again_of=locked) as (
            changes,
            again,
        ):
            changes.update(locked, looked_again_at=timezone.now())
    return again
