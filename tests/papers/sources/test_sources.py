"""Services asked for works: pages, keys, places to go on from, and what is said when nothing is found."""

import json
from itertools import islice
from typing import Any

import pytest

from papers.records import Rejected, WorkRecord
from papers.sources import SOURCES, SourceError, read_source, understand
from tests.papers.sources.conftest import Reply

ADA = "0000-0002-1825-0097"


def openalex_page(numbers, following):
    works = [
        {"id": f"https://openalex.org/W{number}", "title": f"Work {number}", "type": "article", "authorships": []} for number in numbers
    ]
    return Reply(json.dumps({"meta": {"count": 5, "next_cursor": following}, "results": works}).encode())


def read_works(request):
    """The works, where nothing is rejected."""
    results = list(read_source(request))
    assert not [result for result in results if isinstance(result, Rejected)]
    return [result for result in results if isinstance(result, WorkRecord)]


def ids(results):
    return [result.record_id for result in results]


# --- requests ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_,message",
    [
        ({}, "Name one of openalex, arxiv, crossref, s2, orcid"),
        ({"from": "sheep"}, "Name one of"),
        ({"from": "openalex"}, "exactly one of: author, doi, work, institution"),
        ({"from": "openalex", "author": "A1", "doi": "10.5555/x"}, "exactly one of"),
        ({"from": "orcid", "orcid": "0000-0002-1825-0098"}, "is not what orcid takes"),
        ({"from": "crossref", "doi": "nothing"}, "for example 10.7717/peerj.4375"),
        ({"from": "crossref", "doi": "10.5555/x", "author": "A"}, "cannot be asked for author"),
    ],
)
def test_a_request_that_cannot_be_understood_says_why(request_, message):
    with pytest.raises(SourceError, match=message):
        understand(request_)


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_every_question_takes_its_own_example(source):
    for question in source.questions:
        assert question.normalise(question.example)
        assert not question.normalise("   ")


# --- OpenAlex ------------------------------------------------------------------------------------------------------


def test_the_works_of_an_author_come_page_by_page(pretend):
    pretend.replies = [openalex_page([1, 2], "next"), openalex_page([3], None)]
    assert ids(read_source({"from": "openalex", "author": "https://openalex.org/A5023888391"})) == ["W1", "W2", "W3"]
    first, second = pretend.asked
    assert first.params == {"filter": "author.id:A5023888391", "per-page": "200", "cursor": "*", "mailto": "us@example.org"}
    assert second.params["cursor"] == "next"


@pytest.mark.parametrize(
    "asked,expected",
    [
        ({"author": ADA}, f"author.orcid:{ADA}"),
        ({"institution": "I27837315"}, "authorships.institutions.id:I27837315"),
        ({"institution": "https://ror.org/05gq02987"}, "authorships.institutions.ror:05gq02987"),
    ],
)
def test_people_and_institutions_are_found_by_their_other_ids(pretend, asked, expected):
    pretend.replies = [openalex_page([1], None)]
    list(read_source({"from": "openalex", **asked}))
    assert pretend.asked[0].params["filter"] == expected


def test_a_work_whose_authors_the_list_cut_is_asked_for_whole(pretend):
    names = [{"author": {"display_name": f"Author {number}"}} for number in range(2900)]
    cut = {"id": "https://openalex.org/W1", "title": "Big", "type": "article", "authorships": names[:100], "is_authors_truncated": True}
    pretend.by_path = {
        "/works": [Reply(json.dumps({"meta": {}, "results": [cut]}).encode())],
        "/works/W1": [Reply(json.dumps({**cut, "authorships": names, "is_authors_truncated": False}).encode())],
    }
    (work,) = read_works({"from": "openalex", "author": "A1"})
    assert (len(work.authorships), work.authors_truncated) == (2900, False)


def test_one_work_by_its_doi(pretend):
    pretend.replies = [Reply(json.dumps({"id": "https://openalex.org/W1", "title": "T", "type": "article"}).encode())]
    assert ids(read_source({"from": "openalex", "doi": "https://doi.org/10.5555/A(1)"})) == ["W1"]
    assert pretend.asked[0].path == "/works/doi:10.5555/a%281%29"


def test_what_is_not_there_is_told_in_a_sentence(pretend):
    with pytest.raises(SourceError, match="OpenAlex has nothing under work W1"):
        list(read_source({"from": "openalex", "work": "W1"}))


def test_a_limit_is_kept(pretend):
    pretend.replies = [openalex_page([1, 2], "next"), openalex_page([3, 4], None)]
    assert ids(read_source({"from": "openalex", "author": "A1", "limit": 3})) == ["W1", "W2", "W3"]


