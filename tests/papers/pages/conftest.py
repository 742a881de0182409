"""Ada, Grace and Emmy, and what they wrote."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from papers.models import Author, Institution, Topic, Work
from profiles.models import User
from tests.factories.papers import (
    AuthorFactory,
    CitationFactory,
    FieldFactory,
    InstitutionFactory,
    TopicFactory,
    VenueFactory,
    WorkFactory,
    WorkIdentifierFactory,
)
from tests.factories.work import computed


@dataclass(frozen=True)
class Record:
    """The small world of these tests: Ada wrote with Grace, Emmy cites them."""

    ada: Author
    grace: Author
    emmy: Author
    transport: Topic
    london: Institution
    engine: Work
    compilers: Work
    invariants: Work


@pytest.fixture
def record(db: None) -> Record:
    ada = AuthorFactory(display_name="Ada Lovelace", variants=["A. Lovelace"])
    grace = AuthorFactory(display_name="Grace Hopper")
    emmy = AuthorFactory(display_name="Emmy Noether")
    transport = TopicFactory(name="Optimal transport")
    london = InstitutionFactory(name="University of London", known_as=["UOL"])
    engine = WorkFactory(
        title="Notes on the analytical engine",
        abstract="The engine weaves algebraical patterns.",
        by=[ada, grace],
        on=[transport],
        year=2021,
        month=3,
        day=10,
        field=FieldFactory(),
        venue=VenueFactory(),
        pages="12-34",
        code_urls=["https://code.example/engine"],
        has_code=True,
        cited_by_count=12,
        cited_by_source="openalex",
        provenance={"title": "arxiv:2103.00001", "abstract": "openalex:W1"},
    )
    engine.authorships.get(author=ada).institutions.add(london)
    WorkIdentifierFactory(work=engine, scheme="doi", value="10.1234/engine")
    WorkIdentifierFactory(work=engine, scheme="arxiv", value="2103.00001")
    compilers = WorkFactory(title="The education of a compiler", by=[grace, ada], year=2022, type="preprint")
    invariants = WorkFactory(title="Invariant variation problems", by=[emmy], on=[transport], year=2023)
    CitationFactory(citing=invariants, cited=engine)
    computed(ada, grace, emmy, transport, london)
    return Record(ada, grace, emmy, transport, london, engine, compilers, invariants)


@pytest.fixture
def signed_in(client: Client, db: None) -> Client:
    """Emmy's browser, logged in."""
    client.force_login(User.objects.create_user("emmy@example.org", "a long enough passphrase"))
    return client
