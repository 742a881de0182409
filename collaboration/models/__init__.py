"""What people do together."""

from collaboration.models.conversations import Conversation, Member, Message, MessageLink
from collaboration.models.follows import Follow, FollowerCount, FollowList, SavedSearch, SearchMatch
from collaboration.models.introductions import Introduction, IntroductionStatus, IntroductionWord
from collaboration.models.invitations import (
    CollaborationChoice,
    DeclineReason,
    Invitation,
    InvitationEvent,
    InvitationLimit,
    InvitationStatus,
    Part,
)
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
from collaboration.models.suggestions import Suggestion, SuggestionChoice, SuggestionDismissal, SuggestionList
from profiles.models.choices import WorkKind

__all__ = [
    "Block",
    "Cadence",
    "CollaborationChoice",
    "Conversation",
    "DeclineReason",
    "Digest",
    "Follow",
    "FollowList",
    "FollowerCount",
    "Introduction",
    "IntroductionStatus",
    "IntroductionWord",
    "Invitation",
    "InvitationEvent",
    "InvitationLimit",
    "InvitationStatus",
    "MailPreference",
    "Measure",
    "MeasureKind",
    "Member",
    "Message",
    "MessageLink",
    "Mute",
    "Notification",
    "Part",
    "Report",
    "ReportCategory",
    "ReportStatus",
    "SafetyAppeal",
    "SafetyAppealStatus",
    "SavedSearch",
    "SearchMatch",
    "Suggestion",
    "SuggestionChoice",
    "SuggestionDismissal",
    "SuggestionList",
    "WorkKind",
]
