"""ROR records in, institutions out; institutions known only from works become the registered ones they match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction

from papers.importers.ror import RorRecord
from papers.ingest.affiliations import institution_key, match_affiliations, site_host
from papers.ingest.copying import copy_rows, draw_keys
from papers.models import AuthorshipInstitution, Institution, InstitutionName
from papers.records import Rejected
from papers.refresh import mark_all
from papers.slices.marking import slices_changed

BATCH = 1000
LONGEST_NAME = 500
COLUMNS = [
    "name",
    "name_key",
    "ror",
    "country_code",
    "city",
    "types",
    "status",
    "established",
    "homepage",
    "site_host",
    "domains",
    "identifiers",
]


@dataclass(slots=True)
class OrganisationCounts:
    """What an import of institutions did. ``matched`` counts institutions known from works that became registered ones,
    ``affiliated`` authorships whose affiliation strings name an institution now.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    matched: int = 0
    affiliated: int = 0


def import_organisations(
    results: Iterable[RorRecord | Rejected],
    *,
    reject: Callable[[Rejected], None] = lambda _: None,
    progress: Callable[[int], object] = lambda _: None,
) -> OrganisationCounts:
    """Create and update institutions by ROR id; returns counts. A second reading of the same records changes nothing.

    Each batch is one transaction of about ten statements. Rejected items are handed to ``reject``.
    """
    counts = OrganisationCounts()
    for records in _batches(iter(results), reject):
        with transaction.atomic():
            _write(records, counts)
        progress(len(records))
    counts.matched = adopt_provisional()
    counts.affiliated = match_raw_affiliations()
    return counts


def _batches(results: Iterator[RorRecord | Rejected], reject: Callable[[Rejected], None]) -> Iterator[list[RorRecord]]:
    while several := list(islice(results, BATCH)):
        records: dict[str, RorRecord] = {}
        for one in several:
            if isinstance(one, Rejected):
                reject(one)
            else:
                records[one.ror] = one
        yield list(records.values())


def _write(records: list[RorRecord], counts: OrganisationCounts) -> None:
    known = {
        row.ror: row for row in Institution.objects.filter(ror__in=[record.ror for record in records]).select_for_update().order_by("pk")
    }
    new = [record for record in records if record.ror not in known]
    rows = [_institution(record) for record in new]
    for row, key in zip(rows, draw_keys(Institution, len(rows)), strict=True):
        row.pk = key
    Institution.objects.bulk_create(rows)
    changed = []
    for record in records:
        present, fresh = known.get(record.ror), _institution(record)
        if present is not None and _differs(present, fresh):
            for column in COLUMNS:
                setattr(present, column, getattr(fresh, column))
            changed.append(present)
    Institution.objects.bulk_update(changed, COLUMNS, batch_size=500)
    keys = {row.ror: row.pk for row in (*known.values(), *rows)}
    renamed = _write_names(records, keys)
    touched = {row.pk for row in changed} | renamed
    counts.created += len(new)
    counts.updated += len(touched - {row.pk for row in rows})
    counts.unchanged += len(records) - len(new) - len(touched - {row.pk for row in rows})


def _institution(record: RorRecord) -> Institution:
    return Institution(
        name=record.name[:LONGEST_NAME],
        name_key=institution_key(record.name),
        ror=record.ror,
        country_code=record.country_code,
        city=record.city[:200],
        types=list(record.types),
        status=record.status,
        established=record.established,
        homepage=record.website[:LONGEST_NAME],
        site_host=site_host(record.website),
        domains=list(record.domains),
        identifiers=dict(record.ids),
    )


def _differs(row: Institution, fresh: Institution) -> bool:
    return any(getattr(row, column) != getattr(fresh, column) for column in COLUMNS)


def _write_names(records: list[RorRecord], keys: dict[str | None, int]) -> set[int]:
    """Bring the names into line with the records; returns the institutions whose names changed."""
    present: dict[int, dict[str, tuple[str, str]]] = {}
    stored = InstitutionName.objects.filter(institution__in=keys.values()).exclude(kind="source")
    for institution, name, kind, language in stored.values_list("institution_id", "name", "kind", "language"):
        present.setdefault(institution, {})[name] = (kind, language)
    changed: set[int] = set()
    rows: list[tuple[int, str, str, str, str]] = []
    for record in records:
        key = keys[record.ror]
        wanted = _names(record)
        if wanted != present.get(key, {}):
            changed.add(key)
            rows += [(key, name, institution_key(name), kind, language) for name, (kind, language) in wanted.items()]
    if changed:
        InstitutionName.objects.filter(institution__in=changed).delete()
        copy_rows(InstitutionName, ["institution_id", "name", "key", "kind", "language"], rows)
    return changed


def _names(record: RorRecord) -> dict[str, tuple[str, str]]:
    """Each name once, with its most telling kind and its language."""
    names: dict[str, tuple[str, str]] = {record.name[:LONGEST_NAME]: ("display", "")}
    for name in record.names:
        kind = next((kind for kind in ("label", "alias", "acronym") if kind in name.kinds), "alias")
        names.setdefault(name.value[:LONGEST_NAME], (kind, name.language[:10]))
    return names


