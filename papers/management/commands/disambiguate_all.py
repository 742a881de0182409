"""``manage.py disambiguate_all``: compare all mentions of all names with each other, and store who is whom."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from papers.models import AuthorChange, ChangeKind, RefreshRequest
from papers.persons.marking import BLOCK, MENTIONS, mark_everything, no_import_at_work
from papers.rounds import Round, refresh_until

REASON = "all compared"
FOREVER = float("inf")


class Command(BaseCommand):
    """Goes on where an earlier run was stopped; workers and further calls may share the work."""

    help = (
        "Compare all mentions with each other, block of names by block, and store who is whom: authors that are one person are merged, "
        "mixed ones parted, and every page gets its confidence. What people decided stays. A run that was stopped is continued."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="Begin from the start even where an earlier run was stopped.")
        parser.add_argument("--batch", type=int, help="How many blocks to take at once, in place of 500.")

    def handle(self, *, anew: bool, batch: int | None, verbosity: int, **_options: Any) -> None:
        """Work until no block is left. The last line counts what changed; fails where an import is reading, and where blocks failed."""
        if not no_import_at_work():
            raise CommandError(_("An import is reading. Its works would be compared before they are whole: try again when it has ended."))
        started, began = time.monotonic(), timezone.now()
        show = verbosity > 0 and sys.stderr.isatty()
        refresh_until(MENTIONS, deadline=FOREVER)
        waiting = RefreshRequest.objects.filter(kind=BLOCK)
        if anew or not waiting.filter(reason=REASON).exists():
            mark_everything(reason=REASON)
        with tqdm(total=waiting.count(), desc=_("blocks of names"), unit="", disable=not show, file=sys.stderr) as bar:
            done = refresh_until(BLOCK, deadline=FOREVER, batch=batch, on_round=lambda this: bar.update(this.cleared))
        if verbosity > 0:
            self.stdout.write(f"{_summary(done, began)} seconds={time.monotonic() - started:.1f}")
        if done.failed:
            raise CommandError(_("Some blocks could not be compared. Their errors stand with the refresh requests."))


def _summary(done: Round, began: Any) -> str:
    told = AuthorChange.objects.filter(at__gte=began, by_person=False)
    counts = " ".join(f"{kind.value}s={told.filter(kind=kind).count()}" for kind in ChangeKind)
    return f"blocks={done.cleared} {counts} failed={done.failed}"
