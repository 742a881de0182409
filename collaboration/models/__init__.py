"""What people do together."""

from collaboration.models.follows import Follow, FollowerCount, FollowList, SavedSearch, SearchMatch
from collaboration.models.notifications import Cadence, Digest, MailPreference, Notification
from collaboration.models.safety import (
    Block,
    Measure,
    MeasureKind,
    Mute,
    Report,
    ReportCategory,
    ReportStatus,
    SafetyAppeal,
    SafetyAppealStatus,
)

__all__ = [
    "Block",
    "Cadence",
    "Digest",
    "Follow",
    "FollowList",
    "FollowerCount",
    "MailPreference",
    "Measure",
    "MeasureKind",
    "Mute",
    "Notification",
    "Report",
    "ReportCategory",
    "ReportStatus",
    "SafetyAppeal",
    "SafetyAppealStatus",
    "SavedSearch",
    "SearchMatch",
]
