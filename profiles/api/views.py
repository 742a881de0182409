"""The addresses of trust scores."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.lib.rest.pagination import Order
from config.lib.rest.views import conditional
from papers.api import reads
from papers.api.filters import AuthorFilters
from papers.api.views import RecordViewSet
from papers.models import Author
from profiles.api.serializers import TrustEventSerializer, TrustScoreSerializer
from profiles.models import TrustEvent, TrustScore


class TrustViewSet(RecordViewSet):
    """Trust scores of authors' pages: how well a page is evidenced, not how good the researcher is."""

    model = Author
    view_name = "profiles_api:author-trust"
    queryset = Author.objects.none()
    serializer_class = TrustScoreSerializer
    filters = AuthorFilters
    listing_actions = frozenset({"history"})

    @property
    def orders(self) -> dict[str, Order]:  # type: ignore[override]  # depends on the action
        return {"id": Order()}

    @extend_schema(summary="Show an author's trust score", responses=TrustScoreSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """The score taken apart, with everything from which anybody can compute it again. 404 where none has been computed yet."""
        author = self.find(reads.known(Author).only("id", "merged_into", "erased_at"))
        score = TrustScore.objects.filter(author_id=author.pk).first()
        if score is None:
            raise Http404
        return conditional(request, TrustScoreSerializer(score, context=self.get_serializer_context()).data, score.computed_at)

    @extend_schema(summary="List how an author's trust score changed", responses=TrustEventSerializer(many=True), filters=False)
    def history(self, request: Request, pk: int) -> Response:
        """Every change of a point or a band, oldest first, each with its reasons."""
        author = self.find(reads.known(Author).only("id", "merged_into", "erased_at"), "profiles_api:author-trust-history")
        return self.page_of(TrustEvent.objects.filter(author_id=author.pk), TrustEventSerializer)
