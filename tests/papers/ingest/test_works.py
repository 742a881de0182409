"""What becomes of records: new works, further records of the same work, and what they may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from papers.models import (
    Author,
    AuthorIdentifier,
    Authorship,
    Citation,
    ImportItem,
    ImportRun,
    Institution,
    NameVariant,
    PendingReference,
    RefreshRequest,
    Work,
)
from papers.records import AuthorshipRecord, InstitutionRecord, ReferenceRecord, Rejected, TopicRecord, VenueRecord
from tests.papers.ingest.conftest import TITLE, counts, record

Read = Callable[..., ImportRun]


def test_a_record_becomes_a_work_with_its_people(read: Read) -> None:
    run = read(
        record(
            abstract="We bound $O(n^2)$.",
            ids={"arxiv": "2401.00001"},
            topics=(TopicRecord("Machine Learning", "arxiv", "cs.LG"),),
            venue=VenueRecord("arXiv", key="arxiv", kind="repository"),
            code_urls=("https://example.org/code",),
            month=1,
            day=5,
        )
    )
    assert counts(run) == (1, 0, 0, 0)
    work = Work.objects.get()
    assert (work.title, work.year, work.month, work.day, work.date_key) == (TITLE, 2024, 1, 5, 20240105)
    assert "<math" in work.abstract_html
    assert work.title_html == ""
    assert work.has_code
    assert work.field is not None
    assert work.field.key == "machine-learning"
    assert work.provenance["abstract"] == "arxiv:r1"
    assert [(one.raw_name, one.position) for one in work.authorships.all()] == [("Ada Quill", 0), ("Grace Harrow", 1)]
    assert set(Author.objects.values_list("display_name", "sort_name")) == {("Ada Quill", "Quill, Ada"), ("Grace Harrow", "Harrow, Grace")}
    assert RefreshRequest.objects.filter(kind="author-figures").count() == 2


def test_the_same_record_again_changes_nothing_and_says_so(read: Read) -> None:
    first = record(ids={"doi": "10.1/x"}, abstract="Threads.", topics=(TopicRecord("Weaving"),))
    read(first)
    before = list(Work.objects.values()) + list(Authorship.objects.values())
    assert counts(read(first)) == (0, 0, 1, 0)
    assert list(Work.objects.values()) + list(Authorship.objects.values()) == before


def test_a_shared_identifier_makes_one_work_of_two_records(read: Read) -> None:
    read(record(ids={"doi": "10.1/x"}))
    run = read(
        record("c1", source="crossref", title="Another wording altogether, by the publisher", ids={"doi": "10.1/x"}, abstract="New.")
    )
    assert counts(run) == (0, 1, 0, 0)
    work = Work.objects.get()
    assert work.sources == ["arxiv", "crossref"]
    assert work.title.startswith("Another wording"), "a publisher's title outranks a preprint's"
    assert work.provenance["title"] == "crossref:c1"


def test_the_same_title_year_and_an_author_in_common_make_one_work_of_two_sources(read: Read) -> None:
    read(record(year=2023))
    assert counts(read(record("b1", source="bibtex", title=TITLE.upper(), authors=["Quill, A.", "Harrow, G."]))) == (0, 1, 0, 0)
    assert Work.objects.count() == 1
    assert Author.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        record("b1", source="bibtex", authors=["Emmy Stern"]),
        record("b1", source="bibtex", year=2020),
        record("b1", source="bibtex", title="On the Weaving of Numbers by Looms"),
        record("b1", source="arxiv"),
    ],
    ids=["other people", "years apart", "another title", "its own source tells it apart"],
)
def test_what_is_another_work(read: Read, other: object) -> None:
    read(record())
    assert counts(read(other)) == (1, 0, 0, 0)


def test_a_title_that_somebody_mistyped_is_recognised_by_its_authors_and_a_part_of_a_series_is_not(read: Read) -> None:
    long = "The disentangling of threads, knots and step sizes on flow VI"
    read(record(title=long), record("r2", title=f"{long} with looms, part 1"))
    assert counts(read(record("b1", source="bibtex", title=long.replace("flow", "flow-based")))) == (0, 1, 0, 0)
    assert counts(read(record("b2", source="bibtex", title=f"{long} with looms, part 2"))) == (1, 0, 0, 0)
    assert counts(read(record("b3", source="bibtex", title=long.replace("sizes", "size"), authors=["Ada Quill", "Emmy Stern"]))) == (
        1,
        0,
        0,
        0,
    )


def test_two_records_of_one_work_in_the_same_batch(read: Read) -> None:
    run = read(
        record(ids={"doi": "10.1/x"}), record("c1", source="crossref", ids={"doi": "10.1/x"}, licence="CC BY"), record("b", source="bibtex")
    )
    assert counts(run) == (1, 2, 0, 0), "a further source is news, even where it adds nothing else"
    assert Work.objects.get().licence == "CC BY"


def test_a_weaker_source_fills_what_is_missing_and_overwrites_nothing(read: Read) -> None:
    read(record("c1", source="crossref", ids={"doi": "10.1/x"}, venue=VenueRecord("Journal of Fictional Results")))
    read(
        record(
            "b1",
            source="bibtex",
            ids={"doi": "10.1/x"},
            title="A typo ridden titel of the same",
            abstract="Only the list had it.",
            venue=VenueRecord("J. Fict. Res."),
        )
    )
    work = Work.objects.select_related("venue").get()
    assert work.title == TITLE
    assert work.abstract == "Only the list had it."
    assert work.venue is not None
    assert work.venue.name == "Journal of Fictional Results"
    assert (work.provenance["title"], work.provenance["abstract"]) == ("crossref:c1", "bibtex:b1")


def test_what_a_person_set_is_replaced_by_no_source(read: Read) -> None:
    read(record(ids={"doi": "10.1/x"}))
    work = Work.objects.get()
    work.title, work.provenance = "Set by hand", {**work.provenance, "title": "person:7"}
    work.save()
    read(record("c1", source="crossref", ids={"doi": "10.1/x"}))
    assert Work.objects.get().title == "Set by hand"


def test_a_source_mends_its_own_record(read: Read) -> None:
    read(record(cited_by_count=3, cited_by_source="openalex"))
    run = read(
        record(title=TITLE + ", Mended", cited_by_count=5, cited_by_source="openalex", cited_by_as_of=date(2026, 11, 1), is_retracted=True)
    )
    assert counts(run) == (0, 1, 0, 0)
    work = Work.objects.get()
    assert (work.title, work.cited_by_count, work.cited_by_as_of, work.is_retracted) == (TITLE + ", Mended", 5, date(2026, 11, 1), True)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_identifier_that_a_source_gave_to_two_of_its_works_by_mistake_makes_them_no_one(read: Read, at_once: bool) -> None:
    review = record("J10-1006", source="acl", title="Book Review: The Representation of Looms", ids={"doi": "10.1/x", "acl": "J10-1006"})
    words = record(
        "J10-1008", source="acl", title="Last Words: Adopt a Failure", ids={"doi": "10.1/x", "acl": "J10-1008"}, authors=["Emmy Note"]
    )
    runs = [read(review, words)] if at_once else [read(review), read(words)]
    assert sum(run.created for run in runs) == 2
    assert set(Work.objects.get(title=words.title).identifiers.values_list("scheme", "value")) == {("acl", "J10-1008")}
    assert Work.objects.get(title=review.title).identifiers.filter(scheme="doi").exists()
    assert "10.1/x stands for another work" in ImportItem.objects.get(run=runs[-1], record_id="J10-1008").reason
    assert counts(read(review, words)) == (0, 0, 2, 0)
    preprint = record("2601.1", source="arxiv", title="Failure on Looms", ids={"arxiv": "2601.1"}, authors=["Emmy Note"])
    read(preprint)
    both = read(replace(preprint, record_id="J10-1010", source="acl", ids={"doi": "10.1/x", "arxiv": "2601.1"}))
    assert both.created == 0
    assert "10.1/x stands for another work" in ImportItem.objects.get(run=both).reason
    renamed = record("J10-1009", source="acl", title="Book review: the representation of looms.", ids={"doi": "10.1/x"})
    assert counts(read(renamed))[0] == 0  # as good as the same title: the source holds the work twice


def test_an_identifier_of_another_work_is_left_there_and_said_so(read: Read) -> None:
    read(record("r1", ids={"arxiv": "2401.00001"}), record("r2", title="Looms that count their own threads", ids={"arxiv": "2401.00002"}))
    run = read(
        record("c", source="crossref", ids={"arxiv": "2401.00001", "pmid": "7"}),
        record("d", source="openalex", ids={"arxiv": "2401.00002", "pmid": "7"}),
    )
    assert counts(run) == (0, 2, 0, 0)
    assert "pmid:7" in ImportItem.objects.get(run=run, record_id="d").reason


def test_a_cut_author_list_is_completed_by_a_source_that_has_all(read: Read) -> None:
    page_person = AuthorshipRecord(name="Emmy Stern", position=None)
    cut = (AuthorshipRecord(name="Ada Quill", position=0), page_person)
    read(record("s", source="seed", authorships=cut, authors_truncated=True))
    read(record("a", source="arxiv", authors=["Ada Quill", "Grace Harrow", "Emmy Stern"]))
    work = Work.objects.get()
    assert [(one.position, one.raw_name) for one in work.authorships.all()] == [(0, "Ada Quill"), (1, "Grace Harrow"), (2, "Emmy Stern")]
    assert (work.author_count, work.authors_truncated) == (3, False)
    assert Author.objects.count() == 3


def test_a_whole_author_list_gains_nobody_from_another_source(read: Read) -> None:
    read(record(ids={"doi": "10.1/x"}))
    read(record("s", source="s2", ids={"doi": "10.1/x"}, authors=["Ada Quill", "Grace Harrow", "Nobody Atall"]))
    assert Authorship.objects.count() == 2


def test_an_author_whom_the_source_withdraws_goes_unless_a_person_decided(read: Read) -> None:
    read(record(authors=["Ada Quill", "Grace Harrow", "Emmy Stern"]))
    Authorship.objects.filter(raw_name="Grace Harrow").update(decided_by_person=True, rule="person")
    read(record(authors=["Ada Quill"]))
    assert set(Authorship.objects.values_list("raw_name", flat=True)) == {"Ada Quill", "Grace Harrow"}


def test_a_place_that_loses_somebody_is_counted_again(read: Read) -> None:
    emmy = AuthorshipRecord(name="Emmy Stern", position=1, institutions=(InstitutionRecord("Institute of Looms"),))
    read(record(authors=["Ada Quill", emmy]))
    RefreshRequest.objects.all().delete()
    read(record(authors=["Ada Quill"]))
    marked = set(RefreshRequest.objects.values_list("kind", "object_id"))
    assert ("institution-figures", Institution.objects.get().pk) in marked
    assert ("author-figures", Author.objects.get(display_name="Emmy Stern").pk) in marked


def test_an_import_never_undoes_a_persons_decision(read: Read) -> None:
    read(record(ids={"doi": "10.1/x"}))
    other = Author.objects.create(display_name="Ada Quill", sort_name="Quill, Ada")
    Authorship.objects.filter(raw_name="Ada Quill").update(author=other, decided_by_person=True, rule="person", decided_at=timezone.now())
    named = AuthorshipRecord(name="Ada Quill", position=0, ids={"orcid": "0000-0002-1825-0097"})
    read(record(authors=[named, "Grace Harrow"]))
    read(record("c", source="crossref", ids={"doi": "10.1/x"}, authors=[named, "Grace Harrow"]))
    authorship = Authorship.objects.get(raw_name="Ada Quill")
    assert authorship.author == other
    assert authorship.orcid == "0000-0002-1825-0097", "what the source said is kept beside what was decided"


def test_one_person_over_several_works(read: Read) -> None:
    ada = AuthorshipRecord(name="Ada Quill", position=0, ids={"openalex": "A1"})
    read(
        record(authors=[ada, "Grace Harrow"]),
        record("r2", title="Looms that count their own threads", authors=["A. Quill", "Grace Harrow"]),
    )
    read(
        record(
            "r3",
            title="Looms that forget their own threads",
            authors=[AuthorshipRecord(name="Ada M. Quill", position=0, ids={"openalex": "A1"})],
        )
    )
    author = AuthorIdentifier.objects.get(scheme="openalex", value="A1").author
    assert author.authorships.count() == 3
    assert set(NameVariant.objects.filter(author=author).values_list("name", flat=True)) == {"Ada Quill", "A. Quill", "Ada M. Quill"}


def test_an_author_known_by_initials_is_called_by_the_full_name_that_comes_up(read: Read) -> None:
    read(record(authors=["A. Quill", "Grace Harrow"]))
    read(record("r2", title="Looms that count their own threads", authors=["ADA QUILL", "Grace Harrow"]))
    assert set(Author.objects.values_list("display_name", flat=True)) == {"Ada Quill", "Grace Harrow"}


def test_a_name_that_somebody_chose_before_any_work_stated_it_is_published_by_the_work_that_does(read: Read) -> None:
    ada = {"orcid": "0000-0001-2345-6789"}
    read(record(authors=(AuthorshipRecord("Ada Quill", 0, ids=ada),)))
    author = Author.objects.get()
    NameVariant.objects.create(author=author, name="Ada Loom", key="ada loom", block="loom a", is_published=False)
    run = read(record("r2", title="A Second Loom for the Same Numbers", authors=(AuthorshipRecord("Ada Loom", 0, ids=ada),)))
    assert counts(run) == (1, 0, 0, 0)
    assert set(author.name_variants.values_list("name", "is_published")) == {("Ada Quill", True), ("Ada Loom", True)}


def test_the_same_name_twice_on_a_work_is_two_authors(read: Read) -> None:
    read(record(authors=["Ada Quill", "Ada Quill"]))
    assert Author.objects.count() == 2
    one, other = Authorship.objects.order_by("position")
    with pytest.raises(IntegrityError), transaction.atomic():
        Authorship.objects.filter(pk=other.pk).update(author=one.author_id)


def test_an_organisation_has_no_persons_page(read: Read) -> None:
    read(record(authors=["Ada Quill", AuthorshipRecord(name="The Loom Consortium", position=1, is_organisation=True)]))
    assert Author.objects.count() == 1
    assert Authorship.objects.get(is_organisation=True).author is None


def test_three_thousand_authors(read: Read) -> None:
    people = [f"Weaver{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)} Threadman" for n in range(3000)]
    read(record(authors=people))
    assert Work.objects.get().author_count == 3000
    assert Author.objects.count() == 3000


def test_no_authors_and_no_year(read: Read) -> None:
    run = read(record(authorships=(), year=None))
    assert counts(run) == (1, 0, 0, 0)
    assert Work.objects.get().date_key == 0


def test_references_become_citations_when_both_works_are_there(read: Read) -> None:
    cites = (ReferenceRecord("doi", "10.1/later"), ReferenceRecord("doi", "10.1/never"), ReferenceRecord("doi", "10.1/self"))
    read(record(ids={"doi": "10.1/self"}, references=cites))
    assert Citation.objects.count() == 0
    read(record("r2", title="Looms that count their own threads", ids={"doi": "10.1/later"}))
    citation = Citation.objects.get()
    assert (citation.citing.title, citation.cited.title) == (TITLE, "Looms that count their own threads")
    assert set(PendingReference.objects.values_list("value", flat=True)) == {"10.1/never"}


def test_rejected_items_keep_their_reason_and_the_rest_goes_on(read: Read) -> None:
    run = read(Rejected(1, "broken", "It has no title.", "@article{broken}"), record())
    assert counts(run) == (1, 0, 0, 1)
    item = ImportItem.objects.get(run=run, outcome="rejected")
    assert (item.ordinal, item.reason, item.excerpt) == (1, "It has no title.", "@article{broken}")


def test_an_item_that_the_database_refuses_is_rejected_alone(read: Read) -> None:
    run = read(record(), record("r2", title="Looms of the year one", year=1), record("r3", title="Looms that count their own threads"))
    assert counts(run) == (2, 0, 0, 1)
    assert "work_year_plausible" in ImportItem.objects.get(run=run, outcome="rejected").reason
