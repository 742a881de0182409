"""Somebody who may do everything, and somebody who may only look."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from profiles.models import User
from tests.factories.accounts import log_in_with_second_factor


@pytest.fixture
def grace(db):
    """She runs the site."""
    return User.objects.create_superuser("grace@example.org", "a long password")


@pytest.fixture
def admin_client(client, grace):
    return log_in_with_second_factor(client, grace)


@pytest.fixture
def onlooker(client, db):
    """Somebody on the staff who may see everything and change nothing."""
    emmy = User.objects.create_user("emmy@example.org", "a long password", is_staff=True)
    emmy.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return log_in_with_second_factor(client, emmy)
