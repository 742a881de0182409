"""The words for the states of claims and evidence, and which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """Verification levels of an author page. Wherever one is shown its sentence stands with it (``profiles.levels``)."""

    L0 = 0, "L0"
    L1 = 1, "L1"
    L2 = 2, "L2"
    L3 = 3, "L3"
    L4 = 4, "L4"


class ClaimStatus(models.TextChoices):
    """Where a claim stands."""

    DRAFT = "draft", _("Begun")
    EVIDENCE = "evidence", _("Gathering evidence")
    REVIEW = "review", _("Waiting for a moderator")
    GRANTED = "granted", _("Granted")
    DISPUTED = "disputed", _("Disputed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


OPEN = (ClaimStatus.DRAFT, ClaimStatus.EVIDENCE, ClaimStatus.REVIEW)
"""States in which a claim is being made; they count towards the limit of open claims."""
HOLDING = (ClaimStatus.GRANTED, ClaimStatus.DISPUTED)
"""States in which the claimant owns the page. While a claim is disputed, ownership and identifiers are frozen."""

TRANSITIONS: Mapping[ClaimStatus, tuple[ClaimStatus, ...]] = {
    ClaimStatus.DRAFT: (ClaimStatus.EVIDENCE, ClaimStatus.REVIEW, ClaimStatus.GRANTED, ClaimStatus.WITHDRAWN, ClaimStatus.EXPIRED),
    ClaimStatus.EVIDENCE: (ClaimStatus.REVIEW, ClaimStatus.GRANTED, ClaimStatus.WITHDRAWN, ClaimStatus.EXPIRED),
    ClaimStatus.REVIEW: (ClaimStatus.EVIDENCE, ClaimStatus.GRANTED, ClaimStatus.REFUSED, ClaimStatus.WITHDRAWN),
    ClaimStatus.GRANTED: (ClaimStatus.DISPUTED, ClaimStatus.REVOKED, ClaimStatus.EXPIRED, ClaimStatus.WITHDRAWN),
    ClaimStatus.DISPUTED: (ClaimStatus.GRANTED, ClaimStatus.REVOKED, ClaimStatus.WITHDRAWN),
    ClaimStatus.REFUSED: (ClaimStatus.GRANTED,),  # by an appeal that was upheld
    ClaimStatus.REVOKED: (ClaimStatus.GRANTED,),  # the same
    ClaimStatus.WITHDRAWN: (),
    ClaimStatus.EXPIRED: (),
}
"""The only changes of state there are, undoing a decision apart. A trigger in the database holds them too."""


class ReasonCode(models.TextChoices):
    """Why a claim was refused or revoked, or a decision taken back. Each has its sentence for the claimant."""

    NO_EVIDENCE = "no-evidence", _("The evidence does not tie you to this record.")
    OTHER_PERSON = "other-person", _("The evidence is about another person of this or a similar name.")
    NAME_MISMATCH = "name-mismatch", _("Your name and the names on this record do not go together.")
    ALREADY_OWNED = "already-owned", _("The page has an owner, and the evidence for that is stronger.")
    DOCUMENT_UNREADABLE = "document-unreadable", _("The document could not be read or does not name you.")
    IMPOSTURE = "imposture", _("The claim was made in somebody else's name.")
    ABUSE = "abuse", _("The account was used against the rules of this site.")
    EVIDENCE_LOST = "evidence-lost", _("The evidence can no longer be confirmed.")
    OWNER_ASKED = "owner-asked", _("The owner asked for it.")
    UNFOUNDED = "unfounded", _("The challenge was not founded.")
    MISTAKE = "mistake", _("The earlier decision was a mistake.")
    GRANTED = "granted", _("The evidence is sufficient.")
    AUTOMATIC = "automatic", _("The signed-in ORCID iD stands on works of this page.")


REFUSAL_CODES = (
    ReasonCode.NO_EVIDENCE,
    ReasonCode.OTHER_PERSON,
    ReasonCode.NAME_MISMATCH,
    ReasonCode.ALREADY_OWNED,
    ReasonCode.DOCUMENT_UNREADABLE,
    ReasonCode.IMPOSTURE,
    ReasonCode.UNFOUNDED,
)
REVOCATION_CODES = (ReasonCode.IMPOSTURE, ReasonCode.OTHER_PERSON, ReasonCode.ABUSE, ReasonCode.EVIDENCE_LOST, ReasonCode.OWNER_ASKED)


class Method(models.TextChoices):
    """The classes of evidence. Two pieces of one class count once, with the better value."""

    EMAIL = "email", _("E-mail address of an institution")
    ORCID = "orcid", _("ORCID iD, signed in")
    TOKEN = "token", _("Token on a page that the record links to")
    VOUCH = "vouch", _("Vouched for by a co-author")
    DOCUMENT = "document", _("Document, seen by two reviewers")


class EvidenceStatus(models.TextChoices):
    """Where one piece of evidence stands."""

    STARTED = "started", _("Begun")
    CHECKING = "checking", _("Being checked")
    CONFIRMED = "confirmed", _("Confirmed")
    FAILED = "failed", _("Not confirmed")
    STALE = "stale", _("Could not be confirmed again")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    VOIDED = "voided", _("Void")


COUNTING = (EvidenceStatus.CONFIRMED,)
"""States in which evidence counts towards a level."""


class Role(models.TextChoices):
    """In which role somebody acted; who it was stands in the trail as an opaque number."""

    CLAIMANT = "claimant", _("Claimant")
    OWNER = "owner", _("Owner")
    COAUTHOR = "co-author", _("Co-author")
    MODERATOR = "moderator", _("Moderator")
    VISITOR = "visitor", _("Visitor")
    SYSTEM = "system", _("Collegium")


class Verdict(models.TextChoices):
    """What one reviewer found."""

    APPROVE = "approve", _("Approve")
    REFUSE = "refuse", _("Refuse")
    MORE = "more", _("Ask for more")


class ReviewStage(models.TextChoices):
    """Which look at a claim this was."""

    CLAIM = "claim", _("Decision on the claim")
    DOCUMENT = "document", _("Review of a document")
    SECOND = "second", _("Second review, for level 4")
    CREDIBLE = "credible", _("Whether a challenge is credible")
    APPEAL = "appeal", _("Appeal")
    AGAIN = "again", _("Second look at a sample of decisions")


class AppealStatus(models.TextChoices):
    """Where an appeal stands."""

    OPEN = "open", _("Waiting for a moderator")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class VouchStatus(models.TextChoices):
    """What a co-author answered."""

    ASKED = "asked", _("Asked")
    GIVEN = "given", _("Given")
    DECLINED = "declined", _("Declined")
    TAKEN_BACK = "taken-back", _("Taken back")


class FreezeKind(models.TextChoices):
    """What can be frozen."""

    DOMAIN = "domain", _("E-mail domain")
    INSTITUTION = "institution", _("Institution")


class MessageKind(models.TextChoices):
    """What a text in a claim is."""

    STATEMENT = "statement", _("Statement")
    QUESTION = "question", _("Question")
    ANSWER = "answer", _("Answer")
    REASON = "reason", _("Reason")
    APPEAL = "appeal", _("Appeal")


class PublicPart(models.TextChoices):
    """What of a profile the owner may show or keep to themselves."""

    BIOGRAPHY = "biography", _("Biography")
    POSITION = "position", _("Position")
    LINKS = "links", _("Links")
    LANGUAGES = "languages", _("Languages")
    PRONOUNS = "pronouns", _("Pronouns")
    COLLABORATION = "collaboration", _("Open to collaborate")


class WorkKind(models.TextChoices):
    """What kind of work somebody means: one that they are open to, or one that they invite to."""

    PAPER = "paper", _("A joint paper")
    PROPOSAL = "proposal", _("A proposal for funding")
    REPLICATION = "replication", _("A replication or a check of results")
    COLLECTION = "collection", _("Data to be gathered or shared")
    SOFTWARE = "software", _("Software")
    ADVICE = "advice", _("Advice on work under way")
    SUPERVISION = "supervision", _("Supervising or examining together")
    EVENT = "event", _("A talk, a visit or a meeting")
    OTHER = "other", _("Something else")
