"""Going by another name throughout: the former one is nowhere on the site, and leads to the page only where its bearer chose so."""

from __future__ import annotations

import json
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone

from papers.figures import refresh_author_figures
from papers.ingest.people import visible_form
from papers.models import Citation, NameVariant, NameVisibility, RefreshRequest
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import FormerName, TrailEntry
from profiles.privacy import private_files
from profiles.privacy.archives import ask_for_export, write_export
from profiles.privacy.erasure import erase_account
from profiles.privacy.former_names import change_name_throughout, end_change, former_names, let_former_names_lead_here
from tests.factories.papers import AuthorFactory, WorkFactory
from tests.factories.people import owner_of, page_of
from tests.factories.reading import counted_queries, text_of

OLD, NEW = "Quillmere", "Adrian Loomwright"


@pytest.fixture
def joint(page, unclaimed):
    """A work by Ada and Grace, which a later work cites, and which cites an earlier one."""
    work = WorkFactory(by=[page, unclaimed], year=timezone.now().year, title="On looms of their own")
    WorkFactory.create_batch(2, by=[page, unclaimed], year=timezone.now().year)
    later, earlier = WorkFactory(by=[unclaimed]), WorkFactory(by=[page])
    Citation.objects.create(citing=later, cited=work, source="crossref")
    Citation.objects.create(citing=work, cited=earlier, source="crossref")
    NameVariant.objects.get_or_create(author=page, name="A. Quillmere", defaults={"key": "a quillmere", "block": "quillmere a"})
    refresh_author_figures([page.pk, unclaimed.pk])
    return work


def everywhere(page, unclaimed, work) -> dict[str, str]:
    """Everything public that speaks of the person, by address."""
    api = f"/api/v1/authors/{page.public_id}/"
    addresses = [
        page.get_absolute_url(),
        f"{page.get_absolute_url()}history/",
        f"{page.get_absolute_url()}evidence/",
        f"{page.get_absolute_url()}correct/",
        unclaimed.get_absolute_url(),
        work.get_absolute_url(),
        f"{work.get_absolute_url()}?show=people",
        *(f"/papers/{work.public_id}/cite/{form}" for form in ("bibtex", "ris", "csl-json")),
        *(f"/researchers/{page.public_id}/works/{form}" for form in ("bibtex", "ris", "csl-json")),
        api,
        f"{api}works/",
        f"{api}figures/",
        f"/api/v1/authors/{unclaimed.public_id}/figures/",
        f"/api/v1/works/{work.public_id}/",
        f"/api/v1/works/{work.public_id}/authorships/",
        *(f"/api/v1/works/{one.public_id}/{side}/" for one in (work,) for side in ("references", "citations")),
        *(pair.cited.get_absolute_url() for pair in Citation.objects.filter(citing=work)),
        "/",
        "/sitemap/researchers-0.xml",
        "/search/?q=On+looms+of+their+own",
    ]
    shown = {}
    for address in addresses:
        answer: Any = Client().get(address)
        assert answer.status_code == 200, address
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        shown[address] = body.decode()
    return shown


def search_for(name: str) -> str:
    return Client().get("/search/", {"q": name, "type": "people"}).content.decode()


def test_the_former_name_is_nowhere_and_the_new_one_is_everywhere(page, ada, unclaimed, joint):
    before = everywhere(page, unclaimed, joint)
    names = [address for address, text in before.items() if OLD in text]
    assert len(names) >= 16, "the search finds what is there"

    change_name_throughout(author=page, user=ada, name=NEW)
    assert RefreshRequest.objects.filter(kind="author-figures", object_id=unclaimed.pk).exists()
    refresh_author_figures([page.pk, unclaimed.pk])
    page.refresh_from_db()

    after = everywhere(page, unclaimed, joint)
    assert [address for address, text in after.items() if OLD.lower() in text.lower()] == []
    for address in (page.get_absolute_url(), joint.get_absolute_url(), unclaimed.get_absolute_url(), f"/api/v1/works/{joint.public_id}/"):
        assert "Loomwright" in after[address], address
    assert "Loomwright, Adrian" in after[f"/papers/{joint.public_id}/cite/ris"]
    data = json.loads(after[f"/api/v1/authors/{page.public_id}/"])
    assert data["name"] == NEW
    assert data["name_variants"] == [NEW]


