"""What follows when works change pages, by a decision or by taking one back: figures, levels, trust, blocks of names; and the feed of changed ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from config.lib.registries import refresh_kinds
from papers.identity.changes import Change as IdChange
from papers.identity.changes import record_changes, record_undone
from papers.models import Author, AuthorChange, Authorship, ChangeKind
from papers.persons.marking import MENTIONS, mark_authorships
from papers.refresh import mark_all
from profiles import standings
from profiles.models import SupportEdge, TrailEntry, Vouch
from profiles.trail import Change, entry_under_way

AUTHOR, AUTHORSHIP = Author._meta.label, Authorship._meta.label


def on_pages_changed(changes: Sequence[Change]) -> None:
    """Reaction to merged pages, and to those that came or went with a split: they and who supports them are computed again. At most six queries."""
    pages = {change["pk"] for change in changes}
    for change in changes:
        for row in (change["before"], change["after"]):
            if row and row.get("merged_into_id"):
                pages.add(row["merged_into_id"])
    supporting = set(SupportEdge.objects.filter(target_id__in=pages).values_list("source_id", flat=True))
    supporting |= set(Vouch.objects.filter(evidence__claim__author_id__in=pages).values_list("voucher_author_id", flat=True))
    mark_all(marks={"author-figures": pages, standings.KIND: pages, "trust": pages, "support": pages | supporting}, reason="who is who")
    record(entry_under_way())


def on_works_changed(changes: Sequence[Change]) -> None:
    """Reaction to authorships that changed hands: the feed tells it, and who else bears these names is compared again."""
    moved = [change["pk"] for change in changes if change["before"] and "author_id" in change["before"]]
    if moved:
        record(entry_under_way())
        if MENTIONS in refresh_kinds:
            mark_authorships(moved, reason="decision")


def record(entry: TrailEntry | None) -> None:
    """Tell the feed what an act changed, once, whichever of its rows is told of first. Three queries."""
    if entry is None or AuthorChange.objects.filter(entry=entry.pk).exists():
        return
    if entry.undoes_id is not None:
        record_undone(AuthorChange.objects.filter(entry=entry.undoes_id).order_by("-id"), entry=entry.pk)
    else:
        record_changes(_told(entry.changes), entry=entry.pk)


def _told(changes: Sequence[Change]) -> list[IdChange]:
    """The changes of ids among the rows of one act."""
    merged: dict[int, int] = {}
    opened: set[int] = set()
    hands: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for change in changes:
        before, after = change["before"], change["after"]
        if change["model"] == AUTHOR and after is not None:
            if before is None:
                opened.add(change["pk"])
            elif before.get("merged_into_id") is None and after.get("merged_into_id"):
                merged[change["pk"]] = after["merged_into_id"]
        elif change["model"] == AUTHORSHIP and before and after and "author_id" in before:
            hands[before["author_id"], after["author_id"]].append(change["pk"])
    for pair in merged.items():
        hands.setdefault(pair, [])
    works = dict(Authorship.objects.filter(pk__in=[key for keys in hands.values() for key in keys]).values_list("pk", "work_id"))
    return [
        IdChange(_kind(old, new, merged, opened), old, new, [works[key] for key in keys if key in works])
        for (old, new), keys in sorted(hands.items(), key=lambda item: [key or 0 for key in item[0]])
    ]


def _kind(old: int | None, new: int | None, merged: dict[int, int], opened: set[int]) -> ChangeKind:
    if old is not None and merged.get(old) == new:
        return ChangeKind.MERGE
    return ChangeKind.SPLIT if new in opened else ChangeKind.MOVE
