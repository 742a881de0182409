"""On real records: three names that are known to be hard."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

from django.core.management import call_command

from papers.disambiguation import disambiguate
from papers.disambiguation.works_file import mentions_of, read_mentions

SAMPLE = ('"Yuandong Tian"', '"Ying Fan"', '"Simon Du"', '"Simon Shaolei Du"', '"Simon S. Du"', '"Simon S Du"')
WORKS = ("works_ml.jsonl.gz", "works_acl.jsonl.gz")


def sampled(path: Path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if any(name in line for name in SAMPLE):
                yield from mentions_of(json.loads(line))


def test_tian_du_and_the_fans(records: Path, accept: bool) -> None:
    read = read_mentions if accept else sampled
    found = disambiguate(mention for name in WORKS for mention in read(records / name))
    place = found.places()
    with gzip.open(records / "target_authors_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    persons = defaultdict(set)
    for row in rows:
        persons[row["person_id"]].add(place[row["work_id"], row["position"]])
    assert {person: len(clusters) for person, clusters in persons.items()} == dict.fromkeys(persons, 1)
    assert len({min(clusters) for clusters in persons.values()}) == len(persons)
    tian = found.clusters[min(persons["target:yuandong-tian"])]
    assert len(tian.mentions) == 46
    fans = {row["work_id"] for row in rows if row["person_id"].startswith("target:ying-fan")}
    fan = found.clusters[min(persons["target:ying-fan-wisconsin"])]
    assert {key[0] for key in fan.mentions} == fans


def test_the_command_writes_a_person_for_each_mention(tmp_path: Path, capsys) -> None:
    works = tmp_path / "works.jsonl"
    authors = [
        {"display_name": "Ada Quillmere", "position": 0},
        {"display_name": "Grace Farrowgate", "position": 1},
        {"display_name": None},
    ]
    works.write_text("".join(json.dumps({"id": f"w{n}", "title": "On graphs", "authorships": authors}) + "\n" for n in range(3)))
    call_command("disambiguate", works=[works], export=tmp_path / "out.jsonl", merges=tmp_path / "merges.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len({(row["work_id"], row["position"]) for row in rows}) == len(rows) == 6
    assert len({row["predicted_person"] for row in rows}) == 2
    assert "works=3 mentions=6 persons=2" in capsys.readouterr().out
