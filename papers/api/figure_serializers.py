"""The figures of works in answers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from papers.api.fields import Read
from papers.metrics.score import COMPLETENESS
from papers.models import WorkFigures
from papers.pages.score import score_as_json
from papers.querysets.scores import WorkScore


class ScorePartSerializer(Read):
    """A part of a score: 0 to 1 or null, and what share of the score it makes."""

    value = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField(help_text="Its share of the score once missing parts are left out.")
    sentence = serializers.CharField()


class ScorePartsSerializer(Read):
    """The parts of a score."""

    citations = ScorePartSerializer()
    novelty = ScorePartSerializer()
    recency = ScorePartSerializer()
    completeness = ScorePartSerializer()


class SumSerializer(Read):
    """A line of the arithmetic."""

    term = serializers.CharField()
    text = serializers.CharField()


class WorkFiguresSerializer(Read):
    """The score of a work, a sorting aid, with its parts and everything needed to compute it again."""

    score = serializers.FloatField(allow_null=True, help_text="0 to 100, for sorting lists. Never add it up over people.")
    parts = ScorePartsSerializer()
    inputs = serializers.SerializerMethodField()
    arithmetic = SumSerializer(many=True)
    version = serializers.IntegerField(help_text="Version of the definition.")
    computed_at = serializers.DateTimeField()

    @extend_schema_field(
        {
            "type": "object",
            "additionalProperties": True,
            "description": "Counts, ranks and dates that the parts were computed from; `known` says what of "
            f"{', '.join(COMPLETENESS)} the record has.",
        }
    )
    def get_inputs(self, figures: dict[str, Any]) -> dict[str, Any]:
        inputs: dict[str, Any] = figures["inputs"]
        return inputs


def work_figures(scored: WorkScore, row: WorkFigures) -> dict[str, Any]:
    """What ``WorkFiguresSerializer`` writes."""
    return {**score_as_json(scored), "version": row.version, "computed_at": row.computed_at}
