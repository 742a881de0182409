"""``manage.py explain_figure paper|author ID``: the inputs and the arithmetic behind a figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.lib.public_ids import decode_public_id
from papers.figures.explaining import pairs_of
from papers.models import Author, AuthorFigures, Work
from papers.pages.author_figures import citation_sums, novelty_sums
from papers.pages.score import Sum, parts_of, sums_of
from papers.querysets.author_figures import figure_inputs
from papers.querysets.scores import score_of


class Command(BaseCommand):
    """Prints what the pages show, and for a paper the pairs of its topics, counted now."""

    help = "Print the inputs and the arithmetic behind the figures of a paper or an author."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to explain."""
        parser.add_argument("kind", choices=["paper", "author"])
        parser.add_argument("id", help="The id in the address of its page, or the number of its row.")

    def handle(self, *args: Any, kind: str, id: str, **options: Any) -> None:  # noqa: A002, ARG002 - named for who types it; Django's signature
        """Print. Raises ``CommandError`` where there is no such row, or nothing has been computed."""
        key = _key(id)
        if kind == "paper":
            self._paper(key)
        else:
            self._author(key)

    def _paper(self, key: int) -> None:
        work = Work.objects.filter(pk=key).first()
        found = score_of(key)
        if work is None or found is None:
            raise CommandError(
                "There is no such paper." if work is None else "Nothing has been computed for this paper yet: run manage.py refresh."
            )
        scored, row = found
        self.stdout.write(f"{work.title}\nas of {scored.as_of}, version {row.version}, computed {row.computed_at:%Y-%m-%d %H:%M} UTC\n")
        for part in parts_of(scored):
            self.stdout.write(f"{part.label:<14}{part.points_text:>4}  weight {part.weight:.3f}  {part.sentence}")
        self._sums(sums_of(scored))
        pairs = pairs_of(work)
        if pairs:
            self.stdout.write("\nPairs of topics in the five years before, counted now, rarest first:")
        for pair in pairs:
            self.stdout.write(
                f"  z = {pair.z:+.6f} = ln(({pair.together} + 1) / ({pair.first} × {pair.second} / {pair.works} + 1))  {pair.names}"
            )

    def _author(self, key: int) -> None:
        author = Author.objects.filter(pk=key).first()
        figures = AuthorFigures.objects.filter(pk=key).first()
        if author is None or figures is None:
            raise CommandError(
                "There is no such author." if author is None else "Nothing has been computed for this author yet: run manage.py refresh."
            )
        inputs = figure_inputs(key, None)
        counted = sorted((work for work in inputs if work.citations is not None), key=lambda work: (-(work.citations or 0), work.id))
        novel = sorted((work for work in inputs if work.novelty is not None), key=lambda work: (-(work.novelty or 0), work.id))
        self.stdout.write(f"{author.display_name}\nversion {figures.version}, computed {figures.computed_at:%Y-%m-%d %H:%M} UTC")
        self._sums([*citation_sums(figures, counted, len(inputs)), *novelty_sums(figures, novel, len(inputs))])
        self.stdout.write("\nWorks: year, citations, novelty")
        for work in inputs:
            novelty = "–" if work.novelty is None else f"{work.novelty:.6f}"
            self.stdout.write(f"  {work.year or '–':>4} {'–' if work.citations is None else work.citations:>7} {novelty:>9}  {work.title}")

    def _sums(self, sums: Iterable[Sum]) -> None:
        self.stdout.write("")
        for line in sums:
            self.stdout.write(f"{line.term}: {line.text}")


def _key(text: str) -> int:
    """A row's key from a public id or a number. Raises ``CommandError``."""
    try:
        return decode_public_id(text)
    except ValueError:
        if text.isascii() and text.isdigit() and len(text) < 19:  # noqa: PLR2004 - digits that a key has room for
            return int(text)
    raise CommandError(f"“{text}” is neither the id of a page nor the number of a row.")