@pytest.mark.parametrize("asked", ["Ada Quillmere", "Quillmere", "A. Quillmere", "Quilmere", "Quillmere, Ada"])
def test_the_former_name_leads_there_only_where_chosen_and_is_not_even_then_shown(asked, page, ada, joint):
    address = f"/researchers/{page.public_id}/"
    assert address in search_for(asked)
    change_name_throughout(author=page, user=ada, name=NEW)
    assert address not in search_for(asked)
    assert Client().get("/api/v1/authors/", {"q": "Quillmere"}).json()["results"] == []
    assert address in search_for(NEW)

    let_former_names_lead_here(author=page, user=ada, searchable=True)
    assert address in search_for(asked)
    said = text_of(Client().get("/search/", {"q": asked, "type": "people"}))
    assert OLD not in said.replace(asked, ""), "but for the question itself"
    assert "A name of this person" in said
    let_former_names_lead_here(author=page, user=ada, searchable=False)
    assert address not in search_for(asked)


def test_old_addresses_still_lead_there(page, ada, client):
    old = page.get_absolute_url()
    change_name_throughout(author=page, user=ada, name=NEW)
    assert client.get(old)["Location"] == f"/researchers/{page.public_id}/adrian-loomwright/"


def test_what_an_import_brings_later_does_not_bring_the_name_back(page, ada):
    from papers.ingest.people import _with_visibility

    change_name_throughout(author=page, user=ada, name=NEW)
    variants = [(page.pk, "Ada B. Quillmere", "ada b quillmere", "quillmere a"), (page.pk, "A. Loomwright", "a loomwright", "loomwright a")]
    with counted_queries() as queries:
        placed = _with_visibility(variants, new=set())
    assert [row[4] for row in placed] == ["hidden", "shown"]
    assert queries.count == 1


@pytest.mark.parametrize(
    "published, chosen, expected",
    [
        ("Ada Quillmere", "", NameVisibility.SHOWN),
        ("Ada Quillmere", "Ada B. Quillmere", NameVisibility.SHOWN),
        ("A. Quillmere", "Adrian Quillmere", NameVisibility.SHOWN),
        ("Ada Quillmere", "Adrian Quillmere", NameVisibility.HIDDEN),
        ("Ada Quillmere", "Ada Loomwright", NameVisibility.HIDDEN),
    ],
)
def test_which_published_forms_are_former_names(published, chosen, expected):
    assert visible_form(published, chosen) == expected


def test_the_trail_keeps_that_it_was_changed_and_no_name(page, ada):
    change_name_throughout(author=page, user=ada, name=NEW)
    told = json.dumps(list(TrailEntry.objects.values_list("action", "changes", "code")))
    assert "name-change" in told
    assert OLD not in told
    assert "Loomwright" not in told


def test_taking_it_back_shows_what_was_published(page, ada, joint, client):
    change_name_throughout(author=page, user=ada, name=NEW)
    assert former_names(page) == ["Ada Quillmere", "A. Quillmere"]
    end_change(author=page, user=ada)
    assert former_names(page) == []
    assert "Ada Quillmere" in text_of(client.get(joint.get_absolute_url()))
    page.refresh_from_db()
    assert page.display_name == NEW, "the page keeps the name that was chosen for it"
    assert f"/researchers/{page.public_id}/" in search_for("Ada Quillmere")


def test_choosing_a_second_name_forgets_nothing_of_the_first(page, ada):
    change_name_throughout(author=page, user=ada, name=NEW)
    change_name_throughout(author=page, user=ada, name="Adele Weaver")
    assert set(former_names(page)) >= {"Ada Quillmere", NEW}
    assert f"/researchers/{page.public_id}/" not in search_for(NEW)


