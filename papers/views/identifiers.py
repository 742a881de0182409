"""Addresses by identifier: ``/doi/…``, ``/arxiv/…`` and ``/orcid/…`` lead to the page of that paper or person."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from config.lib.pages import public_page
from papers.identifiers import normalise_arxiv, normalise_doi, normalise_orcid
from papers.querysets.identified import author_with, work_with


@public_page
def doi(_request: HttpRequest, value: str) -> HttpResponse:
    """302 to the paper of a DOI. One query."""
    return _to_work("doi", normalise_doi(value))


@public_page
def arxiv(_request: HttpRequest, value: str) -> HttpResponse:
    """302 to the paper of an arXiv id, with or without version, old or new. One query."""
    return _to_work("arxiv", normalise_arxiv(value))


@public_page
def orcid(_request: HttpRequest, value: str) -> HttpResponse:
    """302 to the person of an ORCID iD. One query."""
    found = author_with("orcid", normalise_orcid(value))
    if found is None:
        raise Http404(_("No page here carries this ORCID iD."))
    return HttpResponseRedirect(found.get_absolute_url())


def _to_work(scheme: str, value: str) -> HttpResponse:
    found = work_with(scheme, value)
    if found is None:
        raise Http404(_("No paper here carries this identifier."))
    return HttpResponseRedirect(found.get_absolute_url())
