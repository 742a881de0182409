"""The desk and the lists of the administration with a hundred thousand rows of each kind (2,000 without --accept)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles.models import Claim, TrailEntry
from tests.factories.accounts import log_in_with_second_factor
from tests.factories.moderation import moderator

pytestmark = pytest.mark.django_db

FILL = """
    INSERT INTO profiles_user (password, is_superuser, email, is_staff, is_active, date_joined)
        SELECT '', false, 'person' || n || '@example.org', false, true, now() FROM generate_series(1, %(rows)s) AS n;
    INSERT INTO profiles_profile (user_id, display_name, biography, biography_html, position, pronouns, languages, public_parts, collaboration_kinds,
                                  created_at, updated_at)
        SELECT id, 'Person', '', '', '', '', '{}', '{}', '{}', now(), now() FROM profiles_user WHERE email LIKE 'person%%';
    INSERT INTO papers_author (display_name, sort_name, created_at)
        SELECT 'Person ' || n, 'Person ' || n, now() FROM generate_series(1, %(rows)s) AS n;
    ANALYZE profiles_user; ANALYZE profiles_profile; ANALYZE papers_author;
    INSERT INTO profiles_claim (profile_id, author_id, status, reason_code, started_at, submitted_at, granted_at, granted_automatically)
        SELECT p.id, a.id, 'granted', '', now(), now(), now(), false
        FROM (SELECT id, row_number() OVER () AS n FROM profiles_profile WHERE display_name = 'Person') AS p
        JOIN (SELECT id, row_number() OVER () AS m FROM papers_author WHERE display_name LIKE 'Person %%') AS a ON n = m;
    INSERT INTO profiles_claim (profile_id, author_id, status, reason_code, started_at, submitted_at, granted_automatically, challenges_id)
        SELECT profile_id, author_id, 'review', '', now(), now() - id * interval '1 second', false, CASE WHEN id %% 2 = 0 THEN id END
        FROM profiles_claim;
    ANALYZE profiles_claim;
    INSERT INTO profiles_evidence (claim_id, method, status, subject, matched, matched_by, from_site, started_at, outcome, failures)
        SELECT id, 'document', 'checking', md5(id::text), false, '', false, now() - id * interval '1 second', '', 0
        FROM profiles_claim WHERE status = 'review';
    INSERT INTO profiles_appeal (claim_id, against, status, opened_at)
        SELECT id, 'refused', 'open', now() - id * interval '1 second' FROM profiles_claim WHERE status = 'granted';
    INSERT INTO profiles_review (claim_id, stage, verdict, reason_code, created_at, drawn_at)
        SELECT id, 'claim', 'approve', '', now(), CASE WHEN id %% 20 = 0 THEN now() END FROM profiles_claim WHERE status = 'granted';
    INSERT INTO profiles_standing (author_id, claim_id, level, record_level, claim_level, identity, missing, level_since, computed_at)
        SELECT author_id, id, 3, 0, 3, 0.8, CASE WHEN id %% 10 = 0 THEN '["second-review"]'::jsonb ELSE '["two-strong", "second-review"]'::jsonb END,
            now() - id * interval '1 second', now()
        FROM profiles_claim WHERE status = 'granted';
    INSERT INTO profiles_publicrequest (kind, status, author_id, email, text, code_hash, attempts, created_at, confirmed_at, with_figures)
        SELECT 'opt-out', 'open', author_id, '', '', '', 0, now(), now() - id * interval '1 second', false
        FROM profiles_claim WHERE status = 'granted';
    INSERT INTO profiles_trailentry (at, action, role, subject, subject_id, author_id, claim_id, code, changes, is_public)
        SELECT now(), 'refuse', 'moderator', 'profiles.Claim', id, author_id, id, '', '[]', false FROM profiles_claim;
    ANALYZE profiles_evidence;
    ANALYZE profiles_appeal; ANALYZE profiles_review; ANALYZE profiles_standing; ANALYZE profiles_publicrequest; ANALYZE profiles_trailentry;
"""
QUICK = 0.2
TABLES = ("claim", "evidence", "appeal", "review", "standing", "profile", "publicrequest", "trailentry")


def seconds(browser, address, parameters):
    """Seconds that PostgreSQL took, the quickest of up to three: what grows with the table, whoever else keeps the machine busy."""
    taken = []
    while not taken or (min(taken) > QUICK and len(taken) < 3):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address, parameters).status_code == 200
        taken.append(sum(float(query["time"]) for query in queries))
    return min(taken)


def test_the_desk_and_the_lists_stay_quick(client, accept):
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"rows": 100_000 if accept else 2_000})
    log_in_with_second_factor(client, moderator("grace"))
    claim = Claim.objects.filter(status="review").order_by("pk").last()
    desk = reverse("admin:profiles_claim_desk")
    questions = [(desk, {}), (desk, {"p": "20"})]
    questions += [(desk, {"kind": kind}) for kind in ("claim", "challenge", "appeal", "document", "second", "again", "request")]
    questions += [(reverse(f"admin:profiles_{table}_changelist"), {}) for table in TABLES]
    questions += [
        (reverse("admin:profiles_claim_changelist"), {"status__exact": "review"}),
        (reverse("admin:profiles_claim_changelist"), {"q": "person7@example.org"}),
        (reverse("admin:profiles_evidence_changelist"), {"q": "0" * 32}),
        (reverse("admin:profiles_trailentry_changelist"), {"q": claim.author.public_id}),
        (reverse("admin:profiles_trailentry_changelist"), {"q": "person7@example.org"}),
        (reverse("admin:profiles_claim_change", args=[claim.pk]), {}),
    ]

    took = {(address, str(parameters)): seconds(client, address, parameters) for address, parameters in questions}

    assert TrailEntry.objects.count() >= 4_000
    assert {question: spent for question, spent in took.items() if spent >= 0.5} == {}
    if accept:
        print(sorted(took.items(), key=lambda item: -item[1])[:6])  # noqa: T201 - shown when it is asked for
