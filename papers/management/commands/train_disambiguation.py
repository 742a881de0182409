"""``manage.py train_disambiguation``: the coefficients from labelled mentions, written to the files that the site reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from papers.disambiguation.judgement import JUDGEMENT
from papers.disambiguation.model import COEFFICIENTS, PairModel, read_model
from papers.disambiguation.training import examples, fit, fit_judgement, judged, out_of_fold
from papers.management.commands.evaluate_disambiguation import LabelledCommand

NOTE = """Written by manage.py train_disambiguation; docs/disambiguation.md says what each line is.
From {pairs} labelled pairs of {mentions} mentions ({labels})."""


class Command(LabelledCommand):
    """Fits the pair model on all labels, and confidence and ambiguity on what models make of blocks whose labels they have not seen."""

    help = "Fit the models that tell persons apart, from labelled mentions. The cuts are those of the present file, or as given."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--into", type=Path, default=COEFFICIENTS.parent, metavar="FOLDER", help="Where the two files go.")

    def handle(self, *, into: Path, **options: Any) -> None:
        collection, labels = self.read(**options)
        cut, one_bearer = self.cuts(**options)
        given = examples(collection, labels)
        with self.bar(5 * len(collection.mentions), **options) as bar:
            found = out_of_fold(collection, labels, cut, given, one_bearer, progress=bar.update)
        present = read_model()
        model = PairModel(fit(given), cut, one_bearer, present.same_id, present.different_id)
        verdicts = judged(found.clusters, labels, {mention.key: mention for mention in collection.mentions})
        judgement = fit_judgement(verdicts)
        note = NOTE.format(pairs=len(given.same), mentions=len(labels), labels=options["labels"].name)
        (into / COEFFICIENTS.name).write_text(model.as_toml(note), encoding="utf-8")
        (into / JUDGEMENT.name).write_text(judgement.as_toml(note), encoding="utf-8")
        self.stdout.write(f"pairs={len(given.same)} same={int(given.same.sum())} clusters={len(verdicts)} written to {into.name}/")
