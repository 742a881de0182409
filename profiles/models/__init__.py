"""Who a person is here."""

from profiles.models.accounts import User
from profiles.models.additions import AdditionKind, AdditionState, WorkAddition
from profiles.models.claims import Appeal, Claim, ClaimMessage, LevelBefore, Standing
from profiles.models.email_changes import AccountChange, ChangeKind
from profiles.models.evidence import Document, DocumentAccess, Evidence, EvidenceCheck, EvidenceSecret, Freeze, Review, Vouch
from profiles.models.identity import MergeInverse, PageProposal, ProposalKind, ProposalReason, ProposalStatus
from profiles.models.mail import MailStatus, OutgoingMail
from profiles.models.mail_preferences import MailOptOut
from profiles.models.privacy import AccountDeletion, FormerName, PageChoice, PersonalExport, PublicRequest
from profiles.models.profiles import Profile, ProfileLink
from profiles.models.tokens import AccessToken
from profiles.models.trail import TrailEntry, TrailNote
from profiles.models.trust import FieldStatistics, Sanction, ShadowScore, SupportEdge, SupportFlow, TrustEvent, TrustScore

__all__ = [
    "AccessToken",
    "AccountChange",
    "AccountDeletion",
    "AdditionKind",
    "AdditionState",
    "Appeal",
    "ChangeKind",
    "Claim",
    "ClaimMessage",
    "Document",
    "DocumentAccess",
    "Evidence",
    "EvidenceCheck",
    "EvidenceSecret",
    "FieldStatistics",
    "FormerName",
    "Freeze",
    "LevelBefore",
    "MailOptOut",
    "MailStatus",
    "MergeInverse",
    "OutgoingMail",
    "PageChoice",
    "PageProposal",
    "PersonalExport",
    "Profile",
    "ProfileLink",
    "ProposalKind",
    "ProposalReason",
    "ProposalStatus",
    "PublicRequest",
    "Review",
    "Sanction",
    "ShadowScore",
    "Standing",
    "SupportEdge",
    "SupportFlow",
    "TrailEntry",
    "TrailNote",
    "TrustEvent",
    "TrustScore",
    "User",
    "Vouch",
    "WorkAddition",
]
