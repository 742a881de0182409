"""What is over is forgotten, on time and not before; and what the notice promises is what the tasks do."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from profiles.models import EvidenceSecret, PublicRequest, User
from profiles.models.choices import EvidenceStatus, Method
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.privacy import retention
from profiles.privacy.confirmed_requests import open_request
from profiles.privacy.retention import RULES, forget_what_is_over
from profiles.tasks import privacy as tasks
from tests.factories.people import account, claim_by, evidence_for, page_of

PROJECT = Path(__file__).resolve().parents[3]


def in_days(days: float):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    """Caches and mailbox of this test's own."""
    settings.SERVICE_CACHE = {**settings.SERVICE_CACHE, "folder": str(tmp_path / "services")}
    settings.MAILBOX_FOLDER = tmp_path / "mailbox"


def test_requests_that_nobody_confirmed_go_after_a_week(unclaimed):
    open_request(kind=RequestKind.OPT_OUT, author=unclaimed, email="grace@example.org", ip="192.0.2.1")
    with in_days(6.9):
        tasks.forget_what_is_over()
        request = PublicRequest.objects.get()
        assert request.code_hash == "", "its code went the day after it ended"
    with in_days(7.1):
        tasks.forget_what_is_over()
    assert not PublicRequest.objects.exists()


@pytest.mark.parametrize("status, days, kept", [("done", 0, False), ("refused", 0, False), ("open", 364, True), ("open", 366, False)])
def test_the_address_of_a_request_stays_while_it_waits_a_year_at_most(unclaimed, status, days, kept):
    now = timezone.now()
    PublicRequest.objects.create(
        kind=RequestKind.CORRECTION, author=unclaimed, email="grace@example.org", text="mine", status=status, confirmed_at=now
    )
    with in_days(days):
        tasks.forget_what_is_over()
    request = PublicRequest.objects.get()
    assert bool(request.email) == bool(request.text) == kept
    assert request.status == RequestStatus(status)


def test_accounts_that_nobody_confirmed_go_after_thirty_days(page):
    unconfirmed = account("unconfirmed", confirmed=False)
    confirmed = account("confirmed")
    from_elsewhere = account("orcid", confirmed=False)
    SocialAccount.objects.create(user=from_elsewhere, provider="orcid", uid="0000-0002-1825-0097")
    claimant = account("claimant", confirmed=False)
    claim_by(claimant, page)
    staff = account("staff", confirmed=False, is_staff=True)
    with in_days(29.9):
        tasks.forget_what_is_over()
        assert User.objects.filter(pk=unconfirmed.pk).exists()
    with in_days(30.1):
        tasks.forget_what_is_over()
    assert set(User.objects.values_list("pk", flat=True)) == {confirmed.pk, from_elsewhere.pk, claimant.pk, staff.pk}
    assert not EmailAddress.objects.filter(email="unconfirmed@example.org").exists()


def test_secrets_go_when_they_are_no_longer_needed(page, emmy):
    claim = claim_by(emmy, page)
    now = timezone.now()

    def secret(status, expires, **more):
        piece = evidence_for(claim, Method.EMAIL, f"{status}.{expires}.example.org", status, **more)
        return EvidenceSecret.objects.create(evidence=piece, address="emmy@example.org", expires_at=expires).pk

    waiting = secret(EvidenceStatus.STARTED, now + timedelta(hours=72))
    failed = secret(EvidenceStatus.FAILED, None)
    lasting = secret(EvidenceStatus.CONFIRMED, None)
    tasks.forget_what_is_over()
    assert set(EvidenceSecret.objects.values_list("pk", flat=True)) == {waiting, lasting}, failed
    with in_days(3.9):
        tasks.forget_what_is_over()
        assert EvidenceSecret.objects.filter(pk=waiting).exists()
    with in_days(4.1):
        tasks.forget_what_is_over()
    assert set(EvidenceSecret.objects.values_list("pk", flat=True)) == {lasting}, "it is looked at again every month"


def session_of(user=None, days: float = 14) -> str:
    store = SessionStore()
    store["x"] = 1
    store.set_expiry(int(days * 86400))
    store.save()
    if user is not None:
        UserSession.objects.create(user=user, session_key=store.session_key, ip="203.0.113.77", user_agent="Looms/1")
    return str(store.session_key)


