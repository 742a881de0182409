"""Pages that rules look at again. What the engine thinks is told by the test, where the story is about what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from papers.disambiguation.outcomes import Cluster, Clustering, UncertainPair
from papers.models import Author, Authorship, NameBlock
from papers.persons import blocks
from papers.persons.marking import mark_everything
from papers.rounds import Round, refresh_until
from tests.factories.papers import AuthorFactory, AuthorIdentifierFactory, WorkFactory

FOREVER = float("inf")


@pytest.fixture
def thinks(monkeypatch) -> Callable[..., None]:
    """Have the engine find these persons, each a list of authorships; what is in none is somebody else each."""

    def tell(*persons: Sequence[Authorship], uncertain: Sequence[UncertainPair] = ()) -> None:
        groups = [{(str(one.work_id), one.position) for one in person} for person in persons]

        def found(mentions, constraints, **_more):
            keys = {mention.key for mention in mentions}
            known = [group & keys for group in groups if group & keys]
            alone = [{key} for key in keys - set().union(*groups)]
            decided = constraints.decided
            clusters = [
                Cluster(tuple(sorted(group)), person=next((decided[key] for key in sorted(group) if key in decided), ""), known=1.0)
                for group in known + alone
            ]
            return Clustering(tuple(sorted(clusters, key=lambda one: one.mentions)), uncertain=tuple(uncertain))

        monkeypatch.setattr(blocks, "disambiguate", found)

    return tell


def compare_all() -> Round:
    """Compare everything now, as workers would."""
    mark_everything(reason="test")
    return refresh_until("block", deadline=FOREVER)


def compare(*keys: str) -> int:
    """Compare these blocks, in this transaction."""
    for key in keys:
        NameBlock.objects.get_or_create(key=key)
    return blocks.refresh_blocks(list(NameBlock.objects.filter(key__in=keys).values_list("pk", flat=True)))


def places_of(author: Author) -> list[Authorship]:
    """The author's authorships, oldest first."""
    return list(Authorship.objects.filter(author=author).order_by("pk"))


def persons() -> set[frozenset[int]]:
    """Who is whom: the authorships of each author."""
    found: dict[int, set[int]] = {}
    for key, author in Authorship.objects.exclude(author=None).values_list("pk", "author_id"):
        found.setdefault(author, set()).add(key)
    return {frozenset(keys) for keys in found.values()}


@pytest.fixture
def ada(db):
    """Five works stand on her page, the last two under a name with an initial."""
    page = AuthorFactory(display_name="Ada Quillmere", variants=["A. Quillmere"])
    AuthorIdentifierFactory(author=page, scheme="openreview", value="~Ada_Quillmere1", source="openreview")
    for number in range(5):
        work = WorkFactory(by=[page, f"Companion Number{number // 3}"])
        if number > 2:
            Authorship.objects.filter(work=work, author=page).update(raw_name="A. Quillmere", source_ids={"openreview": "~Ada_Quillmere1"})
    return page


@pytest.fixture
def in_another_session(transactional_db):
    """Runs a statement in a session of its own, whose transaction stays open for as long as the block lasts."""

    @contextmanager
    def holding(statement: str, *given: object) -> Iterator[None]:
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as session:
            session.execute(statement, given)
            yield
            session.rollback()

    return holding
