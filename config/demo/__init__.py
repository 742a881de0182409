"""The records that a fresh installation shows, in the neutral JSON lines that ``papers.importers.neutral`` reads.

``works.jsonl`` holds facts of published works (titles, dates, categories, the authors that a list showed): no
abstracts and nobody's scores. Where a list was cut, the person on whose page the work stood is an author with an
unknown position. Only pages that are one person's are given as identifiers ("page"): that of Ying Fan mixes several.

``fictional.jsonl`` is made up from beginning to end: Ada, Grace and Emmy of the Collegium Institute (fictional) and
the people they write with. Their works show every feature. The work with thousands of authors is written when it is
read, since storing it would teach nobody anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FILES = ("works.jsonl", "fictional.jsonl")
CROWD = 3000

_GIVEN = ("Alba", "Benno", "Cosima", "Dario", "Edda", "Falk", "Gesa", "Hanno", "Ilka", "Joris", "Kaia", "Lovis")
_GIVEN_MORE = ("", "Mo", "Nell", "Ove", "Pia")
_FAMILY_START = ("Amble", "Bracken", "Cinder", "Dapple", "Elder", "Fennel", "Gossam", "Hollow", "Inkle", "Juniper")
_FAMILY_END = ("wick", "thorpe", "mere", "garth", "stead")


def record_lines(crowd: int = CROWD) -> Iterator[bytes]:
    """All demo records, one JSON line each. ``crowd`` is how many authors the largest work has."""
    for name in FILES:
        with (FOLDER / name).open("rb") as file:
            yield from file
    yield json.dumps(crowded_work(crowd), ensure_ascii=False).encode() + b"\n"


def fingerprint() -> str:
    """SHA-256 of all demo records, in hexadecimal: changes when any of them does."""
    digest = hashlib.sha256()
    for line in record_lines():
        digest.update(line)
    return digest.hexdigest()


def crowded_work(authors: int) -> dict[str, Any]:
    """A fictional work with that many authors, Ada among them; the same at every call."""
    people: list[dict[str, Any]] = [
        {"position": place, "display_name": crowd_name(place), "raw_affiliation_strings": ["The Whole Collaboration (fictional)"]}
        for place in range(authors - 1)
    ]
    ada = {
        "display_name": "Ada Quillmere",
        "raw_affiliation_strings": ["Department of Invented Mathematics, Collegium Institute (fictional)"],
    }
    people.append({"position": authors - 1, **ada})
    return {
        "id": "fictional:crowd",
        "ids": {"doi": "10.5555/fictional.crowd"},
        "title": f"Search for the last biscuit in invented collisions at $\\sqrt{{s}} = 13$ TeV, with {authors:,} authors",
        "abstract": (
            "We look for the biscuit in $139\\,\\mathrm{fb}^{-1}$ of collisions that never took place and find $0 \\pm 1$. "
            "An upper limit of $$\\sigma \\times \\mathcal{B} < 3.2\\ \\mathrm{crumbs}$$ is set at 95% confidence. The list of authors is longer than the paper."
        ),
        "type": "journal-article",
        "publication_year": 2024,
        "publication_date": None,
        "venue": {
            "key": "fictional-results",
            "abbreviation": "J. Fict. Res.",
            "display_name": "Journal of Fictional Results",
            "kind": "journal",
        },
        "authorships": people,
        "keywords": ["large collaborations"],
        "arxiv_categories": [{"id": "hep-ex", "name": "High Energy Physics - Experiment"}],
        "language": "en",
        "urls": [{"type": "landing_page", "url": "https://example.org/fictional/crowd"}],
        "code_urls": [],
        "cited_by_count": 0,
        "cited_by_source": "fictional",
        "cited_by_as_of": "2026-11-01",
        "source": {"dataset": "fictional", "record": "crowd"},
    }


def crowd_name(place: int) -> str:
    """The made-up name at a place of the long list: different for the first 3,000 places."""
    place, given = divmod(place, len(_GIVEN))
    place, more = divmod(place, len(_GIVEN_MORE))
    place, start = divmod(place, len(_FAMILY_START))
    place, end = divmod(place, len(_FAMILY_END))
    words = (_GIVEN[given], _GIVEN_MORE[more], _FAMILY_START[start] + _FAMILY_END[end], "I" * place)
    return " ".join(word for word in words if word)
