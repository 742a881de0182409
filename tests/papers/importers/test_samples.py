"""Real answers of services: how many works each file holds, and which files are not read and why.

The counts were worked out from the files themselves, not with the importers:

- OpenAlex: one work a file (``jq .type``). ``snapshot_works.jsonl`` has 13 lines (``wc -l``), of which
  ``jq -r .type | sort | uniq -c`` says 12 grants and 1 journal article.
- Crossref: one work a file, read one by one. Rejected are the files whose ``.message.type`` is ``component`` (3) or
  ``journal-issue`` (2), and 10.1016/j.tvjl.2008.09.011, whose ``.message.title`` is ``[""]``. The lists have
  ``jq '.message.items | length'`` 5, 20 and 3 items. ``works_items.jsonl.gz`` has 846 lines; by
  ``jq -r .type | sort | uniq -c`` 5 are components, 5 journal issues and 6 journals; one record without a type has the
  DOI 10.1002/(issn)2691-1078, so it is a journal, too; and of the journal articles 3 have an empty title.
- Semantic Scholar: ``jq '.data | length'``; ``jq '[.data[] | select(.title)] | length'`` for the titles. In the
  reference list ``jq '[.data[].citedPaper | select(.paperId == null)] | length'`` is 10 of 50.
- ORCID: ``jq '.["activities-summary"].works.group | length'``.
"""

from pathlib import Path

import pytest

from papers.importers import UnreadableFormat, open_stream, read_records, recognise
from papers.records import Rejected

