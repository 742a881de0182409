"""``manage.py evaluate_disambiguation``: how good it is on labelled mentions, by models that have not seen their labels."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from papers.disambiguation.collection import Collection
from papers.disambiguation.evaluation import Scores, evaluate
from papers.disambiguation.judgement import read_judgement
from papers.disambiguation.labels import read_labels
from papers.disambiguation.model import read_model
from papers.disambiguation.training import Judged, Label, examples, judged, out_of_fold
from papers.disambiguation.works_file import read_mentions

STEPS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)


class LabelledCommand(BaseCommand):
    """What reads works and labels."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--works", type=Path, required=True, metavar="FILE", help="The works (neutral JSON lines).")
        parser.add_argument(
            "--labels", type=Path, required=True, metavar="FILE", help="The labels: block, work_id, position, person_id, tags."
        )
        parser.add_argument("--cut", type=float, help="In place of the cut of the coefficients' file.")
        parser.add_argument("--cut-with-one-bearer", type=float, help="The same for names with one bearer.")

    def read(self, *, works: Path, labels: Path, **_options: Any) -> tuple[Collection, list[Label]]:
        """The works without what sources assert about persons, and the labels. Raises ``CommandError`` where a file cannot be used."""
        try:
            return Collection(read_mentions(works, with_ids=False)), read_labels(labels)
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'} cannot be read: {error.strerror or error}.") from None
        except ValueError as error:
            raise CommandError(f"A file cannot be used: {error}.") from None

    def cuts(self, *, cut: float | None, cut_with_one_bearer: float | None, **_options: Any) -> tuple[float, float]:
        present = read_model()
        return cut or present.cut, cut_with_one_bearer or present.cut_with_one_bearer

    def bar(self, total: int, *, verbosity: int, **_options: Any) -> Any:
        return tqdm(total=total, unit=" mentions", disable=verbosity < 1 or not sys.stderr.isatty(), file=sys.stderr)


class Command(LabelledCommand):
    """Five folds by block: each block is clustered by a model fitted on the others."""

    help = "Score the disambiguation out of fold on labelled mentions: pairwise and B-cubed, and how often a confidence is right."

    def handle(self, **options: Any) -> None:
        collection, labels = self.read(**options)
        cut, one_bearer = self.cuts(**options)
        given = examples(collection, labels)
        with self.bar(5 * len(collection.mentions), **options) as bar:
            found = out_of_fold(collection, labels, cut, given, one_bearer, progress=bar.update)
        self.stdout.write(f"{'':<22}{'mentions':>9}{'pair P':>9}{'R':>8}{'F1':>8}{'B3 P':>9}{'R':>8}{'F1':>8}")
        for name, scores in sorted(evaluate(labels, found.predicted).items()):
            self.stdout.write(_line(name, scores))
        verdicts = judged(found.clusters, labels)
        self._write_reliability(verdicts)

    def _write_reliability(self, verdicts: Sequence[Judged]) -> None:
        self.stdout.write(f"\n{'confidence':<22}{'clusters':>9}{'said':>9}{'whole':>8}")
        sure = [(read_judgement().sure(one.cluster), one.whole) for one in verdicts]
        for low, high in pairwise(STEPS):
            inside = [(said, whole) for said, whole in sure if low <= said < high]
            if inside:
                said, right = (sum(column) / len(inside) for column in zip(*inside, strict=True))
                self.stdout.write(f"{f'{low:.2f} to {min(high, 1):.2f}':<22}{len(inside):>9}{said:>9.3f}{right:>8.3f}")


def _line(name: str, scores: Scores) -> str:
    pairs = f"{scores.pair_precision:>9.4f}{scores.pair_recall:>8.4f}{scores.pair_f1:>8.4f}"
    return f"{name:<22}{scores.mentions:>9}{pairs}{scores.precision:>9.4f}{scores.recall:>8.4f}{scores.f1:>8.4f}"
