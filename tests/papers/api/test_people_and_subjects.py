"""Authors, institutions and topics as a program reads them."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from papers.models import AuthorFigures, SubjectFigures
from tests.factories.papers import (
    AuthorFactory,
    AuthorIdentifierFactory,
    AuthorshipFactory,
    FieldFactory,
    InstitutionFactory,
    TopicFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


def names(ask, path, **parameters):
    return [record["name"] for record in ask(path, **parameters)["results"]]


def figures_of(author, **figures):
    return AuthorFigures.objects.create(author=author, computed_at=timezone.now(), **figures)


def test_an_author_is_told_with_names_and_identifiers(ask):
    ada = AuthorFactory(display_name="Ada Byron", variants=["A. Byron"])
    AuthorIdentifierFactory(author=ada, is_authenticated=True)

    told = ask(f"authors/{ada.public_id}/")

    assert told["name_variants"] == ["Ada Byron", "A. Byron"]
    assert told["identifiers"] == [{"scheme": "orcid", "value": "0000-0002-1825-0097", "source": "crossref", "is_authenticated": True}]
    assert told["works_count"] is None  # nothing has counted them yet
    assert told["links"]["works"] == f"http://testserver/api/v1/authors/{ada.public_id}/works/"


def test_authors_are_found_by_identifier_and_by_the_words_of_a_name(ask):
    ada, li = AuthorFactory(display_name="Ada Byron", variants=["Augusta Ada King"]), AuthorFactory(display_name="Li Na")
    AuthorIdentifierFactory(author=ada)

    assert names(ask, "authors/", orcid="https://orcid.org/0000-0002-1825-0097") == ["Ada Byron"]
    assert names(ask, "authors/", q="byron ada") == ["Ada Byron"]
    assert names(ask, "authors/", q="Áda King") == ["Ada Byron"]
    assert names(ask, "authors/", q="li na") == ["Li Na"]
    assert names(ask, "authors/", q="%") == []
    assert li.pk


def test_authors_are_found_by_field_and_institution(ask):
    oxford = InstitutionFactory()
    ada, _grace = AuthorFactory(display_name="Ada"), AuthorFactory(display_name="Grace")
    AuthorshipFactory(author=ada, at=[oxford])
    figures_of(ada, field=FieldFactory(), works_count=1)

    assert names(ask, "authors/", institution=oxford.public_id) == ["Ada"]
    assert names(ask, "authors/", field="machine-learning") == ["Ada"]


def test_authors_with_most_works_come_first_where_asked(ask):
    for name, works in (("One", 1), ("Nine", 9), ("Five", 5)):
        figures_of(AuthorFactory(display_name=name), works_count=works)
    AuthorFactory(display_name="Not counted yet")

    first = ask("authors/", ordering="-works", page_size=2)

    assert [author["name"] for author in first["results"]] == ["Nine", "Five"]
    assert [author["name"] for author in ask(first["next"])["results"]] == ["One"]


def test_an_authors_works_are_sorted_and_filtered(titles):
    ada = AuthorFactory()
    WorkFactory(title="Cited", by=[ada], year=2001, cited_by_count=7, cited_by_source="openalex")
    WorkFactory(title="Uncounted", by=[ada], year=2003)
    WorkFactory(title="Once", by=[ada], year=2002, cited_by_count=1, cited_by_source="openalex")
    path = f"authors/{ada.public_id}/works/"

    assert titles(path) == ["Uncounted", "Once", "Cited"]
    assert titles(path, ordering="-citations") == ["Cited", "Once", "Uncounted"]
    assert titles(path, year_to=2002) == ["Once", "Cited"]


def test_figures_come_with_their_date_and_public_ids(ask, client):
    ada, grace = AuthorFactory(), AuthorFactory(display_name="Grace")
    engines = TopicFactory(name="Engines")
    path = f"authors/{ada.public_id}/figures/"
    assert client.get(f"/api/v1/{path}").status_code == 404  # nothing has counted yet
    figures_of(
        ada,
        works_count=3,
        h_index=2,
        cited_by_count=9,
        citation_sources=["openalex"],
        citations_as_of=date(2026, 1, 2),
        by_year=[[2019, 1], [2020, 2]],
        topics=[{"id": engines.pk, "name": "Engines", "works": 3}],
        collaborators=[{"id": grace.pk, "name": "Grace", "works": 2, "strength": 1.5}],
    )

    told = ask(path)

    assert told["works_count"] == 3
    assert told["citations"]["h_index"] == 2
    assert told["citations"]["as_of"] == "2026-01-02"
    assert told["works_by_year"] == [{"year": 2019, "works": 1}, {"year": 2020, "works": 2}]
    assert told["topics"] == [{"id": engines.public_id, "name": "Engines", "works": 3}]
    assert told["close_collaborators"] == [{"id": grace.public_id, "name": "Grace", "works": 2}]


def test_institutions_are_told_and_found(ask):
    oxford = InstitutionFactory(name="University of Oxford", known_as=["OX"], ror="052gg0110", country_code="GB", domains=["ox.ac.uk"])
    InstitutionFactory(name="Elsewhere", country_code="FR")
    SubjectFigures.objects.create(kind="institution", subject_id=oxford.pk, works_count=5, authors_count=2, computed_at=timezone.now())
    SubjectFigures.objects.create(kind="topic", subject_id=oxford.pk, works_count=99, authors_count=99, computed_at=timezone.now())

    told = ask(f"institutions/{oxford.public_id}/")

    assert (told["works_count"], told["people_count"]) == (5, 2)
    assert [name["name"] for name in told["names"]] == ["University of Oxford", "OX"]
    for question in (
        {"ror": "https://ror.org/052gg0110"},
        {"country": "GB"},
        {"domain": "OX.ac.uk"},
        {"q": "oxford university"},
        {"q": "ox"},
    ):
        assert names(ask, "institutions/", **question) == ["University of Oxford"], question


def test_topics_are_told_and_found(ask):
    engines = TopicFactory(name="Steam engines", field=FieldFactory(), identifiers={"openalex": "T1"})
    TopicFactory(name="Algebra")

    assert ask(f"topics/{engines.public_id}/")["identifiers"] == {"openalex": "T1"}
    assert names(ask, "topics/", q="engines steam") == ["Steam engines"]
    assert names(ask, "topics/", field="machine-learning") == ["Steam engines"]
    assert names(ask, "topics/", ordering="key") == ["Algebra", "Steam engines"]


@pytest.mark.parametrize("factory, path", [(AuthorFactory, "authors"), (InstitutionFactory, "institutions"), (TopicFactory, "topics")])
def test_merged_records_move_and_erased_ones_are_gone(client, factory, path):
    kept = factory()
    merged = factory(**{"merged_into": kept, **({"name": "Another one"} if path != "authors" else {})})
    erased = factory(**{"erased_at": timezone.now(), **({"name": "A third"} if path != "authors" else {})})

    assert client.get(f"/api/v1/{path}/{merged.public_id}/")["Location"] == f"http://testserver/api/v1/{path}/{kept.public_id}/"
    assert client.get(f"/api/v1/{path}/{erased.public_id}/").status_code == 410
    assert [record["id"] for record in client.get(f"/api/v1/{path}/").json()["results"]] == [kept.public_id]
