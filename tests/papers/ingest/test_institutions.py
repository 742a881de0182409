"""Institutions: matched by ROR id, website or name, known from works first and registered later."""

from __future__ import annotations

from collections.abc import Callable

from papers.importers.ror import RorName, RorRecord
from papers.ingest.affiliations import institution_key, site_host
from papers.ingest.organisations import import_organisations
from papers.models import Authorship, ImportRun, Institution, RefreshRequest
from papers.records import AuthorshipRecord, InstitutionRecord, Rejected
from tests.papers.ingest.conftest import record

Read = Callable[..., ImportRun]

WEAVING = RorRecord(
    ror="05gq02987",
    name="University of Weaving",
    names=(
        RorName("University of Weaving", ("ror_display", "label"), "en"),
        RorName("UoW", ("acronym",)),
        RorName("Universität des Webens", ("label",), "de"),
    ),
    country_code="DE",
    city="Webstadt",
    domains=("weaving.example",),
    website="https://www.weaving.example/",
)
LOOMS = RorRecord(
    ror="02y3ad647",
    name="Institute of Looms",
    names=(RorName("Institute of Looms", ("ror_display",)), RorName("UoW", ("acronym",))),
    country_code="US",
)


def at(*institutions: InstitutionRecord, raw: tuple[str, ...] = (), name: str = "Ada Quill") -> AuthorshipRecord:
    return AuthorshipRecord(name=name, position=0, affiliations=raw, institutions=institutions)


def institutions_of(name: str) -> set[str]:
    return set(Authorship.objects.get(raw_name=name).institutions.values_list("name", flat=True))


def test_an_institution_that_nothing_matches_is_known_from_the_work(read: Read) -> None:
    read(record(authors=[at(InstitutionRecord("University of Weaving", country_code="DE"))]))
    institution = Institution.objects.get()
    assert (institution.name, institution.ror, institution.country_code) == ("University of Weaving", None, "DE")


def test_the_same_name_in_the_same_country_is_one_institution(read: Read) -> None:
    read(
        record(authors=[at(InstitutionRecord("The University of Weaving", country_code="DE"))]),
        record(
            "r2", title="Looms that count their own threads", authors=[at(InstitutionRecord("UNIVERSITY OF WEAVING", country_code="DE"))]
        ),
        record(
            "r3", title="Looms that forget their own threads", authors=[at(InstitutionRecord("University of Weaving", country_code="FR"))]
        ),
    )
    assert Institution.objects.count() == 2


def test_a_registered_institution_is_found_by_its_id_its_website_and_its_names(read: Read) -> None:
    import_organisations([WEAVING, LOOMS])
    read(
        record("r1", title="First of the threads of looms", authors=[at(InstitutionRecord("Whatever", ror="05gq02987"), name="Ada Quill")]),
        record(
            "r2",
            title="Second of the threads of looms",
            authors=[at(InstitutionRecord("Weaving, Univ.", homepage="http://weaving.example"), name="Bea Quill")],
        ),
        record("r3", title="Third of the threads of looms", authors=[at(InstitutionRecord("Universität des Webens"), name="Cleo Quill")]),
        record(
            "r4",
            title="Fourth of the threads of looms",
            authors=[at(raw=("Dept. of Knots, University of Weaving, Webstadt",), name="Dora Quill")],
        ),
        record("r5", title="Fifth of the threads of looms", authors=[at(raw=("UoW",), name="Emmy Quill")]),
        record(
            "r6",
            title="Sixth of the threads of looms",
            authors=[at(InstitutionRecord("University of Weaving", country_code="US"), name="Faye Quill")],
        ),
    )
    for name in ("Ada Quill", "Bea Quill", "Cleo Quill", "Dora Quill"):
        assert institutions_of(name) == {"University of Weaving"}, name
        assert Authorship.objects.get(raw_name=name).institutions.get().ror == "05gq02987"
    assert institutions_of("Emmy Quill") == set(), "two institutions share the acronym"
    assert Authorship.objects.get(raw_name="Faye Quill").institutions.get().ror is None, "the country contradicts"


def test_an_id_that_is_not_registered_yet_is_filled_in_when_its_record_comes(read: Read) -> None:
    read(record(authors=[at(InstitutionRecord("Weaving", ror="05gq02987"))]))
    counts = import_organisations([WEAVING])
    assert (counts.created, counts.updated) == (0, 1)
    assert Institution.objects.get().city == "Webstadt"


def test_institutions_known_from_works_become_the_registered_ones(read: Read) -> None:
    read(
        record(authors=[at(InstitutionRecord("University of Weaving", homepage="https://weaving.example", country_code="DE"))]),
        record("r2", title="Looms that count their own threads", authors=[at(raw=("Institute of Looms, Boston",), name="Grace Harrow")]),
    )
    RefreshRequest.objects.all().delete()
    counts = import_organisations([WEAVING, LOOMS])
    assert (counts.created, counts.matched, counts.affiliated) == (2, 1, 1)
    assert Authorship.objects.get(raw_name="Ada Quill").institutions.get().ror == "05gq02987"
    assert Authorship.objects.get(raw_name="Grace Harrow").institutions.get().ror == "02y3ad647"
    provisional = Institution.objects.get(ror=None)
    assert provisional.merged_into == Institution.objects.get(ror="05gq02987")
    assert RefreshRequest.objects.filter(kind="author-figures").count() == 2
    read(
        record(
            "r3",
            title="Looms that forget their own threads",
            authors=[at(InstitutionRecord("University of Weaving", country_code="DE"), name="Hana Quill")],
        )
    )
    assert Authorship.objects.get(raw_name="Hana Quill").institutions.get().ror == "05gq02987"


def test_a_second_reading_of_the_register_changes_nothing(db: None) -> None:
    rejected: list[Rejected] = []
    results: list[RorRecord | Rejected] = [WEAVING, LOOMS, Rejected(3, "", "It has no id.")]
    import_organisations(results, reject=rejected.append)
    counts = import_organisations(results)
    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, 2)
    assert [one.reason for one in rejected] == ["It has no id."]
    assert set(Institution.objects.get(ror="05gq02987").names.values_list("name", "kind")) == {
        ("University of Weaving", "display"),
        ("UoW", "acronym"),
        ("Universität des Webens", "label"),
    }


def test_what_names_and_websites_are_compared_by() -> None:
    assert institution_key("The Universität Zürich (UZH)") == "universitat zurich"
    assert site_host("https://www.ETHZ.ch/de") == "ethz.ch"
    assert site_host("http://[broken") == ""
