"""The changes of author ids, told to everybody who follows them (``/api/v1/changes/``). Rows are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from papers.models import Author, AuthorChange, ChangeKind

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """Works went from one author to another; None is nobody. ``works`` are keys of works."""

    kind: ChangeKind
    old_author: int | None
    new_author: int | None
    works: Sequence[int] = ()


def record_changes(changes: Iterable[Change], *, rule: str = "", entry: int | None = None) -> list[AuthorChange]:
    """The rows that tell these changes: by a rule (say which), or by the act of a person with that number in the audit trail.

    Call it in the transaction that changes the authors. A statement for each thousand rows.
    """
    now = timezone.now()
    rows = [
        AuthorChange(
            at=now,
            kind=change.kind,
            old_author=change.old_author,
            new_author=change.new_author,
            works=sorted(set(change.works)),
            by_person=not rule,
            rule=rule,
            entry=entry,
        )
        for change in changes
    ]
    return AuthorChange.objects.bulk_create(rows, batch_size=AT_ONCE)


def record_undone(changes: Iterable[AuthorChange], *, rule: str = "", entry: int | None = None) -> list[AuthorChange]:
    """The rows that tell that these changes were taken back: the same works went the other way. Those told so before are left out. Two statements."""
    wanted = list(changes)
    told = set(AuthorChange.objects.filter(undoes__in=wanted).values_list("undoes_id", flat=True))
    now = timezone.now()
    rows = [
        AuthorChange(
            at=now,
            kind=change.kind,
            old_author=change.new_author,
            new_author=change.old_author,
            works=change.works,
            by_person=not rule,
            rule=rule,
            entry=entry,
            undoes=change,
        )
        for change in wanted
        if change.pk not in told
    ]
    return AuthorChange.objects.bulk_create(rows, batch_size=AT_ONCE)


def where_it_went(author_id: int) -> int | None:
    """The author that the works of an id went to whose row is gone, such as a page of its own whose split was taken back. Two queries a step.

    None for an id that never was, or whose works went to nobody.
    """
    seen = {author_id}
    current = author_id
    while True:
        following = (
            AuthorChange.objects.filter(old_author=current, new_author__isnull=False, kind__in=[ChangeKind.MERGE, ChangeKind.SPLIT])
            .exclude(new_author__in=seen)
            .order_by("-id")
            .values_list("new_author", flat=True)
            .first()
        )
        if following is None:
            return None
        if Author.objects.filter(pk=following).exists():
            return following
        seen.add(following)
        current = following
