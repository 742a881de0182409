"""Migrations forwards render a new model alone, and end with the same models as Django's own way."""

from __future__ import annotations

from typing import Any

from django.core.management import get_commands
from django.db import models
from django.db.migrations.operations import AddField, AlterField, CreateModel
from django.db.migrations.state import ProjectState

from config.lib.migrating import new_models_rendered_alone

KEY = ("id", models.BigAutoField(primary_key=True))
OPERATIONS = [
    CreateModel("Person", [KEY, ("friends", models.ManyToManyField("self"))]),
    CreateModel("Paper", [KEY, ("authors", models.ManyToManyField("example.Person", related_name="papers", through="example.Line"))]),
    CreateModel("Line", [KEY, ("person", models.ForeignKey("example.Person", models.CASCADE)), ("paper", models.ForeignKey("example.Paper", models.CASCADE))]),
    CreateModel("Preprint", [("paper_ptr", models.OneToOneField("example.Paper", models.CASCADE, parent_link=True, primary_key=True))], bases=("example.Paper",)),
    AddField("Paper", "mentor", models.ForeignKey("example.Person", models.CASCADE, null=True, related_name="+")),
    CreateModel("Shelf", [KEY, ("papers", models.ManyToManyField("example.Paper"))]),
    AlterField("Person", "id", models.UUIDField(primary_key=True)),
    CreateModel("Guest", [], options={"proxy": True}, bases=("example.Person",)),
]  # fmt: skip


def described(state: ProjectState) -> dict[str, list[str]]:
    """Each model with its fields, what points to it and what it is made of, as the code of a migration sees it."""
    return {
        model._meta.label: sorted(
            [
                *(f"{type(field).__name__} {field.name} {_to(field)}" for field in model._meta.get_fields(include_hidden=True)),
                *(f"base {base.__name__}" for base in model.__mro__),
                f"key {model._meta.pk.get_internal_type()}",
            ]
        )
        for model in state.apps.get_models(include_auto_created=True)
    }


def _to(field: Any) -> str:
    model = field.related_model
    if model is None:
        return ""
    assert model._meta.apps.get_model(model._meta.label) is model  # not one that was replaced
    return f"{model._meta.label} {model._meta.pk.get_internal_type()}"


def after(operations: list) -> ProjectState:
    """The state after the operations, rendered step by step as the executor has it."""
    state = ProjectState()
    state.apps  # noqa: B018 - rendered from the first
    for operation in operations:
        state.clone()
        operation.state_forwards("example", state)
    return state


def test_the_models_are_those_of_django_after_each_step():
    for length in range(1, len(OPERATIONS) + 1):
        plain = after(OPERATIONS[:length])
        with new_models_rendered_alone():
            quick = after(OPERATIONS[:length])
        assert described(quick) == described(plain)
        assert quick == plain


def test_it_ends_with_its_block():
    plain = ProjectState.add_model
    with new_models_rendered_alone():
        assert ProjectState.add_model is not plain
    assert ProjectState.add_model is plain


def test_migrate_is_ours():
    assert get_commands()["migrate"] == "config"
