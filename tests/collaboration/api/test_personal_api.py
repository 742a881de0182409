"""What programs do for somebody: the same people, limits and blocks as on the pages, and never more than the token allows."""

from __future__ import annotations

import pytest

from collaboration.following.follows import follow
from collaboration.following.targets import target_of
from collaboration.invitations.drafting import discard_draft
from collaboration.models import Follow, Invitation, Notification
from collaboration.safety.blocks import block
from config.lib.public_ids import decode_public_id, encode_public_id
from papers.models import Author
from profiles.exceptions import WrongStateError
from tests.collaboration.invitations.conftest import CHARTER, people, sent  # noqa: F401 - a fixture
from tests.factories.papers import TopicFactory, WorkFactory
from tests.factories.people import account
from tests.factories.reading import counted_queries
from tests.factories.tokens import program_of

pytestmark = pytest.mark.django_db
EVERY = [
    ("get", "following/", "follow:read"),
    ("get", "following/person/{id}/", "follow:read"),
    ("put", "following/person/{id}/", "follow:write"),
    ("delete", "following/person/{id}/", "follow:write"),
    ("post", "following/search/", "follow:write"),
    ("get", "invitations/", "invitations:read"),
    ("get", "invitations/{id}/", "invitations:read"),
    ("put", "invitations/to/{id}/", "invitations:write"),
    ("delete", "invitations/{id}/", "invitations:write"),
    *[("post", f"invitations/{{id}}/{step}/", "invitations:write") for step in ("send", "accept", "decline", "wait", "withdraw", "remind")],
    ("get", "notifications/", "notifications:read"),
    ("put", "notifications/{id}/read/", "notifications:write"),
    ("post", "notifications/read/", "notifications:write"),
]


def test_every_address_asks_for_its_scope_and_nothing_else_opens_it(settings):
    settings.API_LIMITS = {"minute": 0, "hour": 0}
    ada = account("ada")
    scopes = {scope for _method, _path, scope in EVERY}
    having = {scope: program_of(ada, scope) for scope in scopes}
    lacking = {scope: program_of(ada, *(scopes - {scope})) for scope in list(scopes)[:3]}
    for method, path, scope in EVERY:
        address = path.format(id=encode_public_id(1))
        answer = having[scope](method, address)
        assert answer.status_code in {200, 204, 400, 404}, (method, path, answer.content)
        assert answer["Cache-Control"] == "private, no-store"
        refused = lacking.get(scope, having["follow:read"])(method, address)
        if scope in lacking or scope != "follow:read":
            assert refused.status_code == 403, (method, path)
            assert scope in refused.json()["detail"]
    for method, path in (("patch", "following/"), ("options", "following/"), ("post", "notifications/")):
        assert having["follow:read"](method, path).status_code == 405, path


def test_following_is_idempotent_and_reads_as_on_the_page(people):  # noqa: F811
    program, page = program_of(people.ada), f"following/person/{people.of_grace.public_id}/"
    assert program("get", page).status_code == 404
    assert [program("put", page).status_code for _ in range(2)] == [201, 200]
    assert program("get", page).json()["name"] == "Grace Farrowgate"
    topic = TopicFactory(name="Looms")
    program("put", f"following/topic/{encode_public_id(topic.pk)}/")
    search = program("post", "following/search/", {"query": "q=looms&year=2024"})
    assert (search.status_code, search.json()["kind"]) == (201, "search")
    assert program("post", "following/search/", {"query": "year=2024&q=looms"}).status_code == 200
    assert program("delete", f"following/search/{search.json()['id']}/").status_code == 204

    first = program("get", "following/?page_size=1").json()
    assert [row["kind"] for row in first["results"]] == ["topic"]
    second = program("get", first["next"]).json()
    assert [row["id"] for row in second["results"]] == [people.of_grace.public_id]
    assert second["next"] is None
    assert [row["kind"] for row in program("get", "following/?kind=person").json()["results"]] == ["person"]
    for wrong in (
        "following/?kind=paper",
        "following/?cursor=x",
        "following/?page_size=0",
        "following/?pages=2",
        "following/?ordering=-id",
    ):
        assert program("get", wrong).status_code == 400, wrong
    assert [program("delete", page).status_code for _ in range(2)] == [204, 204]
    own = program("put", f"following/person/{people.of_ada.public_id}/")
    assert (own.status_code, own.json()["detail"]) == (403, "This is your own page.")
    for body in (
        {"query": ""},
        {"query": "page=2"},
        {"query": "colour=red"},
        {"question": "q=looms"},
        [],
        "x",
        {"query": "q=\x00"},
        {"query": 3},
    ):
        assert program("post", "following/search/", body).status_code == 400, body
    for half in ({"query": "\ud800"}, {"\ud800": 1}, {"kind": "\ud800"}):  # its escape is JSON, and no character
        assert program("post", "following/search/", half).status_code == 400


