"""The names of the places that records come from, as those places write them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

# Proper names: not translated.
NAMES = {
    "acl": "ACL Anthology",
    "arxiv": "arXiv",
    "bibtex": "BibTeX",
    "crossref": "Crossref",
    "dblp": "dblp",
    "fictional": "Collegium's fictional group",
    "google-scholar": "Google Scholar",
    "openalex": "OpenAlex",
    "openreview": "OpenReview",
    "orcid": "ORCID",
    "paperlists": "Paper Copilot",
    "ris": "RIS",
    "ror": "ROR",
    "s2": "Semantic Scholar",
    "seed": "Collegium's demo records",
}


def source_name(key: str) -> str:
    """A source's own name; a key that is not in the list stands for itself."""
    return NAMES.get(key, key)


def source_list(keys: Iterable[str]) -> str:
    """The names of several sources in one phrase ("arXiv, OpenAlex and ORCID"); "" for none."""
    return get_text_list([source_name(key) for key in keys], _("and"))
