"""The profile: written by its owner, previewed without losing a word, shown part by part where the page has an owner."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from papers.models import AuthorFigures
from profiles.biography import LONGEST_BIOGRAPHY, is_link, latest_end, read_languages, render_biography
from profiles.models import Profile, TrailEntry
from profiles.models.choices import PublicPart
from profiles.owners.profile_editing import ProfileText, save_profile
from tests.factories.papers import TopicFactory
from tests.factories.people import account
from tests.factories.reading import counted_queries, links_of, text_of
from tests.profiles.owners.conftest import People

pytestmark = pytest.mark.django_db
EDIT = "/settings/profile/"
EVERYTHING = tuple(PublicPart.values)


def typed(**said: object) -> dict:
    """What a browser sends for a profile with one link."""
    return {
        "display_name": "Ada Quillmere",
        "position": "Weaver of numbers",
        "pronouns": "she/her",
        "languages": "English, Deutsch",
        "biography": "I *weave* with $E = mc^2$.",
        "open_until": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "kinds": ["advice"],
        "public_parts": list(EVERYTHING),
        "links-TOTAL_FORMS": "1",
        "links-INITIAL_FORMS": "0",
        "links-0-label": "Home",
        "links-0-url": "https://example.org/~ada",
        **said,
    }


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Editing ------------------------------------------------------------------------------------------------------


def test_what_is_saved_stands_on_the_page(people: People, client: Client) -> None:
    topic = TopicFactory(name="looms")
    AuthorFigures.objects.create(author=people.page, topics=[{"id": topic.pk, "name": "looms", "works": 2}], computed_at=timezone.now())
    answer = signed_in(people.ada).post(EDIT, typed(topics=[str(topic.pk)], kinds=["paper", "software"]))
    assert answer.status_code == 302

    page = client.get(people.page.get_absolute_url())
    text = text_of(page)
    for shown in (
        "Weaver of numbers",
        "she/her",
        "English , Deutsch",
        "Open to collaborate until",
        "A joint paper Software",
        "looms",
        "Home",
    ):
        assert shown in text
    assert b'<a class="chip" href="https://example.org/~ada" rel="nofollow noopener ugc"' in page.content
    assert b"I <em>weave</em> with <math" in page.content
    assert TrailEntry.objects.get(action="profile-edit").changes == []


@pytest.mark.parametrize("part", EVERYTHING)
def test_what_is_not_public_is_not_shown(people: People, client: Client, part: str) -> None:
    words = {
        "biography": "weave",
        "position": "Weaver of",
        "links": "https://example.org/~ada",
        "languages": "Deutsch",
        "pronouns": "she/her",
        "collaboration": "Advice on work under way",
    }
    signed_in(people.ada).post(EDIT, typed(public_parts=[one for one in EVERYTHING if one != part]))
    page = client.get(people.page.get_absolute_url()).content.decode()
    assert [name for name, word in words.items() if word in page] == [name for name in words if name != part]


def test_without_an_owner_nothing_of_a_profile_is_shown(people: People, client: Client) -> None:
    stranger = account("mallory")
    save_profile(user=stranger, text=ProfileText("Ada Quillmere", biography="It is me!", public_parts=EVERYTHING))
    assert "It is me!" not in text_of(client.get(people.page.get_absolute_url()))


def test_who_was_open_until_yesterday_is_not_open(people: People, client: Client) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    save_profile(user=people.ada, text=ProfileText("Ada Quillmere", open_until=yesterday, public_parts=EVERYTHING))
    assert "Open to collaborate" not in text_of(client.get(people.page.get_absolute_url()))


def test_the_page_asks_one_question_more_for_what_the_owner_wrote_whatever_its_size(people: People, client: Client) -> None:
    address = people.page.get_absolute_url()
    client.get(address)
    with counted_queries() as plain:
        client.get(address)
    links = tuple((f"Link {n}", f"https://example.org/{n}") for n in range(8))
    topics = tuple(TopicFactory(name=f"{letter} looms", key=f"{letter} looms").pk for letter in "abcdefghijkl")
    text = ProfileText("Ada", "Word " * 900, "P", "p", ("en", "de"), timezone.localdate(), topics, links, EVERYTHING)
    save_profile(user=people.ada, text=text)
    with counted_queries() as full:
        client.get(address)
    assert full.count == plain.count


def test_an_unowned_page_costs_nothing_for_it(people: People, client: Client) -> None:
    unowned = people.graces_page
    people.grace.profile.claims.all().update(status="granted")
    owned_address, address = people.page.get_absolute_url(), unowned.get_absolute_url()
    people.grace.delete()
    for one in (owned_address, address):
        client.get(one)
    with counted_queries() as owned:
        client.get(owned_address)
    with counted_queries() as other:
        client.get(address)
    assert owned.count - other.count <= 2


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"display_name": " "}, "This field is required."),
        ({"display_name": "123"}, "Give the name that you publish under."),
        ({"languages": "English, Klingonese"}, "Not known as a language: Klingonese."),
        ({"open_until": "2001-01-01"}, "This day is past."),
        ({"open_until": "2999-01-01"}, "at most a year ahead"),
        ({"open_until": "soon"}, "Enter a valid date."),
        ({"biography": "x" * (LONGEST_BIOGRAPHY + 1)}, "at most 5000 characters"),
        ({"biography": "nul \0 byte"}, "Null characters are not allowed."),
        ({"links-0-url": "javascript:alert(1)"}, "An address begins with https:// or http://"),
        ({"links-0-url": "https://user:pass@example.org/"}, "An address begins with https:// or http://"),
        ({"links-0-label": ""}, "Say what the link leads to."),
        ({"links-0-url": ""}, "Give the address"),
        ({"public_parts": ["everything"]}, "Select a valid choice."),
        ({"topics": ["999999999999999999"]}, "Select a valid choice."),
        ({"topics": ["99999999999999999999999999"]}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(people: People, said: dict, sentence: str) -> None:
    answer = signed_in(people.ada).post(EDIT, typed(**{"position": "Kept as typed", **said}))
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert b'value="Kept as typed"' in answer.content
    assert Profile.objects.get(user=people.ada).position == ""


@pytest.mark.parametrize("rows", ["-1", "9", "1000", "x", "\0", "9" * 40])
def test_a_forged_number_of_links_breaks_nothing(people: People, rows: str) -> None:
    answer = signed_in(people.ada).post(EDIT, typed(**{"links-TOTAL_FORMS": rows}))
    assert answer.status_code in {200, 302}


# --- Without scripts ----------------------------------------------------------------------------------------------


def test_the_preview_keeps_everything_that_was_typed_and_saves_nothing(people: People) -> None:
    answer = signed_in(people.ada).post(EDIT, typed(action="preview", languages="Klingonese", position="Half typ"))
    page = answer.content.decode()
    assert "I <em>weave</em> with <math" in page
    for kept in ("Half typ", "Klingonese", "https://example.org/~ada", "she/her", "I *weave* with $E = mc^2$."):
        assert kept in page
    assert page.count(" checked") == len(EVERYTHING) + 1  # and the kind of work
    assert "Not known as a language" not in page
    assert Profile.objects.get(user=people.ada).biography == ""


def test_links_are_added_and_removed_by_buttons(people: People) -> None:
    client = signed_in(people.ada)
    added = client.post(EDIT, typed(action="add-link")).content.decode()
    assert 'name="links-1-url"' in added
    assert 'value="https://example.org/~ada"' in added
    removed = client.post(
        EDIT, typed(action="remove-link-0", **{"links-1-label": "B", "links-1-url": "https://b.example.org/"})
    ).content.decode()
    assert "example.org/~ada" not in removed
    assert 'name="links-0-url" value="https://b.example.org/"' in removed


def test_eight_links_are_the_most(people: People) -> None:
    eight = {f"links-{n}-{part}": value for n in range(8) for part, value in (("label", "L"), ("url", f"https://example.org/{n}"))}
    client = signed_in(people.ada)
    page = client.post(EDIT, typed(action="add-link", **eight)).content.decode()
    assert "links-8-url" not in page
    assert "You can show 8 links." in page
    client.post(EDIT, typed(**{"links-TOTAL_FORMS": "8", **eight}))
    assert people.ada.profile.links.count() == 8


def test_other_topics_are_found_by_name(people: People) -> None:
    TopicFactory(name="weaving of carpets", key="weaving of carpets")
    client = signed_in(people.ada)
    assert "weaving of carpets" in text_of(client.post(EDIT, typed(action="find-topic", find_topic="carpets")))
    assert "No topic is called anything like “xqzzy”." in text_of(client.post(EDIT, typed(action="find-topic", find_topic="xqzzy")))


# --- Who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [EDIT, "/settings/works/", "/settings/names/"])
def test_a_visitor_is_asked_to_log_in(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


def test_who_owns_no_page_is_told_what_that_means(client: Client, db: None) -> None:
    page = text_of(signed_in(account("stranger")).get(EDIT))
    assert "You own no page yet" in page


def test_the_forms_are_guarded_against_other_sites(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.ada)
    for address in (EDIT, "/settings/profile/preview/", "/settings/works/decide/", "/settings/names/"):
        assert client.post(address, typed()).status_code == 403


def test_the_fragment_is_safe_and_for_posts_only(people: People) -> None:
    client = signed_in(people.ada)
    answer = client.post("/settings/profile/preview/", {"biography": "<script>x</script> [a](javascript:x) \0"})
    assert b"<script" not in answer.content
    assert links_of(answer) == []
    assert client.get("/settings/profile/preview/").status_code == 405


# --- Pure ---------------------------------------------------------------------------------------------------------


def test_a_year_ahead_is_the_latest_day() -> None:
    assert latest_end(date(2026, 5, 3)) == date(2027, 5, 3)
    assert latest_end(date(2028, 2, 29)) == date(2029, 2, 28)


def test_languages_are_known_by_name_own_name_and_code() -> None:
    assert read_languages("German, français; pt\nTürkçe, german") == (["de", "fr", "pt", "tr"], [])
    assert read_languages("Elvish,") == ([], ["Elvish"])


@given(st.text(max_size=200))
def test_any_list_of_languages_is_read(text: str) -> None:
    codes, unknown = read_languages(text)
    assert len(codes) == len(set(codes))
    assert all(word.strip() for word in unknown)


@given(st.text(max_size=100))
def test_no_link_is_one_that_a_browser_would_run(text: str) -> None:
    assert not is_link(text) or text.lower().startswith(("https://", "http://"))


def test_a_biography_longer_than_allowed_is_cut() -> None:
    assert len(render_biography("x" * 10_000)) < LONGEST_BIOGRAPHY + 20
