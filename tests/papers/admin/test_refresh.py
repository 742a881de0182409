"""The backlog in the administration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from papers.models import RefreshRequest

pytestmark = pytest.mark.django_db

LIST = "admin:papers_refreshrequest_changelist"


def a_request(**said):
    return RefreshRequest.objects.create(**{"kind": "author-figures", "object_id": 1, "requested_at": timezone.now(), **said})


def test_the_list_says_how_much_waits_and_for_how_long(admin_client):
    a_request(requested_at=timezone.now() - timedelta(hours=3))
    a_request(object_id=2)

    response = admin_client.get(reverse(LIST))

    [waiting] = [part for part in response.context["backlog"] if part.kind == "author-figures"]
    assert waiting.waiting == 2
    assert "3\xa0hours" in response.content.decode()


def test_what_failed_is_given_a_new_start(admin_client):
    failed = a_request(attempts=99, last_error="It broke.")

    admin_client.post(reverse(LIST), {"action": "retry", "_selected_action": [failed.pk]})

    failed.refresh_from_db()
    assert failed.attempts == 0


def test_an_object_is_found_by_its_number(admin_client):
    a_request(object_id=42)
    a_request(object_id=7)

    found = admin_client.get(reverse(LIST), {"q": "42"}).context["cl"].result_list

    assert [request.object_id for request in found] == [42]


def test_an_onlooker_marks_nothing(onlooker):
    failed = a_request(attempts=99, last_error="It broke.")

    onlooker.post(reverse(LIST), {"action": "retry", "_selected_action": [failed.pk]})

    failed.refresh_from_db()
    assert failed.attempts == 99
