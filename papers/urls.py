"""Addresses of the record's pages and of the site's own."""

from __future__ import annotations

from django.urls import path

from config.lib.public_ids import register_public_ids
from papers.views import graph, identifiers, site, sitemaps
from papers.views.export import author_export, paper_export
from papers.views.notable import notable
from papers.views.paper import paper, paper_figures
from papers.views.search import search
from papers.views.subjects import institution, topic

register_public_ids()

app_name = "papers"

urlpatterns = [
    path("", site.home, name="home"),
    path("search/", search, name="search"),
    path("papers/notable/", notable, name="notable"),
    path("papers/<public_id:pk>/", paper, name="paper-short"),
    path("papers/<public_id:pk>/<str:slug>/", paper, name="paper"),
    path("papers/<public_id:pk>/<str:slug>/figures/", paper_figures, name="paper-figures"),
    path("papers/<public_id:pk>/cite/<str:format>", paper_export, name="paper-export"),
    path("researchers/<public_id:pk>/works/<str:format>", author_export, name="author-export"),
    path("topics/<public_id:pk>/", topic, name="topic-short"),
    path("topics/<public_id:pk>/<str:slug>/", topic, name="topic"),
    path("institutions/<public_id:pk>/", institution, name="institution-short"),
    path("institutions/<public_id:pk>/<str:slug>/", institution, name="institution"),
    path("graph/", graph.explorer, name="graph"),
    path("graph/export/<str:format>", graph.explorer_file, name="graph-export"),
    path("graph/edge/", graph.evidence, name="graph-edge"),
    path("doi/<path:value>", identifiers.doi, name="doi"),
    path("arxiv/<path:value>", identifiers.arxiv, name="arxiv"),
    path("orcid/<path:value>", identifiers.orcid, name="orcid"),
    path("about/", site.about, name="about"),
    path("about/sources/", site.sources, name="sources"),
    path("theme/", site.theme, name="theme"),
    path("opensearch.xml", site.opensearch, name="opensearch"),
    path("favicon.ico", site.favicon, name="favicon"),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap/<str:name>-<int:part>.xml", sitemaps.sitemap_part, name="sitemap-part"),
]
