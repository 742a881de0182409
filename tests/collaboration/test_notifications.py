"""Notifications: gathered, counted without a query of their own, read once on any device, and mailed as a digest that one click ends."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from collaboration.following.follows import choose_list, follow
from collaboration.following.targets import target_of
from collaboration.models import Cadence, MailPreference, Notification
from collaboration.notifications.digests import write_due_digests
from collaboration.notifications.preferences import FEED, choose_cadences
from collaboration.notifications.sending import forget_old, mark_read, notify
from collaboration.safety.blocks import block
from papers.models import Author, Work
from profiles.accounts.delivery import deliver_due
from profiles.models import OutgoingMail
from tests.factories.accounts import log_in
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.people import account
from tests.factories.reading import counted_queries, links_of, text_of

pytestmark = pytest.mark.django_db


def tell(recipient, number: int, *, group: str = "letters:grace", **more) -> bool:
    payload = {"from": "Grace", "number": number}
    return notify(recipient=recipient, kind="letter", subject_key=f"letter:{number}", group_key=group, payload=payload, **more)


def later(**span):
    return timezone.now() + timedelta(**span)


def test_the_page_gathers_and_leads_to_the_item_and_the_header_counts_for_nothing(client, ada, grace, letter_kind):
    log_in(client, ada)
    client.get("/about/")
    with counted_queries() as before:
        client.get("/about/")
    for number in range(1, 4):
        tell(ada, number)
    tell(ada, 9, group="letters:emmy")
    with counted_queries() as after:
        shown = client.get("/about/")
    assert after.count == before.count
    assert "2 unread" in text_of(shown, "header")

    listed = client.get(reverse("collaboration:notifications"))
    assert "Grace wrote to you 3 times" in text_of(listed)
    latest = Notification.objects.get(subject_key="letter:3")
    address = reverse("collaboration:notification", args=[latest.pk])
    assert address in links_of(listed)
    stranger = log_in(Client(), grace)
    assert stranger.get(address).status_code == 404
    assert client.head(address).status_code == 302
    assert Notification.objects.filter(read_at__isnull=True).count() == 4
    assert client.get(address).url == "/letters/3/"
    assert Notification.objects.filter(read_at__isnull=True).count() == 1
    tell(ada, 10)  # what came since the list was shown stays unread
    through = re.search(r'name="through" value="(\w+)"', listed.content.decode()).group(1)
    client.post(reverse("collaboration:read-all"), {"through": through})
    assert Notification.objects.filter(read_at__isnull=True).count() == 1
    assert client.post(reverse("collaboration:read-all"), {"through": "\x00!"}).status_code == 302


def test_the_list_asks_the_same_at_any_length_and_goes_on(client, ada, letter_kind):
    log_in(client, ada)
    client.get(reverse("collaboration:notifications"))
    tell(ada, 1, group="letters:1")
    with counted_queries() as few:
        client.get(reverse("collaboration:notifications"))
    for number in range(2, 60):
        tell(ada, number, group=f"letters:{number}")
    with counted_queries() as many:
        first = client.get(reverse("collaboration:notifications"))
    assert few.count == many.count <= 4
    older = next(link for link in links_of(first) if "after=" in link)
    assert text_of(client.get(older)).count("wrote to you") == 19


def test_somebody_is_told_of_followers_by_name_only_where_these_show_it(client, ada, grace, emmy):
    page = Author.objects.get(claims__profile__user=ada)
    choose_list(user=grace, is_public=True)
    follow(user=emmy, target=target_of(page))
    log_in(client, ada)
    assert "Somebody follows your page" in text_of(client.get(reverse("collaboration:notifications")))
    follow(user=grace, target=target_of(page))
    assert "Grace Farrowgate and 1 other follow your page" in text_of(client.get(reverse("collaboration:notifications")))
    block(blocker=ada, blocked=grace)
    text = text_of(client.get(reverse("collaboration:notifications")))
    assert "Grace" not in text
    assert "Somebody follows your page" in text


def test_nothing_is_mailed_unless_asked_for_and_what_was_read_never(client, ada, letter_kind):
    tell(ada, 1)
    assert write_due_digests(at=later(hours=3)) == 0
    log_in(client, ada)
    client.post(
        reverse("collaboration:notification-settings"), {"letter": "daily", FEED: "weekly", "unknown": "daily", "follower": "never"}
    )
    assert dict(MailPreference.objects.values_list("kind", "cadence")) == {"letter": "daily", FEED: "weekly"}
    mark_read(recipient=ada)
    tell(ada, 2)
    assert write_due_digests(at=later(minutes=5)) == 0  # it may yet be read
    person = AuthorFactory()
    follow(user=ada, target=target_of(person))
    work = WorkFactory(title="On looms", by=[person])
    Work.objects.filter(pk=work.pk).update(created_at=later(hours=1))
    assert write_due_digests(at=later(hours=2)) == 1
    assert write_due_digests(at=later(hours=3)) == 0
    tell(ada, 3)
    assert write_due_digests(at=later(hours=20)) == 0
    assert write_due_digests(at=later(hours=27)) == 1
    assert write_due_digests(at=later(days=7)) == 1
    daily, _second, weekly = OutgoingMail.objects.filter(kind="digest").order_by("pk")
    assert "Grace wrote to you" in daily.text
    assert "On looms" not in daily.text
    assert "On looms" in weekly.text
    assert "Grace wrote" not in weekly.text
    assert Notification.objects.filter(read_at__isnull=True).count() == 2  # a mail is not the page


def test_one_click_without_a_login_ends_the_digest_and_its_links_lead_to_the_item(client, ada, letter_kind, settings):
    choose_cadences(user=ada, chosen={"letter": Cadence.DAILY})
    tell(ada, 1)
    write_due_digests(at=later(hours=2))
    deliver_due()
    sent = mail.outbox[-1]
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.search(rf"{re.escape(settings.SITE_URL)}(/notifications/\w+/)", sent.body).group(1)
    reader = Client()
    assert reader.get(path).url.startswith(reverse("account_login"))
    assert log_in(reader, ada).get(path).url == "/letters/1/"

    one_click = sent.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.SITE_URL)
    program = Client(enforce_csrf_checks=True)
    program.get(one_click)
    tell(ada, 2)
    assert write_due_digests(at=later(hours=30)) == 1  # looking at it changes nothing
    program.post(one_click, {"List-Unsubscribe": "One-Click"})
    tell(ada, 3)
    assert write_due_digests(at=later(hours=60)) == 0
    log_in(client, ada)
    assert "You refused all digests" in text_of(client.get(reverse("collaboration:notification-settings")))
    client.post(reverse("collaboration:notification-settings"), {"letter": "daily"})
    assert write_due_digests(at=later(hours=61)) == 1


def test_what_is_old_is_forgotten(ada, letter_kind):
    tell(ada, 1)
    mark_read(recipient=ada)
    tell(ada, 2)
    forget_old(at=later(days=181))
    assert Notification.objects.count() == 1
    forget_old(at=later(days=366))
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_devices_reading_and_two_workers_writing_leave_each_thing_told_once(accept, letter_kind):
    ada = account("ada")
    choose_cadences(user=ada, chosen={"letter": Cadence.DAILY})

    def both(turn) -> None:
        try:
            turn()
        finally:
            connections.close_all()

    for number in range(200 if accept else 5):
        tell(ada, number)
        moment = later(hours=2 + 24 * number)
        turns = [lambda at=moment: write_due_digests(at=at), lambda: mark_read(recipient=ada), lambda n=number: tell(ada, n)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(both, turns * 2))
        assert Notification.objects.count() == number + 1
        assert not Notification.objects.filter(read_at__isnull=True).exists()
        assert OutgoingMail.objects.filter(kind="digest").count() <= number + 1
