"""The site's addresses, and beside them the pages that its pages are measured against."""

from django.urls import path

from config.urls import urlpatterns as site
from tests.benchmarks.reference import bare_page

urlpatterns = [*site, path("bare/<slug:name>/", bare_page)]
