"""``manage.py explain_trust AUTHOR``: a score computed again from what its page shows, step by step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from config.lib.public_ids import decode_public_id
from profiles.models import TrustScore
from profiles.trust.explaining import components, number
from profiles.trust.formula import FORMULA_VERSION
from profiles.trust.scores import input_hash, parts_of, recompute


class Command(BaseCommand):
    """Reads the score of a page, or the JSON that its trust page gives, and does the arithmetic again."""

    help = "Compute a trust score again from its inputs and print the arithmetic. Fails where it does not come out as stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "author", help="The id from the address of the author's page, or - for the JSON of a trust page on standard input, or its file."
        )

    def handle(self, *, author: str, **_options: Any) -> None:
        """Print each component with its facts. Fails for a version of the formula that this program does not have."""
        told = self._told(author)
        if told["formula_version"] != FORMULA_VERSION:
            raise CommandError(
                _("This score was made with version %(theirs)s of the formula; this program has %(ours)s.")
                % {"theirs": told["formula_version"], "ours": FORMULA_VERSION}
            )
        inputs = told["inputs"]
        parts = recompute(inputs)
        points = parts_of(parts)["points"]
        for component in components(inputs, points):
            self.stdout.write(
                f"{component.name}: {number(component.points, 4)}" + (f" of {number(component.most, 1)}" if component.most else "")
            )
            for fact in component.facts:
                worth = f"  {number(fact.points, 4)}" if fact.points is not None else ""
                self.stdout.write(f"  {fact.text}: {fact.found}{worth}")
        score = float(parts.score[0])
        self.stdout.write(f"score={score:.6f} shown={int(parts.shown[0])} stored={told['score']:.6f} input_hash={input_hash(inputs)}")
        if abs(score - told["score"]) > 1e-9 or input_hash(inputs) != told["input_hash"]:  # noqa: PLR2004 - the last digits of a float
            raise CommandError(_("This is not what is stored."))

    def _told(self, author: str) -> dict[str, Any]:
        if author == "-" or Path(author).suffix == ".json":
            text = sys.stdin.read() if author == "-" else Path(author).read_text(encoding="utf-8")
            try:
                told = json.loads(text)
                return {name: told[name] for name in ("formula_version", "inputs", "score", "input_hash")}
            except (ValueError, KeyError, TypeError) as error:
                raise CommandError(_("This is not the JSON of a trust page: %(error)s") % {"error": error}) from error
        try:
            row = TrustScore.objects.get(author_id=decode_public_id(author.strip().lower()))
        except (ValueError, TrustScore.DoesNotExist) as error:
            raise CommandError(_("No score is stored for %(author)s.") % {"author": author}) from error
        return {"formula_version": row.formula_version, "inputs": row.inputs, "score": row.score, "input_hash": row.input_hash}
