"""By which name a page goes once works have come or gone, where nobody chose it: kept so that it can be put back, and beside the trail, which holds no names."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from papers.ingest.people import display_form, sort_form
from papers.models import Author, NameVariant
from papers.names import parse_name
from profiles.models import MergeInverse
from profiles.owners.names import mark_renamed

KEY = "display-names"


def follow_names(decision: UUID, pages: Iterable[Author]) -> None:
    """Have these pages, locked, go by a form that stands on their works, written out where one is. Two statements, one for each renamed page, and the marks of
    who lists them.
    """
    renamed = {}
    forms: dict[int, list[str]] = {}
    wanted = {page.pk: page for page in pages if not page.name_decided_by_person}
    for author, name in NameVariant.objects.filter(author__in=wanted, is_published=True).order_by("pk").values_list("author_id", "name"):
        forms.setdefault(author, []).append(name)
    for key, page in wanted.items():
        name = better_name(page.display_name, forms.get(key, []))
        if name != page.display_name:
            renamed[str(key)] = [page.display_name, page.sort_name, name]
            page.display_name, page.sort_name = name, sort_form(name)
            page.save(update_fields=["display_name", "sort_name"])
    if renamed:
        mark_renamed([int(key) for key in renamed])
        known, _is_new = MergeInverse.objects.get_or_create(decision=decision, participant=KEY)
        known.inverse = {**renamed, **known.inverse}  # of a page renamed twice the first name counts
        known.save(update_fields=["inverse"])


def put_back(decision: UUID) -> None:
    """Give pages the names that they had before a decision, unless they have been named anew since. Two statements, one for each page, and the marks."""
    known = MergeInverse.objects.filter(decision=decision, participant=KEY).first()
    if known is None:
        return
    mark_renamed([int(key) for key in known.inverse])
    for key, (name, sort_name, renamed) in known.inverse.items():
        Author.objects.filter(pk=int(key), display_name=renamed, name_decided_by_person=False).update(
            display_name=name, sort_name=sort_name
        )
    known.delete()


def better_name(present: str, published: list[str]) -> str:
    """The present name where it stands on a work and says as much as any; else the first published form that is written out. Pure."""
    shown = [display_form(name) for name in published]
    full = [name for name in shown if parse_name(name).is_full]
    if not shown or (present in {*shown, *published} and (parse_name(present).is_full or not full)):
        return present
    return (full or shown)[0]
