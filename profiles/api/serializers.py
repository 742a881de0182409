"""Trust scores as the API tells them."""

from __future__ import annotations

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.lib.rest.parts import Part
from papers.api.fields import PublicIdField, Read, absolute
from profiles.models import TrustEvent, TrustScore
from profiles.models.trust import Band


def band_key(band: int) -> str:
    """A band as the API spells it: "highly-trusted"."""
    return Band(band).name.lower().replace("_", "-")


BANDS = [band_key(band) for band in Band]


class TrustLinksSerializer(Read):
    """Where the author and the history of the score are."""

    author = serializers.URLField()
    history = serializers.URLField()


class TrustScoreSerializer(Read):
    """The present score of an author's page, with all that is needed to compute it again (docs/trust.md)."""

    author = PublicIdField(source="author_id")
    formula_version = serializers.IntegerField()
    score = serializers.FloatField(help_text="0 to 100, unrounded.")
    shown = serializers.IntegerField(help_text="The score as it is shown: rounded half up.")
    band = serializers.SerializerMethodField()
    level = serializers.SerializerMethodField()
    components = serializers.DictField(
        child=serializers.FloatField(), source="parts.components", help_text="I, Q, S, N and D, each in [0, 1]."
    )
    points = serializers.DictField(
        child=serializers.FloatField(), source="parts.points", help_text="What each brings or takes; they sum to the score."
    )
    inputs = serializers.DictField(help_text="Everything that the formula takes.")
    input_hash = serializers.CharField(help_text="SHA-256 of the inputs as canonical JSON.")
    computed_at = serializers.DateTimeField()
    links = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "enum": BANDS})
    def get_band(self, score: TrustScore) -> str:
        return band_key(score.band)

    @extend_schema_field({"type": "string", "enum": ["L0", "L1", "L2", "L3", "L4"]})
    def get_level(self, score: TrustScore) -> str:
        return f"L{score.level}"

    @extend_schema_field(TrustLinksSerializer)
    def get_links(self, score: TrustScore) -> dict[str, str]:
        return {
            "author": absolute(self.context, reverse("papers_api:author", args=[score.author_id])),
            "history": absolute(self.context, reverse("profiles_api:author-trust-history", args=[score.author_id])),
        }


class TrustEventSerializer(Read):
    """A change of a score by a point or of its band, or a monthly note."""

    id = PublicIdField()
    at = serializers.DateTimeField()
    formula_version = serializers.IntegerField()
    score = serializers.FloatField()
    shown = serializers.IntegerField()
    band = serializers.SerializerMethodField()
    level = serializers.SerializerMethodField()
    points = serializers.DictField(child=serializers.FloatField())
    moved = serializers.DictField(child=serializers.FloatField(), help_text="By how many points each component moved.")
    reasons = serializers.ListField(child=serializers.CharField())
    is_snapshot = serializers.BooleanField(help_text="Whether this is a monthly note rather than a change.")

    @extend_schema_field({"type": "string", "enum": BANDS})
    def get_band(self, event: TrustEvent) -> str:
        return band_key(event.band)

    @extend_schema_field({"type": "string", "enum": ["L0", "L1", "L2", "L3", "L4"]})
    def get_level(self, event: TrustEvent) -> str:
        return f"L{event.level}"


class ClaimStateSerializer(Part, Read):
    """Whether somebody has claimed this page with evidence, and what is proven of it."""

    key = "claim"

    state = serializers.ChoiceField(
        ["unclaimed", "claimed", "disputed"], help_text="Disputed: somebody else says, credibly, that it is theirs."
    )
    since = serializers.DateTimeField(allow_null=True, help_text="When the claim was granted.")
    level = serializers.ChoiceField(["L0", "L1", "L2", "L3", "L4"])
    level_says = serializers.CharField(help_text="What the level proves, in a sentence.")
