"""What follows when an authorship changes hands, by a decision or by taking one back: figures to compute again, names that come and go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from papers.ingest.people import visible_form
from papers.models import Author, Authorship, AuthorshipInstitution, NameVariant, NameVisibility, WorkTopic
from papers.names import parse_name
from papers.refresh import mark_all
from papers.slices.marking import works_changed
from profiles import standings
from profiles.querysets.identity import PAGE_ACTS
from profiles.trail import Change, entry_under_way

LONGEST_NAME = 300  # as the column has it


def on_authorships_changed(changes: Sequence[Change]) -> None:
    """Reaction to decided authorships: where one changed hands, everybody on its work has other figures, and names follow. At most twelve statements."""
    moved = [change for change in changes if change["before"] and "author_id" in change["before"]]
    if not moved:
        return
    authorships = list(Authorship.objects.filter(pk__in=[change["pk"] for change in moved]))
    hands = {change[when]["author_id"] for change in moved for when in ("before", "after")} - {None}
    _mark({one.work_id for one in authorships}, hands)
    if not _names_are_told():
        _follow_names(authorships, moved)


def _names_are_told() -> bool:
    """Whether the act moves the names itself, each row in the trail, as merges and splits do: then its undoing puts them back by itself too."""
    entry = entry_under_way()
    action = entry.undoes.action if entry is not None and entry.undoes is not None else entry.action if entry is not None else ""
    return action in PAGE_ACTS or action == "bring-home"


def _mark(works: Iterable[int], hands: set[int]) -> None:
    """What ingest marks for a changed work: its authors, topics and institutions; and the levels of those who lost or gained it."""
    works = sorted(works)
    people = set(Authorship.objects.filter(work__in=works, author__isnull=False).values_list("author_id", flat=True)) | hands
    mark_all(
        marks={
            "author-figures": people,
            "topic-figures": WorkTopic.objects.filter(work__in=works).values_list("topic_id", flat=True),
            "institution-figures": AuthorshipInstitution.objects.filter(authorship__work__in=works).values_list(
                "institution_id", flat=True
            ),
            standings.KIND: hands,
        },
        reason="decision on a work",
    )
    works_changed(works, hands=hands, reason="decision on a work")


def _follow_names(authorships: Sequence[Authorship], moved: Sequence[Change]) -> None:
    """Who gained a work is known by the name that stands on it; who lost the last work under a name is not, unless nothing else is left."""
    by_key = {one.pk: one for one in authorships}
    for change in moved:
        authorship = by_key.get(change["pk"])
        if authorship is None:
            continue
        name = authorship.raw_name[:LONGEST_NAME]
        if (gained := change["after"]["author_id"]) is not None:
            parsed = parse_name(name)
            variant, is_new = NameVariant.objects.get_or_create(
                author_id=gained, name=name, defaults={"key": parsed.key, "block": parsed.block, "visibility": _visibility(gained, name)}
            )
            if not is_new and not variant.is_published:
                NameVariant.objects.filter(pk=variant.pk).update(is_published=True)
        if (lost := change["before"]["author_id"]) is not None:
            _forget_name(lost, name)


def _visibility(author_id: int, name: str) -> NameVisibility:
    """Who goes by another name than the published ones is not found by one that comes up now."""
    chosen = Author.objects.filter(pk=author_id, name_on_works=True).values_list("display_name", flat=True).first()
    return visible_form(name, chosen or "")


def _forget_name(author_id: int, name: str) -> None:
    variants = NameVariant.objects.filter(author_id=author_id, is_published=True)
    gone = variants.filter(name=name, visibility=NameVisibility.SHOWN)  # a form that was hidden is remembered
    still_borne = Authorship.objects.filter(author_id=author_id, raw_name=name).exists()
    if not still_borne and variants.exclude(name=name).exists():
        gone.delete()
