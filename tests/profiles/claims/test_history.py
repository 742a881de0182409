"""What everybody can read of what was decided about a page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from profiles.claims.challenges import open_dispute
from profiles.claims.granting import grant_claim
from profiles.claims.history import WORDS
from profiles.claims.life import release_page, try_automatic_grant
from profiles.models import Claim, TrailEntry
from profiles.models.choices import ClaimStatus, ReasonCode, Role
from profiles.moderation.decisions import revoke_claim
from profiles.trail import act, undo
from tests.factories.people import owner_of
from tests.factories.reading import counted_queries, links_of, text_of
from tests.profiles.claims.conftest import People
from tests.profiles.claims.steps import asserted_on, begun, signed_in_with, waiting


def history_of(page) -> str:
    return page.get_absolute_url() + "history/"


def test_a_page_about_which_nothing_was_decided_says_what_would_stand_here(client: Client, people: People) -> None:
    waiting(people.ada, people.page)  # beginning a claim is nobody else's business

    assert "Nothing has been decided about this page yet" in text_of(client.get(history_of(people.page)))


def test_the_whole_story_in_words_and_without_names(client: Client, people: People) -> None:
    people.mo.is_staff = people.mo.is_superuser = True
    people.mo.save()
    asserted_on(people.page)
    claim = begun(people.ada, people.page)
    signed_in_with(claim)
    assert try_automatic_grant(claim=claim)
    release_page(claim=claim, user=people.ada)
    again = waiting(people.ada, people.page)
    grant_claim(claim=again, actor=people.mo, role=Role.MODERATOR)
    open_dispute(challenge=waiting(people.grace, people.page), moderator=people.mo)
    revoke_claim(claim=again, moderator=people.mo, code=ReasonCode.OTHER_PERSON, note="Between us: it is Grace.")

    answer = client.get(history_of(people.page))
    text = text_of(answer)

    told = [
        "A moderator ended the owner's claim. The page was free again. The evidence was about another person.",
        "Disputed: somebody else claimed the page",
        "Claimed: a moderator found the evidence sufficient.",
        "The owner gave the page up.",
        "Claimed: the owner signed in with the ORCID iD that publishers give on these works.",
    ]
    places = [text.index(words) for words in told]
    assert places == sorted(places)  # newest first
    page = answer.content.decode()
    for secret in (people.ada.email, people.grace.email, people.mo.email, "Grace Farrowgate", "Between us"):
        assert secret not in page


def test_what_was_taken_back_stays_and_says_so(client: Client, people: People) -> None:
    owner_of(people.page, user=people.ada)
    entry = TrailEntry.objects.get(action="grant")
    back = undo(entry=entry, actor=people.mo, role=Role.MODERATOR, code=ReasonCode.MISTAKE)

    answer = client.get(history_of(people.page))
    assert "<s>Claimed" in answer.content.decode()
    assert "Taken back on" in text_of(answer)
    assert text_of(answer).count("Claimed:") == 1

    undo(entry=back, actor=people.mo, role=Role.MODERATOR, code=ReasonCode.MISTAKE)
    assert "Taken back on" not in text_of(client.get(history_of(people.page)))


def test_the_history_of_a_merged_page_goes_with_it(client: Client, people: People) -> None:
    owner_of(people.other_page, user=people.grace)
    Claim.objects.update(status=ClaimStatus.EXPIRED)
    people.other_page.merged_into = people.page
    people.other_page.save()

    moved = client.get(history_of(people.other_page) + "?page=1")

    assert (moved.status_code, moved["Location"]) == (301, history_of(people.page) + "?page=1")
    assert "Claimed:" in text_of(client.get(history_of(people.page)))


def test_an_erased_page_has_none(client: Client, people: People) -> None:
    people.page.erased_at = timezone.now()
    people.page.save()

    assert client.get(history_of(people.page)).status_code == 410


def test_an_old_slug_leads_to_the_present_one(client: Client, people: People) -> None:
    moved = client.get(f"/researchers/{people.page.public_id}/some-other-name/history/")

    assert (moved.status_code, moved["Location"]) == (301, history_of(people.page))


def decided_often(people: People, times: int) -> None:
    for _ in range(times):
        with act(action="merge", actor=people.mo, role=Role.MODERATOR, subject=people.page, author=people.page, public=True):
            pass


@pytest.mark.parametrize("times", [2, 20])
def test_the_number_of_queries_does_not_grow(client: Client, people: People, times: int) -> None:
    decided_often(people, times)

    with counted_queries() as asked:
        answer = client.get(history_of(people.page))

    assert text_of(answer).count("Another page was merged") == times
    assert asked.count == 3


def test_a_long_history_comes_in_pages(client: Client, people: People) -> None:
    decided_often(people, 31)

    first, second = client.get(history_of(people.page)), client.get(history_of(people.page) + "?page=2")

    assert history_of(people.page) + "?page=2" in links_of(first)
    assert text_of(first).count("Another page was merged") == 30
    assert text_of(second).count("Another page was merged") == 1


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999999999999999999", "page=1%00x", "colour=blue"])
def test_what_means_nothing_is_left_out_and_said(client: Client, people: People, query: str) -> None:
    answer = client.get(f"{history_of(people.page)}?{query}")

    assert answer.status_code == 200
    assert "left out" in text_of(answer)


def test_every_public_act_of_the_services_has_its_words() -> None:
    from pathlib import Path

    from django.conf import settings

    sources = [path.read_text() for path in Path(settings.BASE_DIR, "profiles").rglob("*.py") if "migrations" not in path.parts]
    public = {name for text in sources for name in re.findall(r'action="([a-z-]+)"[^)]*public=True', text)}

    assert "grant" in public
    assert public <= set(WORDS)
