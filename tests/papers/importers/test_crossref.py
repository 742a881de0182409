"""Crossref: what becomes of each field of a work, and of the oddities that publishers deposit."""

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from papers.importers import open_stream
from papers.importers.crossref import CROSSREF
from papers.records import InstitutionRecord, ReferenceRecord, TopicRecord, VenueRecord, WorkRecord

PAYLOAD = Path(__file__).parents[2] / "payloads" / "crossref" / "work.json"


WRONG: tuple[Any, ...] = (None, "text", 5, [], {}, [None, 1, "x", {}, []], True)


def parse(**fields):
    """The one result for a work with these fields."""
    work = {"DOI": "10.5555/x", "title": ["A title"], "type": "journal-article", **fields}
    (result,) = CROSSREF.parse(BytesIO(json.dumps(work).encode()))
    return result


@pytest.fixture(scope="module")
def emmy():
    (result,) = CROSSREF.parse(BytesIO(PAYLOAD.read_bytes()))
    assert isinstance(result, WorkRecord)
    return result


# --- an invented work, always --------------------------------------------------------------------------------------


def test_the_first_title_that_says_something_is_the_title(emmy):
    assert emmy.title == "Invariants of variational problems in $L^{2}$: A note"
    assert emmy.abstract == "Every symmetry has a conserved quantity."


def test_a_doi_names_the_record_and_an_article_has_no_isbn(emmy):
    assert (emmy.source, emmy.record_id) == ("crossref", "10.5555/emmy.1918")
    assert emmy.ids == {"doi": "10.5555/emmy.1918", "arxiv": "physics/0503066"}


def test_an_empty_date_gives_way_to_the_next_and_never_to_the_date_of_deposit(emmy):
    assert (emmy.year, emmy.month, emmy.day) == (1918, 7, 31)
    undated = parse(issued={"date-parts": [[None]]}, created={"date-parts": [[1999, 1, 1]]}, deposited={"date-parts": [[2001]]})
    assert undated.year is None


@pytest.mark.parametrize(
    "parts,expected",
    [
        ([[2020, 2, 30]], (2020, 2, None)),
        ([[2020, 13]], (2020, None, None)),
        ([[99999]], (None, None, None)),
        ([["2020", "2"]], (2020, 2, None)),
        ([], (None, None, None)),
        (None, (None, None, None)),
        ([2020], (None, None, None)),
    ],
)
def test_impossible_dates_are_cut_to_what_is_possible(parts, expected):
    found = parse(issued={"date-parts": parts})
    assert (found.year, found.month, found.day) == expected


def test_people_and_organisations(emmy):
    noether, chang, consortium = emmy.authorships
    assert (noether.name, noether.given_name, noether.family_name, noether.position) == ("Emmy Noether Jr.", "Emmy", "Noether Jr.", 0)
    assert noether.ids == {"orcid": "0000-0002-1825-0097"}
    assert noether.orcid_authenticated
    assert noether.affiliations == ("Mathematics, University of Göttingen, Göttingen, Germany",)
    assert noether.institutions == (InstitutionRecord("University of Göttingen", "05gq02987"),)
    assert (chang.name, chang.family_name) == ("Jin-Fu Chang", "")
    assert (consortium.name, consortium.is_organisation, consortium.position) == ("The Invariants Consortium", True, 2)
    assert emmy.authors_truncated


def test_an_orcid_that_is_none_is_not_authenticated():
    found = parse(author=[{"given": "A", "family": "B", "ORCID": "https://orcid.org/0000-0002-1825-0098", "authenticated-orcid": True}])
    assert (found.authorships[0].ids, found.authorships[0].orcid_authenticated) == ({}, False)


def test_venue_licence_addresses_and_counts(emmy):
    assert emmy.venue == VenueRecord(
        "Nachrichten & Berichte", abbreviation="Nachr. Ber.", kind="journal", issn=("2434-561X",), volume="2", issue="3", pages="e17"
    )
    assert emmy.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert emmy.pdf_urls == ("https://example.org/1918.pdf",)
    assert emmy.landing_urls == ("https://example.org/1918", "https://doi.org/10.5555/emmy.1918")
    assert (emmy.cited_by_count, emmy.cited_by_source, emmy.cited_by_as_of) == (12, "crossref", date(2025, 5, 1))
    assert emmy.updated == date(2024, 2, 3)
    assert emmy.topics == (TopicRecord("Algebra", "venue-area"),)
    assert emmy.language == "de"


