"""The first page of somebody who is logged in: what waits for them, and no more questions for more of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from collaboration.models import Invitation
from collaboration.safety.blocks import block
from papers.models import Author
from tests.factories.accounts import log_in
from tests.factories.people import account
from tests.factories.reading import counted_queries, text_of

pytestmark = pytest.mark.django_db


def test_invitations_that_wait_stand_on_the_first_page(ada, grace):
    page = Author.objects.get(claims__profile__user=ada)
    dates = dict.fromkeys(["sent_at", "delivered_at", "expires_at"], timezone.now())
    given = {"author": page, "recipient": ada, "kind": "paper", "ask": "A", **dates}
    client = log_in(Client(), ada)
    assert "waiting for your answer" not in text_of(client.get("/"))
    Invitation.objects.create(sender=grace, topic="Looms and ships", status="sent", **given)
    Invitation.objects.create(sender=grace, topic="Over and done", status="accepted", answered_at=timezone.now(), **given)
    shown = text_of(client.get("/"))
    assert "Looms and ships From Grace Farrowgate" in shown
    assert "Over and done" not in shown
    assert "All of your invitations" not in shown
    assert "Looms and ships" not in text_of(log_in(Client(), grace).get("/"))
    with counted_queries() as few:
        client.get("/")
    for number in range(19):
        Invitation.objects.create(sender=account(f"p{number}"), topic=f"Topic {number}", status="sent", **given)
    with counted_queries() as many:
        shown = text_of(client.get("/"))
    assert few.count == many.count <= 8
    assert "All of your invitations" in shown
    Invitation.objects.exclude(sender=grace).delete()
    block(blocker=ada, blocked=grace)
    assert "waiting for your answer" not in text_of(client.get("/"))
