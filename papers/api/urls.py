"""The API's addresses of this app, below the version prefix."""

from __future__ import annotations

from typing import Any

from django.urls import path, register_converter
from django.urls.converters import get_converters

from config.lib.public_ids import PublicIdConverter
from papers.api.changes import ChangeViewSet
from papers.api.views import AuthorViewSet, InstitutionViewSet, TopicViewSet, WorkViewSet

app_name = "papers_api"

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")


def _get(action: str) -> dict[str, Any]:
    return {"get": action}


urlpatterns = [
    path("works/", WorkViewSet.as_view(_get("list"), detail=False), name="works"),
    path("works/<public_id:pk>/", WorkViewSet.as_view(_get("retrieve"), detail=True), name="work"),
    path("works/<public_id:pk>/graph/", WorkViewSet.as_view(_get("graph"), detail=True), name="work-graph"),
    path("works/<public_id:pk>/authorships/", WorkViewSet.as_view(_get("authorships"), detail=True), name="work-authorships"),
    path("works/<public_id:pk>/references/", WorkViewSet.as_view(_get("references"), detail=True), name="work-references"),
    path("works/<public_id:pk>/citations/", WorkViewSet.as_view(_get("citations"), detail=True), name="work-citations"),
    path("works/<public_id:pk>/figures/", WorkViewSet.as_view(_get("figures"), detail=True), name="work-figures"),
    path("authors/", AuthorViewSet.as_view(_get("list"), detail=False), name="authors"),
    path("authors/<public_id:pk>/", AuthorViewSet.as_view(_get("retrieve"), detail=True), name="author"),
    path("authors/<public_id:pk>/graph/", AuthorViewSet.as_view(_get("graph"), detail=True), name="author-graph"),
    path("authors/<public_id:pk>/works/", AuthorViewSet.as_view(_get("works"), detail=True), name="author-works"),
    path("authors/<public_id:pk>/figures/", AuthorViewSet.as_view(_get("figures"), detail=True), name="author-figures"),
    path("changes/", ChangeViewSet.as_view(_get("list"), detail=False), name="changes"),
    path("institutions/", InstitutionViewSet.as_view(_get("list"), detail=False), name="institutions"),
    path("institutions/<public_id:pk>/", InstitutionViewSet.as_view(_get("retrieve"), detail=True), name="institution"),
    path("institutions/<public_id:pk>/graph/", InstitutionViewSet.as_view(_get("graph"), detail=True), name="institution-graph"),
    path("topics/", TopicViewSet.as_view(_get("list"), detail=False), name="topics"),
    path("topics/<public_id:pk>/", TopicViewSet.as_view(_get("retrieve"), detail=True), name="topic"),
    path("topics/<public_id:pk>/graph/", TopicViewSet.as_view(_get("graph"), detail=True), name="topic-graph"),
]
