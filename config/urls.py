"""Every address of the site. Composition only: the views live in the apps."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("profiles.account_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api_urls")),
    path("", include("papers.urls")),
    path("", include("profiles.urls")),
    path("", include("collaboration.urls")),
]

if getattr(settings, "MAILBOX_FOLDER", None):  # one machine only: production has no such setting
    urlpatterns.append(path("dev/mailbox/", include("config.mailbox.urls")))