def test_sessions_end_and_unused_ones_sooner(emmy):
    ended, alive, nobodys = session_of(emmy, days=0.5), session_of(emmy), session_of()
    with in_days(0.9):
        tasks.forget_what_is_over()
        assert set(Session.objects.values_list("session_key", flat=True)) == {alive, nobodys}, ended
        assert list(UserSession.objects.values_list("session_key", flat=True)) == [alive]
    with in_days(1.1):
        tasks.forget_what_is_over()
        assert set(Session.objects.values_list("session_key", flat=True)) == {alive}
    with in_days(14.1):
        tasks.forget_what_is_over()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("given, kept", [("203.0.113.77", "203.0.0.0"), ("2001:db8:1:2::77", "2001:db8::")])
def test_network_addresses_of_log_ins_become_coarse_after_a_day(emmy, given, kept):
    session_of(emmy)
    UserSession.objects.update(ip=given)
    tasks.forget_what_is_over()
    assert UserSession.objects.get().ip == given
    with in_days(1.1):
        assert retention.coarsen_network_addresses(timezone.now()) == 1
        assert retention.coarsen_network_addresses(timezone.now()) == 0
    assert UserSession.objects.get().ip == kept


def test_no_network_address_of_a_visitor_is_stored_for_a_request(unclaimed, client):
    from tests.profiles.privacy.test_deletion import traces_of

    client.post(f"{unclaimed.get_absolute_url()}opt-out/", {"email": "grace@example.org"}, REMOTE_ADDR="203.0.113.77")
    assert PublicRequest.objects.exists()
    assert traces_of("203.0.113.77") == []


def test_files_that_only_spare_work_go_after_a_month(tmp_path):
    for name in ("services/ab/x.gz", "mailbox/1-a.eml"):
        for age in (29, 31):
            path = tmp_path / name.replace("x.gz", f"{age}.gz").replace("1-a", f"{age}-a")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
            then = (timezone.now() - timedelta(days=age)).timestamp()
            os.utime(path, (then, then))
    forgotten = forget_what_is_over_in_files()
    assert forgotten == {"service-answers": 1, "mailbox": 1}
    assert sorted(path.name for path in tmp_path.glob("*/**/*") if path.is_file()) == ["29-a.eml", "29.gz"]


def forget_what_is_over_in_files() -> dict[str, int]:
    now = timezone.now()
    return {rule.key: rule.apply(now) for rule in RULES if rule.key in {"service-answers", "mailbox"} and rule.apply is not None}


def test_where_there_is_no_mailbox_nothing_is_looked_for(settings, db):
    del settings.MAILBOX_FOLDER
    assert forget_what_is_over(timezone.now())["mailbox"] == 0


def test_a_rule_that_fails_does_not_hold_up_the_others(db, monkeypatch, unclaimed):
    def fails(_now):
        raise OSError("no disk")

    broken = [retention.Rule("broken", "x", "x", "x", fails), *RULES]
    monkeypatch.setattr(retention, "RULES", broken)
    open_request(kind=RequestKind.OPT_OUT, author=unclaimed, email="grace@example.org", ip="192.0.2.1")
    with in_days(8), pytest.raises(ExceptionGroup, match="retention"):
        forget_what_is_over(timezone.now())
    assert not PublicRequest.objects.exists()


def test_more_than_a_batch_goes_at_once(db, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    page = page_of("ada", works=1)
    then = timezone.now() - timedelta(days=8)
    PublicRequest.objects.bulk_create(PublicRequest(kind=RequestKind.OPT_OUT, author=page, email=f"{n}@example.org") for n in range(10))
    PublicRequest.objects.update(created_at=then)
    assert retention.forget_unconfirmed_requests(timezone.now()) == 10


def test_every_rule_is_carried_out_by_a_task_that_is_scheduled():
    from config.celery import app

    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for rule in RULES:
        if rule.task:
            assert rule.task in app.tasks, rule.key
            assert rule.task in scheduled, rule.key
        else:
            assert rule.apply is None, rule.key


def test_the_document_says_what_the_rules_do():
    text = (PROJECT / "docs" / "privacy.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    told = {(what, how_long, why) for what, how_long, why, _task in rows}
    for rule in RULES:
        assert (str(rule.what), str(rule.how_long), str(rule.why)) in told, rule.key
