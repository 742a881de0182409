"""Works as a program reads them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from papers.models import AttributionRule, AttributionState, AuthorshipInstitution, WorkSource, WorkTopic, WorkType
from tests.factories.papers import (
    AuthorFactory,
    AuthorshipFactory,
    CitationFactory,
    FieldFactory,
    InstitutionFactory,
    TopicFactory,
    VenueFactory,
    WorkFactory,
    WorkIdentifierFactory,
)

pytestmark = pytest.mark.django_db


def test_a_list_tells_each_work_in_brief(ask):
    ada = AuthorFactory(display_name="Ada Byron")
    work = WorkFactory(title="On engines", by=[ada, "Charles Babbage"], venue=VenueFactory(), field=FieldFactory(), year=1843)
    WorkIdentifierFactory(work=work, value="10.1234/engines")

    [told] = ask("works/")["results"]

    assert told["id"] == work.public_id
    assert told["url"] == f"http://testserver/api/v1/works/{work.public_id}/"
    assert told["page"].startswith(f"http://testserver/papers/{work.public_id}/")
    assert told["title"] == "On engines"
    assert told["venue"]["key"] == "jcs"
    assert told["field"] == {"key": "machine-learning", "name": "Machine learning"}
    assert told["identifiers"] == [{"scheme": "doi", "value": "10.1234/engines"}]
    assert [(person["name"], person["author"]) for person in told["people"]] == [
        ("Ada Byron", {"id": ada.public_id, "name": "Ada Byron", "confidence": None}),
        ("Charles Babbage", None),
    ]
    assert told["cited_by"] is None


def test_a_list_names_ten_people_and_says_how_many_there_are(ask):
    WorkFactory(by=[f"Person {'abcdefghijkl'[n]}" for n in range(12)])

    [told] = ask("works/")["results"]

    assert len(told["people"]) == 10
    assert told["people_count"] == 12


def test_a_work_tells_what_the_source_said_beside_what_was_decided(ask):
    ada, oxford = AuthorFactory(display_name="Ada Byron"), InstitutionFactory(name="Oxford")
    work = WorkFactory(title="On engines", abstract="About $x^2$.", provenance={"title": "crossref:10.1/x"})
    authorship = AuthorshipFactory(
        work=work,
        author=ada,
        raw_name="A. Byron",
        raw_affiliations=["Univ. Oxford"],
        source_ids={"openalex": "A1"},
        orcid="0000-0002-1825-0097",
        source="crossref",
        rule=AttributionRule.RARE_NAME,
        state=AttributionState.DISPUTED,
        at=[oxford],
    )
    WorkSource.objects.create(work=work, source="crossref", record_id="10.1/x", fingerprint=b"1", read_at=timezone.now())
    WorkTopic.objects.create(work=work, topic=TopicFactory(name="Engines"), source="openalex", score=0.5)

    told = ask(f"works/{work.public_id}/")

    [person] = told["authorships"]
    assert person["stated"]["name"] == "A. Byron"
    assert person["stated"]["affiliations"] == ["Univ. Oxford"]
    assert person["stated"]["identifiers"] == {"openalex": "A1"}
    assert person["stated"]["orcid"] == "0000-0002-1825-0097"
    assert person["stated"]["source"] == "crossref"
    assert person["decided"]["author"] == {"id": ada.public_id, "name": "Ada Byron", "confidence": None}
    assert person["decided"]["rule"] == "rare-name"
    assert person["decided"]["state"] == "disputed"
    assert [place["name"] for place in person["decided"]["institutions"]] == ["Oxford"]
    assert "decided_by" not in person["decided"]  # an account is nobody's business
    assert told["abstract"] == "About $x^2$."
    assert told["provenance"] == {"title": "crossref:10.1/x"}
    assert told["source_records"][0]["record"] == "10.1/x"
    assert told["topics"][0]["name"] == "Engines"
    assert AuthorshipInstitution.objects.filter(authorship=authorship).exists()


def test_a_work_of_many_people_gives_them_page_by_page(ask):
    work = WorkFactory()
    for position in range(120):
        AuthorshipFactory(work=work, position=position, raw_name=f"Person {position}")

    told = ask(f"works/{work.public_id}/")
    first = ask(f"works/{work.public_id}/authorships/", page_size=100)
    second = ask(first["next"])

    assert len(told["authorships"]) == 100
    assert len(first["results"]) == 100
    assert [person["position"] for person in second["results"]] == list(range(100, 120))
    assert second["next"] is None


def test_works_are_narrowed_by_what_they_are(titles):
    machine = FieldFactory()
    WorkFactory(title="Old", year=1990, type=WorkType.BOOK)
    WorkFactory(title="New", year=2020, has_code=True, field=machine, venue=VenueFactory())
    WorkFactory(title="Withdrawn", year=2021, is_retracted=True, sources=["crossref"])

    assert titles(year=1990) == ["Old"]
    assert titles(year_from=2020) == ["Withdrawn", "New"]
    assert titles(year_to=2020) == ["New", "Old"]
    assert titles(type="book") == ["Old"]
    assert titles(type=["book", "article"]) == ["Withdrawn", "New", "Old"]
    assert titles(has_code="true") == ["New"]
    assert titles(is_retracted="true") == ["Withdrawn"]
    assert titles(is_retracted="false") == ["New", "Old"]
    assert titles(source="crossref") == ["Withdrawn"]
    assert titles(field="machine-learning") == ["New"]
    assert titles(venue="jcs") == ["New"]
    assert titles(venue="nowhere") == []


def test_works_are_narrowed_by_who_wrote_them_where_and_about_what(titles):
    ada, grace = AuthorFactory(), AuthorFactory()
    oxford, engines = InstitutionFactory(), TopicFactory()
    WorkFactory(title="Ours", by=[ada, grace], on=[engines])
    hers = WorkFactory(title="Hers")
    AuthorshipFactory(work=hers, author=grace, at=[oxford])

    assert titles(author=ada.public_id) == ["Ours"]
    assert titles(author=grace.public_id) == ["Hers", "Ours"]
    assert titles(topic=engines.public_id) == ["Ours"]
    assert titles(institution=oxford.public_id) == ["Hers"]


@pytest.mark.parametrize(
    "scheme, value, asked",
    [
        ("doi", "10.1234/abc", "https://doi.org/10.1234/ABC"),
        ("arxiv", "2401.00001", "arXiv:2401.00001v2"),
        ("openalex", "W2741809807", "https://openalex.org/W2741809807"),
    ],
)
def test_a_work_is_found_by_any_spelling_of_its_identifier(titles, scheme, value, asked):
    WorkIdentifierFactory(work=WorkFactory(title="Found"), scheme=scheme, value=value)
    WorkFactory(title="Other")

    assert titles(**{scheme: asked}) == ["Found"]


def test_free_words_find_title_and_abstract(titles):
    WorkFactory(title="Learning to rank", abstract="Engines of discovery.", year=2021)
    WorkFactory(title="Something else", abstract="", year=2020)

    assert titles(q="engine") == ["Learning to rank"]
    assert titles(q='"learning to rank" -else') == ["Learning to rank"]
    assert titles(q="the") == []  # a word that says nothing finds nothing


def test_works_cite_and_are_cited(titles):
    old, new = WorkFactory(title="Old", year=1990), WorkFactory(title="New", year=2020)
    CitationFactory(citing=new, cited=old)

    assert titles(f"works/{new.public_id}/references/") == ["Old"]
    assert titles(f"works/{old.public_id}/citations/") == ["New"]
    assert titles(f"works/{old.public_id}/references/") == []


def test_merged_and_erased_works_are_not_listed(titles):
    kept = WorkFactory(title="Kept")
    WorkFactory(title="Merged", merged_into=kept)
    WorkFactory(title="Erased", erased_at=timezone.now())

    assert titles() == ["Kept"]


def test_a_merged_work_leads_to_its_last_survivor_for_minutes(client):
    kept = WorkFactory()
    merged = WorkFactory(merged_into=WorkFactory(merged_into=kept))

    response = client.get(f"/api/v1/works/{merged.public_id}/")
    parts = client.get(f"/api/v1/works/{merged.public_id}/citations/")

    assert response.status_code == 301
    assert response["Location"] == f"http://testserver/api/v1/works/{kept.public_id}/"
    assert response["Cache-Control"] == "public, max-age=300"
    assert parts["Location"] == f"http://testserver/api/v1/works/{kept.public_id}/citations/"


def test_an_erased_work_is_gone(client):
    erased = WorkFactory(erased_at=timezone.now())

    response = client.get(f"/api/v1/works/{erased.public_id}/")

    assert response.status_code == 410
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 410


def test_an_erased_author_is_not_named_behind_an_authorship(ask):
    gone = AuthorFactory(erased_at=timezone.now())
    work = WorkFactory(by=[gone])

    assert ask("works/")["results"][0]["people"][0]["author"] is None
    assert ask(f"works/{work.public_id}/")["authorships"][0]["decided"]["author"] is None
