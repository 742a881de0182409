"""Labelled mentions from a file: JSON lines with block, work_id, position, person_id and, where known, tags."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from papers.disambiguation.training import Label


def read_labels(path: Path) -> list[Label]:
    """The labels of a file (``.gz`` is decompressed). Raises ``OSError`` where it cannot be read, ``ValueError`` with the number of a line
    that is none.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    labels = []
    with opener(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                labels.append(Label((row["work_id"], int(row["position"])), row["block"], row["person_id"], tuple(row.get("tags", ()))))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"line {number} is no label: {error}") from None
    return labels
