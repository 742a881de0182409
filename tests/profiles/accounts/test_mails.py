"""Mails: queued with what caused them, sent once, tried again and given up, refused by one click, and readable."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.template import TemplateDoesNotExist
from django.test import Client
from django.utils import timezone

from config.schedule import BEAT_SCHEDULE, TASK_ROUTES
from profiles.accounts import delivery
from profiles.accounts import mail as mails
from profiles.models import MailOptOut, MailStatus, OutgoingMail
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db

KIND = "account-code"
WORDS = {"title": "Your code", "sentence": "Type <this> & go:", "code": "ABC123"}


@pytest.fixture(autouse=True)
def a_kind_to_refuse():
    mails.mail_kinds.register(mails.MailKind(KIND, label="codes in these tests"))
    yield
    mails.mail_kinds._entries.pop(KIND)


@pytest.fixture
def broken(monkeypatch):
    """A mail server that fails as told."""

    def fail(error: Exception | None):
        def send(self, messages):
            raise error

        monkeypatch.setattr(EmailBackend, "send_messages", send)

    return fail


def queue(to="ada@example.org", **more):
    mails.queue_mail(to=to, kind=KIND, context=WORDS, **more)


def later(**span):
    return timezone.now() + timedelta(**span)


# --- Queued -----------------------------------------------------------------------------------------------------


def test_it_is_written_with_what_caused_it_and_told_to_a_worker_afterwards(monkeypatch, django_capture_on_commit_callbacks):
    told: list[tuple] = []
    monkeypatch.setattr("profiles.accounts.mail.current_app.send_task", lambda name, args: told.append((name, args)))

    with django_capture_on_commit_callbacks(execute=True):
        queue()
        assert told == []

    assert told == [("profiles.tasks.accounts.deliver_mail", [OutgoingMail.objects.get().pk])]


def test_the_name_that_is_told_is_a_task_in_the_mail_queue():
    from celery import current_app

    import profiles.tasks  # noqa: F401 - registers them

    assert mails.DELIVER in current_app.tasks
    assert TASK_ROUTES[mails.DELIVER] == {"queue": "mail"}
    ours = {entry["task"] for entry in BEAT_SCHEDULE.values() if entry["task"].startswith("profiles.tasks.accounts.")}
    assert len(ours) == 3
    assert ours <= set(current_app.tasks)


def test_without_a_broker_the_page_still_comes(monkeypatch, django_capture_on_commit_callbacks):
    def nobody(*_args, **_more):
        raise ConnectionError

    monkeypatch.setattr("profiles.accounts.mail.current_app.send_task", nobody)
    with django_capture_on_commit_callbacks(execute=True):
        queue()

    assert delivery.deliver_due() == 1
    assert len(mail.outbox) == 1


def test_what_is_rolled_back_sends_nothing():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert OutgoingMail.objects.count() == 0


def test_a_key_makes_it_once(django_capture_on_commit_callbacks):
    for _ in range(3):
        queue(key="granted:1")
    delivery.deliver_due()
    queue(key="granted:1")
    delivery.deliver_due()

    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_makes_it_once_for_two_at_the_same_moment(monkeypatch):
    monkeypatch.setattr("profiles.accounts.mail.current_app.send_task", lambda *_args, **_more: None)
    together = threading.Barrier(2)

    def write() -> None:
        together.wait()
        queue(key="granted:1")
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert OutgoingMail.objects.count() == 1


def test_a_mail_that_could_not_be_refused_must_be_essential(ada):
    for wrong in ({"essential": False}, {"essential": False, "user": ada, "kind": "account-reset"}):
        with pytest.raises(ValueError, match="essential"):
            mails.queue_mail(**{"to": "ada@example.org", "kind": KIND, "context": WORDS} | wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.create(kind=KIND, to="a@example.org", text="x", is_essential=False)


def test_a_kind_without_templates_is_a_mistake():
    with pytest.raises(TemplateDoesNotExist):
        mails.queue_mail(to="ada@example.org", kind="no-such-kind", context={})


# --- Sent -------------------------------------------------------------------------------------------------------


def test_it_has_text_and_html_and_says_that_it_is_automatic():
    queue()
    delivery.deliver_due()

    [sent] = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert sent.subject == "Your code"
    assert "Type <this> & go:" in sent.body
    [(html, kind)] = [(part.content, part.mimetype) for part in sent.alternatives]
    assert kind == "text/html"
    assert "Type &lt;this&gt; &amp; go:" in html
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in sent.extra_headers


def test_every_mail_is_in_one_frame_readable_in_the_dark_and_loads_nothing():
    folder = Path(settings.BASE_DIR) / "templates" / "emails"
    kinds = {path.name.removesuffix(".subject.txt") for path in folder.glob("*.subject.txt")}

    assert kinds
    for kind in kinds:
        html, text = (folder / f"{kind}.html").read_text(), (folder / f"{kind}.txt").read_text()
        assert '{% extends "emails/base.html" %}' in html, kind
        assert '{% extends "emails/base.txt" %}' in text, kind
        assert "<img" not in html, kind
        assert "src=" not in html, kind
    frame = (folder / "base.html").read_text()
    assert "prefers-color-scheme: dark" in frame
    assert "src=" not in frame


def test_its_text_is_erased_when_it_is_sent():
    queue()
    delivery.deliver_due()

    sent = OutgoingMail.objects.get()
    assert (sent.status, sent.text, sent.html) == (MailStatus.SENT, "", "")


def test_a_subject_stays_one_line():
    mails.queue_mail(to="ada@example.org", kind=KIND, context=WORDS | {"title": "Your\r\nBcc: x@example.org\n code"})
    delivery.deliver_due()

    assert mail.outbox[0].subject == "Your Bcc: x@example.org code"


def test_a_failure_is_tried_again_over_a_day_and_then_given_up(broken):
    broken(SMTPServerDisconnected("gone"))
    queue()
    tried, hours = 0, 0.0
    while OutgoingMail.objects.get().status == MailStatus.WAITING and hours < 48:
        tried += delivery.deliver_due(at=later(hours=hours))
        hours += 0.25

    given_up = OutgoingMail.objects.get()
    assert (given_up.status, given_up.attempts, tried) == (MailStatus.FAILED, 7, 7)
    assert 12 < hours < 24
    assert (given_up.text, given_up.error) == ("", "SMTPServerDisconnected")


def test_between_attempts_it_waits(broken):
    broken(SMTPServerDisconnected("gone"))
    queue()

    assert [delivery.deliver_due(), delivery.deliver_due(at=later(seconds=50)), delivery.deliver_due(at=later(seconds=70))] == [1, 0, 1]


def test_a_refusal_for_good_is_taken_at_its_word(broken):
    broken(SMTPRecipientsRefused({"ada@example.org": (550, b"no such user")}))
    queue()
    delivery.deliver_due()

    assert OutgoingMail.objects.get().status == MailStatus.FAILED


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(monkeypatch):
    monkeypatch.setattr("profiles.accounts.mail.current_app.send_task", lambda *_args, **_more: None)
    queue()
    number = OutgoingMail.objects.get().pk
    together = threading.Barrier(2)

    def work() -> None:
        together.wait()
        delivery.deliver(number=number)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mail.outbox) == 1


def test_a_worker_that_died_is_followed_by_another_with_the_same_message_id(monkeypatch):
    queue()
    first = OutgoingMail.objects.get()
    delivery._take(first.pk, timezone.now())  # and then it died

    assert delivery.deliver_due() == 0
    assert delivery.deliver_due(at=later(minutes=3)) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == delivery.message_of(first).extra_headers["Message-ID"]


def test_old_addresses_are_forgotten():
    queue(key="granted:1")
    queue()
    delivery.deliver_due()
    queue("grace@example.org")
    OutgoingMail.objects.filter(status="waiting").update(created_at=later(days=-40))

    delivery.erase_old(at=later(days=31))

    kept = {(letter.key, letter.to) for letter in OutgoingMail.objects.all()}
    assert kept == {("granted:1", ""), (None, "grace@example.org")}
    delivery.erase_old(at=later(days=366))
    assert OutgoingMail.objects.exclude(status="waiting").count() == 0


# --- Refused ----------------------------------------------------------------------------------------------------


@pytest.fixture
def link(ada):
    """The address in the header of a mail that Ada may refuse."""
    queue(user=ada, essential=False)
    delivery.deliver_due()
    sent = mail.outbox.pop()
    found = re.fullmatch(r"<http://testserver(/\S+)>", sent.extra_headers["List-Unsubscribe"])[1]
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found in sent.body
    return found


def test_one_click_in_the_mail_program_refuses_the_kind(ada, link):
    program = Client(enforce_csrf_checks=True)  # without a cookie and without a token

    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    queue(user=ada, essential=False)

    assert MailOptOut.objects.get().user == ada
    assert OutgoingMail.objects.filter(status="waiting").count() == 0


def test_what_waits_already_is_not_sent_either(ada, link):
    queue(user=ada, essential=False)
    Client().post(link)
    delivery.deliver_due()

    assert mail.outbox == []
    assert OutgoingMail.objects.filter(status=MailStatus.UNWANTED).count() == 1


def test_following_the_link_changes_nothing_until_the_button(client, ada, link):
    page = client.get(link).content.decode()

    assert "codes in these tests" in page
    assert MailOptOut.objects.count() == 0
    client.post(link)
    client.post(link)
    assert MailOptOut.objects.count() == 1
    client.post(link, {"action": "again"})
    assert MailOptOut.objects.count() == 0


def test_essential_mails_come_all_the_same(ada, link):
    Client().post(link)
    queue(user=ada)
    delivery.deliver_due()

    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "change",
    [lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), lambda _token: "x", lambda _token: "x" * 3000, lambda _token: "ä"],
)
def test_a_token_that_is_not_ours_refuses_nothing(client, link, change):
    start, token = link.rstrip("/").rsplit("/", 1)

    assert client.post(f"{start}/{change(token)}/").status_code == 404
    assert MailOptOut.objects.count() == 0


def test_the_refusals_of_one_are_not_those_of_another(ada, link):
    grace = person("grace@example.org")
    Client().post(link)

    queue("grace@example.org", user=grace, essential=False)

    assert OutgoingMail.objects.filter(to="grace@example.org").count() == 1
