"""Whatever a program with a token asks, the API keeps its own description and never fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from schemathesis.generation import GenerationMode

from tests.collaboration.invitations.conftest import people, sent  # noqa: F401 - a fixture
from tests.factories.tokens import program_of
from tests.papers.api.test_fuzzing import CHECKS, KEPT, description  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_is_as_described(description, people, settings, mode, accept):  # noqa: F811
    """Emmy's page and an invitation are there to be met; each example goes to both or to what is made up."""
    settings.API_LIMITS = {"minute": 0, "hour": 0}
    invitation = sent(people.ada, people.of_grace).public_id
    program = program_of(people.grace)
    own = [found for result in description.get_all_operations() if (found := result.ok()).definition.raw.get("security")]
    assert len(own) == 20
    for operation in own:
        if operation.definition.raw["operationId"] == "token_destroy":
            continue

        @hypothesis_settings(max_examples=100 if accept else 2, deadline=None, suppress_health_check=KEPT, database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            if "id" in (case.path_parameters or {}) and mode.is_positive:
                there = people.of_emmy.public_id if "word" in case.path_parameters or "/to/" in case.path else invitation
                case.path_parameters = {**case.path_parameters, "id": there}
            case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {program.token}"})

        ask()