def test_an_answer_that_is_no_record_is_told(pretend):
    pretend.replies = [Reply(b"<html>Under repair</html>")]
    with pytest.raises(SourceError, match="something that is no record"):
        list(read_source({"from": "openalex", "author": "A1"}))


def test_trouble_in_the_middle_is_waited_out(pretend):
    pretend.replies = [
        openalex_page([1], "next"),
        Reply(status=429),
        Reply(status=500),
        Reply(b'{"meta"' * 9, cut=True),
        openalex_page([2], None),
    ]
    assert ids(read_source({"from": "openalex", "author": "A1"})) == ["W1", "W2"]
    assert len(pretend.asked) == 5


# --- going on ------------------------------------------------------------------------------------------------------


def five_works(pretend):
    pages = {"*": openalex_page([1, 2], "b"), "b": openalex_page([3, 4], "c"), "c": openalex_page([5], None)}
    pretend.next_reply = lambda _path: pages.get(pretend.asked[-1].params["cursor"], Reply(status=400))
    return {"from": "openalex", "author": "A1"}


@pytest.mark.parametrize("written", range(6))
def test_a_reading_that_was_killed_goes_on_behind_what_was_written(pretend, settings, tmp_path, written):
    """However far the reading had run ahead of the writing, nothing is lost and nothing comes twice."""
    request = five_works(pretend)
    for read in range(written, 6):
        saved: list[Any] = []
        before = ids(islice(read_source(request, save_cursor=saved.append), read))[:written]
        settings.SERVICE_CACHE = {**settings.SERVICE_CACHE, "folder": str(tmp_path / f"cold-{read}")}
        after = ids(read_source(request, cursor=json.loads(json.dumps(saved[-1])) if saved else {}, already=written))
        assert before + after == ["W1", "W2", "W3", "W4", "W5"]


def test_a_reading_goes_on_without_asking_for_what_it_has(pretend, settings, tmp_path):
    request = five_works(pretend)
    saved: list[Any] = []
    list(islice(read_source(request, save_cursor=saved.append), 5))
    settings.SERVICE_CACHE = {**settings.SERVICE_CACHE, "folder": str(tmp_path / "cold")}
    pretend.asked.clear()
    assert ids(read_source(request, cursor=saved[-1], already=4)) == ["W5"]
    assert [asked.params["cursor"] for asked in pretend.asked] == ["c"]


def test_a_place_that_the_service_forgot_means_starting_anew(pretend):
    request = five_works(pretend)
    forgotten = {"places": [{"items": 2, "place": {"cursor": "long ago"}}]}
    assert ids(read_source(request, cursor=forgotten, already=3)) == ["W4", "W5"]


@pytest.mark.parametrize("cursor", [None, {}, {"places": None}, {"places": [{"items": "x"}]}, {"sheep": 1}])
def test_a_cursor_that_says_nothing_is_the_beginning(pretend, cursor):
    assert ids(read_source(five_works(pretend), cursor=cursor)) == ["W1", "W2", "W3", "W4", "W5"]


# --- Crossref, Semantic Scholar, ORCID ------------------------------------------------------------------------------


def test_a_query_of_crossref_ends_with_a_page_that_is_not_full(pretend):
    def page(numbers, cursor):
        items = [{"DOI": f"10.5555/{number}", "title": ["T"], "type": "journal-article"} for number in numbers]
        return Reply(
            json.dumps(
                {"status": "ok", "message-type": "work-list", "message": {"items": items, "next-cursor": cursor, "total-results": 101}}
            ).encode()
        )

    pretend.replies = [page(range(100), "next"), page([100], "again")]
    assert len(list(read_source({"from": "crossref", "query": "spin   glass"}))) == 101
    assert [asked.params["cursor"] for asked in pretend.asked] == ["*", "next"]
    assert pretend.asked[0].params["query"] == "spin glass"


def test_a_doi_with_odd_characters_reaches_crossref_whole(pretend):
    pretend.replies = [
        Reply(json.dumps({"status": "ok", "message-type": "work", "message": {"DOI": "10.1002/x<1>#", "title": ["T"]}}).encode())
    ]
    assert ids(read_source({"from": "crossref", "doi": "10.1002/x<1>#"})) == ["10.1002/x<1>#"]
    assert pretend.asked[0].path == "/works/10.1002%2Fx%3C1%3E%23"


