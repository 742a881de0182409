"""The words that a record may use for its kinds and states, each with its label."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkType(models.TextChoices):
    """What kind of publication a work is."""

    ARTICLE = "article", _("Journal article")
    PROCEEDINGS_ARTICLE = "proceedings-article", _("Conference paper")
    PREPRINT = "preprint", _("Preprint")
    REVIEW = "review", _("Review")
    BOOK = "book", _("Book")
    BOOK_CHAPTER = "book-chapter", _("Book chapter")
    DATASET = "dataset", _("Dataset")
    SOFTWARE = "software", _("Software")
    DISSERTATION = "dissertation", _("Dissertation")
    REPORT = "report", _("Report")
    STANDARD = "standard", _("Standard")
    PEER_REVIEW = "peer-review", _("Peer review")
    EDITORIAL = "editorial", _("Editorial")
    ERRATUM = "erratum", _("Correction or notice")
    OTHER = "other", _("Other")


class VenueKind(models.TextChoices):
    """What kind of place a work appeared in."""

    CONFERENCE = "conference", _("Conference")
    JOURNAL = "journal", _("Journal")
    REPOSITORY = "repository", _("Repository")
    BOOK_SERIES = "book-series", _("Book series")
    UNKNOWN = "", _("Unknown")


class AttributionRule(models.TextChoices):
    """Why an authorship stands under its author. Decisions by people outrank every rule."""

    NONE = "", _("Not attributed")
    SOURCE_ID = "source-id", _("The source gives this author's identifier")
    SHARED_COAUTHOR = "shared-coauthor", _("Compatible name and a shared co-author")
    SHARED_AFFILIATION = "shared-affiliation", _("Compatible name and a shared affiliation")
    RARE_NAME = "rare-name", _("A rare name")
    FIRST_SEEN = "first-seen", _("First work under this name")
    COMPARED = "compared", _("Compared with all works under such names")
    PERSON = "person", _("Decided by a person")


class AttributionState(models.TextChoices):
    """What people have said about an attribution so far."""

    IMPORTED = "imported", _("Imported")
    CLAIMED = "claimed", _("Claimed")
    CONFIRMED = "confirmed", _("Confirmed by a co-author")
    DISPUTED = "disputed", _("Disputed")
    QUESTIONED = "questioned", _("Questioned")


class ImportState(models.TextChoices):
    """How far an import has come."""

    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Read to its end")
    STOPPED = "stopped", _("Stopped before its end")
    FAILED = "failed", _("Failed")


class ItemOutcome(models.TextChoices):
    """What became of one item of an import."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    REJECTED = "rejected", _("Rejected")


class WhyNot(models.IntegerChoices):
    """Why a part of a figure is not stated."""

    STATED = 0, _("It is stated")
    NO_YEAR = 1, _("No source gives a year")
    NO_FIELD = 2, _("Its field of research is not known")
    NO_COUNT = 3, _("None of our sources counts its citations")
    TOO_NEW = 4, _("It is younger than two years")
    FEW_PEERS = 5, _("Fewer than 20 papers can be compared with it")
    FEW_TOPICS = 6, _("It has fewer than two topics")
    MANY_TOPICS = 7, _("It has more than 60 topics, which says that they are not chosen")
    THIN_YEARS = 8, _("The five years before it hold fewer than 1,000 papers with topics")
