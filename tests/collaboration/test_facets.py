"""Who is claimed and who is open to collaborate narrow a search for people; a blocked person is not told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from collaboration.safety.blocks import block
from profiles.models import Profile
from tests.factories.accounts import log_in
from tests.factories.people import page_of
from tests.factories.reading import counted_queries, text_of

pytestmark = pytest.mark.django_db


def found(client: Client, query: str) -> set[str]:
    text = text_of(client.get(f"/search/?kind=people&{query}"))
    return {name for name in ("Ada Quillmere", "Grace Farrowgate", "Emmy Notherby") if f"{name} Person" in text or f" {name} " in text}


def test_people_are_found_by_being_claimed_or_open_with_a_name_or_without(client, ada, grace):
    page_of("emmy")
    Profile.objects.filter(user=ada).update(open_until=timezone.localdate() + timedelta(days=30))
    Profile.objects.filter(user=grace).update(open_until=timezone.localdate() - timedelta(days=1))
    assert found(client, "claimed=1") == {"Ada Quillmere", "Grace Farrowgate"}
    assert found(client, "open=1") == {"Ada Quillmere"}
    assert found(client, "q=Quillmere&open=1&claimed=1") == {"Ada Quillmere"}
    assert found(client, "q=Farrowgate&open=1") == set()
    assert found(client, "q=Notherby&claimed=1") == set()
    assert "Open to collaborate" in text_of(client.get("/search/?kind=people&q=Quillmere"))
    with counted_queries() as queries:
        client.get("/search/?kind=people&q=Quillmere&open=1")
    assert queries.count <= 14

    block(blocker=ada, blocked=grace)
    assert found(log_in(Client(), grace), "open=1") == set()
    Profile.objects.filter(user=ada).update(public_parts=[])
    assert found(client, "open=1") == set()
