"""Lists of the administration: everything is found, nothing is counted in full, no list asks more for more rows."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.lib.admin import MOST_COUNTED, BoundedPaginator
from papers import models
from papers.models import (
    AuthorFigures,
    ImportItem,
    ImportRun,
    NameCount,
    PendingReference,
    RefreshRequest,
    SubjectFigures,
    Work,
    WorkSource,
)
from tests.factories.papers import (
    AuthorFactory,
    AuthorIdentifierFactory,
    AuthorshipFactory,
    CitationFactory,
    FieldFactory,
    InstitutionFactory,
    TopicFactory,
    VenueFactory,
    WorkFactory,
    WorkIdentifierFactory,
)

pytestmark = pytest.mark.django_db

LETTERS = "abcdefghijklmnopqrstuvwxyz"
OURS = [getattr(models, name) for name in models.__all__ if hasattr(getattr(models, name), "_meta")]


def list_of(model):
    return reverse(f"admin:papers_{model._meta.model_name}_changelist")


def page_of(row):
    return reverse(f"admin:papers_{row._meta.model_name}_change", args=[row.pk])


def make_everything(count):
    run = ImportRun.objects.create(origin="works.jsonl", items_read=count, created=count)
    target = WorkFactory(title="Cited by all")
    for n in range(count):
        letter = LETTERS[n]
        place, topic = InstitutionFactory(name=f"Place {letter}"), TopicFactory(name=f"Topic {letter}", field=FieldFactory())
        author = AuthorFactory(display_name=f"Person {letter * 3}")
        work = WorkFactory(on=[topic], venue=VenueFactory(key=letter), field=FieldFactory())
        WorkIdentifierFactory(work=work)
        AuthorIdentifierFactory(author=author, scheme="s2", value=str(n + 1))
        authorship = AuthorshipFactory(work=work, author=author, at=[place], import_run=run)
        second = AuthorshipFactory(author=AuthorFactory(display_name=f"Second {letter * 3}"))
        models.UncertainPair.objects.create(one=authorship, other=second, probability=0.5, found_at=timezone.now())
        models.IdentityConstraint.objects.create(one=authorship, other=second, kind="same", origin="pair", decided_at=timezone.now())
        models.AuthorChange.objects.create(kind="merge", old_author=second.author_id, new_author=author.pk, at=timezone.now(), rule="test")
        models.AuthorshipRefusal.objects.create(authorship=authorship, author=AuthorFactory(display_name=f"Other {letter * 3}"))
        CitationFactory(citing=work, cited=target)
        PendingReference.objects.create(citing=work, scheme="doi", value=f"10.1/{n}", source="openalex")
        WorkSource.objects.create(work=work, source="arxiv", record_id=str(n), fingerprint=b"1", read_at=timezone.now(), import_run=run)
        ImportItem.objects.create(run=run, ordinal=n, outcome="created", work=work)
        AuthorFigures.objects.create(author=author, computed_at=timezone.now(), field=FieldFactory())
        models.WorkFigures.objects.create(work=work, as_of=timezone.now().date(), computed_at=timezone.now())
        SubjectFigures.objects.create(kind="topic", subject_id=topic.pk, computed_at=timezone.now())
        RefreshRequest.objects.create(kind="author-figures", object_id=author.pk, requested_at=timezone.now())
        NameCount.objects.create(role="family", token=letter, count=1)
        now = timezone.now()
        models.GraphSlice.objects.create(kind="person", subject_id=author.pk, document={}, fingerprint=letter, built_at=now, due_at=now)
        models.GraphChange.objects.create(work_id=work.pk, at=now)
        models.AmbiguityFinding.objects.create(author=author, score=0.6, method="test", computed_at=now)
        models.NameBlock.objects.get_or_create(key=letter)
        models.WordStatistics.objects.get_or_create(
            kind="text", defaults={"total": 1, "works": 1, "words": "", "counts": b"", "computed_at": now}
        )


def costs(client):
    counted = {}
    for model in OURS:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(list_of(model)).status_code == 200
        counted[model.__name__] = len(queries)
    return counted


def test_every_model_has_its_place():
    assert [model.__name__ for model in OURS if not admin.site.is_registered(model)] == []


def test_no_list_asks_more_for_twenty_rows_than_for_two(admin_client):
    make_everything(2)
    at_two = costs(admin_client)
    for model in (
        SubjectFigures,
        AuthorFigures,
        RefreshRequest,
        ImportItem,
        NameCount,
        PendingReference,
        models.GraphSlice,
        models.GraphChange,
        models.Citation,
        models.Authorship,
    ):
        model.objects.all().delete()
    for model in (WorkSource, Work, models.Author, models.Topic, models.InstitutionName, models.Institution, models.Venue, ImportRun):
        model.objects.all().delete()
    make_everything(20)

    assert costs(admin_client) == at_two
    assert max(at_two.values()) <= 10  # one of them sees that the second factor still stands


def test_counting_stops_where_nobody_reads_on():
    NameCount.objects.bulk_create(NameCount(role="first", token=str(n), count=n) for n in range(MOST_COUNTED + 5))

    pages = BoundedPaginator(NameCount.objects.order_by("pk"), 50)

    assert pages.count == MOST_COUNTED
    assert pages.count.is_bound
    assert BoundedPaginator(NameCount.objects.filter(count__lt=7).order_by("pk"), 50).count == 7


def test_a_count_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr("config.lib.admin.COUNT_MILLISECONDS", 1)
    slow = NameCount.objects.extra(where=["pg_sleep(0.2) IS NOT NULL"]).order_by("pk")
    NameCount.objects.bulk_create(NameCount(role="first", token=str(n), count=n) for n in range(3))

    assert BoundedPaginator(slow, 50).count == MOST_COUNTED
    assert NameCount.objects.count() == 3  # the transaction lives on


@pytest.mark.parametrize(
    "term",
    ["10.1234/engines", "https://doi.org/10.1234/ENGINES", "steam engines", "#{pk}", "{public_id}"],
)
def test_a_work_is_found_by_identifier_words_id_or_number(admin_client, term):
    wanted, other = WorkFactory(title="On steam engines"), WorkFactory(title="On looms")
    WorkIdentifierFactory(work=wanted, value="10.1234/engines")

    page = admin_client.get(list_of(Work), {"q": term.format(pk=wanted.pk, public_id=wanted.public_id)}).content.decode()

    assert page_of(wanted) in page
    assert page_of(other) not in page


@pytest.mark.parametrize("term", ["0000-0002-1825-0097", "ada BYRON", "Áda"])
def test_an_author_is_found_by_identifier_or_name(admin_client, term):
    ada, other = AuthorFactory(display_name="Ada Byron"), AuthorFactory(display_name="Charles Babbage")
    AuthorIdentifierFactory(author=ada)

    page = admin_client.get(list_of(models.Author), {"q": term}).content.decode()

    assert page_of(ada) in page
    assert page_of(other) not in page


@pytest.mark.parametrize("term", ["052gg0110", "ox.ac.uk", "oxford"])
def test_an_institution_is_found_by_ror_domain_or_name(admin_client, term):
    oxford = InstitutionFactory(name="University of Oxford", ror="052gg0110", domains=["ox.ac.uk"])
    other = InstitutionFactory(name="Elsewhere")

    page = admin_client.get(list_of(models.Institution), {"q": term}).content.decode()

    assert page_of(oxford) in page
    assert page_of(other) not in page


MEANINGLESS = ["\x00", "#", "#x", "#99999999999999999999", "x" * 300, "%", "'", "((", "10.1/\x00"]


@pytest.mark.parametrize("term", MEANINGLESS)
def test_a_term_that_means_nothing_finds_nothing_and_breaks_nothing(admin_client, term, accept):
    make_everything(2)
    asked = OURS if accept else OURS[MEANINGLESS.index(term) % 3 :: 3]  # each list meets a third of them, each of them a third of the lists
    for model in asked:
        assert admin_client.get(list_of(model), {"q": term}).status_code == 200


def test_what_sources_said_is_read_and_not_edited(admin_client):
    ada = AuthorFactory(display_name="Ada Byron")
    work = WorkFactory(title="On engines", by=[ada])

    shown = admin_client.get(page_of(work)).content.decode()
    changed = admin_client.post(page_of(work), {"title": "Mine now"})
    removed = admin_client.post(reverse("admin:papers_work_delete", args=[work.pk]), {"post": "yes"})

    assert work.get_absolute_url() in shown
    assert "Ada Byron" in shown
    assert (changed.status_code, removed.status_code) == (403, 403)
    assert Work.objects.get().title == "On engines"


def test_the_page_of_every_row_opens(admin_client):
    make_everything(1)
    for model in OURS:
        row = model.objects.order_by("pk").last()
        assert admin_client.get(page_of(row)).status_code == 200, model.__name__


def test_authorships_of_one_work_are_listed_apart(admin_client):
    ours, theirs = AuthorshipFactory(raw_name="Ours"), AuthorshipFactory(raw_name="Theirs")

    page = admin_client.get(list_of(models.Authorship), {"work__id__exact": ours.work_id}).content.decode()

    assert page_of(ours) in page
    assert page_of(theirs) not in page


def test_visitors_are_asked_to_log_in(client):
    response = client.get(list_of(Work))

    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_no_page_of_the_administration_has_a_script_or_style_of_its_own(admin_client):
    make_everything(1)
    for address in (list_of(Work), page_of(Work.objects.first()), list_of(RefreshRequest), reverse("admin:papers_importrun_add")):
        response = admin_client.get(address)
        page = response.content.decode()
        assert "'unsafe-inline'" not in response["Content-Security-Policy"]
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page


BIG = 100_000
FILL = """
    INSERT INTO papers_work (title, title_key, title_html, type, abstract, abstract_html, volume, issue, pages, track, field_basis, language,
        licence, landing_url, pdf_url, code_urls, has_code, cited_by_source, is_retracted, retraction_note, author_count, authors_truncated,
        affiliations_unaligned, sources, provenance, created_at, updated_at, year)
    SELECT 'Study ' || n, 'study' || n, '', 'article', '', '', '', '', '', '', '', '', '', '', '', '{}', false, '', false, '', 1, false,
        '{}', '{arxiv}', '{}', now(), now(), 1950 + n %% 70
    FROM generate_series(1, %(rows)s) AS n;
    INSERT INTO papers_author (display_name, sort_name, created_at) SELECT 'Person ' || n, 'Person ' || n, now() FROM generate_series(1, %(rows)s) AS n;
    INSERT INTO papers_namevariant (author_id, name, key, block)
        SELECT id, display_name, 'person ' || translate(id::text, '0123456789', 'abcdefghij'), 'person' FROM papers_author;
    INSERT INTO papers_authorship (work_id, position, raw_name, raw_affiliations, source_ids, orcid, orcid_authenticated, name_in_other_script,
        homepage, is_corresponding, is_organisation, source, rule, state, decided_by_person)
        SELECT id, 0, 'Person', '{}', '{}', '', false, '', '', false, false, 'arxiv', '', 'imported', false FROM papers_work;
    ANALYZE papers_work; ANALYZE papers_author; ANALYZE papers_namevariant; ANALYZE papers_authorship;
"""


def test_lists_and_searches_stay_quick_at_a_hundred_thousand_rows(admin_client, accept):
    if not accept:
        pytest.skip("a hundred thousand rows are made with --accept only")
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"rows": BIG})
    questions = [
        (Work, {}),
        (Work, {"p": "100"}),
        (Work, {"q": "study"}),
        (Work, {"q": "10.1234/none"}),
        (models.Author, {}),
        (models.Author, {"q": "person abc"}),
        (models.NameVariant, {"q": "person"}),
        (models.Authorship, {}),
    ]
    for model, parameters in questions:
        assert quickest_of_three(admin_client, model, parameters) < 0.5, (model, parameters)


def quickest_of_three(client, model, parameters):
    """Seconds that PostgreSQL took for the list: what grows with the table, whoever else keeps the machine busy."""
    taken = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(list_of(model), parameters).status_code == 200
        taken.append(sum(float(query["time"]) for query in queries))
    return min(taken)
