"""The figures of works as they are stored, from the first import to the pages: in full, for a few, exported, explained, withheld."""

from __future__ import annotations

import gzip
import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.lib.bulk import Changed, write_back
from config.lib.public_ids import decode_public_id
from config.lib.rest.pagination import encode_cursor
from papers.figures import refresh_all_work_figures, refresh_author_figures, refresh_work_figures
from papers.figures.exporting import check_lines, export_lines
from papers.models import AuthorFigures, RefreshRequest, WhyNot, Work, WorkFigures
from profiles.models import PageChoice
from tests.factories.papers import AuthorFactory, FieldFactory, TopicFactory, WorkFactory
from tests.factories.reading import counted_queries, text_of

THIS_YEAR = timezone.now().year

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch):
    """Two peers, and five works with topics in the years before."""
    monkeypatch.setattr("papers.metrics.works.LEAST_PEERS", 2)
    for module in ("novelty", "works"):
        monkeypatch.setattr(f"papers.metrics.{module}.LEAST_WINDOW", 5)


@pytest.fixture
def library():
    """Ada's works of five years about pairs of four topics, cited more and more; one without anything."""
    ada, topics, field = (
        AuthorFactory(display_name="Ada Quillmere"),
        [TopicFactory(name=name) for name in ("Engines", "Looms", "Numbers", "Flight")],
        FieldFactory(),
    )
    works = [
        WorkFactory(
            by=[ada],
            on=[topics[n % 4], topics[(n + 1 + n // 4 % 2) % 4]],
            year=THIS_YEAR - 6 + n // 4,
            month=5,
            day=2 if n % 2 else None,
            field=field,
            cited_by_count=n % 5 * 3,
            cited_by_source="openalex",
        )
        for n in range(24)
    ]
    return ada, [*works, WorkFactory(by=[ada], year=None)]


def stored():
    return {row["work_id"]: row for row in WorkFigures.objects.values()}


def without_time(row):
    return {name: value for name, value in row.items() if name != "computed_at"}


def test_a_few_come_out_as_all_do_and_again_as_before(library):
    _ada, works = library
    assert refresh_all_work_figures() == Changed(len(works), 0, 0)
    in_full = stored()
    assert sum(row["novelty_part"] is not None for row in in_full.values()) > 10
    assert sum(row["citations_part"] is not None for row in in_full.values()) > 10
    assert in_full[works[-1].pk]["citations_withheld"] == WhyNot.NO_YEAR
    assert refresh_all_work_figures() == Changed(0, 0, 0)

    some = [work.pk for work in works[::3]]
    WorkFigures.objects.filter(pk__in=some).delete()
    assert refresh_work_figures(some) == len(some)

    assert {key: without_time(row) for key, row in stored().items()} == {key: without_time(row) for key, row in in_full.items()}


def test_a_changed_work_is_fresh_and_its_authors_follow(library):
    ada, works = library
    refresh_all_work_figures()
    before = stored()[works[1].pk]
    Work.objects.filter(pk=works[1].pk).update(cited_by_count=1000)
    topic = TopicFactory(name="Music")
    works[2].work_topics.create(topic=topic, source="openalex")

    refresh_work_figures([works[1].pk, works[20].pk])
    after = stored()[works[1].pk]
    assert (after["citations"], after["citations_below"]) == (1000, after["citations_peers"] - 1)
    assert after["score"] > before["score"]

    WorkFigures.objects.filter(pk=works[20].pk).update(novelty_part=0.123)
    refresh_work_figures([works[20].pk])
    assert list(RefreshRequest.objects.filter(kind="author-figures").values_list("object_id", flat=True)) == [ada.pk]

    Work.objects.filter(pk=works[1].pk).update(erased_at=timezone.now())
    assert refresh_work_figures([works[1].pk]) == 0
    assert works[1].pk not in stored()


def test_an_export_gives_every_figure_again(library, tmp_path):
    refresh_all_work_figures()
    refresh_author_figures([library[0].pk])
    file = tmp_path / "figures.jsonl.gz"
    call_command("export_figures", str(file), stdout=StringIO())
    said = StringIO()
    call_command("check_figures", str(file), stdout=said)
    assert said.getvalue() == "works=25 authors=1 different=0\n"

    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    lines[3]["stored"]["score"] += 0.001
    lines[-1]["stored"]["novelty"] = None
    assert [line.split()[:3:2] for line in check_lines(lines).different] == [["work", "score"], ["author", "novelty"]]
    (tmp_path / "other").write_text("no export")
    with pytest.raises(CommandError, match="is not an export"):
        call_command("check_figures", str(tmp_path / "other"))


def test_an_author_has_a_novelty_from_ten_works_on_the_same_either_way(library):
    ada, _works = library
    refresh_author_figures([ada.pk])
    refresh_all_work_figures()
    at_night = AuthorFigures.objects.get(pk=ada.pk)
    refresh_author_figures([ada.pk])
    alone = AuthorFigures.objects.get(pk=ada.pk)
    names = ("novelty", "novelty_low", "novelty_high", "novelty_works", "novelty_withheld")
    assert [getattr(at_night, name) for name in names] == [getattr(alone, name) for name in names]
    assert alone.novelty_low < alone.novelty < alone.novelty_high


def test_pages_show_scores_with_their_parts_and_sort_by_them(client: Client, library):
    ada, works = library
    refresh_all_work_figures()
    refresh_author_figures([ada.pk])
    path = ada.get_absolute_url()
    client.get(path)  # what is worked out only once is
    with counted_queries() as by_date:
        page = client.get(path)
    with counted_queries() as by_score:
        sorted_page = client.get(f"{path}?sort=score")
    assert by_score.count == by_date.count
    best = WorkFigures.objects.filter(score__isnull=False).order_by("-score")[0]
    assert best.score is not None
    assert sorted_page.content.decode().split('<ol class="works">')[1].find(best.work.title) < 400
    assert "For sorting lists only" in page.content.decode()
    assert "novelty (" in text_of(page)

    paper = text_of(client.get(best.work.get_absolute_url()))
    assert f"Score {round(best.score)} of 100" in paper
    apart = text_of(client.get(f"{best.work.get_absolute_url()}figures/"))
    assert f"= {best.score:.4f}" in apart
    assert client.get(f"{best.work.get_absolute_url()}figures").status_code in {301, 404}
    answer = client.get(f"/api/v1/works/{best.work.public_id}/figures/").json()
    assert answer["score"] == pytest.approx(best.score)
    assert client.get("/search/?q=careful&kind=papers&sort=score").status_code == 200
    assert f"Score {round(best.score)}" not in text_of(client.get(works[-1].get_absolute_url()))


def test_programs_sort_by_figures_through_all_pages(client: Client, library):
    ada, works = library
    refresh_all_work_figures()
    WorkFigures.objects.filter(pk=works[3].pk).delete()  # not computed yet: it comes last, and is not left out
    for ordering, column in (("-score", "score"), ("-novelty", "novelty_part")):
        told, address = [], f"/api/v1/authors/{ada.public_id}/works/?ordering={ordering}&page_size=7"
        while address:
            answer = client.get(address).json()
            told += [decode_public_id(work["id"]) for work in answer["results"]]
            address = answer["next"]
        figure_of = dict(WorkFigures.objects.values_list("work_id", column))
        figures = [-1.0 if (figure := figure_of.get(key)) is None else figure for key in told]
        assert sorted(told) == sorted(work.pk for work in works)
        assert list(zip(figures, told, strict=True)) == sorted(zip(figures, told, strict=True), reverse=True)
        assert client.get(f"/api/v1/works/?ordering={ordering}").status_code == 400
        forged = encode_cursor(ordering, "1", 1)
        assert client.get(f"/api/v1/authors/{ada.public_id}/works/?ordering={ordering}&cursor={forged}").status_code == 400


def test_who_withholds_figures_shows_none(client: Client, library):
    ada, _works = library
    refresh_all_work_figures()
    refresh_author_figures([ada.pk])
    assert "As stored" in text_of(client.get(f"{ada.get_absolute_url()}figures/"))
    PageChoice.objects.create(author=ada, withhold_figures=True)
    page = client.get(f"{ada.get_absolute_url()}?sort=score").content.decode()
    assert 'class="score"' not in page
    assert "sort=novelty" not in page
    apart = text_of(client.get(f"{ada.get_absolute_url()}figures/"))
    assert "withheld" in apart
    assert "h-index" not in apart
    for path in ("figures/", "works/?ordering=-score", "graph/"):
        answer = client.get(f"/api/v1/authors/{ada.public_id}/{path}")
        assert answer.status_code == 404
        assert "withheld" in answer.json()["detail"]
    assert client.get(f"/api/v1/authors/{ada.public_id}/works/").status_code == 200
    exported = list(export_lines())
    assert {"work", "author"} & {name for line in exported for name in line} == {"work"}


def test_recent_papers_of_a_field_stand_in_the_order_of_their_scores(client: Client, library):
    refresh_all_work_figures()
    with counted_queries() as queries:
        answer = client.get("/papers/notable/")
    assert queries.count == 4
    latest = list(WorkFigures.objects.filter(year=THIS_YEAR - 1).order_by("-score", "-work").values_list("work__title", flat=True))
    places = [answer.content.decode().find(f">{title}</a>") for title in latest]
    assert places == sorted(places)
    assert min(places) > 0
    week = WorkFigures.objects.filter(week__isnull=False).order_by("-week").values_list("week", flat=True)[0]
    assert "week of" in text_of(client.get(f"/papers/notable/?when={week}"))
    odd = {"?field=zz&when=abc": 4, "?page=99999999999999999999": 4, "?field=%00&when=9999": 4, "?page=8": 3}
    for query, expected in odd.items():
        with counted_queries() as queries:
            answer = client.get(f"/papers/notable/{query}")
        assert (query, answer.status_code, queries.count) == (query, 200, expected)


def test_a_year_with_a_handful_of_papers_is_offered_and_not_begun_with(client: Client, library, monkeypatch):
    ada, works = library
    WorkFactory(by=[ada], title="The first of January", year=THIS_YEAR, field=works[0].field)
    refresh_all_work_figures()
    assert "The first of January" in text_of(client.get("/papers/notable/"))
    monkeypatch.setattr("papers.querysets.notable.ENOUGH", 4)
    page = text_of(client.get("/papers/notable/"))
    assert "The first of January" not in page
    assert f", {THIS_YEAR - 1}" in page
    assert "The first of January" in text_of(client.get(f"/papers/notable/?when={THIS_YEAR}"))


def test_a_figure_can_be_explained(library):
    ada, works = library
    refresh_all_work_figures()
    refresh_author_figures([ada.pk])
    said = StringIO()
    call_command("explain_figure", "paper", works[20].public_id, stdout=said)
    assert "z = " in said.getvalue()
    assert "Score: 100 ×" in said.getvalue()
    call_command("explain_figure", "author", str(ada.pk), stdout=said)
    assert "14 × 0.5" in said.getvalue()
    with pytest.raises(CommandError, match="no such paper"):
        call_command("explain_figure", "paper", "999999999")
    with pytest.raises(CommandError, match="neither"):
        call_command("explain_figure", "author", "Ada\x00")


def test_only_rows_that_differ_are_written():
    works = [WorkFactory(), WorkFactory(), WorkFactory()]
    now = timezone.now()
    rows = [(work.pk, 50.0, 0.5, now.date()) for work in works]
    given = {"names": ("work_id", "score", "completeness_part", "as_of"), "key": "work_id"}
    rest = {"citations_source": "", "citations_withheld": 3, "novelty_withheld": 6, "computed_at": now, "version": 1}
    rest |= dict.fromkeys(
        ("citations_below", "citations_equal", "citations_peers", "citations_cell", "topics_count", "years_before", "known"), 0
    )
    rest |= dict.fromkeys(("novelty_below", "novelty_equal", "novelty_peers"), 0)

    assert write_back(WorkFigures, rows=rows, stamp=rest, **given) == Changed(3, 0, 0)
    assert write_back(
        WorkFigures, rows=[*rows[:1], (works[1].pk, 60.0, 0.5, now.date())], stamp=rest, delete_others=True, **given
    ) == Changed(0, 1, 1)
    columns = {"author_id": np.array([1], dtype=np.int64), "novelty": np.array([0.5])}
    assert write_back(AuthorFigures, key="author_id", columns=columns, insert=False) == Changed(0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM papers_workfigures WHERE score = 60")
        assert cursor.fetchone() == (1,)
