"""What a page says while it may mix several people, and where it leads whoever knows better."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from papers.models import AmbiguityFinding, AuthorFigures, NameVariant
from papers.pages.ambiguity import reason_text
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.people import owner_of
from tests.factories.reading import counted_queries, links_of, text_of
from tests.factories.work import computed

REASONS = [
    {"kind": "coauthor-groups", "weight": 1.2, "details": {"groups": 2}},
    {
        "kind": "subjects-apart",
        "weight": 0.9,
        "details": {"first_words": ["lattice"], "first_years": "2013", "second_words": ["diffusion"], "second_years": "2023"},
    },
]


def finding_about(page, *, score=0.8, groups=2, **more):
    works = list(page.authorships.values_list("work_id", flat=True))
    return AmbiguityFinding.objects.create(
        author=page,
        score=score,
        works=len(works),
        reasons=more.get("reasons", REASONS),
        groups=[
            {
                "works": len(works) // groups,
                "first_year": 2013,
                "last_year": 2013,
                "examples": works[number : number + 1],
                "work_ids": works[number::groups],
                "coauthors": more.get("coauthors", []),
                "affiliations": [f"Institute {number}"],
            }
            for number in range(groups)
        ],
        method="test",
        computed_at=timezone.now(),
    )


@pytest.fixture
def page(db):
    author = AuthorFactory(display_name="Ada Quillmere", confidence=0.3)
    for number in range(4):
        WorkFactory(by=[author], title=f"Loom number {number}", cited_by_count=9, cited_by_source="openalex")
    computed(author)
    return author


def test_the_warning_says_why_shows_the_groups_and_leads_to_where_works_are_parted(client, page):
    grace, gone = AuthorFactory(display_name="Grace Farrowgate"), AuthorFactory(display_name="Nobody Known", erased_at=timezone.now())
    finding_about(page, coauthors=[grace.pk, gone.pk])

    answer = client.get(page.get_absolute_url())

    said = text_of(answer)
    assert "These 4 works look like those of 2 people" in said
    assert "Their co-authors form 2 groups that never meet on a work." in said
    assert "Some are about lattice (2013), others about diffusion (2023)." in said
    assert "2 works, 2013" in said
    assert "Grace Farrowgate" in said
    assert "Nobody Known" not in said
    assert "Loom number 1" in said
    assert any("/split/" in link for link in links_of(answer))
    assert "h-index" not in [count for count in said.split() if count == "h-index:"]
    assert AuthorFigures.objects.get(author=page).h_index is None


def test_whoever_parts_the_page_finds_each_group_whole_and_with_names(client, page):
    other = AuthorFactory(display_name="Hester Lane")
    finding_about(page, coauthors=[other.pk])
    said = text_of(client.get(reverse("profiles:split-propose", args=[page.pk, "ada-quillmere"])))
    assert said.count("with Hester Lane") == 2
    assert f"with {other.pk}" not in said
    assert "Group 1 · 2 works" in said  # not the one example alone
    assert "Group 2 · 2 works" in said


def test_whoever_owns_the_page_is_led_to_their_works(client, page):
    finding_about(page)
    user = owner_of(page, "ada")
    client.force_login(user)

    assert "Say which of them are yours" in text_of(client.get(page.get_absolute_url()))


def test_a_finding_that_says_little_is_not_shown(client, page):
    finding_about(page, score=0.4)

    assert "look like those of" not in text_of(client.get(page.get_absolute_url()))


def test_the_warning_costs_the_same_for_two_groups_and_for_four(client, page):
    client.get(page.get_absolute_url())  # whoever comes first has other things stored
    with counted_queries() as without:
        client.get(page.get_absolute_url())
    finding = finding_about(page, groups=2)
    with counted_queries() as two:
        client.get(page.get_absolute_url())
    finding.delete()
    finding_about(page, groups=4, coauthors=[AuthorFactory().pk for _ in range(4)])
    with counted_queries() as four:
        client.get(page.get_absolute_url())

    assert without.count == two.count == four.count


def test_namesakes_are_counted_but_for_those_who_hid_the_name_or_are_gone(client, page):
    other = AuthorFactory(display_name="Grace Farrowgate", variants=["Ada Quillmere"])
    AuthorFactory(display_name="Ada Quillmere", merged_into=page)
    NameVariant.objects.filter(author=AuthorFactory(display_name="Ada  Quillmere")).update(visibility="hidden")

    answer = client.get(page.get_absolute_url())

    assert "Not the Ada Quillmere you look for? 1 other" in text_of(answer)
    assert "/search/?q=Ada+Quillmere&kind=people" in links_of(answer)
    NameVariant.objects.filter(author=other, name="Ada Quillmere").delete()
    assert "you look for?" not in text_of(client.get(page.get_absolute_url()))


@pytest.mark.parametrize(
    "kind,details,expected",
    [
        ("two-orcids", {"values": ["0000-0002-1825-0097", "0000-0001-5109-3700"]}, "0000-0002-1825-0097 and 0000-0001-5109-3700"),
        ("two-source-ids", {"scheme": "openreview", "values": ["~A1", "~A2"]}, "OpenReview tells them apart: ~A1 and ~A2."),
        ("affiliations-apart", {"values": ["Here", "There"]}, "Here and There"),
        ("names-apart", {"values": ["Ada B. Q.", "Ada C. Q."]}, "Ada B. Q. and Ada C. Q."),
        ("long-gap", {"first_years": "1999", "second_years": "2020-2023"}, "1999, and then 2020-2023"),
        ("common-name", {"value": "Y. Liu", "others": 3}, "Y. Liu is a common name: 3 other pages bear it."),
        ("weak-join", {"probability": 0.5}, "Some are here for little more than the name."),
        ("coauthor-groups", {"groups": 3}, "3 groups"),
        ("of-another-version", {}, ""),
        ("subjects-apart", {}, ""),
    ],
)
def test_every_reason_has_its_sentence(kind, details, expected):
    assert expected in reason_text({"kind": kind, "details": details})


def test_moderators_see_the_worst_first(client, page):
    from profiles.models import User

    finding_about(page, score=0.6)
    worse = AuthorFactory(display_name="Emmy Notherby")
    WorkFactory(by=[worse])
    finding_about(worse, score=0.9, groups=1)
    admin = log_in_with_second_factor(client, User.objects.create_superuser("grace@example.org", "a long password"))

    listed = admin.get("/admin/papers/ambiguityfinding/").content.decode()

    assert listed.index("Emmy Notherby") < listed.index("Ada Quillmere")
    assert "Their co-authors form 2 groups" in listed
