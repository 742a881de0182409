"""References to download, of one paper and of an author's works."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from papers.exports import FORMATS, UnknownExportFormat, export_author_works, export_work
from papers.exports import service as export_service
from tests.factories.papers import AuthorFactory, TopicFactory, VenueFactory, WorkFactory, WorkIdentifierFactory

pytestmark = pytest.mark.django_db


def download(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def paper(work, key):
    return reverse("papers:paper-export", args=[work.pk, key])


def researcher(author, key):
    return reverse("papers:author-export", args=[author.pk, key])


@pytest.mark.parametrize("key", FORMATS)
def test_a_paper_is_downloaded_in_every_format(client, key):
    work = WorkFactory(
        title="On engines", by=[AuthorFactory(display_name="Ada Byron")], venue=VenueFactory(), on=[TopicFactory(name="Engines")]
    )
    WorkIdentifierFactory(work=work, value="10.1234/engines")

    response = client.get(paper(work, key))

    assert response["Content-Disposition"] == f'attachment; filename="on-engines.{FORMATS[key].extension}"'
    assert response["Content-Type"] == FORMATS[key].content_type
    written = b"".join(response.streaming_content).decode()
    assert "On engines" in written
    assert "10.1234/engines" in written
    assert "Byron" in written
    to_copy = client.get(paper(work, key) + "?text")
    assert (to_copy["Content-Disposition"], to_copy["Content-Type"]) == ("inline", "text/plain; charset=utf-8")
    assert to_copy["X-Content-Type-Options"] == "nosniff"
    assert b"".join(to_copy.streaming_content).decode() == written


def test_an_author_gets_every_work_newest_first(client):
    ada = AuthorFactory(display_name="Ada Byron")
    WorkFactory(title="Old", year=1842, by=[ada])
    WorkFactory(title="New", year=1843, by=["Somebody Else", ada])
    WorkFactory(title="Not hers", by=["Somebody Else"])
    WorkFactory(title="Erased", by=[ada], erased_at=timezone.now())

    items = json.loads(download(client, researcher(ada, "csl-json")))

    assert [item["title"] for item in items] == ["New", "Old"]


def test_a_long_list_costs_a_few_queries_a_piece_and_ends(client, monkeypatch):
    monkeypatch.setattr(export_service, "MAX_WORKS", 25)
    ada = AuthorFactory(display_name="Ada Byron")
    for _ in range(30):
        WorkFactory(by=[ada])

    with CaptureQueriesContext(connection) as queries:
        written = export_author_works(ada, "bibtex").content().decode()

    assert written.count("@article{") == 25
    assert len(queries) == 4


def test_a_merged_paper_moves_and_an_erased_one_is_gone(client):
    kept = WorkFactory()

    moved = client.get(paper(WorkFactory(merged_into=kept), "ris"))

    assert (moved.status_code, moved["Location"]) == (301, paper(kept, "ris"))
    assert "max-age=300" in moved["Cache-Control"]
    assert client.get(paper(WorkFactory(erased_at=timezone.now()), "ris")).status_code == 410


def test_an_unknown_format_or_paper_is_not_found(client):
    work = WorkFactory()

    assert client.get(paper(work, "docx")).status_code == 404
    work.delete()
    assert client.get(reverse("papers:paper-export", args=[999_999, "ris"])).status_code == 404
    with pytest.raises(UnknownExportFormat):
        export_work(work, "docx")


def test_nothing_is_written_by_asking(client):
    assert client.post(paper(WorkFactory(), "ris")).status_code == 405
