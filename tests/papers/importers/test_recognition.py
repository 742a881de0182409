"""Recognition: a format is known by its content, and what is not read is named with what to do instead."""

import gzip
from io import BytesIO
from pathlib import Path

import pytest

from papers.importers import FORMATS, UnreadableFormat, format_named, recognise
from papers.importers.base import HEAD_BYTES, decompressed

PAYLOADS = Path(__file__).parents[2] / "payloads"


@pytest.mark.parametrize(
    "name,key",
    [
        ("openalex/works_list.json", "openalex"),
        ("crossref/work.json", "crossref"),
        ("s2/batch.json", "s2"),
        ("orcid/record.json", "orcid"),
        ("orcid/work.xml", "orcid"),
    ],
)
def test_a_format_is_known_by_its_content(name, key):
    content = (PAYLOADS / name).read_bytes()
    assert recognise(content[:HEAD_BYTES]).key == key
    assert recognise(decompressed(BytesIO(gzip.compress(content))).head).key == key


@pytest.mark.parametrize(
    "content,name",
    [
        (b"", "an empty input"),
        (b" \r\n\t", "an empty input"),
        (b"\xef\xbb\xbf", "an empty input"),
        (b"\x00\x00\x00", "an empty input"),
        (b"<!-- x --><!DOCTYPE html><html><pre>@article{x, title={T}}</pre></html>", "an HTML page"),
        (b"\n<html lang='en'>", "an HTML page"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"BZh91AY", "a bzip2 file"),
        (bytes(range(256)) * 4, "binary"),
        (b'{"data": [{"id": "10.1/x", "type": "dois", "attributes": {"doi": "10.1/x"}}]}', "a DataCite record (JSON)"),
        (b'<resource xmlns="http://datacite.org/schema/kernel-4">', "a DataCite record (XML)"),
        (b'"id","title","author","pub_date","venue","volume"\n', "an OpenCitations file (CSV)"),
        (b"oci,citing,cited,creation\n", "an OpenCitations file (CSV)"),
        (b"year,title,authors\n2020,x,y\n", "a CSV table"),
        (b"PMID- 27169098\nOWN - NLM\n", "an NBIB (MEDLINE) file"),
        (b"FN ISI Export Format\nVR 1.0\nPT J\n", "an ISI (Web of Science) file"),
        (b"%0 Journal Article\n%A Ada\n", "a Refer (EndNote) file"),
        (b"<?xml version='1.0'?><dblp><article/></dblp>", "a dblp file (XML)"),
        (b"<?xml version='1.0'?><PubmedArticleSet>", "a PubMed file (XML)"),
        (b"<?xml version='1.0'?><sheep/>", "XML with the root element sheep"),
        (b'{"message": "Forbidden"}', "an error answer of a service, not a record"),
        (b'{"detail": "Not found.", "status": 404}', "an error answer of a service, not a record"),
        (
            b'{"status": "failed", "message-type": "validation-failure", "message": [{"type": "x"}]}',
            "an error answer of a service, not a record",
        ),
        (b'{"status": "ok", "message-type": "funder", "message": {"id": "1"}}', "a Crossref answer that describes no works"),
        (b'{"meta": {"count": 0}, "results": []}', "an OpenAlex answer that found nothing"),
        (b'{"id": "https://openalex.org/F4320306076", "display_name": "NSF"}', "an OpenAlex funder record"),
        (b'{"authorId": "1", "name": "A. Turing"}', "a Semantic Scholar author answer"),
        (b'{"authorId": "1", "name": "A. Turing", "papers": []}', "a Semantic Scholar author answer"),
        (b'{"@context": "https://doi.org/10.5063/schema/codemeta-2.0", "@type": "SoftwareSourceCode"}', "a CodeMeta file (JSON-LD)"),
        (b"{}", "empty JSON"),
        (b'{"sheep": 3}', "JSON of a kind that Collegium does not know"),
        (b"Dear Sir or Madam,", "unknown"),
    ],
)
def test_what_is_not_read_is_named(content, name):
    with pytest.raises(UnreadableFormat) as refusal:
        recognise(content)
    assert refusal.value.name == name
    assert len(str(refusal.value)) >= 20


def test_the_refusal_says_what_to_do():
    with pytest.raises(UnreadableFormat) as refusal:
        recognise(b'{"data": [{"id": "10.1/x", "type": "dois"}]}')
    assert str(refusal.value) == "This is a DataCite record (JSON). Collegium does not read DataCite yet."


def test_a_record_whose_first_line_is_broken_is_still_recognised():
    assert (
        recognise(b'{"id": "https://openalex.org/W1", "title": oops}\n{"id": "https://openalex.org/W2", "title": "T"}\n').key == "openalex"
    )


def test_every_format_has_its_own_name():
    keys = [entry.key for entry in FORMATS]
    assert len(keys) == len(set(keys))
    assert all(format_named(key) is entry for key, entry in zip(keys, FORMATS, strict=True))
    assert format_named("shoe-size") is None