def test_only_the_owner_changes_it(page, ada, emmy, unclaimed):
    grace = owner_of(unclaimed, "grace")
    for other in (emmy, grace):
        with pytest.raises(NotAllowedError):
            change_name_throughout(author=page, user=other, name=NEW)
        with pytest.raises(NotAllowedError):
            let_former_names_lead_here(author=page, user=other, searchable=True)
    for bad in ("", " ", "123"):
        with pytest.raises(WrongStateError):
            change_name_throughout(author=page, user=ada, name=bad)
    page.refresh_from_db()
    assert page.display_name == "Ada Quillmere"
    assert not FormerName.objects.exists()


def test_the_page_where_it_is_done(page, ada, emmy, entered, client):
    address = "/settings/privacy/name/"
    assert client.get(address).status_code == 302
    assert entered(emmy).get(address).status_code == 404
    hers = entered(ada)
    assert "Ada Quillmere" in hers.get(address).content.decode()
    assert "A name has letters" in text_of(hers.post(address, {"name": "42"}))
    assert 'class="errors"' in hers.post(address, {"name": "x\x00y"}).content.decode()
    done = hers.post(address, {"name": NEW, "searchable": "on"}, follow=True)
    assert "From now on you go by this name" in text_of(done)
    assert "Ada Quillmere" in text_of(done), "she sees what is kept from others"
    assert FormerName.objects.get().is_searchable
    ada.profile.refresh_from_db()
    assert ada.profile.display_name == NEW
    assert "as they were published again" in text_of(hers.post(address, {"end": "1"}, follow=True))


def test_the_archive_has_former_names_and_a_deletion_keeps_them_hidden(page, ada, joint):
    change_name_throughout(author=page, user=ada, name=NEW)
    export = ask_for_export(user=ada)
    assert write_export(number=export.pk)
    export.refresh_from_db()
    archive = ZipFile(private_files.place_of(export.stored_as))
    assert {row["name"] for row in json.loads(archive.read("former-names.json"))} == {"Ada Quillmere", "A. Quillmere"}
    assert OLD not in archive.read("works/works.bib").decode()

    erase_account(user=ada)
    assert f"/researchers/{page.public_id}/" not in search_for("Ada Quillmere")
    assert OLD not in Client().get(joint.get_absolute_url()).content.decode()


def test_without_the_chosen_name_a_deletion_leaves_the_record_as_published(page, ada, joint):
    change_name_throughout(author=page, user=ada, name=NEW)
    erase_account(user=ada, keep_name=False)
    page.refresh_from_db()
    assert (page.display_name, page.name_on_works) == ("Ada Quillmere", False)
    assert not FormerName.objects.exists()
    assert "Loomwright" not in Client().get(joint.get_absolute_url()).content.decode()
    assert f"/researchers/{page.public_id}/" in search_for("Ada Quillmere")


@pytest.mark.parametrize("size", [2, 20])
def test_it_costs_the_pages_nothing_more(size, page, ada, client):
    for _work in range(size):
        WorkFactory(by=[page, AuthorFactory()])
    refresh_author_figures([page.pk])
    client.get(page.get_absolute_url())  # the first sight of a page has its picture made
    with counted_queries() as published:
        client.get(page.get_absolute_url())
    change_name_throughout(author=page, user=ada, name=NEW)
    refresh_author_figures([page.pk])
    page.refresh_from_db()
    client.get(page.get_absolute_url())
    with counted_queries() as chosen:
        assert client.get(page.get_absolute_url()).status_code == 200
    assert published.count == chosen.count


def test_a_namesake_keeps_her_name(page, ada, joint):
    namesake = page_of("ada")
    change_name_throughout(author=page, user=ada, name=NEW)
    assert f"/researchers/{namesake.public_id}/" in search_for("Ada Quillmere")
    assert "Ada Quillmere" in Client().get(namesake.get_absolute_url()).content.decode()
