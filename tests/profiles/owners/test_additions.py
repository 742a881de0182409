"""Adding missing works: looked up or read, shown, and only then added where the owner says they stand."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from papers.models import Author, Authorship, ImportRun, ImportState, Work
from papers.sources import SourceError
from profiles.exceptions import LimitReachedError, NotAllowedError, WrongStateError
from profiles.models import AdditionKind, AdditionState, User, WorkAddition
from profiles.owners import additions
from profiles.owners.additions import A_DAY, carry_out, choose, look_up, start_addition
from profiles.owners.works import refuse_work
from tests.factories.people import account
from tests.factories.reading import text_of
from tests.papers.sources.conftest import PlayedService, Reply, pretend, service
from tests.profiles.owners.conftest import People

__all__ = ["pretend", "service"]  # fixtures: an outside service that is played here
pytestmark = pytest.mark.django_db
ADD = "/settings/works/add/"
ORCID_ID = "0000-0002-1825-0097"

BIBTEX = """
@article{one, title={On the Weaving of Numbers}, author={Grace Farrowgate and Ada Quillmere}, year={2023}}
@article{two, title={Two of a Name}, author={A. Quillmere and Ada Quillmere}, year={2022}}
@article{three, title={By Others}, author={Emmy Notherby}, year={2021}}
@article{four, author={Ada Quillmere}, year={2020}}
"""


def crossref(doi: str = "10.5555/looms", authors: list[dict] | None = None) -> Reply:
    people = authors or [{"given": "Grace", "family": "Farrowgate"}, {"given": "Ada", "family": "Quillmere"}]
    work = {
        "DOI": doi,
        "title": ["On the Weaving of Numbers by Engines"],
        "type": "journal-article",
        "author": people,
        "issued": {"date-parts": [[2023, 5]]},
        "URL": f"https://doi.org/{doi}",
    }
    return Reply(json.dumps({"status": "ok", "message-type": "work", "message": work}).encode())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def by_doi(people: People, pretend: PlayedService, reply: Reply) -> WorkAddition:
    """A DOI that was looked up."""
    pretend.replies = [reply]
    addition = start_addition(user=people.ada, kind=AdditionKind.DOI, value="https://doi.org/10.5555/LOOMS")
    look_up(addition.pk)
    addition.refresh_from_db()
    return addition


# --- From a service -----------------------------------------------------------------------------------------------


def test_a_doi_is_looked_up_shown_and_added_only_then(people: People, pretend: PlayedService) -> None:
    addition = by_doi(people, pretend, crossref())
    assert addition.state == AdditionState.FOUND
    assert Work.objects.count() == 4  # nothing yet
    (found,) = addition.found
    assert (found["title"], found["mine"]) == ("On the Weaving of Numbers by Engines", 1)

    client = signed_in(people.ada)
    page = client.get(addition.get_absolute_url())
    assert "Nothing has been added yet" in text_of(page)
    assert 'id="place-0-1" value="1" checked' in page.content.decode()
    client.post(addition.get_absolute_url(), {"place-0": "1"})
    carry_out(addition.pk)

    added = Authorship.objects.get(work__title="On the Weaving of Numbers by Engines", author=people.page)
    assert (added.position, added.decided_by_person, added.decided_by) == (1, True, people.ada)
    run = ImportRun.objects.get()
    assert (run.state, run.started_by, run.created) == (ImportState.FINISHED, people.ada, 1)
    assert "1 work is on your page now." in text_of(client.get(addition.get_absolute_url()))


def test_no_page_is_left_behind_by_the_import(people: People, pretend: PlayedService) -> None:
    addition = by_doi(people, pretend, crossref(authors=[{"given": "Ada K.", "family": "Quillmere"}]))
    choose(addition=addition, user=people.ada, wanted={"crossref:10.5555/looms": 0})
    carry_out(addition.pk)
    people_called_ada = Author.objects.filter(display_name__contains="Quillmere", merged_into__isnull=True)
    assert [one for one in people_called_ada if not one.authorships.exists()] == []


def test_carrying_out_twice_is_once(people: People, pretend: PlayedService) -> None:
    addition = by_doi(people, pretend, crossref())
    choose(addition=addition, user=people.ada, wanted={"crossref:10.5555/looms": 1})
    carry_out(addition.pk)
    before = list(Authorship.objects.order_by("pk").values())
    WorkAddition.objects.update(
        state=AdditionState.ADDING, leased_until=None, finished_at=None
    )  # as if the worker had died before its last word
    carry_out(addition.pk)
    assert list(Authorship.objects.order_by("pk").values()) == before
    assert WorkAddition.objects.get().state == AdditionState.DONE
    assert ImportRun.objects.count() == 1


def test_what_a_service_does_not_have_is_said(people: People, pretend: PlayedService) -> None:
    addition = by_doi(people, pretend, Reply(b"Resource not found.", 404))
    assert addition.state == AdditionState.FAILED
    page = text_of(signed_in(people.ada).get(addition.get_absolute_url()))
    assert "Crossref has nothing under doi 10.5555/looms." in page


def test_the_works_of_the_orcid_record_that_the_account_signs_in_with(people: People, pretend: PlayedService) -> None:
    with pytest.raises(WrongStateError, match="not connected"):
        start_addition(user=people.ada, kind=AdditionKind.ORCID)
    SocialAccount.objects.create(user=people.ada, provider="orcid", uid=ORCID_ID)
    addition = start_addition(user=people.ada, kind=AdditionKind.ORCID, value="0009-9990-0000-0427")
    assert addition.request == {"from": "orcid", "orcid": ORCID_ID}


def test_an_arxiv_identifier_asks_arxiv(people: People) -> None:
    client = signed_in(people.ada)
    client.post(ADD, {"by": "identifier", "identifier": "https://arxiv.org/abs/2401.00007v3"})
    assert WorkAddition.objects.get().request == {"from": "arxiv", "id": "2401.00007"}


def test_an_addition_that_a_worker_holds_is_left_to_it(people: People, pretend: PlayedService, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend.replies = [crossref()]
    addition = start_addition(user=people.ada, kind=AdditionKind.DOI, value="10.5555/looms")
    WorkAddition.objects.update(leased_until=addition.created_at + timedelta(days=1))
    look_up(addition.pk)
    assert pretend.asked == []
    look_up(987_654)  # one that is gone


def test_a_service_that_breaks_down_later_ends_it_with_the_reason(
    people: People, pretend: PlayedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    addition = by_doi(people, pretend, crossref())
    choose(addition=addition, user=people.ada, wanted={"crossref:10.5555/looms": 1})

    def refuse(_request: object) -> None:
        raise SourceError("Crossref could not be read: it answered 500.")

    monkeypatch.setattr(additions, "read_source", refuse)
    carry_out(addition.pk)
    addition.refresh_from_db()
    assert (addition.state, addition.error) == (AdditionState.FAILED, "Crossref could not be read: it answered 500.")


# --- From BibTeX --------------------------------------------------------------------------------------------------


def test_bibtex_is_shown_entry_by_entry_with_what_could_not_be_read(people: People) -> None:
    client = signed_in(people.ada)
    sent = client.post(ADD, {"by": "bibtex", "bibtex": BIBTEX})
    page = client.get(sent["Location"])
    text = text_of(page)
    assert "Several authors have a name that goes with yours. Which one are you?" in text
    assert "No author here has a name that goes with yours." in text
    assert "What could not be read" in text
    assert "title" in text.partition("What could not be read")[2]

    client.post(sent["Location"], {"place-0": "1", "place-1": "1", "place-2": "-1"})
    carry_out(WorkAddition.objects.get().pk)
    titles = set(Work.objects.filter(authorships__author=people.page, sources=["bibtex"]).values_list("title", flat=True))
    assert titles == {"On the Weaving of Numbers", "Two of a Name"}
    assert not Work.objects.filter(title="By Others").exists()
    assert WorkAddition.objects.get().text == ""


def test_a_file_is_read_like_what_is_pasted(people: People) -> None:
    upload = SimpleUploadedFile("works.bib", BIBTEX.encode("latin-1"))
    sent = signed_in(people.ada).post(ADD, {"by": "bibtex", "file": upload})
    assert sent.status_code == 302
    assert len(WorkAddition.objects.get().found) == 4


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"by": "identifier", "identifier": "what?"}, "neither a DOI"),
        ({"by": "identifier", "identifier": ""}, "This field is required."),
        ({"by": "identifier", "identifier": "10.1/x\0"}, "Null characters are not allowed."),
        ({"by": "bibtex", "bibtex": " "}, "Paste BibTeX, or choose a file."),
        ({"by": "bibtex", "bibtex": "x" * 200_001}, "at most 200000 characters"),
        ({"by": "orcid"}, "not connected with an ORCID iD"),
    ],
)
def test_what_cannot_be_asked_for_is_said(people: People, said: dict, sentence: str) -> None:
    answer = signed_in(people.ada).post(ADD, said)
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert not WorkAddition.objects.exists()


@pytest.mark.parametrize(
    "text", ["@", "@article{", "{" * 5000, "@article{a, title={x}}" + "{" * 100, "@string{a=b}", "\0\0", "plain words"]
)
def test_odd_bibtex_breaks_nothing(people: People, text: str) -> None:
    answer = signed_in(people.ada).post(ADD, {"by": "bibtex", "bibtex": text}, follow=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("place", ["", "-1", "99", "x", "\0", "9" * 50, "²"])
def test_a_place_that_is_not_there_adds_nothing(people: People, place: str) -> None:
    client = signed_in(people.ada)
    sent = client.post(ADD, {"by": "bibtex", "bibtex": BIBTEX})
    answer = client.post(sent["Location"], {"place-0": place, "place-99": "0"})
    assert "Say for at least one work which author you are." in text_of(answer)
    assert WorkAddition.objects.get().state == AdditionState.FOUND


# --- What is somebody else's --------------------------------------------------------------------------------------


def test_a_place_that_a_person_decided_is_somebody_elses_is_refused_with_the_reason(people: People) -> None:
    text = "@article{one, title={On the Weaving of Numbers}, author={Ada Quillmere and Emmy Notherby}, year={2023}}"
    first = start_addition(user=people.ada, kind=AdditionKind.BIBTEX, value=text)
    choose(addition=first, user=people.ada, wanted={first.found[0]["key"]: 0})
    carry_out(first.pk)

    second = start_addition(user=people.grace, kind=AdditionKind.BIBTEX, value=text)
    assert second.found[0]["fitting"] == 0
    choose(addition=second, user=people.grace, wanted={second.found[0]["key"]: 0})
    carry_out(second.pk)

    second.refresh_from_db()
    assert not second.outcome[0]["is_added"]
    assert "somebody else" in second.outcome[0]["reason"]
    assert Authorship.objects.get(work__title="On the Weaving of Numbers", position=0).author == people.page


def test_who_refused_a_work_and_adds_it_after_all_has_it_again(people: People) -> None:
    text = "@article{one, title={On the Weaving of Numbers}, author={Ada Quillmere}, year={2023}}"
    for _time in range(2):
        addition = start_addition(user=people.ada, kind=AdditionKind.BIBTEX, value=text)
        choose(addition=addition, user=people.ada, wanted={addition.found[0]["key"]: 0})
        carry_out(addition.pk)
        authorship = Authorship.objects.get(work__title="On the Weaving of Numbers")
        assert authorship.author == people.page
        refuse_work(authorship=authorship, user=people.ada)


# --- Who, and how often -------------------------------------------------------------------------------------------


def test_without_a_page_nothing_is_added(db: None) -> None:
    mallory = account("mallory")
    with pytest.raises(NotAllowedError, match="own no page"):
        start_addition(user=mallory, kind=AdditionKind.BIBTEX, value=BIBTEX)
    assert "You own no page yet" in text_of(signed_in(mallory).get(ADD))


@pytest.mark.parametrize("who", ["grace", "emmy", "visitor"])
def test_nobody_else_sees_an_addition(people: People, who: str) -> None:
    addition = start_addition(user=people.ada, kind=AdditionKind.BIBTEX, value=BIBTEX)
    client = Client() if who == "visitor" else signed_in(getattr(people, who))
    expected = 302 if who == "visitor" else 404
    assert client.get(addition.get_absolute_url()).status_code == expected
    assert client.post(addition.get_absolute_url(), {"place-0": "1"}).status_code == expected


def test_there_is_a_limit_for_a_day(people: People) -> None:
    WorkAddition.objects.bulk_create(
        WorkAddition(user=people.ada, author=people.page, kind=AdditionKind.DOI, request={"from": "crossref"}) for _time in range(A_DAY)
    )
    with pytest.raises(LimitReachedError):
        start_addition(user=people.ada, kind=AdditionKind.BIBTEX, value=BIBTEX)
