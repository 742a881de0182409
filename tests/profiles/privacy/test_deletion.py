"""Deleting an account: seven days to think, then nothing of the person is left anywhere, and the record stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from papers.models import AttributionState, Author, AuthorIdentifier, Authorship
from profiles.accounts.mail import queue_mail
from profiles.evidence import private_store
from profiles.exceptions import NotAllowedError
from profiles.models import (
    AccountDeletion,
    Claim,
    ClaimMessage,
    Document,
    EvidenceSecret,
    OutgoingMail,
    PageChoice,
    ProfileLink,
    PublicRequest,
    Standing,
    TrailEntry,
    TrailNote,
    User,
)
from profiles.models.choices import ClaimStatus, Level, MessageKind, Method, Role
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.owners.names import choose_name
from profiles.owners.works import confirm_work
from profiles.privacy.archives import ask_for_export, write_export
from profiles.privacy.deletion import ask_for_deletion, carry_out, due_deletions, keep_account, why_not
from profiles.privacy.erasure import erase_account
from profiles.tasks.privacy import erase_due_accounts
from profiles.trail import act
from tests.factories.people import PASSWORD, claim_by, evidence_for, owner_of, page_of
from tests.factories.reading import text_of

ORCID = "0000-0002-1825-0097"
TRACES = ("zelda", "quixotry", "0000-0002-1825-0097-at-home")
"""Words that only this person typed or is known by here; nowhere in the bibliographic record."""

COLUMNS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns AS c
    JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
      AND (c.data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY', 'inet', 'bytea', 'tsvector', 'USER-DEFINED'))
    ORDER BY 1, 2
"""


