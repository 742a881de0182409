"""Every address of the API: one version prefix, the schema, and its documentation page."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from config.lib.rest.problems import not_found
from config.lib.rest.schema import docs_view, schema_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="api_docs")),
    path("schema/", schema_view, name="api_schema"),
    path("docs/", docs_view, name="api_docs"),
]
urlpatterns += [
    path("v1/", include(module))
    for module in ("papers.api.urls", "profiles.api.urls", "collaboration.api.urls")
    if find_spec(module.rpartition(".")[0]) and find_spec(module)  # an app without API has no addresses
]
urlpatterns.append(re_path("", not_found))  # an address that leads nowhere is a problem in JSON, not a page
