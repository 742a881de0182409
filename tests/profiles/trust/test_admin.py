"""Trust in the administration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from papers.figures import refresh_author_figures
from papers.models import RefreshRequest
from profiles.models import Sanction, ShadowScore, TrustScore
from profiles.trust.everybody import recompute_everybody
from profiles.trust.formula import trust
from profiles.trust.scores import refresh_scores
from profiles.trust.shadows import NEXT_FORMULAS, drop_former
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.people import account, page_of

pytestmark = pytest.mark.django_db

LIST = "admin:profiles_trustscore_changelist"


def scored(who, **fields):
    author = page_of(who, **fields)
    refresh_author_figures([author.pk])
    refresh_scores([author.pk])
    return author


@pytest.fixture
def grace(client):
    grace = account("grace", is_staff=True, is_superuser=True)
    log_in_with_second_factor(client, grace)
    return grace


def shown(answer):
    return [row.author_id for row in answer.context["cl"].result_list]


@pytest.mark.parametrize("term,found", [("0-14", True), ("15-100", False), ("999", False), ("x" * 9, False)])
def test_scores_are_found_by_range(client, grace, term, found):
    ada = scored("ada", confidence=0.9)

    assert shown(client.get(reverse(LIST), {"q": term})) == ([ada.pk] if found else [])


def test_scores_are_found_by_page_and_by_number(client, grace):
    ada = scored("ada")

    assert shown(client.get(reverse(LIST), {"q": ada.public_id})) == [ada.pk]
    assert shown(client.get(reverse(LIST), {"q": str(TrustScore.objects.get().shown)})) == [ada.pk]


def test_chosen_scores_are_computed_again(client, grace):
    ada = scored("ada")

    client.post(reverse(LIST), {"action": "recompute", "_selected_action": [ada.pk]})

    assert RefreshRequest.objects.filter(kind="trust", object_id=ada.pk).exists()


def test_the_inputs_of_a_score_can_be_seen(client, grace):
    ada = scored("ada")
    page = client.get(reverse("admin:profiles_trustscore_change", args=[ada.pk])).content.decode()

    assert "with_abstract" in page
    assert "point by point" in page


def test_what_another_formula_would_do(client, grace):
    scored("ada", confidence=0.9)
    address = reverse("admin:profiles_trustscore_what_if")

    asked = client.get(address).content.decode()
    found = client.get(address, {"identity": 0, "quality": 0, "scholarly": 100, "community": 0, "conduct": 0}).content.decode()
    refused = client.get(address, {"identity": 90, "quality": 90, "scholarly": 0, "community": 0, "conduct": 0}).content.decode()

    assert 'name="identity" value="35.0"' in asked
    assert "Over 1 of 1 scores" in found
    assert "The weights add up to 180, not to 100." in refused
    assert "beside the present one" not in asked


def test_a_formula_to_come_is_compared_over_everybody(client, grace, monkeypatch):
    for who, works in (("ada", 2), ("emmy", 3)):
        scored(who, works=works, confidence=0.9)
    monkeypatch.setitem(NEXT_FORMULAS, 2, lambda inputs: trust(replace(inputs, topics=inputs.topics + 3)))  # one point and a half more
    recompute_everybody()

    shown = client.get(reverse("admin:profiles_trustscore_what_if")).content.decode()

    assert ShadowScore.objects.filter(formula_version=2).count() == 2
    assert "Version 2 of the formula" in shown
    assert "Over 2 of 2 scores" in shown
    assert '<th scope="row">1</th><td>2</td><td>0</td>' in shown
    monkeypatch.delitem(NEXT_FORMULAS, 2)
    assert drop_former() == 2


def test_a_sanction_is_imposed_and_lifted(client, grace):
    ada = scored("ada")
    given = {"author": ada.public_id, "kind": "warning", "code": "abuse", "note": "Three copies of one message."}

    client.post(reverse("admin:profiles_sanction_add"), given)
    sanction = Sanction.objects.get(author=ada)
    page = reverse("admin:profiles_sanction_change", args=[sanction.pk])
    assert "Lift this sanction" in client.get(page).content.decode()
    client.post(page, {"note": "It was a slow connection."})

    sanction.refresh_from_db()
    assert sanction.lifted_at is not None
    assert "Lift this sanction" not in client.get(page).content.decode()


@pytest.mark.parametrize(
    "given", [{"author": "zzz"}, {"author": "000000000"}, {"ends_at": "yesterday"}, {"kind": "nonsense"}, {"code": ""}]
)
def test_a_sanction_that_is_not_told_right_is_asked_again(client, grace, given):
    ada = scored("ada")
    answer = client.post(reverse("admin:profiles_sanction_add"), {"author": ada.public_id, "kind": "warning", "code": "abuse", **given})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Sanction.objects.exists()


def test_the_list_costs_as_much_with_many_scores(client, grace):
    counts = []
    for start, stop in ((0, 2), (2, 20)):
        for number in range(start, stop):
            scored(f"person {number}", works=1)
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(LIST))
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "view", [LIST, "admin:profiles_trustscore_what_if", "admin:profiles_sanction_add", "admin:profiles_trustevent_changelist"]
)
def test_nobody_else_gets_there(client, view):
    assert client.get(reverse(view)).status_code == 302
    log_in_with_second_factor(client, account("emmy", is_staff=True))
    assert client.get(reverse(view)).status_code == 403


@pytest.mark.parametrize("model", ["fieldstatistics", "supportedge", "shadowscore", "trustevent", "sanction"])
def test_every_list_opens(client, grace, model):
    scored("ada")
    assert client.get(reverse(f"admin:profiles_{model}_changelist")).status_code == 200