def test_references_by_doi_else_by_title(emmy):
    assert emmy.references == (ReferenceRecord("doi", "10.5555/ada.1", "Notes", 1843), ReferenceRecord(title="Elements"))


# --- corrections and retractions -----------------------------------------------------------------------------------


def update(kind, doi):
    return [{"type": kind, "DOI": doi, "updated": {"date-time": "2020-05-06T00:00:00Z"}}]


@pytest.mark.parametrize("kind", ["correction", "erratum", "retraction", "expression_of_concern"])
def test_a_record_about_another_work_is_a_notice_and_not_retracted(kind):
    notice = parse(title=["About something"], **{"update-to": update(kind, "10.5555/other")})
    assert (notice.type, notice.is_retracted) == ("erratum", False)


@pytest.mark.parametrize("key,doi", [("updated-by", "10.5555/notice"), ("update-to", "10.5555/X")])
def test_a_work_that_was_retracted_says_by_what(key, doi):
    retracted = parse(**{key: update("retraction", doi)})
    assert (retracted.type, retracted.is_retracted) == ("article", True)
    assert retracted.retraction_note == f"Retraction of 2020-05-06, https://doi.org/{doi.lower()}"


@pytest.mark.parametrize("kind", ["new_version", "correction"])
def test_a_later_version_of_the_same_work_is_no_notice(kind):
    found = parse(**{"update-to": update(kind, "10.5555/X"), "updated-by": update(kind, "10.5555/X")})
    assert (found.type, found.is_retracted, found.retraction_note) == ("article", False, "")


@pytest.mark.parametrize(
    "title,is_notice",
    [
        ("Erratum: On engines", True),
        ("Corrigendum to “On engines”", True),
        ("Correction: On engines", True),
        ("Publisher’s Correction: On engines", True),
        ("Retraction Note: On engines", True),
        ("Retraction notice to On engines", True),
        ("Errata", True),
        ("Correction for attenuation in tests", False),
        ("Corrections to scaling in spin glasses", False),
        ("Correction to the leading order", False),
        ("Retraction of the uvula in sleep", False),
        ("Error correction: a survey", False),
    ],
)
def test_a_notice_is_known_by_its_title_where_nothing_else_says_so(title, is_notice):
    assert (parse(title=[title]).type == "erratum") is is_notice


def test_a_retracted_article_keeps_its_type_and_the_journals_notice_is_none():
    assert parse(title=["RETRACTED ARTICLE: On engines"], author=[{"given": "A", "family": "B"}]).is_retracted
    notice = parse(
        title=["Retracted: On engines"], author=[{"given": "Engine", "family": "Letters"}], **{"container-title": ["Engine Letters"]}
    )
    assert (notice.type, notice.is_retracted, notice.authorships[0].is_organisation) == ("erratum", False, True)


# --- what is a work ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "theirs,ours",
    [
        ("monograph", "book"),
        ("edited-book", "book"),
        ("reference-entry", "book-chapter"),
        ("book-section", "book-chapter"),
        ("database", "dataset"),
        ("posted-content", "preprint"),
        ("proceedings-article", "proceedings-article"),
        ("peer-review", "peer-review"),
        ("standard", "standard"),
        (None, "other"),
        ("something new", "other"),
    ],
)
def test_types(theirs, ours):
    assert parse(type=theirs).type == ours


@pytest.mark.parametrize(
    "subtype,ours", [("preprint", "preprint"), ("letter", "article"), ("report", "report"), ("other", "other"), (None, "preprint")]
)
def test_posted_content_is_what_its_subtype_says(subtype, ours):
    assert parse(type="posted-content", subtype=subtype).type == ours


@pytest.mark.parametrize(
    "fields,reason",
    [
        ({"type": "component"}, "It describes a part of a work (a figure, a table or a supplement), not a work."),
        ({"type": "journal-issue"}, "It describes an issue of a journal, not a work."),
        ({"type": None, "DOI": "10.1002/(issn)2691-1078"}, "It describes a journal, not a work."),
        ({"type": "grant"}, "It describes a grant, not a work."),
        ({"title": [""]}, "It has no title."),
        ({"title": None}, "It has no title."),
        ({"DOI": "10.1/x"}, "It has no DOI."),
    ],
)
def test_what_is_no_work_says_why(fields, reason):
    assert parse(**fields).reason == reason


