"""Following: one button that works for everybody, lists that tell no more than they should, and a feed that says why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from collaboration.following import searches
from collaboration.following.follows import follow
from collaboration.following.targets import target_of
from collaboration.models import Follow, FollowerCount, Mute, SavedSearch, SearchMatch
from collaboration.querysets.feed import feed_entries
from collaboration.safety.blocks import block
from papers.models import Author, Topic, Work
from tests.factories.accounts import log_in
from tests.factories.papers import AuthorFactory, AuthorshipFactory, InstitutionFactory, TopicFactory, WorkFactory
from tests.factories.people import account, owner_of, page_of
from tests.factories.reading import counted_queries, links_of, text_of

pytestmark = pytest.mark.django_db


def page_owned_by(user) -> Author:
    return Author.objects.get(claims__profile__user=user)


def follow_url(subject) -> str:
    return target_of(subject).follow_address


def test_a_visitor_follows_by_logging_in_first_and_without_scripts(client, ada, grace):
    page = page_owned_by(ada)
    shown = client.get(page.get_absolute_url())
    assert "Nobody follows yet" in text_of(shown)
    assert follow_url(page) in links_of(shown)
    assert client.get(follow_url(page)).url.startswith(reverse("account_login"))
    assert client.post(follow_url(page), {"do": "follow"}).url.startswith(reverse("account_login"))

    log_in(client, grace)
    assert "Follow Ada Quillmere" in text_of(client.get(follow_url(page)))
    answer = client.post(follow_url(page), {"do": "follow", "next": page.get_absolute_url()})
    assert answer.url == page.get_absolute_url()
    assert "1 follower" in text_of(client.get(page.get_absolute_url()))
    client.post(follow_url(page), {"do": "follow"})
    assert FollowerCount.objects.get(kind="author", target=page.pk).count == 1
    client.post(follow_url(page), {"do": "leave"})
    assert not Follow.objects.exists()


def test_htmx_gets_the_button_alone_and_nobody_is_led_elsewhere(client, grace):
    topic = TopicFactory()
    log_in(client, grace)
    answer = client.post(follow_url(topic), {"do": "follow"}, headers={"HX-Request": "true"})
    assert "Following" in text_of(answer, "form")
    assert b"<html" not in answer.content
    assert client.post(follow_url(topic), {"next": "https://elsewhere.example/"}).url == topic.get_absolute_url()
    assert client.post(reverse("collaboration:follow", args=["nothing", topic.pk])).status_code == 404
    assert client.post(reverse("collaboration:follow", args=["person", 999_999])).status_code == 404
    assert Client(enforce_csrf_checks=True).post(follow_url(topic)).status_code == 403


def test_nobody_follows_themselves_and_new_accounts_follow_little_at_first(client, ada, monkeypatch):
    monkeypatch.setattr("collaboration.following.follows.MOST_OF_A_NEW_ACCOUNT", 1)
    log_in(client, ada)
    client.post(follow_url(page_owned_by(ada)))
    assert not Follow.objects.exists()
    client.post(follow_url(TopicFactory(name="Weaving")))
    refused = client.post(follow_url(TopicFactory(name="Spinning")), headers={"HX-Request": "true"})
    assert "first week" in refused.content.decode()
    again = client.post(follow_url(Topic.objects.get(name="Weaving")), headers={"HX-Request": "true"})
    assert "first week" not in again.content.decode(), "what is followed already is no more"
    assert Follow.objects.count() == 1


def test_a_list_is_ones_own_until_one_shows_it_and_never_a_blocked_persons(client, ada, grace, emmy):
    page, list_url = page_owned_by(ada), reverse("collaboration:followed-by", args=[page_owned_by(ada).pk, "ada-quillmere"])
    other = page_owned_by(emmy)
    follow(user=ada, target=target_of(other))
    followers_url = reverse("collaboration:followers", args=["person", other.pk])
    assert client.get(list_url).status_code == 404
    assert "Ada" not in text_of(client.get(followers_url))
    log_in(client, ada)
    assert "Emmy Notherby" in text_of(client.get(reverse("collaboration:following")))
    client.post(reverse("collaboration:list-choice"), {"shown": "1"})

    stranger = Client()
    assert "Emmy Notherby" in text_of(stranger.get(list_url))
    assert list_url in links_of(stranger.get(page.get_absolute_url()))
    assert "Ada Quillmere" in text_of(stranger.get(followers_url))
    block(blocker=ada, blocked=grace)
    log_in(stranger, grace)
    assert stranger.get(list_url).status_code == 404
    assert "Ada Quillmere" not in text_of(stranger.get(followers_url))
    assert "1 follower" in text_of(stranger.get(followers_url))


def test_the_feed_brings_what_comes_and_says_why(client, grace):
    person, topic, place = AuthorFactory(display_name="Emmy Notherby"), TopicFactory(name="Weaving"), InstitutionFactory(name="Loom House")
    year = timezone.localdate().year
    for subject in (person, topic, place):
        follow(user=grace, target=target_of(subject))
    WorkFactory(title="Two reasons", by=[person], on=[topic], year=year)
    WorkFactory(title="An old one", on=[topic], year=1999)
    AuthorshipFactory(work=WorkFactory(title="From a place", year=year), at=[place])
    WorkFactory(title="Nobody follows this", year=year)
    log_in(client, grace)
    text = text_of(client.get("/"))
    assert "Here because you follow Emmy Notherby , Weaving" in text
    assert "From a place" in text
    assert "An earlier work, new to the records." in text
    assert "Nobody follows this" not in text
    assert "What to expect" not in text

    Mute.objects.create(muter=grace, author=person)
    assert "Two reasons" not in text_of(client.get("/"))
    Work.objects.filter(title="From a place").update(erased_at=timezone.now())
    assert "From a place" not in text_of(client.get("/"))


def test_changes_on_followed_pages_stand_in_the_feed_but_not_those_of_blocked_people(client, grace):
    page = page_of("ada")
    follow(user=grace, target=target_of(page))
    owner = owner_of(page, "ada")
    log_in(client, grace)
    assert "Ada Quillmere claimed their page" in text_of(client.get("/"))
    block(blocker=owner, blocked=grace)
    text = text_of(client.get("/"))
    assert "claimed their page" not in text
    assert "A careful study" in text  # the record stays public


def test_the_feed_goes_on_by_cursor_and_asks_the_same_of_the_database_at_any_length(client, grace):
    log_in(client, grace)
    people = AuthorFactory.create_batch(3)
    WorkFactory.create_batch(2, by=[people[0]])
    follow(user=grace, target=target_of(people[0]))
    client.get("/")
    with counted_queries() as few:
        client.get("/")
    for one in people[1:]:
        follow(user=grace, target=target_of(one))
        WorkFactory.create_batch(22, by=[one])
    with counted_queries() as many:
        first = client.get("/")
    assert few.count == many.count <= 8
    seen, address = set(), "/"
    for _page in range(3):
        answer = client.get(address)
        titles = {link for link in links_of(answer) if link.startswith("/papers/")}
        assert not titles & seen
        seen |= titles
        address = next((link for link in links_of(answer) if link.startswith("/?after=")), "")
    assert len(seen) == 46
    assert not address
    assert client.get("/?after=%00nonsense.é").status_code == 200
    assert "private" in first.headers["Cache-Control"]


def test_the_feed_is_what_came_last_however_unevenly_those_followed_publish(grace):
    busy, slow, topic = AuthorFactory(), AuthorFactory(), TopicFactory()
    for subject in (busy, slow, topic):
        follow(user=grace, target=target_of(subject))
    slow_works = [WorkFactory(by=[slow]) for _ in range(2)]
    busy_works = [WorkFactory(by=[busy], on=[topic] if number % 4 == 0 else []) for number in range(9)]
    latest = [WorkFactory(on=[topic]), WorkFactory(by=[slow, busy])]
    expected = [work.pk for work in reversed([*slow_works, *busy_works, *latest])]
    for limit in (1, 3, 5, 20):
        read: list[int] = []
        while page := feed_entries(grace, before_work=read[-1] if read else None, limit=limit)[0]:
            assert len(page) == min(limit, len(expected) - len(read))
            read += [work.id for work in page]
        assert read == expected
    assert [kind for kind, _key, _name in feed_entries(grace, limit=3)[0][0].because] == ["author", "author"]


def test_a_followed_search_brings_what_comes_after_it_was_saved(client, grace):
    WorkFactory(title="Looms before", on=[])
    log_in(client, grace)
    shown = client.get("/search/?q=looms&kind=papers")
    assert "New papers that this search finds" in text_of(shown)
    client.post(reverse("collaboration:follow-search"), {"query": "q=looms", "do": "follow"})
    search = SavedSearch.objects.get()
    assert search.words == "“looms”"
    assert "Following" in text_of(client.get("/search/?q=looms"))

    WorkFactory(title="Looms after", year=2024)
    WorkFactory(title="Something else")
    assert searches.match_arrivals() == 1
    assert searches.match_arrivals() == 0
    text = text_of(client.get("/"))
    assert "Looms after" in text
    assert "Looms before" not in text
    assert "Here because you follow “looms”" in text
    client.post(target_of(search).follow_address, {"do": "leave"})
    SavedSearch.objects.update(created_at=timezone.now() - timedelta(days=2))
    searches.forget_unfollowed()
    assert not SearchMatch.objects.exists()
    for nothing in ("", "q=", "page=2", "%00", "topic=zzz"):
        assert client.post(reverse("collaboration:follow-search"), {"query": nothing}).status_code == 404


def test_programs_find_and_read_atom_feeds(client, ada):
    page = page_owned_by(ada)
    topic = TopicFactory(name="Weaving & looms")
    WorkFactory(title="On looms & webs", by=[page], on=[topic])
    for subject in (page, topic):
        address = next(link for link in links_of(client.get(subject.get_absolute_url())) if link.endswith(".atom"))
        answer = client.get(address)
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        assert "On looms &amp; webs" in answer.content.decode()
        assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    found = client.get("/feeds/search.atom?q=looms")
    assert "On looms &amp; webs" in found.content.decode()
    assert client.get("/feeds/search.atom").status_code == 404
    merged, erased = AuthorFactory(merged_into=page), AuthorFactory(erased_at=timezone.now())
    assert client.get(reverse("collaboration:atom", args=["person", merged.pk])).url == reverse(
        "collaboration:atom", args=["person", page.pk]
    )
    assert client.get(reverse("collaboration:atom", args=["person", erased.pk])).status_code == 410
    assert client.get(reverse("collaboration:atom", args=["person", 999_999])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_following_from_many_places_at_once_is_following_once(accept):
    grace, topic = account("grace"), TopicFactory()

    def press(_number: int) -> None:
        try:
            follow(user=grace, target=target_of(topic))
        finally:
            connections.close_all()

    for _round in range(200 if accept else 5):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(press, range(4)))
        assert Follow.objects.count() == 1
        assert FollowerCount.objects.get(kind="topic", target=topic.pk).count == 1
        Follow.objects.all().delete()
    connection.close()
