"""Finding a row by an identifier of the outside world."""

from __future__ import annotations

from papers.identifiers import arxiv_of_doi, doi_of_arxiv
from papers.models import Author, AuthorIdentifier, Institution, Work, WorkIdentifier


def work_with(scheme: str, value: str) -> Work | None:
    """The work that carries a normalised identifier, or None. One query.

    An arXiv id and the DOI that arXiv registers for it are the same: either finds the work under the other.
    """
    if not value:
        return None
    asked = {(scheme, value)}
    if scheme == "arxiv":
        asked.add(("doi", doi_of_arxiv(value)))
    elif scheme == "doi" and (other := arxiv_of_doi(value)):
        asked.add(("arxiv", other))
    found = WorkIdentifier.objects.filter(scheme__in={pair[0] for pair in asked}, value__in={pair[1] for pair in asked})
    first = found.select_related("work").order_by("scheme").first()
    return first.work if first else None


def author_with(scheme: str, value: str) -> Author | None:
    """The author who carries a normalised identifier, or None. One query.

    An identifier that only a work asserts is not yet the author's; attribution decides that, not a look-up.
    """
    if not value:
        return None
    found = AuthorIdentifier.objects.filter(scheme=scheme, value=value).select_related("author").first()
    return found.author if found else None


def institution_with(ror: str) -> Institution | None:
    """The institution of a ROR id, or None. One query."""
    return Institution.objects.filter(ror=ror).first() if ror else None
