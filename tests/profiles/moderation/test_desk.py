"""The desk in the administration: who sees it, what it shows, and that each form calls the service and says what stands against it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from profiles import models
from profiles.claims.appeals import open_appeal
from profiles.claims.challenges import answer_challenge
from profiles.models import Appeal, Claim, Evidence, Freeze, PublicRequest, Review, Standing, TrailEntry, User
from profiles.models.choices import ClaimStatus, EvidenceStatus, Level, Method
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.moderation.decisions import approve_claim, find_credible, refuse_claim
from profiles.standings import refresh_standings
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.moderation import document_for, moderator
from tests.factories.papers import AuthorFactory, InstitutionFactory
from tests.factories.people import account, claim_by, evidence_for, page_of

pytestmark = pytest.mark.django_db

DESK = "admin:profiles_claim_desk"
LISTS = [
    models.Claim,
    models.Evidence,
    models.Review,
    models.Appeal,
    models.Freeze,
    models.Vouch,
    models.Document,
    models.Standing,
    models.Profile,
    models.PublicRequest,
    models.TrailEntry,
]


def case_of(claim):
    return reverse("admin:profiles_claim_change", args=[claim.pk])


def list_of(model):
    return reverse(f"admin:profiles_{model._meta.model_name}_changelist")


def page_text(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def at_desk(client, grace):
    """Grace at the desk."""
    return log_in_with_second_factor(client, grace)


@pytest.fixture
def asked(page):
    """Somebody without an account says that a work is not Ada's."""
    return PublicRequest.objects.create(
        kind=RequestKind.NOT_MINE,
        status=RequestStatus.OPEN,
        author=page,
        authorship=page.authorships.order_by("pk").first(),
        email="somebody@example.org",
        text="That is my namesake's.",
        confirmed_at=timezone.now(),
    )


@pytest.fixture
def frozen(grace):
    return Freeze.objects.create(kind="domain", domain="old.example", reason_code="abuse", frozen_at=timezone.now(), frozen_by=grace)


# --- Who ------------------------------------------------------------------------------------------------------


def addresses(claim, asked, frozen):
    return [
        reverse(DESK),
        case_of(claim),
        reverse("admin:profiles_publicrequest_change", args=[asked.pk]),
        reverse("admin:profiles_freeze_add"),
        reverse("admin:profiles_freeze_change", args=[frozen.pk]),
        *(list_of(model) for model in LISTS),
    ]


def test_every_page_is_for_moderators(claim, asked, frozen, grace):
    pages = addresses(claim, asked, frozen)
    stranger, staff = account("mallory"), account("vera", is_staff=True)
    root = User.objects.create_superuser("root@example.org", "x")
    expected = {None: 302, stranger: 403, staff: 403, grace: 200, root: 200}
    for who, status in expected.items():
        browser = Client() if who is None else log_in_with_second_factor(Client(), who)
        found = {address: browser.get(address).status_code for address in pages}
        if who is stranger:  # to the login, which tells accounts that are not on the staff no
            found = {address: browser.get(address, follow=True).status_code for address in pages}
        assert set(found.values()) == {status}, (who, found)


def test_without_a_second_factor_nobody_is_at_the_desk(client, grace, claim):
    client.force_login(grace)
    response = client.get(reverse(DESK))
    assert response.status_code == 302
    assert client.post(case_of(claim), {"deed": "approve"}).status_code == 302
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVIEW


def test_who_may_only_look_decides_nothing(client, claim, asked, frozen):
    from django.contrib.auth.models import Permission

    vera = account("vera", is_staff=True)
    vera.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    log_in_with_second_factor(client, vera)

    shown = page_text(client.get(case_of(claim)))
    assert "Grant the page" not in shown
    assert client.post(case_of(claim), {"deed": "approve"}).status_code == 403
    assert client.post(reverse(DESK), {"claim": claim.pk, "verdict": "approve"}).status_code == 403
    assert client.post(reverse("admin:profiles_publicrequest_change", args=[asked.pk]), {"verdict": "grant"}).status_code == 403
    assert client.get(reverse("admin:profiles_freeze_add")).status_code == 403
    assert client.post(reverse("admin:profiles_freeze_change", args=[frozen.pk]), {"deed": "lift"}).status_code == 403
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVIEW


