"""The author pages that people have to do with."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from profiles.models.choices import HOLDING, OPEN

_KEPT = """
    SELECT author_id FROM profiles_claim WHERE author_id = ANY(%(ids)s) AND status = ANY(%(claimed)s)
    UNION SELECT author_id FROM profiles_sanction WHERE author_id = ANY(%(ids)s)
    UNION SELECT author_id FROM profiles_pagechoice WHERE author_id = ANY(%(ids)s)
    UNION SELECT author_id FROM profiles_publicrequest WHERE author_id = ANY(%(ids)s)
    UNION SELECT voucher_author_id FROM profiles_vouch WHERE voucher_author_id = ANY(%(ids)s)
"""


def pages_with_people(author_ids: Collection[int]) -> set[int]:
    """Those of these pages that somebody owns or claims, vouched from, asked something of, or is sanctioned on. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"ids": list(author_ids), "claimed": [*map(str, HOLDING), *map(str, OPEN)]})
        return {row[0] for row in cursor.fetchall()}
