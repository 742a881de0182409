"""What the database says after the engine has spoken: pages part, join, keep their ids, and everything that hangs on works follows."""

from __future__ import annotations

import pytest
from django.db import connection

from papers.disambiguation.outcomes import UncertainPair as Unsure
from papers.exceptions import BlockBusyError
from papers.models import (
    AttributionRule,
    Author,
    AuthorChange,
    AuthorIdentifier,
    Authorship,
    NameBlock,
    NameVariant,
    RefreshRequest,
    UncertainPair,
)
from tests.factories.papers import AuthorFactory, AuthorshipFactory, WorkFactory
from tests.papers.persons.conftest import compare, places_of

BLOCK = "quillmere a"


def names_of(author):
    return sorted(NameVariant.objects.filter(author=author).values_list("name", flat=True))


def test_of_a_page_that_parts_the_larger_half_keeps_the_id_and_the_rest_follows_its_works(ada, thinks):
    first, second = places_of(ada)[:3], places_of(ada)[3:]
    thinks(first, second)

    compare(BLOCK)

    assert {one.author_id for one in places_of(ada)} == {ada.pk}
    assert len(places_of(ada)) == 3
    other = Author.objects.get(pk=Authorship.objects.get(pk=second[0].pk).author_id)
    assert other.display_name == "A. Quillmere"
    assert [one.pk for one in places_of(other)] == [one.pk for one in second]
    assert names_of(ada) == ["Ada Quillmere"]
    assert names_of(other) == ["A. Quillmere"]
    assert AuthorIdentifier.objects.get(value="~Ada_Quillmere1").author == other  # her works state it
    assert Authorship.objects.get(pk=second[0].pk).rule == AttributionRule.COMPARED
    change = AuthorChange.objects.get()
    assert (change.kind, change.old_author, change.new_author, len(change.works)) == ("split", ada.pk, other.pk, 2)
    assert not change.by_person
    marked = RefreshRequest.objects.filter(kind="author-figures").values_list("object_id", flat=True)
    assert {ada.pk, other.pk} <= set(marked)
    assert NameBlock.objects.get(key=BLOCK).persons == 2


def test_of_two_pages_that_are_one_the_larger_stays_and_the_other_leads_there_for_ever(client, ada, thinks):
    lesser = AuthorFactory(display_name="Ada Quillmere")
    WorkFactory.create_batch(2, by=[lesser])
    hidden = WorkFactory(by=[lesser], erased_at="2026-01-01T00:00Z")
    thinks(places_of(ada) + places_of(lesser)[:2])

    compare(BLOCK)

    lesser.refresh_from_db()
    assert lesser.merged_into == ada
    assert len(places_of(ada)) == 8
    assert hidden.authorships.get().author == ada
    assert not NameVariant.objects.filter(author=lesser).exists()
    assert AuthorChange.objects.get().kind == "merge"
    answer = client.get(lesser.get_absolute_url())
    assert answer.status_code == 301
    assert answer["Location"].endswith(ada.get_absolute_url())


def test_two_people_who_stood_in_each_others_place_on_one_work_change_places(db, thinks):
    first, second = AuthorFactory(display_name="Ada Quillmere"), AuthorFactory(display_name="Ada Quillmere")
    WorkFactory.create_batch(2, by=[first])
    WorkFactory.create_batch(2, by=[second])
    WorkFactory(by=[first, second])
    mine, theirs = places_of(first), places_of(second)
    thinks([*mine[:2], theirs[2]], [*theirs[:2], mine[2]])

    compare(BLOCK)

    assert Authorship.objects.get(pk=theirs[2].pk).author == first
    assert Authorship.objects.get(pk=mine[2].pk).author == second


def test_a_second_look_that_finds_the_same_writes_nothing(ada, thinks):
    thinks(places_of(ada)[:3], places_of(ada)[3:])
    compare(BLOCK)
    before = everything()
    RefreshRequest.objects.all().delete()

    compare(BLOCK)

    assert everything() == before
    assert not RefreshRequest.objects.exists()
    assert AuthorChange.objects.count() == 1


def everything():
    """Every row that comparing may write, but for when it was compared."""
    rows = {}
    for table in ("author", "authorship", "namevariant", "authoridentifier", "authorchange", "ambiguityfinding", "uncertainpair"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json(t)::text FROM papers_{table} t ORDER BY 1")
            rows[table] = cursor.fetchall()
    return rows


def test_what_nobody_can_tell_waits_for_people_and_goes_when_it_is_certain(ada, thinks):
    first, second = places_of(ada)[:3], places_of(ada)[3:]
    thinks(first, second, uncertain=[Unsure(0, 1, 0.5, 6.0)])
    compare(BLOCK)
    pair = UncertainPair.objects.get()
    assert {pair.one_id, pair.other_id} <= {one.pk for one in (*first, *second)}
    assert pair.block == BLOCK

    thinks(first, second)
    compare(BLOCK)

    assert not UncertainPair.objects.exists()


def test_where_somebody_is_deciding_the_block_waits_its_turn(ada, thinks, transactional_db, in_another_session):
    thinks(places_of(ada)[:3], places_of(ada)[3:])
    held = in_another_session("SELECT 1 FROM papers_authorship WHERE id = %s FOR UPDATE", places_of(ada)[4].pk)
    with held, pytest.raises(BlockBusyError):
        compare(BLOCK)

    assert len(places_of(ada)) == 5
    compare(BLOCK)
    assert len(places_of(ada)) == 3


def test_an_authorship_left_with_a_page_that_leads_elsewhere_goes_there(db, thinks):
    from papers.persons.marking import refresh_mentions

    survivor = AuthorFactory(display_name="Ada Quillmere")
    gone = AuthorFactory(display_name="Ada Quillmere", merged_into=survivor)
    astray = AuthorshipFactory(author=gone)

    refresh_mentions([astray.work_id // 16])

    astray.refresh_from_db()
    assert astray.author == survivor
    assert RefreshRequest.objects.filter(kind="block").count() == 1