def test_forms_are_safe_from_other_sites(grace, claim):
    guarded = log_in_with_second_factor(Client(enforce_csrf_checks=True), grace)
    for address in (case_of(claim), reverse(DESK), reverse("admin:profiles_freeze_add")):
        assert guarded.post(address, {"deed": "approve"}).status_code == 403


# --- The queue ------------------------------------------------------------------------------------------------


def everything_waits(count, start=0):
    """One of each kind and more, all by and about different people."""
    for n in range(start, start + count):
        letter = f"{n:03d}"
        waiting = claim_by(account(f"a{letter}"), page_of(f"p{letter}", 1), ClaimStatus.REVIEW)
        document_for(waiting)
        owned = claim_by(account(f"o{letter}"), page_of(f"q{letter}", 1), ClaimStatus.GRANTED, granted_at=timezone.now())
        claim_by(account(f"c{letter}"), owned.author, ClaimStatus.REVIEW, challenges=owned)
        Standing.objects.create(
            author=owned.author,
            claim=owned,
            level=3,
            claim_level=3,
            missing=["second-review"],
            level_since=timezone.now(),
            computed_at=timezone.now(),
        )
        refused = claim_by(
            account(f"r{letter}"), page_of(f"s{letter}", 1), ClaimStatus.REFUSED, reason_code="no-evidence", decided_at=timezone.now()
        )
        Appeal.objects.create(claim=refused, against="refused", opened_at=timezone.now())
        Review.objects.create(claim=refused, stage="claim", verdict="refuse", created_at=timezone.now(), drawn_at=timezone.now())
        PublicRequest.objects.create(kind="opt-out", status="open", author=waiting.author, confirmed_at=timezone.now())
        Freeze.objects.create(kind="domain", domain=f"d{letter}.example", reason_code="abuse", frozen_at=timezone.now())
        models.Vouch.objects.create(
            evidence=evidence_for(waiting, Method.VOUCH, letter),
            voucher_author=owned.author,
            work=owned.author.authorships.first().work,
            asked_at=timezone.now(),
        )
        TrailEntry.objects.create(
            at=timezone.now(), action="refuse", role="moderator", subject="profiles.Claim", subject_id=refused.pk, claim_id=refused.pk
        )


def test_the_queue_shows_every_kind_oldest_first(at_desk):
    everything_waits(1)
    first = Claim.objects.filter(status=ClaimStatus.REVIEW).order_by("pk").first()
    Claim.objects.filter(pk=first.pk).update(submitted_at=timezone.now() - timedelta(days=9))

    items = at_desk.get(reverse(DESK)).context["desk"].items

    assert sorted(item.kind for item in items) == ["again", "appeal", "challenge", "claim", "document", "request", "second"]
    assert (items[0].kind, items[0].key) == ("claim", first.pk)
    assert [item.since for item in items] == sorted(item.since for item in items)
    for kind in ("claim", "challenge", "appeal", "document", "second", "again", "request"):
        narrowed = at_desk.get(reverse(DESK), {"kind": kind}).context["desk"]
        assert [item.kind for item in narrowed.items] == [kind]
        assert narrowed.total == "7"


def test_an_empty_queue_says_what_would_fill_it(at_desk):
    assert "Claims come here when their claimants hand them in" in page_text(at_desk.get(reverse(DESK)))
    assert "Nothing of this kind waits" in page_text(at_desk.get(reverse(DESK), {"kind": "appeal"}))


@pytest.mark.parametrize(
    "asked_for", [{"kind": "\x00"}, {"kind": "x"}, {"p": "-1"}, {"p": "9" * 40}, {"p": "²"}, {"kind": "claim", "p": "999"}]
)
def test_odd_questions_are_answered(at_desk, asked_for):
    assert at_desk.get(reverse(DESK), asked_for).status_code == 200


def test_a_challenge_waits_for_its_owner_and_not_for_moderators(at_desk, claim, grace):
    owned = approve_claim(claim=claim, moderator=grace)
    challenge = claim_by(account("mallory"), claim.author, ClaimStatus.REVIEW, challenges=owned)

    def kinds():
        return [item.kind for item in at_desk.get(reverse(DESK)).context["desk"].items]

    assert kinds() == ["challenge"]
    find_credible(claim=challenge, moderator=grace)
    assert kinds() == []
    owned.refresh_from_db()
    answer_challenge(claim=owned, user=owned.profile.user, text="It is mine.")
    assert kinds() == ["challenge"]


