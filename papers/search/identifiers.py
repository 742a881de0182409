"""Identifiers typed into the search box lead straight to what they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from papers.identifiers import normalise_acl, normalise_arxiv, normalise_doi, normalise_openalex, normalise_orcid, normalise_ror
from papers.querysets.identified import author_with, institution_with, work_with

_LOOKS_LIKE_ONE: Final = re.compile(r"\d.*[/.:\d-]|openalex|ror\.org", re.IGNORECASE)


class Addressed(Protocol):
    """Anything with a page."""

    def get_absolute_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Identified:
    """An identifier that was recognised, under the name of its scheme; ``url`` is "" where we hold nothing of that name."""

    scheme: str
    value: str
    url: str


def identified(asked: str) -> Identified | None:
    """What ``asked`` names, where the whole of it is an identifier. One query for an identifier, none for words."""
    if " " in asked.strip() and not asked.lower().startswith(("doi", "arxiv", "orcid")):
        return None
    if not _LOOKS_LIKE_ONE.search(asked):
        return None
    for scheme, normalise, look_up in _SCHEMES:
        if value := normalise(asked):
            found = look_up(value)
            return Identified(scheme, value, found.get_absolute_url() if found is not None else "")
    return None


_SCHEMES: Final[tuple[tuple[str, Callable[[str], str], Callable[[str], Addressed | None]], ...]] = (
    ("ORCID", normalise_orcid, partial(author_with, "orcid")),
    ("arXiv", normalise_arxiv, partial(work_with, "arxiv")),  # before DOIs: arXiv's own DOIs are arXiv ids
    ("DOI", normalise_doi, partial(work_with, "doi")),
    ("OpenAlex", partial(normalise_openalex, kinds="W"), partial(work_with, "openalex")),
    ("OpenAlex", partial(normalise_openalex, kinds="A"), partial(author_with, "openalex")),
    ("ROR", normalise_ror, institution_with),
    ("ACL Anthology", normalise_acl, partial(work_with, "acl")),
)
