"""Addresses of what people do together. None yet: its panels stand on other apps' pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "collaboration"

urlpatterns: list[URLPattern | URLResolver] = []
