"""``manage.py disambiguate_all``: compare all mentions of all names with each other, and store who is whom."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from papers.models import AuthorChange, Authorship, ChangeKind, RefreshRequest
from papers.persons.marking import BLOCK, MENTIONS, mark_everything, no_import_at_work
from papers.rounds import refresh_until

REASON = "all compared"
FOREVER = float("inf")


class Command(BaseCommand):
    """Goes on where an earlier run was stopped; workers and further calls may share the work."""

    help = (
        "Compare all mentions with each other, block of names by block, and store who is whom: authors that are one person are merged, "
        "mixed ones parted, and every page gets its confidence. What people decided stays. A run that was stopped is continued."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by-block", action="store_true", help="Compare block by block even where all mentions fit into memory.")
        parser.add_argument("--anew", action="store_true", help="Block by block: begin anew even where an earlier run was stopped.")

    def handle(self, *, by_block: bool, anew: bool, verbosity: int, **_options: Any) -> None:
        """Work until no block is left. The last line counts what changed; fails where an import is reading, and where blocks failed."""
        if not no_import_at_work():
            raise CommandError(_("An import is reading. Its works would be compared before they are whole: try again when it has ended."))
        started, began = time.monotonic(), timezone.now()
        show = verbosity > 0 and sys.stderr.isatty()
        refresh_until(MENTIONS, deadline=FOREVER)
        counts = self._by_block(anew=anew, show=show) if by_block or not self._fits() else self._at_once(show=show)
        if verbosity > 0:
            self.stdout.write(f"{counts} {_told(began)} seconds={time.monotonic() - started:.1f}")

    def _fits(self) -> bool:
        from papers.persons.whole import fits  # compiled code, which loading the command does without

        return fits()

    def _at_once(self, *, show: bool) -> str:
        from papers.persons.whole import compare_everything

        total = Authorship.objects.count()
        with (
            tqdm(total=total, desc=_("mentions compared"), unit="", disable=not show, file=sys.stderr) as compared,
            tqdm(total=total, desc=_("mentions stored"), unit="", disable=not show, file=sys.stderr) as stored,
        ):
            done = compare_everything(compared.update, stored.update)
        return f"mentions={done.mentions} persons={done.persons} left={done.left}"

    def _by_block(self, *, anew: bool, show: bool) -> str:
        waiting = RefreshRequest.objects.filter(kind=BLOCK)
        if anew or not waiting.filter(reason=REASON).exists():
            mark_everything(reason=REASON)
        with tqdm(total=waiting.count(), desc=_("blocks of names"), unit="", disable=not show, file=sys.stderr) as bar:
            done = refresh_until(BLOCK, deadline=FOREVER, on_round=lambda this: bar.update(this.cleared))
        if done.failed:
            raise CommandError(_("Some blocks could not be compared. Their errors stand with the refresh requests."))
        return f"blocks={done.cleared}"


def _told(began: Any) -> str:
    told = AuthorChange.objects.filter(at__gte=began, by_person=False)
    return " ".join(f"{kind.value}s={told.filter(kind=kind).count()}" for kind in ChangeKind)