# A provisional institution and the registered ones that bear its name (not as an acronym) or its website, in its country
# where both countries are known. Two signs that agree outweigh one; whatever stays open stays provisional.
ADOPTIONS = """
WITH signs AS (
    SELECT provisional.id AS provisional, registered.id AS registered, 1 AS weight
    FROM papers_institution provisional
    JOIN papers_institutionname name ON name.key = provisional.name_key AND name.kind IN ('display', 'label', 'alias')
    JOIN papers_institution registered ON registered.id = name.institution_id
    WHERE provisional.ror IS NULL AND provisional.merged_into_id IS NULL
      AND registered.ror IS NOT NULL AND registered.merged_into_id IS NULL AND registered.status <> 'withdrawn'
      AND (provisional.country_code = '' OR registered.country_code = '' OR provisional.country_code = registered.country_code)
    GROUP BY 1, 2
  UNION ALL
    SELECT provisional.id, registered.id, 1
    FROM papers_institution provisional
    JOIN papers_institution registered ON registered.site_host = provisional.site_host
    WHERE provisional.ror IS NULL AND provisional.merged_into_id IS NULL AND provisional.site_host <> ''
      AND registered.ror IS NOT NULL AND registered.merged_into_id IS NULL AND registered.status <> 'withdrawn'
      AND (provisional.country_code = '' OR registered.country_code = '' OR provisional.country_code = registered.country_code)
), weighed AS (
    SELECT provisional, registered, sum(weight) AS weight FROM signs GROUP BY 1, 2
), best AS (
    SELECT provisional, max(weight) AS weight FROM weighed GROUP BY 1
)
SELECT provisional, min(registered)
FROM weighed JOIN best USING (provisional, weight)
GROUP BY provisional HAVING count(*) = 1
ORDER BY provisional
"""

MOVE_AUTHORSHIPS = """
INSERT INTO papers_authorshipinstitution (authorship_id, institution_id)
SELECT link.authorship_id, moved.registered
FROM papers_authorshipinstitution link
JOIN unnest(%s::bigint[], %s::bigint[]) AS moved (provisional, registered) ON link.institution_id = moved.provisional
ON CONFLICT DO NOTHING
"""
MERGE = """
UPDATE papers_institution SET merged_into_id = moved.registered
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (provisional, registered)
WHERE papers_institution.id = moved.provisional
"""


def adopt_provisional() -> int:
    """Merge institutions known only from works into the registered ones they match; returns how many. One transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ADOPTIONS)
        pairs = cursor.fetchall()
        if not pairs:
            return 0
        columns = [[provisional for provisional, _ in pairs], [registered for _, registered in pairs]]
        cursor.execute(MOVE_AUTHORSHIPS, columns)
        AuthorshipInstitution.objects.filter(institution__in=columns[0]).delete()
        cursor.execute(MERGE, columns)
        _mark_touched(columns[1])
    return len(pairs)


def match_raw_affiliations(*, chunk: int = 20_000) -> int:
    """Name the institutions of authorships that have only affiliation strings; returns how many gained one.

    Reads those authorships in order of their keys, ``chunk`` at a time, each chunk one transaction.
    """
    gained = 0
    last = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT authorship.id, authorship.raw_affiliations FROM papers_authorship authorship"
                " WHERE authorship.id > %s AND authorship.raw_affiliations <> '{}'"
                " AND NOT EXISTS (SELECT 1 FROM papers_authorshipinstitution link WHERE link.authorship_id = authorship.id)"
                " ORDER BY authorship.id LIMIT %s",
                [last, chunk],
            )
            rows = cursor.fetchall()
            if not rows:
                return gained
            last = rows[-1][0]
            matched = match_affiliations(sorted({text for _, texts in rows for text in texts}))
            links = {(key, found) for key, texts in rows for text in texts if (found := matched.get(text)) is not None}
            AuthorshipInstitution.objects.bulk_create(
                [AuthorshipInstitution(authorship_id=key, institution_id=found) for key, found in sorted(links)], ignore_conflicts=True
            )
            _mark_touched(sorted({found for _, found in links}))
            gained += len({key for key, _ in links})


def _mark_touched(institutions: list[int]) -> None:
    """The figures of these institutions and of the people there must be computed again."""
    if not institutions:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT authorship.author_id FROM papers_authorshipinstitution link"
            " JOIN papers_authorship authorship ON authorship.id = link.authorship_id"
            " WHERE link.institution_id = ANY(%s) AND authorship.author_id IS NOT NULL",
            [institutions],
        )
        authors = [row[0] for row in cursor.fetchall()]
    mark_all(marks={"institution-figures": institutions, "author-figures": authors}, reason="institutions")
    slices_changed(people=authors, institutions=institutions, reason="institutions")
