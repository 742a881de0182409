"""How a request for an introduction ends without one."""

from __future__ import annotations

from django.utils import timezone

from collaboration.models.introductions import UNDER_WAY, Introduction, IntroductionStatus
from collaboration.models.invitations import Invitation


def take_back_introductions(invitation: Invitation) -> None:
    """End what is under way for a locked invitation because its sender takes it back. One statement."""
    Introduction.objects.filter(invitation=invitation, status__in=UNDER_WAY).update(
        status=IntroductionStatus.WITHDRAWN, ended_at=timezone.now()
    )
