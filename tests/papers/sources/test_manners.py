"""Manners: who we are, how long we wait, what we do not ask twice, and when we give up."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from papers.sources.answers import AnswerCache
from papers.sources.manners import Guest, Limits, NotThere, SourceError, seconds_of, user_agent
from tests.papers.sources.conftest import Reply


@pytest.fixture
def slept():
    return []


@pytest.fixture
def guest(slept, tmp_path):
    def make(**options):
        return Guest(**{"service": "The service", "contact": "us@example.org", "pause": 0.0, "sleep": slept.append, **options})

    return make


def cache(tmp_path, **options):
    return AnswerCache(tmp_path / "answers", **{"fresh_seconds": 3600, "most_bytes": 10**6, **options})


def test_we_say_who_we_are_and_whom_to_write_to(service, guest):
    service.replies = [Reply(b"yes")]
    assert guest().ask(service.address) == b"yes"
    assert service.asked[0].headers["User-Agent"] == "Collegium/0.1 (mailto:us@example.org)"
    assert user_agent("") == "Collegium/0.1"


def test_a_troubled_service_is_asked_again_with_growing_pauses(service, guest, slept):
    service.replies = [Reply(status=500), Reply(status=503), Reply(status=429), Reply(b"yes")]
    assert guest().ask(service.address) == b"yes"
    first, second, third = [wait for wait in slept if wait]
    assert 0.5 <= first <= 1
    assert 1 <= second <= 2
    assert 2 <= third <= 4


def test_we_wait_as_long_as_we_are_asked_to(service, guest, slept):
    service.replies = [Reply(status=429, headers={"Retry-After": "7"}), Reply(b"yes")]
    assert guest().ask(service.address) == b"yes"
    assert [7 <= wait <= 8 for wait in slept if wait] == [True]


def test_a_date_to_come_back_at_is_understood():
    in_a_minute = seconds_of(format_datetime(datetime.now(UTC) + timedelta(seconds=60)))
    assert in_a_minute is not None
    assert 58 < in_a_minute <= 60
    assert seconds_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert seconds_of("soon") is None
    assert seconds_of("") is None


def test_a_service_that_wants_hours_is_left_alone(service, guest, slept):
    service.replies = [Reply(status=429, headers={"Retry-After": "7200"})]
    with pytest.raises(SourceError, match="come back in 120 minutes"):
        guest().ask(service.address)
    assert len(service.asked) == 1


def test_a_cut_connection_is_tried_again(service, guest):
    service.replies = [Reply(b"half of this is lost", cut=True), Reply(b"all of it")]
    assert guest().ask(service.address) == b"all of it"
    assert len(service.asked) == 2


def test_we_give_up_in_the_end(service, guest, slept):
    service.replies = [Reply(status=500)]
    with pytest.raises(SourceError, match=r"answered 500, 3 times in a row"):
        guest(limits=Limits(tries=3)).ask(service.address)
    assert len(service.asked) == 3


def test_nobody_there_is_told_plainly(guest):
    with pytest.raises(SourceError, match="the connection broke, 2 times in a row"):
        guest(limits=Limits(tries=2)).ask("http://127.0.0.1:9")


@pytest.mark.parametrize("status", [400, 404, 410])
def test_what_is_not_there_is_asked_for_once(service, guest, status):
    service.replies = [Reply(status=status)]
    with pytest.raises(NotThere):
        guest().ask(service.address)
    assert len(service.asked) == 1


def test_a_refusal_is_taken(service, guest):
    service.replies = [Reply(status=403)]
    with pytest.raises(SourceError, match="refused the request"):
        guest().ask(service.address)
    assert len(service.asked) == 1


def test_an_answer_beyond_the_limit_is_not_taken(service, guest):
    service.replies = [Reply(b"x" * 3_000_000)]
    with pytest.raises(SourceError, match="more than 1 MB"):
        guest(limits=Limits(most_bytes=1024 * 1024)).ask(service.address)


def test_there_is_a_pause_between_requests_even_of_two_processes(service, guest, slept, tmp_path):
    service.replies = [Reply(b"yes")]
    started = time.time()
    for _ in range(3):
        guest(pause=5.0, turns=tmp_path / "turns").ask(service.address)
    took = time.time() - started
    waits = [wait for wait in slept if wait > 0.01]
    assert len(waits) == 2
    assert 5 - took <= waits[0] <= 5
    assert 10 - took <= waits[1] <= 10


def test_a_fresh_answer_is_not_asked_for_again(service, guest, tmp_path):
    service.replies = [Reply(b"yes"), Reply(b"no")]
    for contact in ("us@example.org", "others@example.org"):
        assert guest(cache=cache(tmp_path)).ask(service.address, {"q": "1", "mailto": contact}) == b"yes"
    assert len(service.asked) == 1
    assert guest(cache=cache(tmp_path)).ask(service.address, {"q": "2"}) == b"no"


def test_an_old_answer_is_asked_for_only_if_it_changed(service, guest, tmp_path):
    service.replies = [
        Reply(b"yes", headers={"ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        Reply(status=304),
        Reply(b"changed"),
    ]
    stale = cache(tmp_path, fresh_seconds=0)
    assert [guest(cache=stale).ask(service.address) for _ in range(3)] == [b"yes", b"yes", b"changed"]
    assert service.asked[1].headers["If-None-Match"] == '"1"'
    assert service.asked[1].headers["If-Modified-Since"] == "Wed, 21 Oct 2015 07:28:00 GMT"
    assert service.asked[2].headers["If-None-Match"] == '"1"'


def test_a_damaged_answer_in_the_cache_is_asked_for_again(service, guest, tmp_path):
    service.replies = [Reply(b"yes")]
    guest(cache=cache(tmp_path)).ask(service.address)
    (kept,) = (tmp_path / "answers").glob("*/*.gz")
    kept.write_bytes(kept.read_bytes()[:20])
    assert guest(cache=cache(tmp_path)).ask(service.address) == b"yes"
    assert len(service.asked) == 2


def test_the_cache_does_not_outgrow_its_limit(tmp_path):
    import random

    small = cache(tmp_path, most_bytes=50_000)
    for number in range(60):
        small.keep(f"answer {number}", random.Random(number).randbytes(2000))
    small.prune()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.gz")) <= 50_000
    assert small.find("answer 59") is not None


def test_our_key_is_not_sent_to_another_host(service, guest):
    service.by_path = {
        "/from": [Reply(status=302, headers={"Location": service.address.replace("127.0.0.1", "localhost") + "/to"})],
        "/to": [Reply(b"yes")],
    }
    assert guest().ask(f"{service.address}/from", headers={"x-api-key": "secret"}) == b"yes"
    assert [asked.headers["x-api-key"] for asked in service.asked] == ["secret", None]


def test_endless_redirects_end(service, guest):
    service.replies = [Reply(status=302, headers={"Location": "/again"})]
    with pytest.raises(SourceError, match="without end"):
        guest().ask(service.address)
