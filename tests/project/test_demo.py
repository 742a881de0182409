"""The demo records: a real researcher's page with his 61 works, and a group that says itself that it is fictional."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from config.demo import CROWD, crowded_work, record_lines
from config.management.commands import seed_demo
from papers.models import AttributionRule, Author, AuthorFigures, Authorship, Work
from profiles.models import Claim, TrustScore, User
from profiles.models.choices import ClaimStatus, Level

RECORDS = [json.loads(line) for line in record_lines()]
FICTIONAL = [record for record in RECORDS if record["id"].startswith("fictional:")]


def seed(**options):
    said = StringIO()
    call_command("seed_demo", stdout=said, **options)
    return said.getvalue()


def state_of_the_records():
    return (
        list(Work.objects.order_by("id").values_list("id", "title", "year", "updated_at")),
        list(Authorship.objects.order_by("id").values_list("id", "work_id", "position", "raw_name", "author_id")),
        list(Author.objects.order_by("id").values_list("id", "display_name")),
    )


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """What the command said. The records are loaded once for all tests here, and are gone after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed()
        transaction.set_rollback(True)


@pytest.fixture
def seeded(loaded, db):
    return loaded


def the_author(name):
    return AuthorFigures.objects.select_related("author").filter(author__display_name=name).order_by("-works_count")[0].author


# --- What is shipped ------------------------------------------------------------------------------------------


def test_shipped_facts_hold_no_texts_of_others_and_no_scores():
    real = [record for record in RECORDS if record not in FICTIONAL]
    assert len(real) == 89
    for record in real:
        assert record["abstract"] is None
        assert not {"score", "novelty", "cited_by_count"} & record.keys()


def test_everything_about_the_fictional_group_says_so():
    for record in FICTIONAL:
        assert "ictional" in record["venue"]["display_name"], record["id"]
        for authorship in record["authorships"]:
            for affiliation in authorship["raw_affiliation_strings"]:
                assert "(fictional)" in affiliation, record["id"]


def test_links_of_the_fictional_group_lead_nowhere_real():
    links = re.findall(r"https?://([^/\"]+)", json.dumps(FICTIONAL))
    assert links
    assert all(re.search(r"(^|\.)example\.(org|net|edu)$", host) for host in links)
    dois = {record["ids"]["doi"] for record in FICTIONAL}
    assert all(doi.startswith("10.5555/fictional.") for doi in dois), "10.5555 is the prefix that Crossref keeps for tests"
    assert len(dois) == len(FICTIONAL)


def test_the_fictional_group_counts_citations_as_its_own_references_do():
    cited = [reference["doi"] for record in FICTIONAL for reference in record.get("references", [])]
    for record in FICTIONAL:
        assert record["cited_by_count"] == cited.count(record["ids"]["doi"]), record["id"]


def test_the_long_list_names_everybody_once_and_ends_with_ada():
    names = [authorship["display_name"] for authorship in crowded_work(CROWD)["authorships"]]
    assert len(names) == len(set(names)) == 3000
    assert names[-1] == "Ada Quillmere"


# --- What becomes of it ---------------------------------------------------------------------------------------


def test_every_demo_record_becomes_a_work(seeded):
    assert f"created={len(RECORDS)} updated=0 unchanged=0 rejected=0" in seeded
    assert Work.objects.count() == len(RECORDS)


def test_yuandong_tian_has_one_page_with_61_works(seeded):
    authors = Author.objects.filter(display_name="Yuandong Tian")
    assert authors.count() == 1
    assert authors.get().authorships.count() == 61
    assert authors.get().figures.works_count == 61
    assert Authorship.objects.filter(raw_name="Yuandong Tian").count() == 61


def test_a_name_behind_a_cut_list_has_no_position_and_stands_on_the_page_that_said_so(seeded):
    work = Work.objects.get(title="A Cookbook of Self-Supervised Learning")
    cut = work.authorships.get(raw_name="Yuandong Tian")
    assert work.authors_truncated
    assert cut.position is None
    assert cut.author == the_author("Yuandong Tian")
    assert cut.rule == AttributionRule.SOURCE_ID


