"""The name of a page: chosen, kept by imports, forms hidden, and taken back with a claim in somebody else's name."""

from __future__ import annotations

import pytest
from django.test import Client

from papers.ingest.ahead import prepared
from papers.ingest.runs import execute
from papers.models import Author, ImportRun, NameVariant, NameVisibility
from papers.records import AuthorshipRecord, WorkRecord
from papers.search.people import find_people
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import PageChoice, TrailEntry
from profiles.owners.names import choose_name, forget_chosen_name, hide_variant, show_variant
from profiles.owners.works import void_decisions
from tests.factories.people import account
from tests.factories.reading import text_of
from tests.profiles.owners.conftest import People

pytestmark = pytest.mark.django_db
NAMES = "/settings/names/"


def variant(page: Author, name: str) -> NameVariant:
    from papers.names import parse_name

    return NameVariant.objects.create(author=page, name=name, key=parse_name(name).key, block=parse_name(name).block)


def test_the_owner_chooses_a_published_form_or_their_own(people: People) -> None:
    variant(people.page, "A. Quillmere")
    client = Client()
    client.force_login(people.ada)
    client.post(NAMES, {"name": "A. Quillmere"})
    people.page.refresh_from_db()
    assert (people.page.display_name, people.page.name_decided_by_person) == ("A. Quillmere", True)

    client.post(NAMES, {"name": "own", "own_name": "Ada  Loomis\tQuillmere"})
    people.page.refresh_from_db()
    assert (people.page.display_name, people.page.sort_name) == ("Ada Loomis Quillmere", "Quillmere, Ada Loomis")
    assert PageChoice.objects.get(author=people.page).chosen_name == "Ada Loomis Quillmere"
    assert find_people("Ada Loomis Quillmere").ids == [people.page.pk]

    client.post(NAMES, {"reset": "1"})
    people.page.refresh_from_db()
    assert (people.page.display_name, people.page.name_decided_by_person) == ("Ada Quillmere", False)
    assert not NameVariant.objects.filter(name="Ada Loomis Quillmere").exists()


def test_the_trail_says_that_a_name_was_chosen_and_never_which(people: People) -> None:
    choose_name(author=people.page, user=people.ada, name="Ada Loomis Quillmere")
    entry = TrailEntry.objects.get(action="name-choose")
    assert entry.changes == []
    assert entry.claim_id == people.claim.pk


def record(record_id: str, name: str) -> WorkRecord:
    return WorkRecord(
        source="arxiv",
        record_id=record_id,
        title=f"On Looms, Part {record_id}",
        year=2024,
        authorships=(AuthorshipRecord(name, 0, ids={"openalex": "A7"}),),
    )


def read(*records: WorkRecord) -> None:
    execute(ImportRun.objects.create(origin="test"), prepared(records))


def test_no_import_changes_a_chosen_name(people: People) -> None:
    read(record("one", "E. Notherby"))
    page = Author.objects.get(display_name="E. Notherby")
    choose_name(author=page, user=people.emmy, name="Emmy the Younger")
    read(record("two", "Emmy Notherby"))
    page.refresh_from_db()
    assert page.display_name == "Emmy the Younger"
    assert page.authorships.count() == 2  # a name that no work states keeps no work away

    forget_chosen_name(author=page)
    read(record("three", "Emmy Maria Notherby"))
    page.refresh_from_db()
    assert (page.display_name, page.authorships.count()) == ("Emmy Notherby", 3)


def test_a_hidden_form_is_shown_nowhere_and_leads_to_the_page_unless_it_must_not(people: People, client: Client) -> None:
    variant(people.page, "Augusta Kingsley")
    address = people.page.get_absolute_url()
    assert "Augusta Kingsley" in text_of(client.get(address))

    hide_variant(author=people.page, user=people.ada, name="Augusta Kingsley")
    assert "Augusta Kingsley" not in text_of(client.get(address))
    assert find_people("Augusta Kingsley").ids == [people.page.pk]
    found = text_of(client.get("/search/", {"q": "Augusta Kingsley"})).partition("Augusta Kingsley")[2]
    assert "published as Augusta Kingsley" not in found
    assert PageChoice.objects.get().hidden_variants == ["Augusta Kingsley"]

    hide_variant(author=people.page, user=people.ada, name="Augusta Kingsley", searchable=False)
    assert find_people("Augusta Kingsley").ids == []

    show_variant(author=people.page, user=people.ada, name="Augusta Kingsley")
    assert "Augusta Kingsley" in text_of(client.get(address))
    assert PageChoice.objects.get().hidden_variants == []


def test_the_name_of_the_page_itself_cannot_be_hidden(people: People) -> None:
    with pytest.raises(NotAllowedError, match="goes by this name"):
        hide_variant(author=people.page, user=people.ada, name="Ada Quillmere")
    with pytest.raises(WrongStateError):
        hide_variant(author=people.page, user=people.ada, name="Nobody At All")


def test_nobody_else_names_a_page(people: People) -> None:
    for user in (people.grace, account("mallory")):
        with pytest.raises(NotAllowedError):
            choose_name(author=people.page, user=user, name="Somebody Else")
        with pytest.raises(NotAllowedError):
            hide_variant(author=people.page, user=user, name="Ada Quillmere")
    assert Author.objects.get(pk=people.page.pk).display_name == "Ada Quillmere"


def test_a_name_chosen_in_an_impostors_name_goes_with_the_claim(people: People) -> None:
    variant(people.page, "A. Quillmere")
    choose_name(author=people.page, user=people.ada, name="Mallory Quillmere")
    hide_variant(author=people.page, user=people.ada, name="A. Quillmere")
    void_decisions(claim=people.claim, actor=people.emmy)
    people.page.refresh_from_db()
    assert (people.page.display_name, people.page.name_decided_by_person) == ("Ada Quillmere", False)
    assert set(people.page.name_variants.values_list("name", "visibility")) == {
        ("Ada Quillmere", NameVisibility.SHOWN),
        ("A. Quillmere", NameVisibility.SHOWN),
    }


def test_a_name_chosen_anew_since_stays(people: People) -> None:
    choose_name(author=people.page, user=people.ada, name="Mallory Quillmere")
    choose_name(author=people.page, user=people.emmy, name="Ada Loomis Quillmere")
    void_decisions(claim=people.claim, actor=people.emmy)
    people.page.refresh_from_db()
    assert people.page.display_name == "Ada Loomis Quillmere"


@pytest.mark.parametrize("said", [{}, {"name": "own", "own_name": " \0 "}, {"name": "own", "own_name": "123"}, {"hide": "nobody"}])
def test_what_cannot_be_a_name_is_said(people: People, said: dict) -> None:
    client = Client()
    client.force_login(people.ada)
    answer = client.post(NAMES, said)
    assert answer.status_code == 200
    assert 'id="own-name-error"' in answer.content.decode()
