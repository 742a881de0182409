"""ORCID: who signed in is known; whether the iD is about this page is for others to say, never for its holder."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from papers.models import AttributionRule, AuthorIdentifier, Authorship
from profiles.accounts import changes
from profiles.evidence.orcid import asserted_by_others
from profiles.evidence.service import check_evidence, recheck_due, start_evidence
from profiles.exceptions import EvidenceError
from profiles.levels import assess
from profiles.models import AccountChange, ChangeKind, Evidence, EvidenceCheck, Standing
from profiles.models.choices import ClaimStatus, EvidenceStatus, Level, Method, Role
from profiles.standings import claimed_pieces
from tests.factories.papers import WorkFactory, WorkIdentifierFactory
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of
from tests.factories.web import page as answer
from tests.profiles.evidence.conftest import ADA_ORCID, GRACE_ORCID, on_works_of, sign_in_with

pytestmark = pytest.mark.django_db

CROSSREF = {"source-client-id": {"path": "0000-0001-9884-1913"}, "source-name": {"value": "Crossref"}}
UNIVERSITY = {"source-client-id": {"path": "APP-LBV5EQ8U9CUC0XII"}, "source-name": {"value": "University of Somewhere"}}
HERSELF = {"source-orcid": {"path": ADA_ORCID}, "source-name": {"value": "Ada Quillmere"}}
CALLED_CROSSREF = {"source-orcid": {"path": ADA_ORCID}, "source-name": {"value": "Crossref"}}
WIZARD = {"source-client-id": {"path": "0000-0002-5982-8983"}, "source-name": {"value": "Scopus - Elsevier"}}
RENAMED_WIZARD = {"source-client-id": {"path": "APP-NEW"}, "source-name": {"value": "Europe PubMed Central"}}
ON_BEHALF = {**UNIVERSITY, "assertion-origin-orcid": {"path": ADA_ORCID}}


def record(*works, orcid=ADA_ORCID, websites=()):
    """An ORCID record: ``works`` are pairs of DOI and the sources that assert it."""
    groups = [
        {
            "work-summary": [
                {
                    "put-code": 100 * place + number,
                    "title": {"title": {"value": f"Work {place}"}},
                    "type": "journal-article",
                    "external-ids": {
                        "external-id": [{"external-id-type": "doi", "external-id-value": doi, "external-id-relationship": "self"}]
                    },
                    "source": source,
                }
                for number, source in enumerate(sources)
            ]
        }
        for place, (doi, *sources) in enumerate(works, 1)
    ]
    urls = [{"url": {"value": url}} for url in websites]
    found = {
        "orcid-identifier": {"path": orcid, "host": "orcid.org"},
        "person": {"researcher-urls": {"researcher-url": urls}},
        "activities-summary": {"works": {"group": groups}},
    }
    return {f"/v3.0/{orcid}/record": answer(json.dumps(found), "application/json")}


def give_orcid(claim):
    user = claim.profile.user
    return check_evidence(evidence=start_evidence(claim=claim, user=user, method=Method.ORCID), user=user)


def level_of(claim):
    return assess(*claimed_pieces(claim), timezone.now()).level


@pytest.fixture
def works(page):
    """Three works of the page, with DOIs."""
    return [
        WorkIdentifierFactory(work=one.work, value=f"10.5555/ada.{n}").value for n, one in enumerate(Authorship.objects.filter(author=page))
    ]


def test_an_id_that_a_publisher_asserts_grants_the_claim_at_once(claim, ada, no_internet):
    on_works_of(claim.author, orcid=ADA_ORCID, source="crossref")
    sign_in_with(ada)

    evidence = give_orcid(claim)

    claim.refresh_from_db()
    assert (evidence.matched, evidence.matched_by, evidence.outcome) == (True, "publisher", "publisher")
    assert (claim.status, claim.granted_automatically) == (ClaimStatus.GRANTED, True)
    assert Standing.objects.get(author=claim.author).level == Level.L3
    shown = AuthorIdentifier.objects.get(author=claim.author)
    assert (shown.value, shown.is_authenticated) == (ADA_ORCID, True)


def test_an_owned_page_is_never_granted_by_an_id(claim, ada, page, no_internet):
    owner_of(page, "grace")
    on_works_of(page, orcid=ADA_ORCID, source="crossref")
    sign_in_with(ada)

    assert give_orcid(claim).matched
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.EVIDENCE
    assert not AuthorIdentifier.objects.exists()


@pytest.mark.parametrize(
    "columns",
    [
        {"source": "openalex"},
        {"source": "orcid", "orcid_authenticated": True},
        {"source": "bibtex"},
        {"source": "crossref", "orcid": GRACE_ORCID},
    ],
)
def test_what_no_publisher_says_matches_nothing(claim, ada, internet, columns):
    on_works_of(claim.author, **{"orcid": ADA_ORCID, **columns})
    sign_in_with(ada)

    with internet(record()):
        evidence = give_orcid(claim)

    claim.refresh_from_db()
    assert (evidence.status, evidence.matched, evidence.outcome) == (EvidenceStatus.CONFIRMED, False, "unmatched")
    assert claim.status == ClaimStatus.EVIDENCE
    assert level_of(claim) == Level.L1


def test_works_that_the_claimant_put_on_the_page_prove_nothing(claim, ada, internet):
    on_works_of(claim.author, orcid=ADA_ORCID, source="crossref", rule=AttributionRule.PERSON, decided_by=ada, decided_by_person=True)
    sign_in_with(ada)

    with internet(record()):
        assert not give_orcid(claim).matched


@pytest.mark.parametrize("sources", [[CROSSREF], [UNIVERSITY], [HERSELF, CROSSREF]])
def test_two_works_that_others_put_on_the_record_match(claim, ada, works, internet, sources):
    sign_in_with(ada)

    with internet(record(*[(doi, *sources) for doi in works[:2]])):
        evidence = give_orcid(claim)

    claim.refresh_from_db()
    assert (evidence.matched, evidence.matched_by) == (True, "record")
    assert claim.status == ClaimStatus.EVIDENCE  # a moderator decides
    assert level_of(claim) == Level.L3


@pytest.mark.parametrize("source", [HERSELF, CALLED_CROSSREF, WIZARD, RENAMED_WIZARD, ON_BEHALF, {}])
def test_what_the_holder_put_there_never_counts(claim, ada, works, internet, source):
    sign_in_with(ada)

    with internet(record(*[(doi, source) for doi in works])):
        assert not give_orcid(claim).matched
    assert not asserted_by_others(source, ADA_ORCID)


def test_one_work_by_others_and_one_of_somebody_else_are_too_few(claim, ada, works, internet):
    sign_in_with(ada)
    WorkIdentifierFactory(value="10.5555/elsewhere")

    with internet(record((works[0], CROSSREF), ("10.5555/elsewhere", CROSSREF), ("10.5555/unknown", CROSSREF))):
        assert not give_orcid(claim).matched


def test_a_record_that_cannot_be_read_leaves_the_id_signed_in_and_is_tried_again(claim, ada, works, internet):
    sign_in_with(ada)
    with internet({}):
        evidence = give_orcid(claim)
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.CONFIRMED, "unmatched-unread")

    with internet(record(*[(doi, CROSSREF) for doi in works])):
        assert recheck_due(now=timezone.now() + timedelta(hours=2)) == 1
    evidence.refresh_from_db()
    assert evidence.matched


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"orcid-identifier": {"path": "0009-9990-0000-0427"}}', '{"orcid-identifier": 7}', "[" * 100_000]
)
def test_a_record_that_is_none_is_no_record(claim, ada, internet, body):
    sign_in_with(ada)
    with internet({f"/v3.0/{ADA_ORCID}/record": answer(body, "application/json")}):
        assert give_orcid(claim).outcome == "unmatched-unread"


@pytest.mark.parametrize("uid", ["", " ", "0000-0002-1825-0098", "0000", "ada", "0000-0002-1825-009X"])
def test_a_blank_or_malformed_id_is_refused(claim, ada, no_internet, uid):
    with pytest.raises(IntegrityError), transaction.atomic():
        sign_in_with(ada, uid)

    sign_in_with(ada)
    with connection.cursor() as cursor:  # whatever became of the constraint
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE socialaccount_socialaccount DROP CONSTRAINT socialaccount_orcid_well_formed, DROP CONSTRAINT socialaccount_uid_given"
        )
        cursor.execute("UPDATE socialaccount_socialaccount SET uid = %s", [uid])
    with pytest.raises(EvidenceError) as raised:
        start_evidence(claim=claim, user=ada, method=Method.ORCID)
    assert raised.value.code == "orcid-missing"
    assert not Evidence.objects.exists()


def test_without_an_id_nothing_begins(claim, ada, no_internet):
    with pytest.raises(EvidenceError, match="Connect your ORCID iD"):
        start_evidence(claim=claim, user=ada, method=Method.ORCID)


def test_one_id_stands_for_one_person(claim, ada, no_internet):
    grace = claim_by(account("grace"), page_of("grace"))
    evidence_for(grace, Method.ORCID, ADA_ORCID)
    sign_in_with(ada)

    with pytest.raises(EvidenceError, match="One iD stands for one person"):
        give_orcid(claim)


def test_one_id_stands_for_one_person_also_in_a_race(claim, ada, page, no_internet):
    on_works_of(page, orcid=ADA_ORCID, source="crossref")
    sign_in_with(ada)
    begun = start_evidence(claim=claim, user=ada, method=Method.ORCID)
    from profiles.evidence import orcid

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orcid, "_ensure_free", lambda *_: None)  # the other one comes between the look and the writing
        evidence_for(claim_by(account("grace"), page_of("grace")), Method.ORCID, ADA_ORCID)
        with pytest.raises(EvidenceError, match="already stands for another claim"):
            check_evidence(evidence=begun, user=ada)
    begun.refresh_from_db()
    assert begun.status == EvidenceStatus.STARTED


def test_an_alias_address_with_an_unmatched_id_is_never_level_three(claim, ada, internet):
    from tests.factories.papers import InstitutionFactory

    evidence_for(claim, Method.EMAIL, "uni.example.edu", institution=InstitutionFactory())
    sign_in_with(ada)
    with internet(record()):
        give_orcid(claim)
    assert level_of(claim) == Level.L2


def test_the_match_is_looked_at_every_year_and_lost_after_two_looks(claim, ada, page, internet):
    on_works_of(page, orcid=ADA_ORCID, source="crossref")
    sign_in_with(ada)
    evidence = give_orcid(claim)
    now = timezone.now()
    assert evidence.next_check_at - now > timedelta(days=360)

    on_works_of(page, orcid="")
    with internet(record()):
        assert recheck_due(now=now + timedelta(days=366)) == 1
        evidence.refresh_from_db()
        assert (evidence.status, evidence.failures) == (EvidenceStatus.CONFIRMED, 1)
        assert recheck_due(now=now + timedelta(days=374)) == 1
    evidence.refresh_from_db()
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.STALE, "no-longer-matched")
    assert Standing.objects.get(author=page).level == Level.L1

    on_works_of(page, orcid=ADA_ORCID)
    assert recheck_due(now=now + timedelta(days=382)) == 1
    evidence.refresh_from_db()
    assert (evidence.status, evidence.failures) == (EvidenceStatus.CONFIRMED, 0)
    assert EvidenceCheck.objects.filter(evidence=evidence).count() == 4


def test_another_id_in_the_account_ends_the_evidence(claim, ada, page, no_internet):
    on_works_of(page, orcid=ADA_ORCID, source="crossref")
    sign_in_with(ada)
    evidence = give_orcid(claim)
    now = timezone.now()
    AccountChange.objects.create(
        user=ada,
        kind=ChangeKind.ORCID,
        old_value=ADA_ORCID,
        new_value=GRACE_ORCID,
        token_hash="x",
        asked_at=now - timedelta(hours=80),
        takes_effect_at=now - timedelta(hours=1),
    )

    assert changes.carry_out_due(at=now) == 1

    evidence.refresh_from_db()
    assert (evidence.status, evidence.outcome) == (EvidenceStatus.WITHDRAWN, "replaced")
    assert not AuthorIdentifier.objects.filter(is_authenticated=True).exists()


def test_the_page_shows_the_id_of_its_owner_and_forgets_it_with_them(page, ada):
    from profiles.claims.life import release_page

    AuthorIdentifier.objects.create(author=page, scheme="orcid", value=ADA_ORCID, source="crossref")
    user = owner_of(page, user=ada, methods=(Method.ORCID,))
    assert AuthorIdentifier.objects.get().is_authenticated

    release_page(claim=user.profile.claims.get(), user=user)

    assert not AuthorIdentifier.objects.get().is_authenticated


def test_an_id_that_only_the_owner_brought_goes_with_them(page, ada):
    from profiles.trail import act

    user = owner_of(page, user=ada, methods=(Method.ORCID,))
    claim = user.profile.claims.get()
    assert AuthorIdentifier.objects.get().source == "sign-in"

    with act(action="dispute", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as told:
        told.update(claim, status=ClaimStatus.DISPUTED)
    assert AuthorIdentifier.objects.filter(is_authenticated=True).exists()  # frozen, whatever follows
    with act(action="revoke", actor=None, role=Role.SYSTEM, subject=claim, claim=claim) as told:
        told.update(claim, status=ClaimStatus.REVOKED, reason_code="imposture", decided_at=timezone.now())
    assert not AuthorIdentifier.objects.exists()


def test_an_import_of_the_holders_record_is_no_publishers_word(page):
    """An ORCID record that is imported must not write its iD where Crossref's word stands."""
    from papers.ingest.updating import _mend
    from papers.records import AuthorshipRecord, WorkRecord

    work = WorkFactory()
    row = Authorship.objects.create(work=work, raw_name="Ada Quillmere", source="crossref", position=0, author=page, rule="first-seen")
    said = AuthorshipRecord(name="Ada Quillmere", position=0, ids={"orcid": ADA_ORCID}, orcid_authenticated=True)
    _mend(row, said, WorkRecord(source="orcid", record_id="1", title="x"), {0})
    assert row.orcid == ""
    row.source = "arxiv"
    _mend(row, said, WorkRecord(source="orcid", record_id="1", title="x"), {0})
    assert (row.orcid, row.orcid_authenticated) == (ADA_ORCID, False)
