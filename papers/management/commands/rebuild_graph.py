"""``manage.py rebuild_graph``: the graph's arrays out of the database, now and here."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from papers.models import GraphSlice
from papers.refresh import mark_all
from papers.slices.building import BuildUnderWayError, build_arrays
from papers.slices.marking import KINDS


class Command(BaseCommand):
    """Builds the arrays of this machine; workers that are at it take them up with their next batch."""

    help = "Build the arrays of the research graph from the database (done every night by itself)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slices", action="store_true", help="Mark every stored slice to be built again from them.")

    def handle(self, *, slices: bool, verbosity: int, **_options: Any) -> None:
        """Say what is read as it comes, then how large the graph is."""

        def tell(what: str, count: int) -> None:
            if verbosity > 0:
                self.stdout.write(f"{what}: {count:,}")
                self.stdout.flush()

        try:
            built = build_arrays(progress=tell)
        except BuildUnderWayError:
            raise CommandError(_("Another process is building the arrays at this moment.")) from None
        marked = 0
        if slices:
            stored = {kind: GraphSlice.objects.filter(kind=kind.value).values_list("subject_id", flat=True) for kind in KINDS}
            marked = mark_all(marks={KINDS[kind]: ids.iterator() for kind, ids in stored.items()}, reason="rebuilt")
        if verbosity > 0:
            self.stdout.write(f"nodes={built.nodes} edges={built.edges} marked={marked} seconds={built.seconds:.1f}")
