"""What was published by whom."""

from papers.models.choices import AttributionRule, AttributionState, ImportState, ItemOutcome, VenueKind, WhyNot, WorkType
from papers.models.citations import Citation, PendingReference
from papers.models.disambiguation import AmbiguityFinding, NameBlock, WordStatistics
from papers.models.figures import AuthorFigures, SubjectFigures, WorkFigures
from papers.models.identity import AuthorChange, ChangeKind, ConstraintKind, IdentityConstraint, PairVerdict, UncertainPair
from papers.models.imports import ImportItem, ImportRun
from papers.models.institutions import Institution, InstitutionName
from papers.models.people import (
    Author,
    AuthorIdentifier,
    Authorship,
    AuthorshipInstitution,
    AuthorshipRefusal,
    NameCount,
    NameVariant,
    NameVisibility,
)
from papers.models.refresh import RefreshRequest
from papers.models.slices import GraphChange, GraphSlice, SliceKind, SliceScope
from papers.models.subjects import Field, Topic, Venue, WorkTopic
from papers.models.works import Work, WorkIdentifier, WorkSource

__all__ = [
    "AmbiguityFinding",
    "AttributionRule",
    "AttributionState",
    "Author",
    "AuthorChange",
    "AuthorFigures",
    "AuthorIdentifier",
    "Authorship",
    "AuthorshipInstitution",
    "AuthorshipRefusal",
    "ChangeKind",
    "Citation",
    "ConstraintKind",
    "Field",
    "GraphChange",
    "GraphSlice",
    "IdentityConstraint",
    "ImportItem",
    "ImportRun",
    "ImportState",
    "Institution",
    "InstitutionName",
    "ItemOutcome",
    "NameBlock",
    "NameCount",
    "NameVariant",
    "NameVisibility",
    "PairVerdict",
    "PendingReference",
    "RefreshRequest",
    "SliceKind",
    "SliceScope",
    "SubjectFigures",
    "Topic",
    "UncertainPair",
    "Venue",
    "VenueKind",
    "WhyNot",
    "WordStatistics",
    "Work",
    "WorkFigures",
    "WorkIdentifier",
    "WorkSource",
    "WorkTopic",
    "WorkType",
]