def costs(browser, address):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


def more_about(claim, count, start=0):
    for n in range(start, start + count):
        evidence_for(claim, Method.TOKEN, f"https://example.org/{n}")
        TrailEntry.objects.create(
            at=timezone.now(), action="x", role="system", subject="x", subject_id=1, claim_id=claim.pk, actor_id=account(f"z{n}").pk
        )
        claim_by(account(f"y{n}"), claim.author, ClaimStatus.EVIDENCE)
        AuthorFactory(display_name=claim.author.display_name)


def test_twenty_cost_as_much_as_two(at_desk):
    everything_waits(2)
    claim = Claim.objects.filter(status=ClaimStatus.REVIEW).order_by("pk").first()
    more_about(claim, 2)
    pages = [reverse(DESK), case_of(claim), *(list_of(model) for model in LISTS)]
    for address in pages:
        at_desk.get(address)  # what is cached is cached
    at_two = {address: costs(at_desk, address) for address in pages}
    everything_waits(18, start=2)
    more_about(claim, 18, start=2)

    assert {address: costs(at_desk, address) for address in pages} == at_two
    assert at_two[reverse(DESK)] <= 24
    assert max(at_two[list_of(model)] for model in LISTS) <= 12


# --- A case ---------------------------------------------------------------------------------------------------


def test_the_case_shows_all_that_bears_on_it(at_desk, claim, page, ada):
    place = InstitutionFactory(name="Analytical College")
    page.authorships.first().institutions.add(place)
    namesake = AuthorFactory(display_name="A. Quillmere")
    other = claim_by(ada, page_of("other"), ClaimStatus.EVIDENCE)
    models.ClaimMessage.objects.create(claim=claim, kind="statement", role="claimant", sender=ada, body="<b>I wrote these.</b>")

    shown = page_text(at_desk.get(case_of(claim)))

    for expected in (
        "https://example.org/~ada",
        "&lt;b&gt;I wrote these.&lt;/b&gt;",
        "Ada Quillmere",
        "ada@example.org",
        "Analytical College",
        namesake.get_absolute_url(),
        other.public_id,
        "Too little is known to say whose page this is.",
        "Claimed, with evidence that ties the claimant to this record.",
        "A careful study",
        "Grant the page",
    ):
        assert expected in shown, expected


def send(browser, claim, deed, follow=True, **fields):
    return browser.post(case_of(claim), {"deed": deed, **{f"{deed}-{name}": text for name, text in fields.items()}}, follow=follow)


def test_grace_approves(at_desk, claim):
    response = send(at_desk, claim, "approve", note="")

    claim.refresh_from_db()
    assert claim.status == ClaimStatus.GRANTED
    assert "The page is theirs now" in page_text(response)


def test_what_is_missing_is_said_beside_the_field_and_what_was_typed_stays(at_desk, claim):
    response = send(at_desk, claim, "refuse", code="", note="My long words")

    claim.refresh_from_db()
    shown = page_text(response)
    assert claim.status == ClaimStatus.REVIEW
    assert "This field is required." in shown
    assert "My long words" in shown


def test_thin_evidence_wants_a_note(at_desk, ada, page):
    thin = claim_by(ada, page, ClaimStatus.REVIEW)
    send(at_desk, thin, "approve", note="")
    thin.refresh_from_db()
    assert thin.status == ClaimStatus.REVIEW
    send(at_desk, thin, "approve", note="Met at the reading room.")
    thin.refresh_from_db()
    assert thin.status == ClaimStatus.GRANTED


@pytest.mark.parametrize(
    "deed, fields, status",
    [
        ("refuse", {"code": "name-mismatch", "note": "No."}, ClaimStatus.REFUSED),
        ("more", {"note": "Which one?"}, ClaimStatus.EVIDENCE),
    ],
)
def test_grace_refuses_or_asks(at_desk, claim, deed, fields, status):
    send(at_desk, claim, deed, **fields)
    claim.refresh_from_db()
    assert claim.status == status


def test_a_deed_that_is_over_is_told(at_desk, claim, grace):
    refuse_claim(claim=claim, moderator=grace, code="no-evidence")
    for deed in ("approve", "nonsense", "undo-99999999", "\x00"):
        assert "This can no longer be done" in page_text(send(at_desk, claim, deed))


