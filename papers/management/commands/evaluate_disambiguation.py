"""``manage.py evaluate_disambiguation``: how good it is on labelled mentions, by models that have not seen their labels."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from papers.disambiguation.ambiguity import outside_of, signs
from papers.disambiguation.collection import Collection
from papers.disambiguation.evaluation import Scores, evaluate
from papers.disambiguation.judgement import read_judgement
from papers.disambiguation.labels import read_labels
from papers.disambiguation.model import read_model
from papers.disambiguation.training import Label, OutOfFold, examples, judged, last_fifth_later, out_of_fold
from papers.disambiguation.works_file import read_mentions

STEPS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
MIXED_STEPS = (0.0, 0.05, 0.1, 0.25, 0.5, 0.7, 1.01)
PORTION = 500  # works that arrive at once


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

    help = "Score the disambiguation out of fold on labelled mentions: pairwise and B-cubed, and how often a confidence and a warning are right."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--export", type=Path, metavar="FILE", help="Where a line for each labelled mention goes: work_id, position, predicted_person."
        )
        parser.add_argument(
            "--later", action="store_true", help="Also have the last fifth of the works arrive after the others, in portions."
        )

    def handle(self, **options: Any) -> None:
        collection, labels = self.read(**options)
        cut, one_bearer = self.cuts(**options)
        given = examples(collection, labels)
        with self.bar(5 * len(collection.mentions), **options) as bar:
            found = out_of_fold(collection, labels, cut, given, one_bearer, progress=bar.update)
        self.stdout.write(f"{'':<22}{'mentions':>9}{'pair P':>9}{'R':>8}{'F1':>8}{'B3 P':>9}{'R':>8}{'F1':>8}")
        for name, scores in sorted(evaluate(labels, found.predicted).items()):
            self.stdout.write(_line(name, scores))
        if options["later"]:
            self._write_later(collection, labels, found)
        if options["export"] is not None:
            rows = ({"work_id": work, "position": place, "predicted_person": who} for (work, place), who in found.predicted.items())
            options["export"].write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        verdicts = judged(found.clusters, labels, {mention.key: mention for mention in collection.mentions})
        present = read_judgement()
        self._write_reliability(
            "confidence", "whole", STEPS, [(present.sure(one.cluster, outside_of(one.groups)), one.whole) for one in verdicts]
        )
        several = [one for one in verdicts if len(one.cluster.mentions) > 1]
        self._write_reliability(
            "ambiguity", "mixed", MIXED_STEPS, [(present.mixed(one.cluster, signs(one.cluster, one.groups)), one.mixed) for one in several]
        )

    def _write_later(self, collection: Collection, labels: list[Label], found: OutOfFold) -> None:
        later = last_fifth_later(collection.mentions, labels, found.models, PORTION)
        self.stdout.write(f"\nthe last fifth later: {later.mentions / later.seconds:.0f} mentions/s")
        for name, scores in sorted(evaluate(labels, later.predicted).items()):
            self.stdout.write(_line(name, scores))

    def _write_reliability(self, what: str, truth: str, steps: Sequence[float], judged: Sequence[tuple[float, bool]]) -> None:
        self.stdout.write(f"\n{what:<22}{'clusters':>9}{'said':>9}{truth:>8}")
        for low, high in pairwise(steps):
            inside = [(said, whole) for said, whole in judged if low <= said < high]
            if inside:
                said, right = (sum(column) / len(inside) for column in zip(*inside, strict=True))
                self.stdout.write(f"{f'{low:.2f} to {min(high, 1):.2f}':<22}{len(inside):>9}{said:>9.3f}{right:>8.3f}")


def _line(name: str, scores: Scores) -> str:
    pairs = f"{scores.pair_precision:>9.4f}{scores.pair_recall:>8.4f}{scores.pair_f1:>8.4f}"
    return f"{name:<22}{scores.mentions:>9}{pairs}{scores.precision:>9.4f}{scores.recall:>8.4f}{scores.f1:>8.4f}"
