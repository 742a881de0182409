"""The feed of changed author ids: whoever keeps ids elsewhere can follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from config.lib.public_ids import encode_public_id
from papers.identity.changes import Change, record_changes, record_undone
from papers.models import Author, AuthorChange, ChangeKind
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory

pytestmark = pytest.mark.django_db


def test_merges_splits_and_moves_are_told_in_order_and_what_was_taken_back_is_marked(ask, client):
    kept, gone = AuthorFactory(), AuthorFactory(confidence=0.75)
    work = WorkFactory()
    [merge] = record_changes([Change(ChangeKind.MERGE, gone.pk, kept.pk, [work.pk])], rule="compared")
    [move] = record_changes([Change(ChangeKind.MOVE, kept.pk, None)], entry=5)
    [back] = record_undone([move], entry=6)

    first = ask("changes/", page_size=2)
    told = first["results"] + ask(first["next"])["results"]

    assert [one["id"] for one in told] == [encode_public_id(one.pk) for one in (merge, move, back)]
    assert (told[0]["old_author"], told[0]["new_author"], told[0]["works"]) == (gone.public_id, kept.public_id, [work.public_id])
    assert (told[0]["decided_by"], told[0]["rule"], told[0]["undone_by"]) == ("rule", "compared", None)
    assert (told[1]["decided_by"], told[1]["new_author"], told[1]["undone_by"]) == ("person", None, told[2]["id"])
    assert told[2]["undoes"] == told[1]["id"]
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    assert ask("changes/", since=later)["results"] == []
    assert len(ask("changes/", since="2020-01-01T00:00:00Z", kind="move", author=kept.public_id)["results"]) == 2
    answer = client.get("/api/v1/changes/")
    assert client.get("/api/v1/changes/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/api/v1/changes/?since=0401-12-07T07:34:58%2B16:11").status_code == 200  # a zone that PostgreSQL does not know
    for bad in (
        "since=yesterday",
        "since=0001-01-01T00:00:00%2B16:00",
        "kind=marriage",
        "author=nobody",
        "since=",
        "unknown=1",
        "cursor=x",
    ):
        assert client.get(f"/api/v1/changes/?{bad}").status_code == 400


def test_an_id_whose_row_is_gone_leads_on_and_a_work_tells_how_sure_its_authors_are(ask, client):
    kept, gone = AuthorFactory(confidence=0.9), AuthorFactory()
    AuthorshipFactory(work=WorkFactory(), author=kept)
    record_undone(record_changes([Change(ChangeKind.SPLIT, kept.pk, gone.pk)]))
    key = gone.pk
    Author.objects.filter(pk=key).delete()

    moved = client.get(f"/api/v1/authors/{encode_public_id(key)}/")
    assert (moved.status_code, moved["Location"].split("/")[-2]) == (301, kept.public_id)
    assert ask("works/")["results"][0]["people"][0]["author"]["confidence"] == 0.9
    assert AuthorChange.objects.count() == 2
