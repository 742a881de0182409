"""Slices of the research graph as the API tells them: the stored document."""

from __future__ import annotations

from rest_framework import serializers

from papers.api.fields import Read
from papers.graph.document import EdgeKind, FactType, NodeKind, Scope


class FactSerializer(Read):
    """Why two things are joined. Years are `from` and `to`; `works` are the first few of `count`, newest first."""

    type = serializers.ChoiceField(choices=[kind.value for kind in FactType])
    count = serializers.IntegerField(required=False)
    of = serializers.IntegerField(required=False)
    place = serializers.IntegerField(required=False)
    to = serializers.IntegerField(required=False)
    works = serializers.ListField(child=serializers.CharField(), required=False)

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]  # "from" is no name in Python
        return {**super().get_fields(), "from": serializers.IntegerField(required=False)}


class EdgeSerializer(Read):
    """A connection of two nodes; its facts read from `a` to `b`."""

    a = serializers.CharField()
    b = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in EdgeKind])
    weight = serializers.FloatField(help_text="0 to 1")
    facts = FactSerializer(many=True)


class NodeSerializer(Read):
    """A thing, with its place in the picture: the subject stands at (0, 0), one hop is 100 units, y grows downwards."""

    key = serializers.CharField(help_text="Kind and id, such as person:2f7c0k9ab.")
    kind = serializers.ChoiceField(choices=[kind.value for kind in NodeKind])
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields do not stay on the class
    short = serializers.CharField()
    x = serializers.FloatField()
    y = serializers.FloatField()
    rank = serializers.FloatField(help_text="Share of the personalised PageRank.")
    year = serializers.IntegerField(allow_null=True)
    works = serializers.IntegerField(allow_null=True)


class GraphSliceSerializer(Read):
    """The ranked neighbourhood of one subject, as of `built_at`."""

    v = serializers.IntegerField()
    subject = serializers.CharField()
    built_at = serializers.DateTimeField()
    scope = serializers.ChoiceField(choices=[scope.value for scope in Scope])
    nodes = NodeSerializer(many=True)
    edges = EdgeSerializer(many=True)