def test_a_challenge_at_the_desk(at_desk, claim, grace):
    owned = approve_claim(claim=claim, moderator=grace)
    challenge = claim_by(account("mallory"), claim.author, ClaimStatus.REVIEW, challenges=owned)
    assert "Find the challenge credible first" in page_text(at_desk.get(case_of(challenge)))
    send(at_desk, challenge, "credible", note="")
    owned.refresh_from_db()
    assert owned.status == ClaimStatus.DISPUTED
    assert "still has time" in page_text(at_desk.get(case_of(challenge)))
    send(at_desk, challenge, "unfounded", note="Another person.")
    owned.refresh_from_db()
    challenge.refresh_from_db()
    assert (owned.status, challenge.status, challenge.reason_code) == (ClaimStatus.GRANTED, ClaimStatus.REFUSED, "unfounded")


def test_revoking_second_reviews_and_documents_at_the_desk(at_desk, claim, grace):
    vera = moderator("vera")
    approve_claim(claim=claim, moderator=vera)
    evidence = document_for(claim)
    send(at_desk, claim, "second-approve", note="")
    send(at_desk, claim, f"document-{evidence.pk}-approve", code="granted", note="")
    claim.refresh_from_db()
    assert claim.second_review_at is not None
    assert "You have reviewed this document already. It waits for another moderator." in page_text(at_desk.get(case_of(claim)))
    send(log_in_with_second_factor(Client(), vera), claim, f"document-{evidence.pk}-approve", code="granted", note="")
    evidence.refresh_from_db()
    assert evidence.status == EvidenceStatus.CONFIRMED

    send(at_desk, claim, "revoke", code="abuse", note="Three warnings.")
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVOKED


def test_an_appeal_at_the_desk(at_desk, claim, ada, grace):
    refuse_claim(claim=claim, moderator=grace, code="no-evidence")
    claim.refresh_from_db()
    appeal = open_appeal(claim=claim, user=ada, text="It is there.")
    shown = page_text(at_desk.get(case_of(claim)))
    assert "You made the decision that is appealed against. There is no other moderator" in shown
    send(at_desk, claim, "uphold", code="mistake", note="")
    appeal.refresh_from_db()
    assert appeal.status == "open"

    vera = log_in_with_second_factor(Client(), moderator("vera"))
    send(vera, claim, "uphold", code="mistake", note="")
    appeal.refresh_from_db()
    claim.refresh_from_db()
    assert (appeal.status, claim.status) == ("upheld", ClaimStatus.GRANTED)


def test_a_second_look_at_the_desk(at_desk, claim, monkeypatch):
    monkeypatch.setattr("profiles.moderation.acts.is_drawn", lambda _number: True)
    approve_claim(claim=claim, moderator=moderator("vera"))
    review = Review.objects.get()
    send(at_desk, claim, f"again-{review.pk}", code="refuse", note="I would not.")
    review.refresh_from_db()
    assert (review.looked_again_at is not None, review.again.verdict) == (True, "refuse")


def test_a_decision_is_taken_back_from_the_history(at_desk, claim, grace):
    approve_claim(claim=claim, moderator=grace)
    entry = TrailEntry.objects.get(action="grant")
    shown = at_desk.get(case_of(claim), {"undo": entry.pk})
    assert f"Take back: {entry.action}" in page_text(shown)
    at_desk.post(
        f"{case_of(claim)}?undo={entry.pk}",
        {"deed": f"undo-{entry.pk}", f"undo-{entry.pk}-code": "mistake", f"undo-{entry.pk}-note": "Oh."},
    )
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVIEW


@pytest.mark.parametrize("number", ["0", "99999999999999999999999999", "x", "\x00", "-1"])
def test_no_such_case(at_desk, number):
    assert at_desk.get(f"/admin/profiles/claim/{number.replace(chr(0), '%00')}/change/").status_code == 404


# --- Conflicts ------------------------------------------------------------------------------------------------


def test_emmy_is_told_why_she_cannot_and_cannot(client, claim, emmy):
    log_in_with_second_factor(client, emmy)
    shown = page_text(client.get(case_of(claim)))
    assert "You have works together with the author of this page" in shown
    assert re.search(r'<button[^>]*disabled aria-describedby="why-approve"', shown)
    assert "works together" in page_text(send(client, claim, "approve", note=""))
    queue = client.get(reverse(DESK))
    assert [item.in_bulk for item in queue.context["desk"].items] == [False]

    response = client.post(reverse(DESK), {"claim": claim.pk, "verdict": "approve", "note": ""}, follow=True)
    assert "works together" in page_text(response)
    claim.refresh_from_db()
    assert (claim.status, TrailEntry.objects.filter(actor_id=emmy.pk).exists()) == (ClaimStatus.REVIEW, False)


