"""Addresses of pages about people."""

from __future__ import annotations

from django.urls import path

from config.lib.public_ids import register_public_ids
from profiles.views.researcher import researcher

register_public_ids()

app_name = "profiles"

urlpatterns = [
    path("researchers/<public_id:pk>/", researcher, name="researcher-short"),
    path("researchers/<public_id:pk>/<str:slug>/", researcher, name="researcher"),
]
