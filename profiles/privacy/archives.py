"""One archive of everything that belongs to an account: asked for, written by a worker, downloaded by its owner, deleted after a week.

A worker leases the row, so that no two write the same archive, and prolongs the lease after every part. A worker that is
killed leaves a lease that runs out; the next one writes the archive anew under the same name. Nothing is served before it is whole.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config.lib.registries import personal_parts
from profiles.exceptions import LimitReachedError
from profiles.models import PersonalExport, User
from profiles.models.privacy import ExportStatus
from profiles.privacy import private_files
from profiles.privacy.archive_writing import write_archive

LEASE: Final = timedelta(minutes=10)
KEPT: Final = timedelta(days=7)
MOST_A_DAY: Final = 5
GIVEN_UP: Final = timedelta(days=1)
WRITE: Final = "profiles.tasks.privacy.write_export"


class LeaseLostError(Exception):
    """Another worker has taken over, or the account is gone: what this one wrote is thrown away."""


def ask_for_export(*, user: User) -> PersonalExport:
    """The export that is being made for this account, a new one where none is. Raises ``LimitReachedError`` beyond five a day."""
    now = timezone.now()
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        present = PersonalExport.objects.filter(user=user, status__in=[ExportStatus.WAITING, ExportStatus.RUNNING]).first()
        if present is not None:
            return present
        if PersonalExport.objects.filter(user=user, asked_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            raise LimitReachedError(_("You asked for %(count)s archives today, which is the most.") % {"count": MOST_A_DAY})
        export = PersonalExport.objects.create(user=user, parts_total=len(list(personal_parts)))
        number = export.pk
        transaction.on_commit(lambda: _tell_worker(number), robust=True)
    return export


def write_export(*, number: int) -> bool:
    """Write the archive of that export, unless somebody else is at it or it is done. True where this call finished it.

    Costs a few queries for each part and memory for one row; the file grows beside the store's name until it is whole.
    """
    export = _take(number)
    if export is None:
        return False
    place = private_files.place_of(export.stored_as)
    half = place.with_suffix(f".{os.getpid()}.part")
    try:
        write_archive(export.user, half, on_part=lambda done, total: _note_part(export, done, total))
        return _finish(export, half, place)
    except LeaseLostError:
        return False
    finally:
        half.unlink(missing_ok=True)


def resume_exports(now: datetime) -> list[int]:
    """Exports that wait for a worker, or whose worker fell silent, sent again; those that nobody finished within a day have failed."""
    unfinished = Q(status=ExportStatus.WAITING) | Q(status=ExportStatus.RUNNING, leased_until__lt=now)
    PersonalExport.objects.filter(unfinished, asked_at__lt=now - GIVEN_UP).update(
        status=ExportStatus.FAILED, error="gave up", finished_at=now, leased_until=None
    )
    waiting = PersonalExport.objects.filter(unfinished, asked_at__lt=now - timedelta(minutes=1))
    numbers = list(waiting.order_by("pk").values_list("pk", flat=True)[:50])
    for number in numbers:
        _tell_worker(number)
    return numbers


def delete_old_archives(now: datetime) -> int:
    """Delete archives after their time, and files that no row names. The rows tell for a month more that there was one."""
    gone = 0
    old = PersonalExport.objects.filter(Q(delete_after__lt=now) | Q(status=ExportStatus.FAILED)).exclude(stored_as="")
    for export in old.iterator():
        private_files.remove(export.stored_as)  # the file first: a row without one is tried again, a file without a row is lost
        status = ExportStatus.FAILED if export.status == ExportStatus.FAILED else ExportStatus.EXPIRED
        gone += PersonalExport.objects.filter(pk=export.pk).update(status=status, stored_as="", size=0)
    PersonalExport.objects.filter(stored_as="", finished_at__lt=now - timedelta(days=30)).delete()
    return gone + _delete_strays(now)


def newest_export(user: User) -> PersonalExport | None:
    """The export that its owner's page speaks of. One query."""
    return PersonalExport.objects.filter(user=user).order_by("-asked_at", "-pk").first()


def ready_export(user: User) -> PersonalExport | None:
    """The newest archive that can be downloaded now. One query."""
    ready = PersonalExport.objects.filter(user=user, status=ExportStatus.READY, delete_after__gt=timezone.now())
    return ready.exclude(stored_as="").order_by("-finished_at").first()


def _take(number: int) -> PersonalExport | None:
    now = timezone.now()
    with transaction.atomic():
        free = Q(status=ExportStatus.WAITING) | Q(status=ExportStatus.RUNNING, leased_until__lt=now)
        export = (
            PersonalExport.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user").filter(free, pk=number).first()
        )
        if export is None:
            return None
        export.status, export.leased_until, export.parts_done = ExportStatus.RUNNING, now + LEASE, 0
        export.stored_as = export.stored_as or private_files.new_name()
        export.save(update_fields=["status", "leased_until", "parts_done", "stored_as"])
    return export


def _note_part(export: PersonalExport, done: int, total: int) -> None:
    until = timezone.now() + LEASE
    ours = PersonalExport.objects.filter(pk=export.pk, status=ExportStatus.RUNNING, leased_until=export.leased_until)
    if not ours.update(parts_done=done, parts_total=total, leased_until=until):
        raise LeaseLostError
    export.leased_until = until


def _finish(export: PersonalExport, half: Path, place: Path) -> bool:
    """Put the whole file in its place, with its row, if the lease is still ours."""
    size = half.stat().st_size
    now = timezone.now()
    with transaction.atomic():
        ours = PersonalExport.objects.select_for_update().filter(
            pk=export.pk, status=ExportStatus.RUNNING, leased_until=export.leased_until
        )
        if not ours.exists():
            return False
        half.replace(place)
        ours.update(status=ExportStatus.READY, size=size, finished_at=now, delete_after=now + KEPT, leased_until=None, error="")
    return True


def _tell_worker(number: int) -> None:
    current_app.send_task(WRITE, args=[number])  # by name: services know no tasks


def _delete_strays(now: datetime) -> int:
    known = set(PersonalExport.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    gone = 0
    for path in private_files.folder().iterdir():
        if path.name not in known and path.stat().st_mtime < (now - timedelta(days=1)).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