def test_an_invitation_from_the_draft_to_the_answer(people):  # noqa: F811
    ada, grace = program_of(people.ada), program_of(people.grace)
    draft_url = f"invitations/to/{people.of_grace.public_id}/"
    draft = ada("put", draft_url, {"topic": "Conserved quantities"})
    assert (draft.status_code, draft.json()["status"]) == (201, "draft")
    invitation = f"invitations/{draft.json()['id']}/"
    assert grace("get", invitation).status_code == 404, "nobody else sees a draft"
    short = ada("post", f"{invitation}send/")
    assert (short.status_code, short.json()["type"], short.json()["errors"][0]["parameter"]) == (409, "/api/docs/#incomplete", "kind")
    work = WorkFactory()
    body = {"topic": CHARTER.topic, "kind": "paper", "ask": CHARTER.ask, "works": [encode_public_id(work.pk)]}
    assert (written := ada("put", draft_url, body)).status_code == 200, written.content
    assert ada("post", f"{invitation}send/").json()["status"] == "sent"
    assert ada("post", f"{invitation}send/").status_code == 409
    again = ada("put", draft_url, body).json()["id"]
    refused = ada("post", f"invitations/{again}/send/")
    assert (refused.status_code, refused.json()["type"]) == (403, "/api/docs/#cannot-invite")
    draft = Invitation.objects.get(pk=decode_public_id(again))
    assert ada("delete", f"invitations/{again}/").status_code == 204
    with pytest.raises(WrongStateError, match="is gone"):  # as where two requests meet
        discard_draft(draft=draft, user=people.ada)
    assert ada("post", f"{invitation}accept/", {}).status_code == 403, "one's own"

    told = grace("get", "notifications/").json()["results"]
    assert [(line["kind"], line["is_unread"]) for line in told] == [("invitation", True)]
    assert grace("put", f"notifications/{told[0]['id']}/read/").status_code == 204
    assert not grace("get", "notifications/").json()["results"][0]["is_unread"]
    seen = grace("get", "invitations/?box=received").json()["results"][0]
    assert (seen["sender"]["name"], seen["is_mine"], seen["works"]) == ("Ada Quillmere", False, [encode_public_id(work.pk)])
    assert grace("post", f"{invitation}decline/", {"reason": "because"}).status_code == 400
    assert grace("post", f"{invitation}wait/", {"until": "2999-01-01"}).status_code == 403
    declined = grace("post", f"{invitation}decline/", {"reason": "no-time", "note": "Later?"}).json()
    assert (declined["status"], declined["note"]) == ("declined", "Later?")
    assert grace("post", f"{invitation}accept/", {}).status_code == 409
    later = ada("put", draft_url, body).json()["id"]
    pause = ada("post", f"invitations/{later}/send/").json()
    assert pause["status"] == 403
    assert pause["until"], "until when, where that is known"
    assert ada("post", f"{invitation}remind/").status_code == 409
    assert ada("get", "notifications/").json()["results"][0]["kind"] == "invitation-answer"


def test_what_is_wrong_in_a_charter_is_named(people):  # noqa: F811
    program = program_of(people.ada)
    for body in (
        {"works": ["0" * 9]},
        {"works": ["nothing"]},
        {"works": 3},
        {"works": [None]},
        {"by_when": "2001-01-01"},
        {"by_when": "soon"},
        {"kind": "war"},
        {"topic": "x" * 201},
        {"ask": "\x00"},
        {"to": "me"},
        [1],
    ):
        answer = program("put", f"invitations/to/{people.of_grace.public_id}/", body)
        assert answer.status_code == 400, (body, answer.content)
        if isinstance(body, dict):
            assert answer.json()["errors"][0]["parameter"].startswith(next(iter(body)))
    deep = program.client.put(f"/api/v1/invitations/to/{people.of_grace.public_id}/", "[" * 100_000, content_type="application/json")
    assert deep.status_code == 400
    assert not Invitation.objects.exists()


def test_the_limits_are_those_of_the_pages(people):  # noqa: F811
    program = program_of(people.ada)
    pages = [Author.objects.create(display_name=f"P {number}", sort_name=f"P {number}") for number in range(6)]
    body = {"topic": CHARTER.topic, "kind": "paper", "ask": CHARTER.ask}
    drafts = [program("put", f"invitations/to/{page.public_id}/", body).json()["id"] for page in pages]
    codes = [program("post", f"invitations/{draft}/send/").status_code for draft in drafts]
    assert codes == [200] * 5 + [403]
    assert {row["status"] for row in program("get", "invitations/?box=waiting").json()["results"]} == {"waiting"}


def test_a_blocked_person_is_told_nothing_and_sees_silence(people):  # noqa: F811
    ada, grace = program_of(people.ada), program_of(people.grace)
    path = f"invitations/{sent(people.ada, people.of_grace).public_id}/"
    follow(user=people.ada, target=target_of(people.of_grace))
    assert {line["kind"] for line in grace("get", "notifications/").json()["results"]} == {"invitation", "follower"}
    before = ada("get", path).json()
    block(blocker=people.grace, blocked=people.ada)
    assert ada("get", path).json() == before
    assert grace("get", path).status_code == 404
    assert grace("get", "invitations/").json()["results"] == grace("get", "notifications/").json()["results"] == []
    for number in Notification.objects.filter(recipient=people.grace).values_list("pk", flat=True):
        assert grace("put", f"notifications/{encode_public_id(number)}/read/").status_code == 404
    assert grace("post", f"{path}accept/", {}).status_code == 404
    assert Follow.objects.filter(follower=people.ada).exists()


@pytest.mark.parametrize("path", ["following/", "invitations/", "notifications/"])
def test_lists_cost_the_same_with_two_rows_and_with_twenty(people, path):  # noqa: F811
    program = program_of(people.grace)
    costs = []
    program("get", path)  # the first use of a day is noted
    for number in range(20):
        sender = account(f"p{number}")
        dates = dict.fromkeys(["sent_at", "delivered_at", "expires_at"], people.grace.date_joined)
        Invitation.objects.create(
            sender=sender, recipient=people.grace, author=people.of_grace, status="sent", topic="T", kind="paper", ask="A", **dates
        )
        Notification.objects.create(
            recipient=people.grace, kind="follower", subject_key=f"f:{number}", group_key=f"f:{number}", payload={"author": 1}
        )
        Follow.objects.create(follower=people.grace, topic=TopicFactory(key=f"topic {number}"))
        if number in {1, 19}:
            with counted_queries() as counted:
                assert len(program("get", path).json()["results"]) == number + 1
            costs.append(counted.count)
    assert costs[0] == costs[1] <= 5, costs