# --- Several at once ------------------------------------------------------------------------------------------


def test_several_are_decided_each_by_itself(at_desk, claim):
    thin = claim_by(account("thin"), page_of("thin"), ClaimStatus.REVIEW)
    response = at_desk.post(reverse(DESK), {"claim": [claim.pk, thin.pk], "verdict": "approve", "note": ""}, follow=True)

    claim.refresh_from_db()
    thin.refresh_from_db()
    shown = page_text(response)
    assert (claim.status, thin.status) == (ClaimStatus.GRANTED, ClaimStatus.REVIEW)
    assert "1 claim was decided." in shown
    assert f"Thin ({thin.public_id}): The evidence does not reach level 2" in shown

    at_desk.post(reverse(DESK), {"claim": [thin.pk], "verdict": "refuse", "code": "no-evidence", "note": "Sorry."})
    thin.refresh_from_db()
    assert (thin.status, thin.messages.get().body) == (ClaimStatus.REFUSED, "Sorry.")


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"verdict": "approve"}, "Choose at least one claim."),
        ({"verdict": "refuse", "claim": "1"}, "Choose a reason."),
        ({"claim": "1"}, "Choose whether to grant or to refuse."),
        ({"verdict": "approve", "claim": ["\x00", "x", "9" * 40, "²"]}, "Choose at least one claim."),
        ({"verdict": "approve", "claim": "1", "code": "nonsense"}, "Select a valid choice"),
    ],
)
def test_a_choice_that_is_not_complete_is_said(at_desk, claim, fields, said):
    assert said in page_text(at_desk.post(reverse(DESK), fields))
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.REVIEW


# --- Freezes and requests -------------------------------------------------------------------------------------


def test_a_freeze_says_what_would_follow_first(at_desk, claim, grace, page):
    evidence_for(claim, Method.EMAIL, "uni.example", institution=InstitutionFactory())
    Evidence.objects.filter(method=Method.TOKEN).delete()
    approve_claim(claim=claim, moderator=grace)
    refresh_standings([page.pk])
    add = reverse("admin:profiles_freeze_add")
    asked = {"kind": "domain", "domain": "UNI.example", "institution": "", "code": "abuse", "note": "Addresses for sale."}

    first = at_desk.post(add, asked)
    assert "1 page would change level" in page_text(first)
    assert not Freeze.objects.exists()
    made = at_desk.post(add, {**asked, "confirm": "1"}, follow=True)
    assert "1 page would change level" in page_text(made)
    assert (Freeze.objects.get().domain, Standing.objects.get(author=page).level) == ("uni.example", Level.L1)
    assert "This is frozen already." in page_text(at_desk.post(add, {**asked, "confirm": "1"}))

    one = reverse("admin:profiles_freeze_change", args=[Freeze.objects.get().pk])
    at_desk.post(one, {"deed": "lift", "lift-code": "mistake", "lift-note": ""})
    assert Standing.objects.get(author=page).level == Level.L2
    at_desk.post(one, {"deed": "undo", "undo-code": "mistake", "undo-note": ""})
    assert Standing.objects.get(author=page).level == Level.L1
    at_desk.post(one, {"deed": "undo", "undo-code": "mistake", "undo-note": ""})
    assert not Freeze.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "domain", "domain": "edu", "code": "abuse"},
        {"kind": "domain", "domain": "\x00", "code": "abuse", "confirm": "1"},
        {"kind": "institution", "institution": "#99999999999999999999", "code": "abuse", "confirm": "1"},
        {"kind": "institution", "institution": "Nowhere", "code": "abuse", "confirm": "1"},
        {"kind": "domain", "domain": "uni.example", "code": "granted", "confirm": "1"},
    ],
)
def test_a_freeze_of_nothing_is_refused(at_desk, fields):
    response = at_desk.post(reverse("admin:profiles_freeze_add"), fields)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Freeze.objects.exists()


