"""Two ways to the same works: which one is taken is a matter of time only."""

from __future__ import annotations

import pytest

from papers.querysets.works import GATHERED_UP_TO, works
from tests.factories.papers import AuthorshipFactory, InstitutionFactory, WorkFactory


@pytest.mark.parametrize("known", [None, 0, 3, GATHERED_UP_TO + 1])
def test_works_of_an_institution_are_the_same_gathered_or_walked_to(db: None, known: int | None) -> None:
    place, elsewhere = InstitutionFactory(), InstitutionFactory()
    both = WorkFactory(title="Two people there", year=2024)
    for position in (10, 11):
        AuthorshipFactory(work=both, position=position, at=[place, elsewhere])
    older = WorkFactory(title="One person there", year=2020)
    AuthorshipFactory(work=older, position=10, at=[place])
    AuthorshipFactory(work=WorkFactory(title="Nobody there", year=2025), position=10, at=[elsewhere])
    gone = WorkFactory(title="Erased", year=2023)
    AuthorshipFactory(work=gone, position=10, at=[place])
    type(gone).objects.filter(pk=gone.pk).update(erased_at="2026-01-01T00:00Z")

    found = works().visible_to(None).from_institution(place.pk, known=known)

    assert list(found.in_order("newest")) == [both, older]
    assert list(found.narrowed_to(year=2020).in_order("cited")) == [older]
