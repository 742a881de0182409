"""``manage.py refresh``: recompute what is out of date, now and here."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from config.lib.registries import RefreshKind, refresh_kinds
from papers.refresh import Backlog, backlog, mark_dirty
from papers.rounds import Round, refresh_until

FOREVER = float("inf")


class Command(BaseCommand):
    """Settles dirty rows without Celery. Several of these, and workers, may run at once."""

    help = "Recompute what imports and edits have marked as out of date (figures of authors, topics, institutions)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--kind", action="append", choices=[kind.key for kind in refresh_kinds], help="Only this kind; may be repeated."
        )
        parser.add_argument("--all", action="store_true", help="Mark everything of these kinds as out of date first.")
        parser.add_argument("--batch", type=int, help="How many rows to claim at once, in place of each kind's own number.")

    def handle(self, *, kind: list[str] | None, all: bool, batch: int | None, verbosity: int, **_options: Any) -> None:  # noqa: A002 - the option's name
        """Work until no row is free. Fails when rows failed; those stay marked, with their error."""
        started = time.monotonic()
        chosen = [entry for entry in refresh_kinds if not kind or entry.key in kind]
        done = {entry.key: self._settle(entry, mark_all=all, batch=batch, show=verbosity > 0) for entry in chosen}
        if verbosity > 0:
            counts = " ".join(f"{key}={this.cleared}" for key, this in done.items())
            self.stdout.write(f"{counts} failed={sum(this.failed for this in done.values())} seconds={time.monotonic() - started:.1f}")
        self._complain_of_failures(done)

    def _settle(self, kind: RefreshKind, *, mark_all: bool, batch: int | None, show: bool) -> Round:
        if mark_all and kind.everything is not None:
            mark_dirty(kind=kind.key, ids=kind.everything(), reason="everything")
        waiting = _backlog_of(kind.key).waiting
        with tqdm(total=waiting, desc=kind.key, unit="", disable=not show or not sys.stderr.isatty(), file=sys.stderr) as bar:
            return refresh_until(kind.key, deadline=FOREVER, batch=batch, on_round=lambda this: bar.update(this.cleared))

    def _complain_of_failures(self, done: dict[str, Round]) -> None:
        failed = {key: this.failed for key, this in done.items() if this.failed}
        if failed:
            counts = ", ".join(f"{key}: {count}" for key, count in failed.items())
            raise CommandError(
                _("Some rows could not be computed (%(counts)s). Their errors stand with the refresh requests.") % {"counts": counts}
            )


def _backlog_of(kind: str) -> Backlog:
    return next(entry for entry in backlog() if entry.kind == kind)
