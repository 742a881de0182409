"""Being found less: asked for by a code and decided by a moderator on unclaimed pages, chosen by the owner on claimed ones."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from papers.figures import refresh_author_figures
from profiles.exceptions import LimitReachedError, WrongCodeError, WrongStateError
from profiles.models import PageChoice, PublicRequest, TrailEntry
from profiles.models.choices import Role
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.privacy.choices import choose_for_page, decide_opt_out
from profiles.privacy.confirmed_requests import confirm_request, decide_request, on_confirmed, open_request
from tests.factories.people import page_of
from tests.factories.reading import counted_queries, links_of, text_of

GRACE = "grace@example.org"


def asked_for(page, email=GRACE, **more) -> PublicRequest:
    return open_request(kind=RequestKind.OPT_OUT, author=page, email=email, ip="192.0.2.1", **more)


def confirmed(page, code_for, email=GRACE, **more) -> PublicRequest:
    return confirm_request(request=asked_for(page, email, **more), code=code_for(email))


# --- The story ------------------------------------------------------------------------------------------------


def test_somebody_without_an_account_has_her_page_kept_out_of_search_engines(unclaimed, mo, client, letters, code_for):
    address = unclaimed.get_absolute_url()
    assert f"{address}opt-out/" in links_of(client.get(address))

    asked = client.post(f"{address}opt-out/", {"email": GRACE, "text": "My address is on the paper.", "with_figures": "on"})
    assert asked.status_code == 302
    request = PublicRequest.objects.get()
    assert request.status == RequestStatus.UNCONFIRMED
    assert code_for(GRACE).replace("-", "") not in f"{request.code_hash}{request.text}"

    done = client.post(asked["Location"], {"code": code_for(GRACE).lower()}, follow=True)
    assert "Waiting for the owner or a moderator" in text_of(done)
    assert GRACE not in done.content.decode()
    assert "noindex" not in client.get(address).content.decode(), "nothing changes before somebody has decided"

    decide_opt_out(request=PublicRequest.objects.get(), moderator=mo, grant=True, note="The address matches.")

    request.refresh_from_db()
    assert (request.status, request.email, request.text) == (RequestStatus.DONE, "", "")
    assert "it is done" in letters(GRACE)[-1].text
    entry = TrailEntry.objects.get(action="page-choice")
    assert (entry.actor_id, entry.author_id, entry.changes[0]["after"]) == (
        mo.pk,
        unclaimed.pk,
        {"noindex": True, "withhold_figures": True},
    )


def test_a_page_kept_out_says_so_everywhere_and_leaves_the_lists(unclaimed, page, client):
    refresh_author_figures([unclaimed.pk, page.pk])
    address = unclaimed.get_absolute_url()
    assert address in client.get("/sitemap/researchers-0.xml").content.decode()

    choose_for_page(author=unclaimed, actor=None, role=Role.MODERATOR, noindex=True, withhold_figures=False)

    shown = client.get(address)
    assert shown.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in shown.content.decode()
    sitemap = client.get("/sitemap/researchers-0.xml").content.decode()
    assert address not in sitemap
    assert page.get_absolute_url() in sitemap
    assert address not in links_of(client.get("/")), "nor is it a page to try"
    told = client.get(f"/api/v1/authors/{unclaimed.public_id}/").json()
    assert told["asks"] == ["noindex"]
    listed = client.get("/api/v1/authors/").json()["results"]
    assert {one["id"]: one["asks"] for one in listed} == {unclaimed.public_id: ["noindex"], page.public_id: []}
    other = client.get(page.get_absolute_url())
    assert "X-Robots-Tag" not in other.headers
    assert '"robots"' not in other.content.decode()


def test_withheld_figures_are_neither_on_the_page_nor_in_the_api(unclaimed, client):
    refresh_author_figures([unclaimed.pk])
    before = client.get(unclaimed.get_absolute_url()).content.decode()
    assert 'class="counts"' in before
    assert 'class="years"' in before
    assert 'id="graph"' in before

    choose_for_page(author=unclaimed, actor=None, role=Role.MODERATOR, noindex=False, withhold_figures=True)

    shown = client.get(unclaimed.get_absolute_url())
    assert "Computed figures are withheld" in text_of(shown)
    assert 'class="counts"' not in shown.content.decode()
    assert 'class="years"' not in shown.content.decode()
    assert 'id="graph"' not in shown.content.decode(), "the picture counts joint papers"
    assert shown.content.decode().count('<li id="w') == before.count('<li id="w'), "the works stay"
    assert client.get(f"/api/v1/authors/{unclaimed.public_id}/").json()["works_count"] is None
    assert client.get(f"/api/v1/authors/{unclaimed.public_id}/figures/").status_code == 404
    assert client.get(f"/api/v1/authors/{unclaimed.public_id}/graph/").status_code == 404, "it counts joint papers"


@pytest.mark.parametrize("pages", [2, 20])
def test_the_api_asks_once_for_a_page_of_authors(pages, client, db):
    for number in range(pages):
        author = page_of(f"person {number}", works=1)
        choose_for_page(author=author, actor=None, role=Role.MODERATOR, noindex=True, withhold_figures=False)
    with counted_queries() as queries:
        assert len(client.get("/api/v1/authors/").json()["results"]) == pages
    assert queries.count == 6


# --- Codes ----------------------------------------------------------------------------------------------------


def test_a_wrong_code_is_said_beside_the_field_and_five_end_it(unclaimed, client, code_for):
    asked = client.post(f"{unclaimed.get_absolute_url()}opt-out/", {"email": GRACE})
    right = code_for(GRACE)
    for _attempt in range(5):
        answer = client.post(asked["Location"], {"code": "WRNG-C0DE"})
        assert answer.status_code == 200
        assert "This is not the code in our mail" in text_of(answer)
    assert "no longer works" in text_of(client.post(asked["Location"], {"code": right}))
    assert PublicRequest.objects.get().status == RequestStatus.UNCONFIRMED


def test_a_code_ends_after_an_hour_and_a_new_one_takes_its_place(unclaimed, code_for):
    request = asked_for(unclaimed)
    first = code_for(GRACE)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)), pytest.raises(WrongStateError):
        confirm_request(request=request, code=first)

    again = asked_for(unclaimed)
    assert again.pk == request.pk
    with pytest.raises(WrongCodeError):
        confirm_request(request=again, code=first)
    assert confirm_request(request=again, code=code_for(GRACE)).status == RequestStatus.OPEN


def test_confirming_twice_is_confirming_once_and_what_follows_happens_once(unclaimed, code_for, monkeypatch):
    happened: list[int] = []
    monkeypatch.setattr("profiles.privacy.confirmed_requests._follow_ups", {})
    on_confirmed(RequestKind.OPT_OUT, lambda request: happened.append(request.pk))
    request = confirmed(unclaimed, code_for)
    assert confirm_request(request=request, code="whatever").status == RequestStatus.OPEN
    assert happened == [request.pk]


def test_too_many_mails_to_one_address_or_from_one_network_are_not_sent(db, letters):
    pages = [page_of(f"page {number}", works=1) for number in range(12)]
    for page in pages[:3]:
        asked_for(page)
    with pytest.raises(LimitReachedError):
        asked_for(pages[3])
    assert len(letters(GRACE)) == 3
    for number in range(6):
        asked_for(pages[4 + number], email=f"somebody{number}@example.org")
    with pytest.raises(LimitReachedError):
        asked_for(pages[11], email="another@example.org")


def test_the_limit_is_told_beside_the_form_and_what_was_typed_is_kept(unclaimed, client):
    for _time in range(3):
        asked_for(unclaimed)
    answer = client.post(f"{unclaimed.get_absolute_url()}opt-out/", {"email": GRACE, "text": "I wrote these."})
    assert answer.status_code == 200
    assert "too many requests today" in text_of(answer)
    assert "I wrote these." in answer.content.decode()


# --- Who may what ---------------------------------------------------------------------------------------------


def test_the_owner_decides_at_once_and_nobody_else_for_her(page, ada, emmy, client, entered):
    hers, others = entered(ada), entered(emmy)
    assert client.post("/settings/privacy/page/", {"noindex": "on"}).status_code == 302
    assert others.post("/settings/privacy/page/", {"noindex": "on"}).status_code == 404
    assert not PageChoice.objects.exists()

    assert hers.post("/settings/privacy/page/", {"noindex": "on"}).status_code == 302
    assert PageChoice.objects.get(pk=page.pk).noindex
    assert client.get(page.get_absolute_url()).headers["X-Robots-Tag"] == "noindex"
    assert 'name="noindex" id="id_noindex" checked' in hers.get("/settings/privacy/").content.decode().replace(' class=""', "")
    assert hers.post("/settings/privacy/page/", {}).status_code == 302
    assert "X-Robots-Tag" not in client.get(page.get_absolute_url()).headers


def test_on_a_claimed_page_a_visitor_is_sent_to_its_owner(page, ada, client, letters):
    address = f"{page.get_absolute_url()}opt-out/"
    assert "Somebody has claimed this page" in text_of(client.get(address))
    client.post(address, {"email": GRACE})
    assert not PublicRequest.objects.exists()
    assert not letters(GRACE)


def test_a_request_is_decided_once_and_only_when_it_waits(unclaimed, mo, code_for):
    request = asked_for(unclaimed)
    with pytest.raises(WrongStateError):
        decide_opt_out(request=request, moderator=mo, grant=True)
    confirm_request(request=request, code=code_for(GRACE))
    decide_opt_out(request=request, moderator=mo, grant=False)
    with pytest.raises(WrongStateError):
        decide_opt_out(request=request, moderator=mo, grant=True)
    assert not PageChoice.objects.filter(noindex=True).exists()


def test_a_correction_is_asked_for_and_answered(unclaimed, mo, client, code_for, letters):
    address = f"{unclaimed.get_absolute_url()}correct/"
    assert "This field is required" in text_of(client.post(address, {"email": GRACE}))
    asked = client.post(address, {"email": GRACE, "text": "The title of 2021 is misspelt."})
    client.post(asked["Location"], {"code": code_for(GRACE)})
    request = PublicRequest.objects.get()
    assert (request.kind, request.status) == (RequestKind.CORRECTION, RequestStatus.OPEN)
    decide_request(request=request, actor=mo, actor_role=Role.MODERATOR, grant=True, note="Mended, thank you.")
    assert "Mended, thank you." in letters(GRACE)[-1].text


# --- Bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["opt-out", "correct"])
@pytest.mark.parametrize("given", [{}, {"email": "no address"}, {"email": "a\x00@example.org"}, {"email": GRACE, "text": "x\x00y"}])
def test_bad_input_is_told_and_changes_nothing(what, given, unclaimed, client):
    answer = client.post(f"{unclaimed.get_absolute_url()}{what}/", given)
    assert answer.status_code == 200
    assert 'class="errors"' in answer.content.decode()
    assert not PublicRequest.objects.exists()


@pytest.mark.parametrize("token", ["x", "abc:def", "%00", "9" * 400])
def test_a_token_that_is_not_ours_is_no_page(token, client, db):
    assert client.get(f"/requests/{token}/").status_code == 404


def test_the_address_follows_the_name_and_gone_pages_are_gone(unclaimed, page, client):
    short = f"/researchers/{unclaimed.public_id}/old-name/opt-out/"
    assert client.get(short)["Location"] == f"{unclaimed.get_absolute_url()}opt-out/"
    unclaimed.merged_into = page
    unclaimed.save()
    assert client.get(short)["Location"] == f"{page.get_absolute_url()}opt-out/"
    page.erased_at = timezone.now()
    page.save()
    assert client.get(f"{page.get_absolute_url()}correct/").status_code == 410
    assert client.get("/researchers/zzzzzzzzz/x/opt-out/").status_code == 404


def test_forms_of_other_sites_are_refused(unclaimed, ada, entered):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{unclaimed.get_absolute_url()}opt-out/", {"email": GRACE}).status_code == 403
