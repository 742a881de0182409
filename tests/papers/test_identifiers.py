"""Identifiers: every way of writing one gives the same normal form, and what is none gives nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import identifiers
from papers.identifiers import (
    AUTHOR_SCHEMES,
    WORK_SCHEMES,
    acl_of_doi,
    arxiv_of_doi,
    doi_of_arxiv,
    normalise_acl,
    normalise_arxiv,
    normalise_author_id,
    normalise_dblp_person,
    normalise_doi,
    normalise_google_scholar,
    normalise_isbn,
    normalise_issn,
    normalise_openalex,
    normalise_openreview,
    normalise_openreview_profile,
    normalise_orcid,
    normalise_pmcid,
    normalise_pmid,
    normalise_ror,
    normalise_s2_author,
    normalise_s2_corpus,
    normalise_s2_paper,
    normalise_work_id,
    orcid_check_digit,
)

NORMALISERS = sorted(
    (name, function) for name, function in vars(identifiers).items() if name.startswith("normalise_") and name.count("_id") == 0
)

# --- DOI ---------------------------------------------------------------------------------------------------------

doi_suffix = st.text(
    st.characters(whitelist_categories=("Lu", "Ll", "Nd"), max_codepoint=127) | st.sampled_from("./-_;()"), min_size=1, max_size=40
)


@st.composite
def dois(draw):
    """A DOI whose suffix ends in a letter or digit and whose brackets match."""
    registrant = draw(st.integers(1000, 999_999_999))
    suffix = draw(doi_suffix).replace("(", "").replace(")", "")
    return f"10.{registrant}/{suffix}x"


@given(doi=dois())
def test_every_way_of_writing_a_doi_is_the_same_doi(doi):
    normal = normalise_doi(doi)
    assert normal == doi.lower()
    written = [
        doi.upper(),
        f"https://doi.org/{doi}",
        f"http://dx.doi.org/{doi}",
        f"doi.org/{doi}",
        f"doi:{doi}",
        f"DOI: {doi}",
        f"info:doi/{doi}",
        f"  {doi}. ",
        f"<https://doi.org/{doi}>,",
        f"{doi})",
        f"https://doi.org/{doi.replace('/', '%2F')}",
    ]
    assert {normalise_doi(text) for text in written} == {normal}


@pytest.mark.parametrize(
    "written,normal",
    [
        ("10.1103%2FPhysRevD.64.117303", "10.1103/physrevd.64.117303"),
        ("10.1016/0002-9610(77)90552-9", "10.1016/0002-9610(77)90552-9"),
        ("10.1002/(SICI)1097-4636(199823)43:4<398::AID-JBM7>3.0.CO;2-#", "10.1002/(sici)1097-4636(199823)43:4<398::aid-jbm7>3.0.co;2-#"),
        (
            "https://doi.org/10.1002/(SICI)1097-4636(199823)43:4%3C398::AID-JBM7%3E3.0.CO;2-G",
            "10.1002/(sici)1097-4636(199823)43:4<398::aid-jbm7>3.0.co;2-g",
        ),
        ("https://doi.org/10.7717/peerj.4375?utm_source=mail", "10.7717/peerj.4375"),
        ("https://doi.org/10.7717/peerj.4375#section2", "10.7717/peerj.4375"),
        ("(https://doi.org/10.1000/x)", "10.1000/x"),
        ("10.1162/", ""),
        ("10.12/abc", ""),
        ("work:doi", ""),
        ("10.1103/phys rev", ""),
        ("", ""),
        (None, ""),
        ("10.1000/" + "x" * 600, ""),
        ("10.1000/nul\x00byte", ""),
    ],
)
def test_dois_as_they_are_found(written, normal):
    assert normalise_doi(written) == normal


def test_only_ascii_letters_of_a_doi_are_folded():
    assert normalise_doi("10.1000/ÄBC") == "10.1000/Äbc"


# --- arXiv -------------------------------------------------------------------------------------------------------


@given(year=st.integers(15, 40), month=st.integers(1, 12), number=st.integers(1, 99999), version=st.integers(1, 99))
def test_every_way_of_writing_an_arxiv_id_is_the_same_id(year, month, number, version):
    bare = f"{year:02}{month:02}.{number:05}"
    written = [
        bare,
        f"{bare}v{version}",
        f"arXiv:{bare}",
        f"arxiv: {bare}v{version} [cs.LG]",
        f"https://arxiv.org/abs/{bare}v{version}",
        f"http://export.arxiv.org/pdf/{bare}v{version}.pdf",
        f"oai:arXiv.org:{bare}",
        f"10.48550/arXiv.{bare}",
        f"https://doi.org/10.48550/ARXIV.{bare}",
    ]
    assert {normalise_arxiv(text) for text in written} == {bare}
    assert arxiv_of_doi(doi_of_arxiv(bare)) == bare


@pytest.mark.parametrize(
    "written,normal",
    [
        ("hep-th/9901001v2", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/abs/cond-mat.str-el/0506438", "cond-mat/0506438"),
        ("0704.0001", "0704.0001"),
        ("0703.0001", ""),
        ("0000.0000", ""),
        ("0808.05394", ""),
        ("1707.0856", ""),
        ("2413.00001", ""),
        ("2401.00000", ""),
        ("cooking/0309136", ""),
        ("hep-th/5001001", ""),
        ("abc", ""),
        (None, ""),
    ],
)
def test_arxiv_ids_as_they_are_found(written, normal):
    assert normalise_arxiv(written) == normal


def test_an_ordinary_doi_is_no_arxiv_id():
    assert arxiv_of_doi("10.7717/peerj.4375") == ""
    assert doi_of_arxiv("no id") == ""


# --- people and institutions -------------------------------------------------------------------------------------


@given(block=st.sampled_from(["0000", "0009"]), rest=st.integers(0, 10**11 - 1))
def test_an_orcid_id_is_known_by_its_check_digit(block, rest):
    digits = f"{block}{rest:011}"
    right = digits + orcid_check_digit(digits)
    grouped = "-".join(right[i : i + 4] for i in range(0, 16, 4))
    written = [
        grouped,
        right,
        grouped.lower(),
        f"https://orcid.org/{grouped}",
        f"http://www.orcid.org/{grouped}/",
        f"ORCID: {grouped}",
        grouped.replace("-", "–"),
    ]
    assert {normalise_orcid(text) for text in written} == {grouped}
    for wrong in "0123456789X":
        if wrong != right[-1]:
            assert normalise_orcid(grouped[:-1] + wrong) == ""


@given(rest=st.integers(0, 10**11 - 1), place=st.integers(4, 14), step=st.integers(1, 9))
def test_one_wrong_digit_in_an_orcid_id_is_found(rest, place, step):
    digits = f"0000{rest:011}"
    right = digits + orcid_check_digit(digits)
    wrong = right[:place] + str((int(right[place]) + step) % 10) + right[place + 1 :]
    assert normalise_orcid(right)
    assert normalise_orcid(wrong) == ""


@pytest.mark.parametrize(
    "written",
    ["", "   ", "-", "0000-3200-0000-0011", "8888-8888-8888-8880", "https://sandbox.orcid.org/0000-0002-7319-2192", "0000-0002-1825-009"],
)
def test_what_is_no_orcid_id(written):
    assert normalise_orcid(written) == ""


@pytest.mark.parametrize(
    "written,normal",
    [
        ("https://ror.org/05gq02987", "05gq02987"),
        ("ror.org/05GQ02987", "05gq02987"),
        ("05gq02987", "05gq02987"),
        ("05gq02988", ""),
        ("05gq0298", ""),
        ("15gq02987", ""),
    ],
)
def test_ror_ids(written, normal):
    assert normalise_ror(written) == normal


def test_all_institutions_of_the_records_have_ids_that_hold(records):
    import gzip
    import json

    with gzip.open(records / "institutions_ror.jsonl.gz", "rt", encoding="utf-8") as lines:
        refused = [row["id"] for row in map(json.loads, lines) if not normalise_ror(row["id"])]
    assert refused == []


@pytest.mark.parametrize(
    "scheme,written,normal",
    [
        ("openalex", "https://openalex.org/A5023888391", "A5023888391"),
        ("openalex", "W2741809807", ""),
        ("s2", "https://www.semanticscholar.org/author/A.-Turing/2262347", "2262347"),
        ("openreview", "~Yuandong_Tian1", "~Yuandong_Tian1"),
        ("openreview", "https://openreview.net/profile?id=~Yuandong_Tian1", "~Yuandong_Tian1"),
        ("openreview", "somebody@example.org", ""),
        ("dblp", "https://dblp.org/pid/99/8911-1.html", "99/8911-1"),
        ("dblp", "h/FeiHuang", "h/FeiHuang"),
        ("google_scholar", "https://scholar.google.com/citations?hl=en&user=vjQQUnwAAAAJ", "vjQQUnwAAAAJ"),
        ("acl", "yang-liu-umich", "yang-liu-umich"),
        ("shoe-size", "42", ""),
    ],
)
def test_ids_of_people(scheme, written, normal):
    assert normalise_author_id(scheme, written) == normal


# --- works -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scheme,written,normal",
    [
        ("openalex", "https://api.openalex.org/works/W2741809807", "W2741809807"),
        ("openalex", "w2741809807", "W2741809807"),
        ("openalex", "A5023888391", ""),
        (
            "s2",
            "https://www.semanticscholar.org/paper/Computing-Machinery/2D5673caa9e6af3a7b82a43f19ee920992db07ad",
            "2d5673caa9e6af3a7b82a43f19ee920992db07ad",
        ),
        ("s2", "2d5673", ""),
        ("s2_corpus", "CorpusId:14636783", "14636783"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/29456894", "29456894"),
        ("pmid", "PMID: 29456894", "29456894"),
        ("pmid", "29456894a", ""),
        ("pmcid", "https://www.ncbi.nlm.nih.gov/pmc/articles/5815332", "PMC5815332"),
        ("pmcid", "pmc5815332", "PMC5815332"),
        ("pmcid", "5815332", ""),
        ("openreview", "https://openreview.net/forum?id=rJl-b3RcF7&noteId=x", "rJl-b3RcF7"),
        ("acl", "https://aclanthology.org/2020.ACL-main.1/", "2020.acl-main.1"),
        ("acl", "http://www.aclweb.org/anthology/P/P01/P01-1001.pdf", "P01-1001"),
        ("acl", "p01-1001", "P01-1001"),
        ("acl", "P01", ""),
        ("shoe-size", "42", ""),
    ],
)
def test_ids_of_works(scheme, written, normal):
    assert normalise_work_id(scheme, written) == normal


def test_numbers_are_taken_as_services_write_them():
    assert normalise_pmid(29456894) == "29456894"
    assert normalise_s2_corpus(14636783) == "14636783"
    assert normalise_s2_author(2262347) == "2262347"


def test_an_acl_doi_names_the_paper_in_the_anthology():
    assert acl_of_doi("https://doi.org/10.18653/v1/2020.acl-main.1") == "2020.acl-main.1"
    assert acl_of_doi("10.3115/v1/P14-1001") == "P14-1001"
    assert acl_of_doi("10.1162/tacl_a_00001") == ""


@given(stem=st.integers(0, 10**9 - 1))
def test_both_lengths_of_an_isbn_are_one_book(stem):
    nine = f"{stem:09}"
    weighted = sum((10 - place) * int(digit) for place, digit in enumerate(nine))
    ten = nine + "0123456789X"[-weighted % 11]
    thirteen = normalise_isbn(ten)
    assert thirteen.startswith("978" + nine)
    assert normalise_isbn(f"ISBN {thirteen[:3]}-{thirteen[3:]}") == thirteen
    assert normalise_isbn(f"{ten[:1]}-{ten[1:5]}-{ten[5:]}") == thirteen


@pytest.mark.parametrize("written", ["9780306406158", "0306406153", "", "123", "9770306406157"])
def test_what_is_no_isbn(written):
    assert normalise_isbn(written) == ""


@pytest.mark.parametrize(
    "written,normal",
    [("0028-0836", "0028-0836"), ("ISSN 2434-561x", "2434-561X"), ("00280836", "0028-0836"), ("0028-0837", ""), ("0000-0000", "")],
)
def test_issns(written, normal):
    assert normalise_issn(written) == normal


# --- everything --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name,function", NORMALISERS, ids=[name for name, _ in NORMALISERS])
@given(text=st.text(max_size=80) | st.from_regex(r"[A-Za-z:/.]{0,30}[0-9./:-]{4,30}", fullmatch=True))
def test_a_normal_form_is_its_own_normal_form(name, function, text):
    normal = function(text)
    assert isinstance(normal, str)
    assert normal == "" or function(normal) == normal


@pytest.mark.parametrize("scheme", [*WORK_SCHEMES, *AUTHOR_SCHEMES])
def test_nothing_is_no_identifier(scheme):
    normalise = WORK_SCHEMES.get(scheme) or AUTHOR_SCHEMES[scheme]
    assert normalise(None) == ""
    assert normalise("") == ""
    assert normalise("   ") == ""
    assert normalise("\ud800") == ""


def test_the_functions_for_single_schemes_agree_with_the_tables():
    assert normalise_acl("P01-1001") == WORK_SCHEMES["acl"]("P01-1001")
    assert normalise_openalex("W1", "W") == WORK_SCHEMES["openalex"]("W1")
    assert normalise_s2_paper("a" * 40) == WORK_SCHEMES["s2"]("a" * 40)
    assert normalise_openreview("rJl-b3RcF7") == WORK_SCHEMES["openreview"]("rJl-b3RcF7")
    assert normalise_pmcid("PMC1") == WORK_SCHEMES["pmcid"]("PMC1")
    assert normalise_openreview_profile("~A_B1") == AUTHOR_SCHEMES["openreview"]("~A_B1")
    assert normalise_dblp_person("1/2") == AUTHOR_SCHEMES["dblp"]("1/2")
    assert normalise_google_scholar("a" * 12) == AUTHOR_SCHEMES["google_scholar"]("a" * 12)