def test_a_book_has_an_isbn_and_stands_in_a_series():
    book = parse(type="monograph", ISBN=["http://id.crossref.org/isbn/9780306406157"], **{"container-title": ["Great Books"]})
    assert book.ids["isbn"] == "9780306406157"
    assert book.venue.kind == "book-series"


def test_a_paper_in_a_series_is_in_its_volume():
    paper = parse(type="proceedings-article", **{"container-title": ["Lecture Notes", "Engines 2020"], "short-container-title": ["LN"]})
    assert (paper.venue.name, paper.venue.abbreviation, paper.venue.kind) == ("Engines 2020", "", "conference")


def test_nulls_and_wrong_types_everywhere_are_survived():
    keys = (
        "subtitle",
        "author",
        "issued",
        "container-title",
        "license",
        "link",
        "relation",
        "reference",
        "update-to",
        "updated-by",
        "institution",
        "abstract",
        "subject",
        "ISSN",
        "resource",
        "indexed",
    )
    for wrong in WRONG:
        assert isinstance(parse(**dict.fromkeys(keys, wrong)), WorkRecord)


# --- real records --------------------------------------------------------------------------------------------------


@pytest.fixture
def sample(records):
    def read(name):
        with open_stream(records / "samples" / "crossref" / f"work__{name}.json") as stream:
            (result,) = CROSSREF.parse(stream)
        return result

    return read


def test_mathematics_in_a_title_is_kept(sample):
    derivations = sample("mathml_title__10.1155_2008_410437")
    assert derivations.title == "Jordan $∗$-Derivations on $C^{∗}$-Algebras and $JC^{∗}$-Algebras"
    assert sample("mathml_title__10.1155_2014_535716").title.endswith("Diagonally Dominant $M$-Matrices")


def test_escaped_markup_and_entities_are_read(sample):
    assert (
        sample("escaped_entity__10.1109_emc_b.2017.8260404").title
        == "Verifying powerline emissions & immunity test systems per IEC standards & technical reports"
    )
    assert "<" not in sample("type_peer-review__10.1002_2050_7038.12686_v2_response1").title
    assert sample("capital_names__10.1001_archneurpsyc.1926.02200210074007").venue.name == "Archives of Neurology & Psychiatry"


def test_names_are_as_the_publisher_wrote_them(sample):
    assert sample("capital_names__10.1001_archneurpsyc.1926.02200210074007").authorships[0].name == "HAROLD A. PATTERSON"
    assert sample("cyrillic_title__10.7868_s0040357115030100").authorships[0].name == "Д. А. Паршин"
    assert sample("name_suffix__10.1016_0002_9610_77_90552_9").authorships[0].name == "James W. Fox IV"
    assert [one.name for one in sample("family_name_only__10.1109_26.57514").authorships] == ["Jin-Fu Chang", "Cheng-Shong Wu"]


def test_organisations_are_no_people(sample):
    assert [(one.name, one.is_organisation) for one in sample("organisation_author__10.1007_s15002_013_0459_8").authorships] == [
        ("Urban & Vogel", True)
    ]


def test_seventy_one_authors_keep_their_order(sample):
    work = sample("many_authors__10.1103_physrevlett.126.162501")
    assert [one.position for one in work.authorships] == list(range(71))
    assert work.authorships[0].name == "J. C. Bernauer"


def test_missing_years_and_authors_are_no_reason_to_reject(sample):
    assert sample("no_year__10.4324_9780203821954_11").year is None
    assert sample("no_author__10.1001_jama.1922.02640040067036").authorships == ()


def test_the_notice_of_a_retraction_is_not_retracted(sample):
    notice = sample("retraction__10.1155_2020_5109831")
    assert (notice.type, notice.is_retracted) == ("erratum", False)
    assert [reference.value for reference in notice.references][:1] == ["10.1155/2013/381616"]


def test_a_corrected_article_is_an_article(sample):
    assert sample("updated_by__10.1371_journal.pbio.0050002").type == "article"
    assert sample("update_new_version__10.1371_journal.pgen.1011490").type == "article"
    assert sample("update_correction__10.1111_ijal.12281").type == "erratum"


def test_a_dissertation_knows_its_university(sample):
    work = sample("type_dissertation__10.17077_etd.89e52p7n")
    assert (work.type, work.year, work.affiliations_unaligned) == ("dissertation", 2013, ("Art and Art History, University of Iowa",))
