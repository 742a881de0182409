"""The API's addresses of this app, below the version prefix."""

from __future__ import annotations

from django.urls import path

from config.lib.public_ids import register_public_ids
from profiles.api.token_views import TokenViewSet
from profiles.api.views import TrustViewSet

register_public_ids()

app_name = "profiles_api"

urlpatterns = [
    path("token/", TokenViewSet.as_view({"get": "show", "delete": "end"}, detail=True), name="token"),
    path("authors/<public_id:pk>/trust/", TrustViewSet.as_view({"get": "retrieve"}, detail=True), name="author-trust"),
    path("authors/<public_id:pk>/trust/history/", TrustViewSet.as_view({"get": "history"}, detail=True), name="author-trust-history"),
]
