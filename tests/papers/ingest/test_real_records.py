"""Real records from end to end: what parses is written, the same works are recognised, and nothing breaks."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from papers.importers import UnreadableFormat, decompressed, read_records, recognise
from papers.importers.base import Format
from papers.importers.neutral import NEUTRAL
from papers.ingest.matching import record_title_key
from papers.models import Author, Authorship, ImportItem, ImportRun, Work
from papers.records import ParseResult, Rejected, WorkRecord
from papers.text import title_key
from tests.papers.ingest.conftest import counts

Read = Callable[..., ImportRun]
READABLE = ("openalex", "arxiv_atom", "arxiv_oai", "crossref", "semanticscholar", "orcid", "bibtex", "ris")


def parsed(path: Path) -> list[ParseResult]:
    """The results of a file of a format that we read and that holds works; none for any other."""
    stream = decompressed(BytesIO(path.read_bytes()))
    try:
        chosen: Format[ParseResult] = recognise(stream.head)
    except UnreadableFormat:
        return []
    return list(read_records(chosen, stream)) if chosen.holds == "works" else []


def neutral(path: Path, wanted: Callable[[str], bool]) -> Iterator[ParseResult]:
    """The records of a neutral file whose id is wanted."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        chosen = [line for line in lines if wanted(json.loads(line)["id"])]
    return NEUTRAL.parse(BytesIO("".join(chosen).encode()))


@pytest.mark.django_db
@pytest.mark.parametrize("folder", READABLE)
def test_whatever_parses_of_the_samples_is_written_and_known_again(folder: str, records: Path, read: Read) -> None:
    results = [result for path in sorted((records / "samples" / folder).iterdir()) for result in parsed(path)]
    works = [result for result in results if isinstance(result, WorkRecord)]
    assert works
    run = read(*results)
    refused = ImportItem.objects.filter(run=run, outcome="rejected", reason__startswith="The database")
    assert list(refused.values_list("record_id", "reason")) == []
    assert run.created + run.updated + run.unchanged == len(works)
    assert run.rejected == sum(isinstance(result, Rejected) for result in results)
    again = read(*results)
    assert again.created == 0
    assert Work.objects.count() == run.created


@pytest.mark.django_db
def test_every_entry_of_the_real_proceedings_is_recognised(records: Path, read: Read) -> None:
    path = records / "samples" / "bibtex" / "proceedings_real.bib"
    ids = set(re.findall(r"^%\s*(\S+)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(ids) == 299
    entries = [entry for entry in parsed(path) if isinstance(entry, WorkRecord)]
    titles = {record_title_key(entry) for entry in entries}
    distractors = Random(7)
    with gzip.open(records / "works_ml.jsonl.gz", "rt", encoding="utf-8") as lines:
        chosen = [
            line
            for line, work in ((line, json.loads(line)) for line in lines)
            if work["id"] in ids or title_key(work["title"]) in titles or distractors.random() < 0.02
        ]
    held = read(*NEUTRAL.parse(BytesIO("".join(chosen).encode())))
    assert held.rejected == 0
    run = read(*entries)
    assert (run.created, run.rejected, run.updated + run.unchanged) == (0, 0, 299)
    labelled = set(Work.objects.filter(source_records__record_id__in=ids).values_list("pk", flat=True))
    recognised = set(ImportItem.objects.filter(run=run).values_list("work", flat=True))
    assert len(recognised) == 299
    # The comment lines of three entries name ICML 2019 papers that share a number with the NeurIPS 2013 papers they are.
    assert len(recognised - labelled) == 3


@pytest.mark.django_db
def test_a_corpus_read_twice_is_unchanged_and_no_work_names_an_author_twice(records: Path, read: Read, accept: bool) -> None:
    chosen = Random(11)
    share = 1.0 if accept else 0.02
    results = list(neutral(records / "works_acl.jsonl.gz", lambda _: chosen.random() < share))
    run = read(*results)
    assert (run.created, run.rejected) == (len(results), 0)
    assert counts(read(*results)) == (0, 0, len(results), 0)
    stated = sum(len(one.authorships) for one in results if isinstance(one, WorkRecord))
    assert Authorship.objects.count() == stated
    assert Author.objects.filter(authorships=None).count() == 0


@pytest.mark.django_db
def test_a_person_with_a_rare_name_is_one_author(records: Path, read: Read) -> None:
    with gzip.open(records / "target_authors_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        mentions = [json.loads(line) for line in lines]
    works = {mention["work_id"] for mention in mentions}
    read(*neutral(records / "works_ml.jsonl.gz", lambda key: key in works))
    tian = {mention["work_id"] for mention in mentions if mention["name"] == "Yuandong Tian"}
    held = Authorship.objects.filter(raw_name="Yuandong Tian", work__source_records__record_id__in=tian)
    assert held.count() == len(tian & set(Work.objects.values_list("source_records__record_id", flat=True)))
    assert len(set(held.values_list("author", flat=True))) == 1