ONE_WORK_OF_CROSSREF = (
    "hepcrawl_2018.3804742",
    "hepcrawl_PhysRevB.33.3547.2",
    "hepcrawl_sample_crossref_record",
    "work__capital_names__10.1001_archneurpsyc.1926.02200210074007",
    "work__capital_names__10.1001_jama.1925.02660450009005",
    "work__cyrillic_title__10.7868_s0040357115030100",
    "work__editor_only__10.1002_2050_7038.12799_v2_decision1",
    "work__editor_only__10.1002_2050_7038.13253_v2_decision1",
    "work__escaped_entity__10.1109_emc_b.2017.8260404",
    "work__escaped_entity__10.1163_2214_8264_dutchpamphlets_kb1_kb13538",
    "work__family_name_only__10.1109_26.57514",
    "work__family_name_only__10.1259_0007_1285_9_108_775_a",
    "work__has_preprint__10.7717_peerj.1110",
    "work__has_preprint__10.7717_peerj.12090",
    "work__is_preprint_of__10.1002_essoar.10504562.1",
    "work__is_preprint_of__10.5194_acp_2021_781",
    "work__many_authors__10.1103_physrevlett.126.162501",
    "work__markup_title__10.1001_jama.2014.11667",
    "work__markup_title__10.1155_2014_979648",
    "work__mathml_title__10.1155_2008_410437",
    "work__mathml_title__10.1155_2014_535716",
    "work__name_suffix__10.1016_0002_9610_77_90552_9",
    "work__name_suffix__10.1016_j.acha.2016.05.001",
    "work__no_author__10.1001_jama.1922.02640040067036",
    "work__no_author__10.1001_jama.1923.02650200062034",
    "work__no_year__10.1093_oso_9780190690649.003.0007",
    "work__no_year__10.4324_9780203821954_11",
    "work__orcid_and_affiliations__10.1109_lcsys.2023.3290212",
    "work__orcid_and_affiliations__10.7717_peerj.12505",
    "work__organisation_author__10.1007_s15002_013_0459_8",
    "work__organisation_author__10.1371_journal.pone.0124730",
    "work__replacement_char__10.3403_30385411",
    "work__replacement_char__10.3403_pdiectr60297_3",
    "work__retraction__10.1155_2020_5109831",
    "work__two_titles__10.36499_psnst.v14i1.11969",
    "work__type_book__10.1093_oso_9780199567027.001.0001",
    "work__type_book__10.17875_gup2015_797",
    "work__type_dataset__10.1163_1574_9347_dnp_e12213830",
    "work__type_dataset__10.32614_cran.package.tt",
    "work__type_dissertation__10.17077_etd.89e52p7n",
    "work__type_monograph__10.17875_gup2021_1611",
    "work__type_monograph__10.5962_bhl.title.134007",
    "work__type_other__10.5040_9781474274685.ch_009",
    "work__type_peer-review__10.1002_2050_7038.12454_v2_response1",
    "work__type_peer-review__10.1002_2050_7038.12686_v2_response1",
    "work__type_posted-content__10.1002_essoar.10508012.1",
    "work__type_posted-content__10.1002_essoar.10508594.1",
    "work__type_report__10.2172_1763563",
    "work__type_report__10.2172_7069890",
    "work__type_standard__10.3403_30411012u",
    "work__type_standard__10.3403_30430945",
    "work__update_correction__10.1111_ijal.12281",
    "work__update_correction__10.1371_annotation_5a4ac42e_a148_4a89_b148_e47de0d72d16",
    "work__update_new_version__10.1371_journal.pgen.1011490",
    "work__updated_by__10.1371_journal.pbio.0050002",
)
NO_WORK_OF_CROSSREF = (
    "work__no_title__10.1016_j.tvjl.2008.09.011",
    "work__no_title__10.1371_journal.pone.0008767.t004",
    "work__type_component__10.1371_journal.pone.0014118.t004",
    "work__type_component__10.1371_journal.pone.0025846.g002",
    "work__type_journal-issue__10.1002_ecy.2017.98.issue_1",
    "work__type_journal-issue__10.1111_cmi.2010.12.issue_11",
)
READ = {  # file: (format, works, rejected)
    "openalex/W-api-response.json": ("openalex", 1, 0),
    "openalex/W2099326003.json": ("openalex", 1, 0),
    "openalex/W2105705711.json": ("openalex", 1, 0),
    "openalex/W2257674859.json": ("openalex", 1, 0),
    "openalex/W2741809807.json": ("openalex", 1, 0),
    "openalex/W2962935454.json": ("openalex", 1, 0),
    "openalex/snapshot_works.jsonl": ("openalex", 1, 12),
    **{f"crossref/{name}.json": ("crossref", 1, 0) for name in ONE_WORK_OF_CROSSREF},
    **{f"crossref/{name}.json": ("crossref", 0, 1) for name in NO_WORK_OF_CROSSREF},
    "crossref/works_items.jsonl.gz": ("crossref", 826, 20),
    "crossref/works_list_1.json": ("crossref", 5, 0),
    "crossref/works_list_2.json": ("crossref", 20, 0),
    "crossref/works_list_3.json": ("crossref", 3, 0),
    "semanticscholar/Author.json.gz": ("s2", 60, 0),
    "semanticscholar/PaperWithNullValues.json": ("s2", 0, 1),
    "semanticscholar/get_paper_5.json": ("s2", 1, 0),
    "semanticscholar/get_paper_references_7.json": ("s2", 40, 10),
    "semanticscholar/get_papers_9.json": ("s2", 0, 3),
    "semanticscholar/get_recommended_papers_from_lists_11.json": ("s2", 100, 0),
    "semanticscholar/paper_full.json.gz": ("s2", 1, 0),
    "semanticscholar/search_paper_15.json": ("s2", 100, 0),
    "semanticscholar/search_paper_match_title_17.json": ("s2", 1, 0),
    "semanticscholar/search_paper_next_page_19.json": ("s2", 100, 0),
    "semanticscholar/search_paper_publication_date_or_year_21.json": ("s2", 100, 0),
    "semanticscholar/search_paper_publication_date_or_year_23.json": ("s2", 100, 0),
    "semanticscholar/search_paper_publication_date_or_year_25.json": ("s2", 100, 0),
    "semanticscholar/search_paper_publication_types_27.json": ("s2", 0, 100),
    "semanticscholar/search_paper_traversing_results_29.json": ("s2", 89, 0),
    "semanticscholar/search_paper_with_relevance_and_sort_31.json": ("s2", 100, 0),
    "semanticscholar/search_paper_year_range_33.json": ("s2", 0, 47),
    "orcid/record_3.0_full_example.json": ("orcid", 1, 0),
    "orcid/record_3.0_real.json": ("orcid", 26, 0),
    "orcid/work-full-3.0.xml": ("orcid", 1, 0),
    "orcid/works_0000-0003-1620-1408.json": ("orcid", 0, 0),
}
ORCID_PEOPLE = (
    "0001-8607-8025",
    "0002-1642-628X",
    "0002-3141-3057",
    "0002-3743-6823",
    "0002-5377-2624",
    "0002-9341-7985",
    "0003-0705-8136",
    "0003-0723-0581",
    "0003-2026-0443",
)
REFUSED = {  # file: the format that its refusal names
    "acl_xml/2020.tacl.xml.gz": "an ACL Anthology file (XML)",
    "acl_xml/P01.xml.gz": "an ACL Anthology file (XML)",
    "arxiv_oai/arxiv_search_docmeta.json": "arXiv metadata in JSON",
    "bibtex/jabref_empty.bib": "an empty input",
    "crossref/error_400_2.txt": "an HTML page",
    "crossref/error_404_0.txt": "an HTML page",
    "crossref_xml/crossref_10.1103_PhysRevD_64-117303.xml": "a Crossref record (XML)",
    "crossref_xml/crossref_no_contrib_10.4213_im9580e.xml": "a Crossref record (XML)",
    "crossref_xml/crossref_preprint_10.31223-X5WD2C.xml": "a Crossref record (XML)",
    "datacite/citeproc.json": "a CSL JSON (citeproc) file",
    "datacite/codemeta.json": "a CodeMeta file (JSON-LD)",
    "datacite/datacite-example-full-v4.5.xml": "a DataCite record (XML)",
    "datacite/datacite-user-example.json": "a DataCite record (JSON)",
    "datacite/datacite_malformed_creator.xml": "a DataCite record (XML)",
    "datacite/datacite_missing_creator.xml": "a DataCite record (XML)",
    "datacite/dois_list.json": "a DataCite record (JSON)",
    "openalex/A-api-response.json": "an OpenAlex author record",
    "openalex/A5023888391.json": "an OpenAlex author record",
    "openalex/I27837315.json": "an OpenAlex institution record",
    "openalex/S137773608.json": "an OpenAlex source record (a journal or another venue)",
    "openalex/T11636.json": "an OpenAlex topic record",
    "openalex/merged_ids_authors.csv": "OpenAlex's list of merged ids (CSV)",
    "openalex/snapshot_author.jsonl": "an OpenAlex author record",
    "openalex/snapshot_institutions.jsonl.gz": "an OpenAlex institution record",
    "opencitations/meta_rows_1.csv.gz": "an OpenCitations file (CSV)",
    "orcid/employments-3.0.xml": "an ORCID record other than works (XML)",
    "orcid/person-3.0.xml": "an ORCID record other than works (XML)",
    **{f"orcid/person_0000-{end}.json": "an ORCID person record" for end in ORCID_PEOPLE},
    **{f"orcid/search_{number}.json": "an answer of ORCID's search" for number in ("08", "11", "13", "15", "17", "22", "24", "26", "42")},
    **{f"orcid/search_{number}.json": "an error answer of a service, not a record" for number in ("19", "38")},
    "ris/jabref_IsiImporterTestWOS.isi": "an ISI (Web of Science) file",
    "ris/jabref_NbibImporterTest.nbib": "an NBIB (MEDLINE) file",
    "ris/rispy_example_wos.ris": "an ISI (Web of Science) file",
    "ror/dataset_affiliations_crossref_2024_02_19.json.gz": "a list of affiliations labelled with ROR ids",
    "semanticscholar/debug_1.json": "an error answer of a service, not a record",
    "semanticscholar/get_author_3.json": "a Semantic Scholar author answer",
    "semanticscholar/not_found_13.json": "an error answer of a service, not a record",
    "unarxive/papers_with_references.jsonl.gz": "a unarXive file",
}
FOLDERS = ("acl_xml", "crossref", "crossref_xml", "datacite", "openalex", "opencitations", "orcid", "semanticscholar", "unarxive")


