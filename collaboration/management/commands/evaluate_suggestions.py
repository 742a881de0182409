"""``manage.py evaluate_suggestions``: how many of the people who did come to work together would have been suggested before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collaboration.suggestions.model import LEARNT
from collaboration.suggestions.prospects import NAMES
from collaboration.suggestions.records import WorkRow
from collaboration.suggestions.splits import BASELINES, OURS, SHOWN, Row, Split, Table, evaluate, learn_from, split
from collaboration.suggestions.works_file import read_rows

POOLS = (
    (False, "Everybody known by then may be suggested"),
    (True, "Only those active in the last five years with two works or more"),
)


class Command(BaseCommand):
    """One time split of real co-authorship, two pools of candidates, all rankings in one run."""

    help = "Hold the suggestions against first-time co-authorship in a file of works: recall at 20 and the area under the curve, beside Adamic-Adar's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--works", type=Path, required=True, metavar="FILE", help="The works (neutral JSON lines).")
        parser.add_argument("--until", type=int, default=2018, metavar="YEAR", help="The last year that is known.")
        parser.add_argument(
            "--from", type=int, dest="first", metavar="YEAR", help="The first year that is asked about; by default the one after."
        )
        parser.add_argument(
            "--to", type=int, dest="last", metavar="YEAR", help="The last year that is asked about; by default two years on."
        )
        parser.add_argument(
            "--learn", action="store_true", help="Rank by weights that are learnt now, on the split just before, in place of those we ship."
        )

    def handle(self, **options: Any) -> None:
        until: int = options["until"]
        first: int = options["first"] or until + 1
        last: int = options["last"] or first + 2
        if not until < first <= last:
            raise CommandError(f"The years that are asked about ({first} to {last}) must come after what is known (until {until}).")
        try:
            rows = list(read_rows(options["works"]))
        except OSError as error:
            raise CommandError(f"{error.filename or 'The file'} cannot be read: {error.strerror or error}.") from None
        except ValueError as error:
            raise CommandError(f"The file cannot be used: {error}.") from None
        weights = LEARNT
        if options["learn"]:
            weights = learn_from(self._split(rows, until - (last - first + 1), until - (last - first), until))
            told = ", ".join(f"{name} {weight}" for name, weight in zip(NAMES, weights.each, strict=True))
            self.stdout.write(f"Learnt until {until - (last - first + 1)}: {told}; constant {weights.constant}\n\n")
        given = self._split(rows, until, first, last)
        self.stdout.write(
            f"Known until {until}: {len(given.ground.records.works):,} works. Asked: who wrote together for the first time, {first} to {last}.\n"
        )
        for active_only, title in POOLS:
            self._write(title, evaluate(given, weights, active_only=active_only))

    def _split(self, rows: list[WorkRow], until: int, first: int, last: int) -> Split:
        found = split(rows, until=until, first=first, last=last)
        if not found.came_true:
            raise CommandError(f"Nobody known until {until} wrote with somebody new from {first} to {last}: there is nothing to find.")
        return found

    def _write(self, title: str, table: Table) -> None:
        measured = table.row(BASELINES[0])
        self.stdout.write(
            f"\n{title}: {table.targets:,} people with {table.pairs:,} new co-authors; {table.two_hop:,} pairs at two hops, {table.two_hop_true:,} came true"
        )
        self.stdout.write(f"{'':<22}{f'recall at {SHOWN}':>13}{'times':>8}{'mean over people':>18}{'times':>8}{'precision':>11}{'area':>8}")
        for row in table.rows:
            self.stdout.write(_line(row, measured))
        self.stdout.write(
            f"{table.listed:,} suggestions by {OURS}, {table.without_reason:,} of them without a reason, {table.thin:,} with too thin a one to be shown"
        )


def _line(row: Row, measured: Row) -> str:
    times = [one / other if other else 0.0 for one, other in ((row.recall, measured.recall), (row.mean_recall, measured.mean_recall))]
    return (
        f"{row.name:<22}{row.recall:>13.4f}{times[0]:>8.2f}{row.mean_recall:>18.4f}{times[1]:>8.2f}{row.precision:>11.4f}{row.area:>8.3f}"
    )
