"""The feed of somebody who follows five hundred people, and what it costs when somebody with a hundred thousand followers publishes.

``python -m tests.benchmarks.feed`` measures in a process of its own, on the records of the database that it is given, and prints one JSON line.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.benchmarks.rows import Measured, at_most, ratio_at_most
from tests.live.scratch import manage, run

FOLLOWED, FOLLOWERS = 500, 100_000
TIMES: Final = 60
QUERIES, RATIO = 8, 5.0


def measure(environment: Mapping[str, str]) -> Iterator[Measured]:
    """The rows, on the records that are in the scratch database."""
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    told = json.loads(run(environment, [sys.executable, "-m", "tests.benchmarks.feed"]).output.splitlines()[-1])
    bare = f"bare Django template with the same {told['works']} works"
    yield ratio_at_most("feed.500", told["own"], "ms", RATIO, bare, told["bare"])
    yield at_most("feed.500.queries", told["queries"], "queries", QUERIES)
    yield ratio_at_most("feed.500.second_page", told["second"], "ms", RATIO, bare, told["bare"])
    yield ratio_at_most(
        "feed.publish.100k", told["publish"], "ms", 1.5, "the same work of somebody whom nobody follows", told["publish_alone"]
    )
    yield at_most("feed.follower.100k", told["follower"], "ms", None, "to see it, first page of one of the followers", told["own"])
    yield at_most("feed.follow.100k", told["follow"], "ms", None, "one more follows, with the count")


def main() -> int:
    """Set the stage, measure, print."""
    import django

    django.setup()
    sys.stdout.write(json.dumps(_measured()) + "\n")
    return 0


def _measured() -> dict[str, float]:
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    from collaboration.models import Follow
    from papers.models import Author
    from tests.benchmarks import reference
    from tests.benchmarks.queries import count_queries

    reader = get_user_model()._default_manager.create_user(email="follower@example.org", password=None)
    people = list(Author.objects.filter(merged_into=None).order_by("pk").values_list("pk", flat=True))
    chosen = people[:: max(1, len(people) // FOLLOWED)][:FOLLOWED]  # from all of the records, whoever they are
    Follow.objects.bulk_create(Follow(follower=reader, author_id=key) for key in chosen)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as it is some minutes after an import, when the database has tidied up by itself
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader)
    context = _feed_context(client)
    reference._contexts["feed", "/"] = {"feed": context["feed"]}
    visitor = Client(SERVER_NAME="localhost")
    own, bare, second = _medians(
        lambda: client.get("/"), lambda: visitor.get("/bare/feed/?page=/"), lambda: client.get(context["feed"].older_url)
    )
    return {
        "own": own,
        "bare": bare,
        "second": second,
        "queries": count_queries(client, "/"),
        "works": sum(len(day.items) for day in context["feed"].days),
        **_with_followers(people[-1], people[-2]),
    }


def _feed_context(client: Any) -> dict[str, Any]:
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    panels = client.get("/").context["panels"]
    return dict(next(context for panel, context in panels["feed"] if panel.key == "feed"))


def _with_followers(followed: int, alone: int) -> dict[str, float]:
    """A hundred thousand accounts follow one person, who publishes; somebody whom nobody follows does so as well."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    from collaboration.following.follows import follow
    from collaboration.following.targets import find_target

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO profiles_user (password, is_superuser, email, is_staff, is_active, date_joined)"
            " SELECT '!', false, 'f' || n || '@followers.example', false, true, now() FROM generate_series(1, %s) AS n",
            [FOLLOWERS],
        )
        cursor.execute(
            "INSERT INTO collaboration_follow (follower_id, author_id, since)"
            " SELECT id, %s, now() FROM profiles_user WHERE email LIKE '%%@followers.example'",
            [followed],
        )
    publish, publish_alone = _medians(lambda: _publish(followed), lambda: _publish(alone), times=15)
    user = get_user_model()._default_manager.get(email="f1@followers.example")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    (follower,) = _medians(lambda: client.get("/"))
    target = find_target("author", followed)
    more = iter([get_user_model()._default_manager.create_user(email=f"more{n}@example.org", password=None) for n in range(16)])
    if target is None:
        raise AssertionError("the person with followers is gone")
    (again,) = _medians(lambda: follow(user=next(more), target=target), times=15)
    return {"publish": publish, "publish_alone": publish_alone, "follower": follower, "follow": again}


def _publish(author: int) -> None:
    from papers.models import AttributionRule, Authorship, Work

    work = Work.objects.create(title=f"A work of {author}", title_key=f"a work of {author}", year=2026)
    Authorship.objects.create(work=work, position=0, raw_name="Somebody", author_id=author, source="bench", rule=AttributionRule.SOURCE_ID)


def _medians(*turns: Callable[[], object], times: int = TIMES) -> list[float]:
    """Milliseconds of each, in turns, so that what else the machine does falls on all of them; the first of each is not counted."""
    taken: list[list[float]] = [[] for _ in turns]
    for _ in range(times + 1):
        for turn, found in zip(turns, taken, strict=True):
            started = time.perf_counter()
            turn()
            found.append((time.perf_counter() - started) * 1000)
    return [statistics.median(found[1:]) for found in taken]


if __name__ == "__main__":
    raise SystemExit(main())
