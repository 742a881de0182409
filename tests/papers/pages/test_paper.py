"""A paper's page."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from papers.models import PendingReference
from papers.pages.parts import language_name
from tests.factories.papers import AuthorFactory, CitationFactory, WorkFactory
from tests.factories.reading import counted_queries, links_of, text_of
from tests.papers.pages.conftest import Record

QUERIES = 9


def test_says_who_wrote_what_where_and_when(client: Client, record: Record) -> None:
    text = text_of(client.get(record.engine.get_absolute_url()))

    assert "Notes on the analytical engine" in text
    assert "Ada Lovelace" in text
    assert "University of London" in text
    assert "10 March 2021" in text
    assert "The engine weaves algebraical patterns." in text
    assert "Cited 12 times (OpenAlex)" in text
    assert "Optimal transport" in text


def test_a_reference_and_the_head_have_no_latex_and_a_language_its_name(client: Client, db: None) -> None:
    work = WorkFactory(title=r"An $\mathcal{O}(n^2)$ engine", by=[AuthorFactory(display_name="Ada Quillmere")], year=2024, language="de")
    page = client.get(work.get_absolute_url()).content.decode()

    assert "<title>An 𝒪(n²) engine · Collegium</title>" in page
    assert '<meta name="citation_title" content="An 𝒪(n²) engine">' in page
    assert re.search(r'<p class="cite" dir="auto">Ada Quillmere \(2024\)\. An 𝒪\(n²\) engine', page)
    assert "<dt>Language</dt><dd>German</dd>" in page
    assert [language_name(code) for code in ("pt-BR", "pt-AO", "zh", "xx", "\x00")] == [
        "Brazilian Portuguese",
        "Portuguese",
        "Chinese",
        "xx",
        "\x00",
    ]


def test_leads_to_people_code_doi_and_arxiv(client: Client, record: Record) -> None:
    links = links_of(client.get(record.engine.get_absolute_url()))

    assert record.ada.get_absolute_url() in links
    assert record.london.get_absolute_url() in links
    assert "https://code.example/engine" in links
    assert "https://doi.org/10.1234/engine" in links
    assert "https://arxiv.org/abs/2103.00001" in links


def test_says_where_each_field_came_from(client: Client, record: Record) -> None:
    text = text_of(client.get(record.engine.get_absolute_url()))

    assert "title arXiv (2103.00001)" in text
    assert "abstract OpenAlex (W1)" in text


def test_shows_what_cites_it_and_what_it_cites(client: Client, record: Record) -> None:
    engine = text_of(client.get(record.engine.get_absolute_url()))
    invariants = text_of(client.get(record.invariants.get_absolute_url()))

    assert "Cited by (1 held here)" in engine
    assert "Invariant variation problems" in engine
    assert "References (1 held here)" in invariants
    assert "Notes on the analytical engine" in invariants


def test_says_so_when_nothing_that_it_cites_is_held(client: Client, record: Record) -> None:
    PendingReference.objects.create(citing=record.engine, scheme="doi", value="10.1/elsewhere", source="crossref")

    assert "The 1 work that it cites is not held here." in text_of(client.get(record.engine.get_absolute_url()))


def test_a_retraction_stands_above_everything_else(client: Client, db: None) -> None:
    work = WorkFactory(title="Too good to be true", is_retracted=True, retraction_note="The figures were invented.", author_count=0)

    text = text_of(client.get(work.get_absolute_url()))

    assert text.index("This work was retracted") < text.index("Abstract")
    assert "The figures were invented." in text


def test_without_abstract_and_authors_it_says_what_is_missing(client: Client, db: None) -> None:
    text = text_of(client.get(WorkFactory(title="A title and nothing else", year=None).get_absolute_url()))

    assert "No source gave an abstract." in text
    assert "The sources list no authors." in text


def test_offers_the_reference_in_three_formats_and_one_to_read(client: Client, record: Record) -> None:
    links = [link for link in links_of(client.get(record.engine.get_absolute_url())) if "/cite/" in link]

    answers = [client.get(link) for link in links]

    assert [link.rpartition("/")[2] for link in links] == ["bibtex", "ris", "csl-json", "bibtex?text"]
    assert all(answer.status_code == 200 for answer in answers)
    for answer in (answers[0], answers[3]):
        assert b"Notes on the analytical engine" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert "attachment" not in answers[3].get("Content-Disposition", "")


def test_carries_tags_for_reference_managers(client: Client, record: Record) -> None:
    page = client.get(record.engine.get_absolute_url()).content.decode()
    tags = re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', page)

    assert ("citation_title", "Notes on the analytical engine") in tags
    assert [value for name, value in tags if name == "citation_author"] == ["Ada Lovelace", "Grace Hopper"]
    assert ("citation_publication_date", "2021/03/10") in tags
    assert ("citation_doi", "10.1234/engine") in tags
    assert ("citation_firstpage", "12") in tags
    assert ("citation_lastpage", "34") in tags


def test_carries_structured_data_that_can_be_read(client: Client, record: Record) -> None:
    page = client.get(record.engine.get_absolute_url()).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)

    assert found
    assert json.loads(found[1])["author"][0]["name"] == "Ada Lovelace"


def test_what_a_source_says_cannot_run_as_script(client: Client, db: None) -> None:
    author = AuthorFactory(display_name="<b>Eve</b>")
    work = WorkFactory(title='</script><script>alert("t")</script>', abstract="<img src=x onerror=alert(1)>", by=[author])
    work.pdf_url = "javascript:alert(2)"
    work.code_urls, work.has_code = ["javascript:alert(3)"], True
    work.save()

    page = client.get(work.get_absolute_url()).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "javascript:" not in page
    assert "<b>Eve" not in page


def test_three_thousand_authors_have_a_page_of_their_own(client: Client, db: None) -> None:
    collaboration = WorkFactory(title="Observation of a small thing", by=[f"Physicist {n:04}" for n in range(600)])

    first = text_of(client.get(collaboration.get_absolute_url()))
    everyone = client.get(collaboration.get_absolute_url() + "?show=people")
    last = client.get(collaboration.get_absolute_url() + "?show=people&page=3")

    assert "Physicist 0019" in first
    assert "Physicist 0100" not in first
    assert any("show=people" in link for link in links_of(client.get(collaboration.get_absolute_url())))
    assert "Physicist 0249" in text_of(everyone)
    assert "Physicist 0599" in text_of(last)


@pytest.mark.parametrize("size", [2, 20, 200])
def test_the_number_of_queries_does_not_grow(client: Client, db: None, size: int) -> None:
    work = WorkFactory(by=[AuthorFactory() for _ in range(size)])
    for _ in range(size):
        CitationFactory(citing=work)
        CitationFactory(cited=work)
    client.get(work.get_absolute_url())  # the first reader has its picture drawn

    with counted_queries() as queries:
        assert client.get(work.get_absolute_url()).status_code == 200

    assert queries.count == QUERIES


def test_long_lists_of_citations_come_in_pages(client: Client, db: None) -> None:
    work = WorkFactory()
    for _ in range(60):
        CitationFactory(cited=work)

    page = client.get(work.get_absolute_url() + "?show=citations&page=2")

    assert "51 to 60 of 60" in text_of(page)


def test_an_erased_paper_is_gone_for_good(client: Client, record: Record) -> None:
    record.engine.erased_at = timezone.now()
    record.engine.save()

    answer = client.get(record.engine.get_absolute_url())

    assert answer.status_code == 410
    assert "Its address will not be used again." in text_of(answer)