def test_the_ten_works_of_simon_du_are_on_one_page(seeded):
    assert the_author("Simon Du").authorships.count() == 10


def test_several_people_called_ying_fan_are_not_made_one(seeded):
    def author_of(title):
        return Authorship.objects.get(work__title__startswith=title, raw_name="Ying Fan").author

    assert author_of("Looped Transformers") != author_of("Efficient learning strategy of Chinese characters")
    assert author_of("Deep Interest Evolution") != author_of("POEM")
    assert author_of("Deep Interest Evolution") == author_of("Rocket Launching"), "both with Guorui Zhou"


def test_ada_is_one_person_under_both_forms_of_her_name(seeded):
    ada = the_author("Ada Quillmere")
    assert set(ada.authorships.values_list("raw_name", flat=True)) == {"Ada Quillmere", "A. Quillmere"}
    assert ada.figures.works_count == 22
    assert ada.figures.h_index == 4


def test_the_group_shows_what_is_rare(seeded):
    works = Work.objects.filter(source_records__source="fictional")
    assert works.get(is_retracted=True).retraction_note.startswith("The authors withdrew this invented paper")
    assert works.get(year=None).title == "Marginalia found in a drawer"
    assert works.get(author_count=CROWD).authorships.count() == CROWD
    assert set(works.values_list("language", flat=True)) == {"en", "ar", "ja", "ru"}
    assert "<math" in works.get(title__startswith="Bernoulli").abstract_html
    assert "$5 and $10" in works.get(title__startswith="What does a proof cost").title
    assert Authorship.objects.filter(name_in_other_script="例氏名").exists()
    assert works.get(title__startswith="Ten lessons").references.count() == 12


# --- Again ----------------------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing_and_asks_little(seeded):
    before = state_of_the_records()
    with CaptureQueriesContext(connection) as captured:
        said = seed()
    assert "there already" in said
    assert len(captured) <= 8
    assert state_of_the_records() == before


def test_reading_the_records_again_finds_all_of_them_unchanged(seeded):
    before = state_of_the_records()
    assert f"created=0 updated=0 unchanged={len(RECORDS)} rejected=0" in seed(again=True)
    assert state_of_the_records() == before


def test_the_fictional_three_have_claimed_and_nobody_real_has(seeded):
    levels = {
        claim.author.display_name: (claim.status, claim.author.standing.level) for claim in Claim.objects.select_related("author__standing")
    }
    assert levels == {
        "Ada Quillmere": (ClaimStatus.GRANTED, Level.L3),
        "Grace Farrowgate": (ClaimStatus.GRANTED, Level.L2),
        "Emmy Notherby": (ClaimStatus.REVIEW, Level.L1),
    }
    assert TrustScore.objects.get(author__display_name="Ada Quillmere").shown > 20
    assert "conserved quantities" in Client().get(the_author("Ada Quillmere").get_absolute_url()).content.decode()


# --- Accounts -------------------------------------------------------------------------------------------------


@pytest.fixture
def nobody(db):
    User.objects.all().delete()


def test_accounts_are_made_once_with_passwords_that_are_told(nobody):
    told = dict(seed_demo.accounts())
    assert set(told) == {"ada@example.org", "grace@example.org", "emmy@example.org", "operator@example.org"}
    assert len(set(told.values())) == 4, "a password for each"
    ada = User.objects.get(email="ada@example.org")
    assert ada.check_password(told["ada@example.org"])
    assert not ada.is_staff
    assert User.objects.get(email="operator@example.org").is_superuser
    assert seed_demo.accounts() == []


def test_new_passwords_replace_forgotten_ones(nobody):
    old = dict(seed_demo.accounts())
    new = dict(seed_demo.accounts(new_passwords=True))
    assert old.keys() == new.keys()
    assert User.objects.get(email="ada@example.org").check_password(new["ada@example.org"])


@override_settings(EMBEDDED_INSTANCE="")
def test_a_deployment_gets_no_accounts(nobody):
    assert seed_demo.accounts() == []
    assert not User.objects.exists()
