"""Addresses of pages about people."""

from __future__ import annotations

from django.urls import path

from config.lib.public_ids import register_public_ids
from profiles.views.claims import about_claims, claim, claim_start, claims
from profiles.views.history import history
from profiles.views.researcher import researcher
from profiles.views.trust import trust, trust_json

register_public_ids()

app_name = "profiles"

urlpatterns = [
    path("researchers/<public_id:pk>/", researcher, name="researcher-short"),
    path("researchers/<public_id:pk>/<str:slug>/", researcher, name="researcher"),
    path("researchers/<public_id:pk>/<str:slug>/claim/", claim_start, name="claim-start"),
    path("researchers/<public_id:pk>/<str:slug>/history/", history, name="history"),
    path("claims/", claims, name="claims"),
    path("claims/<public_id:pk>/", claim, name="claim"),
    path("about/claims/", about_claims, name="about-claims"),
    path("researchers/<public_id:pk>/<str:slug>/trust/", trust, name="trust"),
    path("researchers/<public_id:pk>/<str:slug>/trust.json", trust_json, name="trust-json"),
]