@pytest.mark.parametrize("verdict", ["grant", "refuse"])
def test_a_work_that_is_not_hers(at_desk, asked, verdict):
    address = reverse("admin:profiles_publicrequest_change", args=[asked.pk])
    assert "That is my namesake" in page_text(at_desk.get(address))
    at_desk.post(address, {"verdict": verdict, "note": "Thank you."})

    asked.refresh_from_db()
    asked.authorship.refresh_from_db()
    assert asked.status == ("done" if verdict == "grant" else "refused")
    assert (asked.authorship.author_id is None) is (verdict == "grant")


@pytest.mark.parametrize("kind", ["opt-out", "correction"])
def test_other_requests(at_desk, page, kind):
    asked = PublicRequest.objects.create(kind=kind, status="open", author=page, email="x@example.org", confirmed_at=timezone.now())
    address = reverse("admin:profiles_publicrequest_change", args=[asked.pk])
    assert at_desk.post(address, {"verdict": "", "note": ""}).context["form"].errors
    at_desk.post(address, {"verdict": "grant", "note": ""})
    asked.refresh_from_db()
    assert asked.status == "done"
    assert models.PageChoice.objects.filter(author=page, noindex=True).exists() is (kind == "opt-out")


def test_emmy_does_not_answer_for_her_co_author(client, asked, emmy):
    log_in_with_second_factor(client, emmy)
    address = reverse("admin:profiles_publicrequest_change", args=[asked.pk])
    assert "works together" in page_text(client.post(address, {"verdict": "grant", "note": ""}))
    asked.refresh_from_db()
    assert asked.status == "open"


# --- Lists ----------------------------------------------------------------------------------------------------


def test_every_table_of_identity_has_its_list_and_none_is_edited(client, claim, asked, frozen):
    log_in_with_second_factor(client, User.objects.create_superuser("root@example.org", "x"))
    everything_waits(1)
    for model in LISTS:
        assert admin.site.is_registered(model)
        row = model.objects.order_by("pk").last()
        address = reverse(f"admin:profiles_{model._meta.model_name}_change", args=[row.pk])
        assert client.get(address).status_code == 200, model
        if model not in {Claim, Freeze, PublicRequest}:
            assert client.post(address, {}).status_code == 403, model
        assert client.post(reverse(f"admin:profiles_{model._meta.model_name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert not admin.site.is_registered(models.EvidenceSecret)


MEANINGLESS = ["\x00", "#", "#x", "#99999999999999999999", "x" * 300, "%", "'", "zzzzzzzzz", "ada@example.org"]


@pytest.mark.parametrize("term", MEANINGLESS)
def test_a_term_that_means_nothing_breaks_nothing(at_desk, claim, term, accept):
    asked = (
        LISTS if accept else LISTS[MEANINGLESS.index(term) % 3 :: 3]
    )  # each list meets a third of them, each of them a third of the lists
    for model in asked:
        assert at_desk.get(list_of(model), {"q": term}).status_code == 200


def test_the_trail_is_searched_by_page_claim_and_account(at_desk, claim, grace):
    approve_claim(claim=claim, moderator=grace)
    other = approve_claim(claim=claim_by(account("vera2"), page_of("vera2"), ClaimStatus.REVIEW), moderator=grace, note="Seen.")
    for term in (claim.public_id, claim.author.public_id):
        found = at_desk.get(list_of(TrailEntry), {"q": term}).context["cl"].result_list
        assert found
        assert {entry.claim_id for entry in found} == {claim.pk}, term
    by_grace = at_desk.get(list_of(TrailEntry), {"q": grace.email}).context["cl"].result_list
    assert {entry.claim_id for entry in by_grace} == {claim.pk, other.pk}


def test_a_claim_is_found_by_its_claimant_and_page(at_desk, claim, ada):
    claim_by(account("vera2"), page_of("vera2"), ClaimStatus.REVIEW)
    for term in (ada.email, claim.author.public_id, claim.public_id, f"#{claim.pk}"):
        found = at_desk.get(list_of(Claim), {"q": term}).context["cl"].result_list
        assert claim in list(found), term


def test_no_page_has_a_script_or_style_of_its_own(at_desk, claim, asked, frozen):
    for address in addresses(claim, asked, frozen):
        response = at_desk.get(address)
        shown = response.content.decode()
        assert "'unsafe-inline'" not in response["Content-Security-Policy"]
        assert "<style" not in shown
        assert " style=" not in shown
        assert "<script>" not in shown