def traces_of(*words: str) -> list[str]:
    """Every column of every table of the database that holds one of the words, in any letter case."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        columns = cursor.fetchall()
        assert len(columns) > 150
        for table, column in columns:
            for word in words:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', [f"%{word}%"])
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column}: {word}")
    return found


@pytest.fixture
def zelda(ada, page, mo, unclaimed) -> User:
    """The owner of the page, under words of her own, with something of hers in every corner of the site."""
    ada.email = "zelda@example.org"
    ada.save()
    EmailAddress.objects.filter(user=ada).update(email="zelda@example.org")
    EmailAddress.objects.create(user=ada, email="zelda.second@example.org", verified=True)
    SocialAccount.objects.create(user=ada, provider="orcid", uid=ORCID, extra_data={"name": "Zelda Quixotry"})
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "zelda"})
    profile = ada.profile
    profile.display_name, profile.biography, profile.biography_html = "Zelda Quixotry", "I am Zelda.", "<p>I am Zelda.</p>"
    profile.position, profile.pronouns = "Quixotry professor", "zelda/zeldas"
    profile.save()
    ProfileLink.objects.create(profile=profile, label="zelda", url="https://example.org/zelda")
    claim = profile.claims.get()
    claim.evidence.update(subject="https://example.org/~zelda")
    evidence_for(claim, Method.ORCID, ORCID, matched=True)
    AuthorIdentifier.objects.create(author=page, scheme="orcid", value=ORCID, source="orcid", is_authenticated=True)
    mail = evidence_for(claim, Method.EMAIL, "uni.example.org")
    EvidenceSecret.objects.create(evidence=mail, address="zelda@uni.example.org")
    paper = evidence_for(claim, Method.DOCUMENT, "0" * 64)
    now = timezone.now()
    Document.objects.create(
        evidence=paper,
        stored_as=private_store.keep(iter([b"%PDF Zelda Quixotry"])),
        media_type="application/pdf",
        size=19,
        sha256="0" * 64,
        uploaded_at=now,
        delete_after=now + timedelta(days=30),
    )
    ClaimMessage.objects.create(claim=claim, kind=MessageKind.STATEMENT, role=Role.CLAIMANT, sender=ada, body="Zelda here.")
    other = claim_by(mo, unclaimed)
    ClaimMessage.objects.create(claim=other, kind=MessageKind.ANSWER, role=Role.COAUTHOR, sender=ada, body="Zelda knows her.")
    with act(action="answer", actor=ada, role=Role.OWNER, subject=claim, claim=claim, note="Zelda says"):
        pass
    with act(action="look", actor=mo, role=Role.MODERATOR, subject=claim, claim=claim, note="Zelda's passport looks right"):
        pass
    queue_mail(
        to="zelda@example.org",
        kind="request-code",
        context={"code": "x", "what": "zelda", "name": "Zelda", "page": "/", "minutes": 1},
        user=ada,
    )
    queue_mail(
        to="Zelda@example.org", kind="request-code", context={"code": "x", "what": "zelda", "name": "Zelda", "page": "/", "minutes": 1}
    )
    PublicRequest.objects.create(kind=RequestKind.CORRECTION, author=page, email="zelda@example.org", text="I am Zelda.")
    PublicRequest.objects.create(
        kind=RequestKind.OPT_OUT,
        author=unclaimed,
        email="ZELDA.second@example.org",
        text="Zelda",
        status=RequestStatus.OPEN,
        confirmed_at=now,
    )
    LogEntry.objects.create(
        user=mo, content_type=ContentType.objects.get_for_model(User), object_id=str(ada.pk), object_repr="zelda@example.org", action_flag=2
    )
    return ada


def test_after_deletion_no_row_of_any_table_holds_a_trace_and_the_record_stands(
    zelda, page, entered, private_root, client, django_capture_on_commit_callbacks
):
    Authenticator.objects.all().delete()
    browser = entered(zelda)
    Authenticator.objects.create(user=zelda, type="totp", data={"secret": "zelda"})
    client.post("/accounts/login/", {"login": "zelda@example.org", "password": PASSWORD})  # begun, and stopped at the second factor
    assert any("zelda" in str(session.get_decoded()) for session in Session.objects.all())
    write_export(number=ask_for_export(user=zelda).pk)
    authorship = page.authorships.order_by("pk").first()
    confirm_work(authorship=authorship, user=zelda)
    works_before = page.authorships.count()
    number = zelda.pk
    assert traces_of("zelda"), "the search finds what is there"

    with django_capture_on_commit_callbacks(execute=True):
        erase_account(user=zelda)

    assert traces_of("zelda", "quixotry") == []
    assert [path for path in private_root.rglob("*") if path.is_file()] == []
    assert not User.objects.filter(pk=number).exists()
    for model in (SocialAccount, Authenticator, UserSession, EmailAddress):
        assert not model.objects.filter(user_id=number).exists()
    assert [session.get_decoded() for session in Session.objects.all()] == []
    assert browser.get("/settings/privacy/").status_code == 302, "logged out everywhere"

    shown = client.get(page.get_absolute_url())
    assert shown.status_code == 200
    assert "Ada Quillmere" in text_of(shown)
    assert "Unclaimed record" in text_of(shown)
    assert client.get("/sitemap/researchers-0.xml").status_code == 200
    assert page.authorships.count() == works_before
    authorship.refresh_from_db()
    assert (authorship.state, authorship.decided_by_person, authorship.decided_by_id) == (AttributionState.CLAIMED, True, None)
    assert Standing.objects.get(author=page).claim_level == Level.L0
    assert not AuthorIdentifier.objects.get(scheme="orcid", value=ORCID).is_authenticated


def test_the_trail_goes_on_with_numbers_and_tells_that_the_page_is_free(zelda, page):
    number = zelda.pk
    before = TrailEntry.objects.count()
    erase_account(user=zelda)
    assert TrailEntry.objects.count() == before + 1
    freed = TrailEntry.objects.latest("pk")
    assert (freed.action, freed.code, freed.is_public, freed.author_id) == ("account-erased", "owner-asked", True, page.pk)
    assert TrailEntry.objects.filter(actor_id=number).exists()
    assert not TrailNote.objects.exclude(text="").exists()
    assert ClaimMessage.objects.get(sender=None).erased_at is not None


def test_asked_so_the_decisions_go_as_well(zelda, page):
    authorship = page.authorships.order_by("pk").first()
    before = Authorship.objects.filter(pk=authorship.pk).values("state", "decided_by_person", "author_id").get()
    confirm_work(authorship=authorship, user=zelda)
    erase_account(user=zelda, keep_decisions=False)
    assert Authorship.objects.filter(pk=authorship.pk).values("state", "decided_by_person", "author_id").get() == before


def test_a_chosen_name_stays_or_goes_as_asked(zelda, page):
    choose_name(author=page, user=zelda, name="Zelda Quixotry")
    erase_account(user=zelda, keep_name=False)
    page.refresh_from_db()
    assert page.display_name == "Ada Quillmere"
    assert traces_of("zelda", "quixotry") == []


def test_a_name_that_was_kept_is_all_that_is_left(zelda, page):
    choose_name(author=page, user=zelda, name="Zelda Quixotry")
    erase_account(user=zelda)
    assert Author.objects.get(pk=page.pk).display_name == "Zelda Quixotry"
    assert {found.partition(":")[0] for found in traces_of("zelda", "quixotry")} == {
        "papers_author.display_name",
        "papers_author.sort_name",
        "papers_namevariant.block",
        "papers_namevariant.key",
        "papers_namevariant.name",
        "profiles_pagechoice.chosen_name",
    }
    assert PageChoice.objects.get(pk=page.pk).chosen_name == "Zelda Quixotry"


def test_claims_in_every_state_go(emmy):
    owner_of(page_of("emmy"), user=emmy)
    for number, status in enumerate((ClaimStatus.DRAFT, ClaimStatus.REVIEW, ClaimStatus.WITHDRAWN, ClaimStatus.EXPIRED)):
        claim_by(emmy, page_of(f"page {number}", works=1), status)
    erase_account(user=emmy)
    assert not Claim.objects.exists()


# --- The way there --------------------------------------------------------------------------------------------


def test_the_story_of_a_deletion(ada, page, entered, letters, client):
    browser = entered(ada)
    asked = browser.get("/settings/privacy/delete/")
    said = text_of(asked)
    assert "What goes" in said
    assert "What stays" in said
    assert page.get_absolute_url() in asked.content.decode()
    unsure = browser.post("/settings/privacy/delete/", {})
    assert "Tick this box if you mean it" in text_of(unsure)
    assert not AccountDeletion.objects.exists()

    done = browser.post("/settings/privacy/delete/", {"sure": "on", "keep_decisions": "on"}, follow=True)
    waiting = AccountDeletion.objects.get()
    assert "Keep my account" in text_of(done)
    assert waiting.keep_decisions
    assert waiting.due_at.date().isoformat() in text_of(done)
    letter = letters("ada@example.org")[-1]
    assert "/keep-account/" in letter.text
    assert "deleted in 7 days" in letter.subject

    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        erase_due_accounts()
        assert User.objects.filter(pk=ada.pk).exists()
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        erase_due_accounts()
    assert not User.objects.filter(pk=ada.pk).exists()
    assert client.get(page.get_absolute_url()).status_code == 200
    assert traces_of("ada@example.org") == []


def test_the_link_in_the_mail_takes_it_back_by_a_button(ada, letters, client):
    ask_for_deletion(user=ada)
    link = next(line for line in letters("ada@example.org")[-1].text.splitlines() if "/keep-account/" in line).removeprefix(
        "http://testserver"
    )
    assert "Keep my account" in text_of(client.get(link))
    assert AccountDeletion.objects.exists(), "mail programs follow links"
    assert "Your account stays" in text_of(client.post(link))
    assert not AccountDeletion.objects.exists()
    assert client.get(link).status_code == 404
    assert client.get("/keep-account/nonsense/").status_code == 404


def test_logging_in_says_when_it_goes_and_the_settings_take_it_back(ada, emmy, entered):
    ask_for_deletion(user=ada)
    browser = entered(ada)
    page = browser.get("/")
    assert "Your account will be deleted on" in text_of(page)
    entered(emmy).post("/settings/privacy/keep/")
    assert AccountDeletion.objects.exists(), "nobody keeps another's account"
    assert "Nothing was deleted" in text_of(browser.post("/settings/privacy/keep/", follow=True))
    assert not AccountDeletion.objects.exists()
    assert "will be deleted" not in text_of(entered(ada, Client()).get("/"))


def test_asking_again_changes_what_stays_and_never_the_day(ada, letters):
    first = ask_for_deletion(user=ada)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        again = ask_for_deletion(user=ada, keep_decisions=False)
    assert again.due_at == first.due_at
    assert not again.keep_decisions
    assert [letter.kind for letter in letters("ada@example.org")].count("deletion-asked") == 1


def test_a_fresh_proof_of_who_asks_is_wanted(ada, entered):
    browser = entered(ada)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        asked = browser.post("/settings/privacy/delete/", {"sure": "on"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not AccountDeletion.objects.exists()


def test_moderators_and_the_last_administrator_are_told_why_not(mo, emmy, entered):
    assert "moderator" in why_not(mo)
    assert "moderator" in text_of(entered(mo).get("/settings/privacy/delete/"))
    with pytest.raises(NotAllowedError):
        ask_for_deletion(user=mo)
    entered(mo).post("/settings/privacy/delete/", {"sure": "on"})
    assert not AccountDeletion.objects.exists()
    emmy.is_superuser = emmy.is_staff = True
    emmy.save()
    assert "only administrator" in why_not(emmy)


def test_who_became_a_moderator_meanwhile_stays(ada, entered):
    ask_for_deletion(user=ada)
    ada.is_staff = True
    ada.save()
    later = timezone.now() + timedelta(days=8)
    assert not carry_out(number=ada.pk, now=later)
    assert User.objects.filter(pk=ada.pk).exists()


def test_it_is_carried_out_once_and_never_early(ada):
    ask_for_deletion(user=ada)
    later = timezone.now() + timedelta(days=8)
    number = ada.pk
    assert not carry_out(number=number, now=timezone.now())
    assert due_deletions(later) == [number]
    assert carry_out(number=number, now=later)
    assert not carry_out(number=number, now=later)
    assert due_deletions(later) == []
    assert not OutgoingMail.objects.filter(to="ada@example.org").exists()


def test_the_database_holds_the_seven_days_too(ada):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountDeletion.objects.create(user=ada, asked_at=now, due_at=now + timedelta(days=6), token_hash="x")
    assert not keep_account(user=ada)