def test_the_papers_of_an_author_come_by_offset_and_with_our_key(pretend):
    def page(number, following):
        body = {"offset": 0, "data": [{"paperId": f"{number:040x}", "title": "T"}]}
        return Reply(json.dumps({**body, "next": following} if following else body).encode())

    pretend.replies = [page(1, 100), page(2, None)]
    assert len(list(read_source({"from": "s2", "author": "2262347"}))) == 2
    assert [asked.params["offset"] for asked in pretend.asked] == ["0", "100"]
    assert pretend.asked[0].headers["x-api-key"] == "a key of ours"


@pytest.mark.parametrize(
    "asked,path",
    [
        ("10.5555/X", "/paper/DOI:10.5555/x"),
        ("arXiv:2401.00001v2", "/paper/ARXIV:2401.00001"),
        ("CorpusId:77", "/paper/CorpusId:77"),
        ("A" * 40, f"/paper/{'a' * 40}"),
    ],
)
def test_a_paper_is_asked_for_by_any_of_its_ids(pretend, asked, path):
    pretend.replies = [Reply(json.dumps({"paperId": "a" * 40, "title": "T"}).encode())]
    assert ids(read_source({"from": "s2", "paper": asked})) == ["a" * 40]
    assert pretend.asked[0].path == path


def test_the_works_of_a_person_come_with_their_contributors(pretend):
    def summary(number):
        return {
            "put-code": number,
            "title": {"title": {"value": f"Work {number}"}},
            "type": "journal-article",
            "path": f"/{ADA}/work/{number}",
        }

    record = {
        "orcid-identifier": {"path": ADA, "host": "orcid.org"},
        "person": {"name": {"given-names": {"value": "Ada"}, "family-name": {"value": "Lovelace"}}},
        "activities-summary": {
            "works": {"group": [{"work-summary": [summary(number), summary(number + 1000)]} for number in range(1, 53)]}
        },
    }
    people = {"contributor": [{"credit-name": {"value": "Grace Hopper"}}, {"credit-name": {"value": "Ada Lovelace"}}]}
    first = ",".join(str(number) for number in range(1, 51))
    pretend.by_path = {
        f"/{ADA}/record": [Reply(json.dumps(record).encode())],
        f"/{ADA}/works/{first}": [
            Reply(json.dumps({"bulk": [{"work": {**summary(1), "contributors": people}}, {"error": {"response-code": 404}}]}).encode())
        ],
        f"/{ADA}/works/51,52": [Reply(json.dumps({"bulk": []}).encode())],
    }
    works = read_works({"from": "orcid", "orcid": f"https://orcid.org/{ADA}"})
    assert len(works) == 52
    assert [(one.name, one.position) for one in works[0].authorships] == [("Grace Hopper", 0), ("Ada Lovelace", 1)]
    assert works[0].asserted_by == ("unnamed source (put-code 1)", "unnamed source (put-code 1001)")
    assert [(one.name, one.position) for one in works[51].authorships] == [("Ada Lovelace", None)]
    assert all(asked.headers["Accept"] == "application/json" for asked in pretend.asked)


# --- arXiv ---------------------------------------------------------------------------------------------------------


def atom(entries, total):
    body = "".join(
        f"<entry><id>http://arxiv.org/abs/2401.{number:05}v1</id><title>T {number}</title><published>2024-01-01T00:00:00Z</published><author><name>A</name></author></entry>"
        for number in entries
    )
    return Reply(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><id>http://arxiv.org/api/x</id><title>ArXiv Query</title>'
        f"<opensearch:totalResults>{total}</opensearch:totalResults>{body}</feed>".encode()
    )


def test_preprints_come_by_place_and_an_empty_page_is_asked_for_again(pretend):
    pretend.replies = [atom(range(1, 101), 103), atom([], 103), atom([101, 102, 103], 103)]
    works = list(read_source({"from": "arxiv", "author": 'Yuandong "Tian"'}))
    assert len([work for work in works if isinstance(work, WorkRecord)]) == 103
    assert pretend.asked[0].params["search_query"] == 'au:"Yuandong Tian"'
    assert [asked.params["start"] for asked in pretend.asked] == ["0", "100", "100"]


def test_one_preprint_by_its_id(pretend):
    pretend.replies = [atom([7], 1)]
    (work,) = read_works({"from": "arxiv", "id": "https://arxiv.org/abs/2401.00007v3"})
    assert work.ids["arxiv"] == "2401.00007"
    assert pretend.asked[0].params == {"id_list": "2401.00007"}


def test_a_preprint_that_is_not_there_is_told(pretend):
    pretend.replies = [atom([], 0)]
    with pytest.raises(SourceError, match=r"arXiv has nothing under id 2401\.00007"):
        list(read_source({"from": "arxiv", "id": "2401.00007"}))
