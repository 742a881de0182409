"""``manage.py refresh`` as somebody at a terminal sees it."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from papers.models import AuthorFigures, RefreshRequest, SubjectFigures
from papers.refresh import mark_dirty

pytestmark = pytest.mark.django_db(transaction=True)


def refresh(*arguments: str) -> str:
    said = StringIO()
    call_command("refresh", *arguments, stdout=said)
    return said.getvalue()


def test_it_settles_every_kind_and_says_how_many(library):
    library.work(["Ada", "Grace"], topics=["Engines"], at={"Ada": ["Hall"]})
    mark_dirty(kind="author-figures", ids=[library.author("Ada").pk, library.author("Grace").pk], reason="import")
    mark_dirty(kind="topic-figures", ids=[library.topic("Engines").pk], reason="import")
    mark_dirty(kind="institution-figures", ids=[library.institution("Hall").pk], reason="import")

    said = refresh()
    assert re.fullmatch(r"(?:[\w-]+=\d+ )+failed=0 seconds=\d+\.\d\n", said)
    expected = {"author-figures": "2", "topic-figures": "1", "institution-figures": "1", "trust": "2"}  # trust rests on the figures
    settled = dict(count.split("=") for count in said.split()[:-2])
    assert {kind: count for kind, count in settled.items() if count != "0"} == expected
    assert AuthorFigures.objects.count() == 2
    assert SubjectFigures.objects.count() == 2
    assert {count.split("=")[1] for count in refresh().split()[:-1]} == {"0"}


def test_it_keeps_to_the_kinds_asked_for(library):
    mark_dirty(kind="author-figures", ids=[library.author("Ada").pk], reason="import")
    mark_dirty(kind="topic-figures", ids=[library.topic("Engines").pk], reason="import")

    refresh("--kind", "topic-figures")

    assert list(RefreshRequest.objects.values_list("kind", flat=True)) == ["author-figures"]
    with pytest.raises(CommandError, match="invalid choice"):
        refresh("--kind", "horoscopes")


def test_all_recomputes_what_nobody_marked(library):
    library.work(["Ada", "Grace"])
    assert refresh("--all", "--kind", "author-figures").startswith("author-figures=2 ")
    assert AuthorFigures.objects.count() == 2


def test_rows_that_cannot_be_computed_make_it_fail_at_the_end(computation):
    def odd_ones_fail(ids):
        if any(number % 2 for number in ids):
            raise ArithmeticError("odd")

    computation.act = odd_ones_fail
    mark_dirty(kind=computation.key, ids=range(10), reason="import")

    with pytest.raises(CommandError, match="test-kind: 5"):
        refresh("--kind", computation.key)

    assert RefreshRequest.objects.filter(last_error="ArithmeticError: odd").count() == 5
