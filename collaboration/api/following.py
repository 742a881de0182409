"""What somebody follows, for their programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.following.follows import LONGEST_QUERY, follow, save_search, unfollow
from collaboration.following.searches import read_search
from collaboration.following.targets import KINDS_BY_WORD, WORDS_IN_ADDRESSES, Target, find_target, target_address, target_of
from collaboration.models import Follow
from collaboration.querysets.follows import Followed, followed_by
from config.lib.query_params import QueryParams
from config.lib.rest.pagination import ReadPages
from papers.api.fields import PublicIdField, Read, absolute
from profiles.api.personal import Given, PersonalViewSet

READ, WRITE = "follow:read", "follow:write"
WORDS = tuple(KINDS_BY_WORD)
WORD = OpenApiParameter("word", location=OpenApiParameter.PATH, enum=WORDS, description="What kind of thing it is.")


class FollowedSerializer(Read):
    """Something that you follow."""

    kind = serializers.ChoiceField(WORDS)
    id = PublicIdField(source="key")
    name = serializers.CharField(help_text="A person's, topic's or institution's name; a search in words.")
    url = serializers.SerializerMethodField(help_text="Its page.")
    since = serializers.DateTimeField()

    def to_representation(self, instance: Followed) -> dict[str, Any]:
        return {**super().to_representation(instance), "kind": WORDS_IN_ADDRESSES[instance.kind]}

    def get_url(self, row: Followed) -> str:
        name = f"{row.name}\n{row.query}" if row.kind == "search" else row.name
        return absolute(self.context, target_address(row.kind, row.key, name))


class SearchGiven(Given):
    """A search, as it stands in the address of the search page."""

    query = serializers.CharField(max_length=LONGEST_QUERY, help_text="For example “q=looms&year=2024”.")


class FollowingViewSet(PersonalViewSet):
    """What the account follows."""

    queryset = Follow.objects.none()
    serializer_class = FollowedSerializer
    pagination_class = ReadPages
    scopes: ClassVar = {"list": READ, "show": READ, "follow": WRITE, "leave": WRITE, "follow_search": WRITE}

    @staticmethod
    def number_of(row: Followed) -> int:
        """By what the list goes on."""
        return row.follow

    def filter_parameters(self) -> set[str]:
        return {"kind"}

    @extend_schema(
        summary="List what you follow",
        parameters=[OpenApiParameter("kind", enum=WORDS, description="Only of this kind.")],
        responses=FollowedSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """People, topics, institutions and searches that you follow, latest first."""
        word = request.query_params.get("kind")
        if word is not None and word not in KINDS_BY_WORD:
            raise ValidationError({"kind": [_("Kinds are: %(kinds)s.") % {"kinds": ", ".join(WORDS)}]})
        kind = KINDS_BY_WORD[word] if word else ""

        def read(before: int | None, limit: int) -> Sequence[Followed]:
            return followed_by(self.account.pk, kind=kind, before=before, limit=limit)

        page: Any = self.paginate_queryset(read)  # type: ignore[arg-type]  # the pages of what is read
        return self.get_paginated_response(FollowedSerializer(page, many=True, context=self.get_serializer_context()).data)

    @extend_schema(
        summary="Show whether you follow something", parameters=[WORD], responses=FollowedSerializer, operation_id="following_retrieve"
    )
    def show(self, request: Request, word: str, pk: int) -> Response:
        """Something that you follow; 404 where you do not."""
        return self._answer(_target(word, pk), 200)

    @extend_schema(
        summary="Follow something",
        parameters=[WORD],
        request=None,
        responses={200: FollowedSerializer, 201: FollowedSerializer},
        operation_id="following_update",
    )
    def follow(self, request: Request, word: str, pk: int) -> Response:
        """Follow a person, topic, institution or saved search: 201 where it is new, 200 where you did already. A merged one is followed where it lives on."""
        target = _target(word, pk)
        return self._answer(target, 201 if follow(user=self.account, target=target) else 200)

    @extend_schema(summary="Leave something that you follow", parameters=[WORD], responses={204: None}, operation_id="following_destroy")
    def leave(self, request: Request, word: str, pk: int) -> Response:
        """Follow it no more. Twice is once."""
        unfollow(user=self.account, target=_target(word, pk))
        return Response(status=204)

    @extend_schema(
        summary="Follow a search",
        request=SearchGiven,
        responses={200: FollowedSerializer, 201: FollowedSerializer},
        operation_id="following_search_create",
    )
    def follow_search(self, request: Request) -> Response:
        """Follow what a search for papers finds from now on: 201 where it is new, 200 where you did already."""
        params = QueryParams(QueryDict(self.given(SearchGiven)["query"]))
        query, words = read_search(params)
        if params.close():
            raise ValidationError({"query": [_("Part of this search cannot be read.")]})
        if not query:
            raise ValidationError({"query": [_("This search asks for nothing that could be followed.")]})
        target = target_of(save_search(query=query, words=words))
        return self._answer(target, 201 if follow(user=self.account, target=target) else 200)

    def _answer(self, target: Target, status: int) -> Response:
        """The follow of a target. Raises ``Http404`` where there is none. One query."""
        since = Follow.objects.filter(follower=self.account, **{target.kind: target.key}).values_list("since", flat=True).first()
        if since is None:
            raise Http404
        query = target.address.partition("?")[2] if target.kind == "search" else ""
        row = Followed(0, target.kind, target.key, target.name, query, since)
        return Response(FollowedSerializer(row, context=self.get_serializer_context()).data, status=status)


def _target(word: str, pk: int) -> Target:
    """What stands at an address. Raises ``Http404``."""
    target = find_target(KINDS_BY_WORD.get(word, ""), pk)
    if target is None:
        raise Http404
    return target
