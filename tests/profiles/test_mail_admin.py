"""What operators see of mails: whether they go out, never what stands in them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from profiles.models import OutgoingMail
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.moderation import moderator
from tests.factories.people import account

pytestmark = pytest.mark.django_db


def test_an_operator_sees_which_mails_wait_and_none_of_their_words(admin_user):
    operator = log_in_with_second_factor(Client(), admin_user)
    ada = account("ada")
    mail = OutgoingMail.objects.create(kind="code", to="ada@example.org", user=ada, subject="Your code", text="It is 4711-0815.")
    for address in (
        reverse("admin:profiles_outgoingmail_changelist"),
        reverse("admin:profiles_outgoingmail_changelist") + "?q=ada@example.org",
        reverse("admin:profiles_outgoingmail_change", args=[mail.pk]),
    ):
        page = operator.get(address)
        assert page.status_code == 200
        assert "code" in page.content.decode()
        assert "4711-0815" not in page.content.decode()


def test_moderators_have_no_business_with_mails(db):
    vera = log_in_with_second_factor(Client(), moderator("vera"))
    for model in ("outgoingmail", "accountchange", "mailoptout"):
        assert vera.get(reverse(f"admin:profiles_{model}_changelist")).status_code == 403
