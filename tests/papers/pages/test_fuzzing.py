"""Whatever is asked of a page, it answers: no 500, whatever stands in the path or behind the question mark."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.lib.public_ids import encode_public_id
from tests.papers.pages.conftest import Record

ANSWERS = {200, 301, 302, 304, 400, 404, 405, 410}
NAMES = ["q", "kind", "sort", "year", "topic", "institution", "venue", "code", "page", "with", "type", "show", "next", "theme", "utm_x"]
PROMISING = [
    "", "0", "1", "-1", "2020", "99999999999999999999999999", "1e9", "0x10", "\x00", "a\x00b", "\ud7ff", "�", "\u202e", "%", "%%", "'", '"',
    "\\", "<script>", "{{ 7*7 }}", "zzzzzzzzz", encode_public_id(1), encode_public_id(2), encode_public_id(2**45 - 1), "cited", "newest", "people", "papers",
    "references", "preprint", '"unfinished', "a & b | !c <-> (", "-", "- -", "''", ":*", "the of and", "ﬁ", "۱۲", "²", "x" * 5000, "10.1234/engine",
    "arXiv:2103.00001", "0000-0002-1825-0097", "((((((((((", "or or or", "\n", "A" * 299 + "é",
]  # fmt: skip
values = st.one_of(st.sampled_from(PROMISING), st.text(max_size=60), st.binary(max_size=30).map(quote_from_bytes))
pairs = st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=10)), values)
queries = st.lists(pairs, max_size=6).map(lambda given_pairs: "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in given_pairs))
bad_bytes = st.binary(max_size=40).map(lambda raw: "".join(f"%{byte:02X}" for byte in raw))
paths = st.one_of(
    st.text(max_size=60).map(lambda text: "/" + quote(text, errors="replace")),
    bad_bytes.map(lambda raw: "/" + raw),
    st.tuples(
        st.sampled_from(["researchers", "papers", "topics", "institutions", "doi", "arxiv", "orcid", "sitemap", "about"]),
        st.lists(
            st.one_of(st.sampled_from(PROMISING).map(lambda text: quote(text[:200], errors="replace")), bad_bytes), min_size=1, max_size=3
        ),
    ).map(lambda given_path: f"/{given_path[0]}/" + "/".join(given_path[1]) + "/"),
)
every_time = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def _quoted(text: str) -> str:
    return text if "%" in text else quote(text, errors="replace")


@pytest.fixture
def pages(record: Record) -> list[str]:
    """One page of every kind, with its right address."""
    subjects = (record.ada, record.engine, record.transport, record.london)
    return [
        *(subject.get_absolute_url() for subject in subjects),
        "/",
        "/search/",
        "/about/",
        "/about/sources/",
        "/sitemap.xml",
        "/robots.txt",
    ]


@every_time
@given(query=queries, which=st.integers(0, 9))
def test_any_question_gets_an_answer(client: Client, pages: list[str], query: str, which: int) -> None:
    answer = client.get(f"{pages[which]}?{query}")

    assert answer.status_code in ANSWERS


@every_time
@given(query=queries)
def test_any_search_gets_an_answer(client: Client, record: Record, query: str) -> None:
    assert client.get(f"/search/?{query}").status_code in ANSWERS


@every_time
@given(asked=values, kind=st.sampled_from(["", "people", "papers", "topics", "institutions"]))
def test_any_words_can_be_searched_for(client: Client, record: Record, asked: str, kind: str) -> None:
    assert client.get(f"/search/?kind={kind}&q={_quoted(asked)}").status_code in ANSWERS


@every_time
@given(path=paths, query=queries)
def test_any_address_gets_an_answer(client: Client, record: Record, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code in ANSWERS


@every_time
@given(key=st.integers(1, 2**45 - 1), kind=st.sampled_from(["researchers", "papers", "topics", "institutions"]), slug=bad_bytes)
def test_any_public_id_gets_an_answer(client: Client, record: Record, key: int, kind: str, slug: str) -> None:
    assert client.get(f"/{kind}/{encode_public_id(key)}/{slug or '-'}/").status_code in ANSWERS


@every_time
@given(back=values, theme=values)
def test_any_colour_can_be_asked_for(client: Client, db: None, back: str, theme: str) -> None:
    answer = client.post("/theme/", {"next": back, "theme": theme})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
