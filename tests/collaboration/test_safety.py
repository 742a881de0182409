"""Muting, reporting, deciding about reports, taking that back, and appealing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from collaboration.conversations.opening import open_conversation
from collaboration.conversations.talking import write_message
from collaboration.models import Block, Measure, MeasureKind, Mute, Notification, Report, ReportCategory, ReportStatus, SafetyAppeal
from collaboration.models.invitations import Invitation
from collaboration.safety import deciding, measures, reports, subjects
from collaboration.safety.blocks import block
from papers.models import Author
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import Profile, Sanction, TrailEntry
from profiles.models.trust import SanctionKind
from profiles.moderation.groups import moderators_group
from profiles.trail import kept
from tests.factories.accounts import log_in, log_in_with_second_factor
from tests.factories.people import account, page_of
from tests.factories.reading import text_of

pytestmark = pytest.mark.django_db


def page_owned_by(user) -> Author:
    return Author.objects.get(claims__profile__user=user)


def moderator(who: str):
    user = account(who, is_staff=True)
    user.groups.add(moderators_group())
    return user


def reported(reporter, person, category=ReportCategory.SPAM) -> Report:
    subject = subjects.find_page(page_owned_by(person).pk, reporter)
    assert subject is not None
    return reports.report(reporter=reporter, subject=subject, category=category, text="Look at this.")


def keep_off(page) -> str:
    return reverse("collaboration:keep-off", args=[page.pk, "-"])


def test_mute_and_block_are_one_press_and_are_taken_back(client, ada, grace):
    page, unclaimed = page_owned_by(ada), page_of("emmy")
    assert client.post(keep_off(page), {"do": "block"}).url.startswith(reverse("account_login"))
    log_in(client, grace)
    assert keep_off(page).rsplit("/", 3)[0] in client.get(page.get_absolute_url()).content.decode()
    for what in ("mute", "mute", "block"):
        client.post(keep_off(page), {"do": what})
    assert (Mute.objects.count(), Block.objects.count()) == (1, 1)
    text = text_of(client.get(reverse("collaboration:safety")))
    assert text.count("Ada Quillmere") >= 2
    client.post(keep_off(page), {"do": "unmute"})
    client.post(reverse("collaboration:end-block", args=[Block.objects.get().pk]))
    assert not Mute.objects.exists()
    assert not Block.objects.exists()
    assert client.post(keep_off(unclaimed), {"do": "block"}).status_code == 404
    assert "nobody here to block" in text_of(client.get(keep_off(unclaimed)))
    assert client.post(keep_off(page), {"do": "\x00"}).status_code == 404
    others = Block.objects.create(blocker=ada, blocked=grace)
    assert client.post(reverse("collaboration:end-block", args=[others.pk])).status_code == 404


def test_a_report_says_what_is_missing_quotes_what_stands_and_is_made_once(client, ada, grace):
    Profile.objects.filter(user=ada).update(biography="Buy my looms")
    address = reverse("collaboration:report", args=["page", page_owned_by(ada).pk])
    log_in(client, grace)
    wrong = client.post(address, {"text": "kept words", "links": "javascript:alert(1)"})
    assert "no address of a web page" in text_of(wrong)
    assert "kept words" in wrong.content.decode()
    good = {"category": "spam", "text": "Advertising", "links": "https://example.org/proof\n"}
    assert client.post(address, good).status_code == 302
    found = Report.objects.get()
    assert (found.quoted, found.links, found.reported) == ("Buy my looms", ["https://example.org/proof"], ada)
    assert "waits for a moderator" in text_of(client.post(address, good))
    assert client.get(reverse("collaboration:report", args=["message", 1])).status_code == 404
    assert client.get(reverse("collaboration:report", args=["nothing", 1])).status_code == 404
    assert "This is your own" in text_of(log_in(Client(), ada).post(address, good))
    client.post(reverse("collaboration:end-report", args=[found.pk]))
    assert Report.objects.get().status == ReportStatus.WITHDRAWN
    for _turn in range(reports.A_DAY_OF_A_NEW_ACCOUNT - 1):
        reports.withdraw_report(report=reported(grace, ada), reporter=grace)
    with pytest.raises(LimitReachedError):
        reported(grace, ada)


def test_a_message_is_quoted_with_its_links(ada, grace):
    page, dates = page_owned_by(ada), dict.fromkeys(["sent_at", "delivered_at", "answered_at"], timezone.now())
    invitation = Invitation.objects.create(
        sender=grace, recipient=ada, author=page, status="accepted", topic="T", kind="paper", ask="A", **dates
    )
    talk = open_conversation(invitation=invitation)
    message = write_message(conversation=talk, user=grace, text="Buy here", token=uuid4(), links=[("Shop", "https://example.org/looms")])
    found = subjects.find_message(message.pk, ada)
    assert found is not None
    assert found.quoted == "Buy here\n\nShop: https://example.org/looms"


def test_a_moderator_decides_with_the_case_before_them_takes_it_back_and_every_row_is_as_before(client, ada, grace):
    found, mo = reported(grace, ada), moderator("mo")
    address = reverse("admin:collaboration_report_change", args=[found.pk])
    assert log_in(Client(), grace).get(address).status_code == 302  # to the administration's own door
    log_in_with_second_factor(client, mo)
    assert "Look at this." in client.get(address).content.decode()
    before = kept(found)
    given = {"do": "uphold", "measure": "words-hidden", "days": "30", "sanction": "warning", "note": "advertising"}
    assert client.post(address, given).status_code == 302
    measure = Measure.objects.get()
    assert (measure.person, measure.kind) == (ada, MeasureKind.WORDS_HIDDEN)
    assert Sanction.objects.get().author == page_owned_by(ada)
    assert set(Notification.objects.values_list("kind", flat=True)) == {"report-decided", "measure"}

    entry = TrailEntry.objects.get(action="report-upheld")
    assert client.post(address, {"do": f"undo-{entry.pk}"}).status_code == 302
    assert kept(Report.objects.get()) == before
    assert not Measure.objects.exists()
    assert not Sanction.objects.exists()
    assert not Notification.objects.filter(kind="measure").exists()
    assert client.post(address, {"do": "undo-1"}).status_code == 200  # nothing there to take back
    assert client.post(address, {"do": "uphold", "days": "-3"}).status_code == 200
    assert client.post(address, {"do": "dismiss"}).status_code == 302
    assert Report.objects.get().status == ReportStatus.DISMISSED


def test_nobody_decides_on_themselves_and_an_appeal_is_for_somebody_else(client, ada, grace):
    mo, vera = moderator("mo"), moderator("vera")
    about_mo = Report.objects.create(reporter=grace, reported=mo, subject="profiles.Profile", subject_id=1, category="spam")
    with pytest.raises(NotAllowedError):
        deciding.dismiss_report(report=about_mo, moderator=mo)
    with pytest.raises(NotAllowedError):
        deciding.dismiss_report(report=about_mo, moderator=grace)
    found = reported(grace, ada)
    deciding.uphold_report(report=found, moderator=mo, consequence=deciding.Consequence(MeasureKind.SUSPENDED, 10))
    measure = Measure.objects.get()
    log_in(client, ada)
    assert "Suspended" in text_of(client.get(reverse("collaboration:safety")))
    appeal_url = reverse("collaboration:appeal", args=["measure", measure.pk])
    assert log_in(Client(), grace).get(appeal_url).status_code == 404
    assert "required" in text_of(client.post(appeal_url, {"text": "  "}))
    client.post(appeal_url, {"text": "It was a joke among friends."})
    client.post(appeal_url, {"text": "Again."})
    found_appeal = SafetyAppeal.objects.get()
    with pytest.raises(NotAllowedError):
        deciding.decide_appeal(found=found_appeal, moderator=mo, uphold=False)
    deciding.decide_appeal(found=found_appeal, moderator=vera, uphold=True)
    assert Measure.objects.get().lifted_at is not None
    with pytest.raises(WrongStateError):
        deciding.decide_appeal(found=found_appeal, moderator=vera, uphold=True)
    deciding.undo_decision(entry=TrailEntry.objects.get(action="safety-appeal-upheld"), moderator=vera)
    assert Measure.objects.get().lifted_at is None


def test_hidden_words_are_seen_by_their_owner_alone(client, ada, grace):
    page = page_owned_by(ada)
    Profile.objects.filter(user=ada).update(position="Seller of looms")
    Measure.objects.create(person=ada, kind=MeasureKind.WORDS_HIDDEN, reason_code="spam")
    assert "Seller of looms" not in text_of(client.get(page.get_absolute_url()))
    assert "Seller of looms" not in text_of(log_in(Client(), grace).get(page.get_absolute_url()))
    assert "Seller of looms" in text_of(log_in(client, ada).get(page.get_absolute_url()))
    Measure.objects.update(lifted_at="2026-01-01T00:00:00Z")
    assert "Seller of looms" in text_of(Client().get(page.get_absolute_url()))


def test_whom_three_people_block_or_report_in_a_week_is_slowed_down_once(ada, grace, emmy):
    mo = account("mo")
    block(blocker=grace, blocked=ada)
    reported(grace, ada)  # the same person twice is one
    block(blocker=emmy, blocked=ada)
    assert not Measure.objects.exists()
    reported(mo, ada)
    measure = Measure.objects.get()
    assert (measure.kind, measure.by_rule) == (MeasureKind.SLOW_DOWN, True)
    assert not measures.slow_down_if_many(ada)
    assert measures.is_slowed(measures.measures_against(ada))
    assert not Sanction.objects.filter(kind=SanctionKind.WARNING).exists()  # a rule alone costs no trust
