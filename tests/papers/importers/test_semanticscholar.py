"""Semantic Scholar: what becomes of each field of a paper."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from papers.importers.semanticscholar import SEMANTIC_SCHOLAR
from papers.records import ReferenceRecord, Rejected, WorkRecord

PAYLOAD = Path(__file__).parents[2] / "payloads" / "s2" / "batch.json"
ID = "f" * 40


WRONG: tuple[Any, ...] = (None, "text", 5, [], {}, [None, 1, "x", {}, []], True)


def parse(document):
    return list(SEMANTIC_SCHOLAR.parse(BytesIO(json.dumps(document).encode())))


@pytest.fixture(scope="module")
def results():
    return list(SEMANTIC_SCHOLAR.parse(BytesIO(PAYLOAD.read_bytes())))


def test_a_batch_gives_its_papers_and_says_which_were_not_found(results):
    assert [type(result) for result in results] == [WorkRecord, Rejected, Rejected, WorkRecord]
    assert [(result.ordinal, result.reason) for result in results[1:3]] == [(2, "The item is empty."), (3, "It has no title.")]
    assert (results[3].authorships, results[3].year, results[3].references) == ((), None, ())


def test_identifiers_are_in_their_normal_form(results):
    assert results[0].record_id == "a" * 40
    assert results[0].ids == {
        "s2": "a" * 40,
        "s2_corpus": "77",
        "doi": "10.48550/arxiv.2401.00001",
        "arxiv": "2401.00001",
        "pmcid": "PMC42",
        "acl": "2024.acl-long.1",
    }


def test_a_paper_on_arxiv_alone_is_a_preprint(results):
    assert results[0].type == "preprint"
    assert (results[0].venue.name, results[0].venue.kind, results[0].venue.issn) == ("arXiv.org", "repository", ("2331-8422",))
    assert (results[0].year, results[0].month, results[0].day) == (2024, 1, 1)


def test_people(results):
    grace, ada = results[0].authorships
    assert (grace.name, grace.position, grace.affiliations, grace.homepage) == (
        "Grace Hopper",
        0,
        ("Navy Yard",),
        "https://example.org/grace",
    )
    assert grace.ids == {"s2": "2262347", "orcid": "0000-0002-1825-0097"}
    assert (ada.name, ada.position, ada.ids) == ("Ada Lovelace", 1, {})


def test_references_are_what_it_cites_and_not_who_cites_it(results):
    assert results[0].references == (ReferenceRecord("s2", "b" * 40, "Earlier", 1952), ReferenceRecord(title="Known by its title only"))


def test_fields_counts_and_files(results):
    assert [(topic.name, topic.scheme) for topic in results[0].topics] == [("Computer Science", "s2"), ("Mathematics", "s2")]
    assert (results[0].cited_by_count, results[0].cited_by_source, results[0].cited_by_as_of) == (5, "semantic-scholar", None)
    assert (results[0].pdf_urls, results[0].licence) == (("https://example.org/a.pdf",), "CCBY")


@pytest.mark.parametrize(
    "types,venue,ours",
    [
        (["JournalArticle", "Conference"], {"name": "NeurIPS", "type": "conference"}, "proceedings-article"),
        (["JournalArticle", "Conference"], {"name": "JMLR", "type": "journal"}, "article"),
        (["JournalArticle", "Review"], None, "article"),
        (["Review"], None, "review"),
        (["Book"], None, "book"),
        (None, {"name": "ICML", "type": "conference"}, "proceedings-article"),
        (None, None, "other"),
    ],
)
def test_types(types, venue, ours):
    (paper,) = parse({"paperId": ID, "title": "T", "publicationTypes": types, "publicationVenue": venue})
    assert paper.type == ours


@pytest.mark.parametrize("key", ["citedPaper", "citingPaper"])
def test_reference_and_citation_lists_hold_papers(key):
    answer = {"offset": 0, "data": [{key: {"paperId": ID, "title": "T"}}, {key: {"paperId": None, "title": "Lost"}}]}
    found, lost = parse(answer)
    assert found.record_id == ID
    assert lost.reason == "It has no identifier."


def test_recommendations_and_the_papers_of_an_author_hold_papers():
    assert len(parse({"recommendedPapers": [{"paperId": ID, "title": "T"}]})) == 1
    assert len(parse({"authorId": "1", "name": "A", "papers": [{"paperId": ID, "title": "T"}]})) == 1


def test_lines_of_the_data_set_are_read_though_their_keys_are_in_lower_case():
    line = {
        "corpusid": 77,
        "externalids": {"DOI": "10.5555/X", "CorpusId": "77"},
        "title": "T",
        "citationcount": 3,
        "publicationdate": "2020-02-03",
        "authors": [{"authorId": "1", "name": "A"}],
    }
    (paper,) = parse(line)
    assert (paper.record_id, paper.ids["doi"], paper.cited_by_count, paper.month) == ("CorpusId:77", "10.5555/x", 3, 2)


def test_an_author_among_papers_is_rejected_as_one():
    (result,) = parse({"data": [{"authorId": "1", "name": "A. Turing"}]})
    assert result.reason == "It is an author of Semantic Scholar, not a paper."


def test_nulls_and_wrong_types_everywhere_are_survived():
    keys = (
        "externalIds",
        "authors",
        "references",
        "publicationVenue",
        "journal",
        "venue",
        "fieldsOfStudy",
        "s2FieldsOfStudy",
        "publicationTypes",
        "publicationDate",
        "openAccessPdf",
        "abstract",
        "year",
        "citationCount",
    )
    for wrong in WRONG:
        (paper,) = parse({"paperId": ID, "title": "T", **dict.fromkeys(keys, wrong)})
        assert isinstance(paper, WorkRecord)
