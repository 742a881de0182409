"""Whatever a program asks, the API keeps its own description and never fails."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from papers.figures import refresh_work_figures
from tests.factories.papers import AuthorFactory, AuthorIdentifierFactory, FieldFactory, TopicFactory, VenueFactory, WorkFactory

pytestmark = pytest.mark.django_db

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
KEPT = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@pytest.fixture
def some_records(settings):
    """One of each, so that answers have something in them; nobody is slowed down."""
    settings.API_LIMITS = {"minute": 0, "hour": 0}
    ada, topic = AuthorFactory(display_name="Ada Byron"), TopicFactory(name="Engines", field=FieldFactory())
    AuthorIdentifierFactory(author=ada)
    work = WorkFactory(by=[ada], on=[topic], venue=VenueFactory(), year=1843)
    refresh_work_figures([work.pk])
    return work, ada, topic


@pytest.fixture
def description():
    """The API's own description, served by the site itself, whose requests leave the test's transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


OPERATIONS = [
    "works_list",
    "works_retrieve",
    "works_graph_retrieve",
    "works_authorships_list",
    "works_references_list",
    "works_citations_list",
    "works_figures_retrieve",
    "authors_list",
    "authors_retrieve",
    "authors_graph_retrieve",
    "authors_works_list",
    "authors_figures_retrieve",
    "authors_trust_retrieve",
    "authors_trust_history_list",
    "changes_list",
    "institutions_list",
    "institutions_retrieve",
    "institutions_graph_retrieve",
    "topics_list",
    "topics_retrieve",
    "topics_graph_retrieve",
]


def test_the_description_names_every_operation(description):
    found = [result.ok().definition.raw for result in description.get_all_operations()]
    described = [one["operationId"] for one in found if not one.get("security")]  # those with a token: tests/collaboration/api

    assert sorted(described) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_answer_is_as_described(description, some_records, operation_id, mode, accept):
    operation = description.find_operation_by_id(operation_id)
    checks = [*CHECKS, negative_data_rejection] if mode.is_negative else CHECKS
    records = {"works": some_records[0], "authors": some_records[1], "topics": some_records[2]}
    record = records.get(operation_id.partition("_")[0])

    @hypothesis_settings(max_examples=100 if accept else 15, deadline=None, suppress_health_check=KEPT, database=None)
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def ask(case, real):
        if real and record is not None and case.path_parameters and mode.is_positive:
            case.path_parameters = {"id": record.public_id}
        case.call_and_validate(checks=checks)

    ask()


NAMES = [
    "q",
    "year",
    "year_from",
    "year_to",
    "type",
    "field",
    "venue",
    "topic",
    "author",
    "institution",
    "has_code",
    "is_retracted",
    "source",
]
NAMES += ["doi", "arxiv", "openalex", "orcid", "s2", "ror", "country", "domain", "cursor", "page_size", "ordering", "format", "\x00"]
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "\x00", "-1", "1e999", "9" * 30, "%", "_", "'", '"', "\\", "((", "a & | !", "\ud7ff", "٣", "2020.0", "true"]),
    st.text(alphabet="0123456789abcdefghjkmnpqrstvwxyz", min_size=9, max_size=9),
    st.from_regex(r"10\.[0-9]{4}/.{1,20}", fullmatch=True),
)


@pytest.mark.parametrize("kind", ["works", "authors", "institutions", "topics"])
def test_no_filter_makes_a_list_fail(client, some_records, kind, accept):
    @hypothesis_settings(
        max_examples=1000 if accept else 100, deadline=None, suppress_health_check=KEPT, phases=set(Phase) - {Phase.explain}
    )
    @given(parameters=st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=4))
    def ask(parameters):
        response = client.get(f"/api/v1/{kind}/", QUERY_STRING=urlencode(parameters))
        assert response.status_code in {200, 400}, response.content
        expected = "application/json" if response.status_code == 200 else "application/problem+json"
        assert response["Content-Type"] == expected

    ask()


@pytest.mark.parametrize("kind", ["works", "authors", "institutions", "topics"])
def test_no_id_makes_a_record_fail(client, some_records, kind):
    @hypothesis_settings(suppress_health_check=KEPT)
    @given(name=st.one_of(st.text(max_size=12).filter(lambda text: "/" not in text), TEXTS.filter(lambda text: "/" not in text)))
    def ask(name):
        response = client.get(f"/api/v1/{kind}/{name}/")
        assert response.status_code in {200, 301, 400, 404}, response.content

    ask()