@pytest.fixture
def samples(records) -> Path:
    return records / "samples"


@pytest.mark.parametrize("name", READ)
def test_a_file_gives_the_works_that_stand_in_it(samples, name):
    key, works, rejected = READ[name]
    with open_stream(samples / name) as stream:
        chosen = recognise(stream.head)
        results = list(read_records(chosen, stream))
    reasons = [result for result in results if isinstance(result, Rejected)]
    assert chosen.key == key
    assert (len(results) - len(reasons), len(reasons)) == (works, rejected)
    assert all(result.reason.endswith(".") and result.excerpt for result in reasons)
    assert [result.ordinal for result in reasons] == [place for place, result in enumerate(results, 1) if isinstance(result, Rejected)]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_read_is_refused_by_its_name(samples, name):
    with open_stream(samples / name) as stream, pytest.raises(UnreadableFormat) as refusal:
        recognise(stream.head)
    assert refusal.value.name == REFUSED[name]
    assert str(refusal.value).startswith("This ")


def test_no_sample_is_forgotten(samples):
    there = {f"{folder}/{path.name}" for folder in FOLDERS for path in (samples / folder).iterdir()}
    assert there == {name for name in (*READ, *REFUSED) if name.split("/")[0] in FOLDERS}


@pytest.mark.parametrize("name", [name for name, (_, works, _) in READ.items() if works])
def test_every_text_of_a_record_is_clean(samples, name):
    """No control character, no white space at an end, no tag, in any field that a page shows."""
    with open_stream(samples / name) as stream:
        results = list(read_records(recognise(stream.head), stream))
    for work in results:
        if isinstance(work, Rejected):
            continue
        shown = [work.title, work.abstract, work.licence, *work.affiliations_unaligned]
        shown += [work.venue.name] if work.venue else []
        for authorship in work.authorships:
            shown += [authorship.name, *authorship.affiliations, *(one.name for one in authorship.institutions)]
        shown += [topic.name for topic in work.topics]
        for text in shown:
            assert text == " ".join(text.split())
            assert not any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in text)
            assert "</" not in text
            assert "<mml" not in text
        assert work.title
        assert work.record_id
        assert work.month is None or work.year is not None
        assert work.day is None or work.month is not None
