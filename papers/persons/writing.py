"""Storing a plan: set-based, in the caller's transaction, whose authors are locked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.utils import timezone

from config.lib.registries import merge_participants
from papers.exceptions import BlockBusyError
from papers.identity.changes import Change, record_changes
from papers.ingest.copying import array_text, copy_rows, draw_keys, numbers_text
from papers.ingest.people import sort_form, visible_form
from papers.models import AttributionRule, Author, ChangeKind, NameVariant
from papers.names import parse_name
from papers.persons.deciding import Person, Plan, name_of
from papers.persons.reading import AuthorshipRow, Block

# Whoever decides about a work holds its authorship: we do not wait for them, as they may come to wait for a page that we hold.
_LOCK = """
    SELECT count(*) FROM (
        SELECT 1 FROM papers_authorship AS authorship
        JOIN unnest(%s::bigint[], %s::bigint[]) AS moved (id, author_id) ON moved.id = authorship.id
        WHERE authorship.author_id = moved.author_id AND NOT authorship.decided_by_person
        FOR NO KEY UPDATE OF authorship SKIP LOCKED
    ) AS ours
"""
_VACATE = "UPDATE papers_authorship SET author_id = NULL WHERE id = ANY(%s::bigint[])"
_MOVE = """
    UPDATE papers_authorship AS authorship
    SET author_id = moved.author_id, rule = %s, decided_at = statement_timestamp()
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (id, author_id)
    WHERE moved.id = authorship.id
"""
# Works that are not shown (merged, erased) go with the author, but where they name the heir already.
_MOVE_HIDDEN = """
    UPDATE papers_authorship AS authorship SET author_id = gone.heir
    FROM unnest(%s::bigint[], %s::bigint[]) AS gone (id, heir)
    WHERE authorship.author_id = gone.id AND NOT EXISTS (
        SELECT 1 FROM papers_authorship AS other WHERE other.work_id = authorship.work_id AND other.author_id = gone.heir)
"""
_REDIRECT = """
    UPDATE papers_author AS author SET merged_into_id = gone.heir
    FROM unnest(%s::bigint[], %s::bigint[]) AS gone (id, heir) WHERE author.id = gone.id
"""
_RENAME = """
    UPDATE papers_author AS author SET display_name = named.name, sort_name = named.sort_name
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS named (id, name, sort_name)
    WHERE author.id = named.id AND NOT author.name_decided_by_person
"""
_IDENTIFIERS = """
    SELECT id, author_id, scheme, value FROM papers_authoridentifier
    WHERE author_id = ANY(%s::bigint[]) AND NOT is_authenticated ORDER BY id FOR NO KEY UPDATE
"""
_GIVE = """
    UPDATE papers_authoridentifier AS identifier SET author_id = given.author_id
    FROM unnest(%s::bigint[], %s::bigint[]) AS given (id, author_id) WHERE identifier.id = given.id
"""
_VARIANTS = "SELECT id, author_id, name, is_published, visibility FROM papers_namevariant WHERE author_id = ANY(%s::bigint[]) ORDER BY id"
_FORGET = "DELETE FROM papers_namevariant WHERE id = ANY(%s::bigint[])"
_PUBLISH = "UPDATE papers_namevariant SET is_published = true WHERE id = ANY(%s::bigint[])"


@dataclass(frozen=True, slots=True)
class Variant:
    """A form of a name as it stands."""

    id: int
    author_id: int
    name: str
    is_published: bool
    visibility: str


def write_plan(block: Block, plan: Plan) -> Plan:
    """Store what a plan changes; returns it with the row keys of the authors that were opened. Raises ``BlockBusyError`` where somebody is deciding.

    About a dozen statements and two COPYs; none where nothing changes.
    """
    if not plan.moves:
        return plan
    _lock([row for row, _target in plan.moves])
    plan = _numbered(plan)
    concerned = plan.changed()
    changed = [person for person in plan.persons if person.author_id in concerned]
    _open(plan)
    _move(plan)
    _redirect(plan.redirects)
    _rename(block, changed)
    _give_identifiers(plan, changed)
    _follow_names(block, plan, changed)
    record_changes(_changes(plan), rule=AttributionRule.COMPARED)
    return plan


def _changes(plan: Plan) -> Iterator[Change]:
    """What others who keep author ids are told, in order of the authors."""
    works: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, target in plan.moves:
        works[row.author_id, target].append(row.work_id)
    for (author, target), moved in sorted(works.items()):
        kind = ChangeKind.MERGE if plan.redirects.get(author) == target else ChangeKind.SPLIT if target in plan.new else ChangeKind.MOVE
        yield Change(kind, author, target, moved)


def _lock(rows: Sequence[AuthorshipRow]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [numbers_text(row.id for row in rows), numbers_text(row.author_id for row in rows)])
        if cursor.fetchone()[0] != len(rows):
            raise BlockBusyError


def _numbered(plan: Plan) -> Plan:
    """The plan with row keys for the authors to be opened, drawn in the order of the clusters."""
    keys = dict(zip((person.author_id for person in plan.opened), draw_keys(Author, len(plan.opened)), strict=True))
    if not keys:
        return plan
    return Plan(
        persons=tuple(replace(person, author_id=keys.get(person.author_id, person.author_id)) for person in plan.persons),
        moves=tuple((row, keys.get(target, target)) for row, target in plan.moves),
        redirects={author: keys.get(heir, heir) for author, heir in plan.redirects.items()},
        new=frozenset(keys.values()),
    )


def _open(plan: Plan) -> None:
    now = timezone.now().isoformat()
    opened = [(person.author_id, name_of(person.rows)) for person in plan.persons if person.author_id in plan.new]
    if opened:
        copy_rows(Author, ["id", "display_name", "sort_name", "created_at"], [(key, name, sort_form(name), now) for key, name in opened])


def _move(plan: Plan) -> None:
    """Two steps where a work's positions change places: nobody may stand on a work twice, not even for a moment."""
    leaving = {(row.work_id, row.author_id) for row, _target in plan.moves}
    crossing = {work for work, _author in leaving & {(row.work_id, target) for row, target in plan.moves}}
    vacated = [row.id for row, _target in plan.moves if row.work_id in crossing]
    ids, targets = zip(*sorted((row.id, target) for row, target in plan.moves), strict=True)
    with connection.cursor() as cursor:
        if vacated:
            cursor.execute(_VACATE, [numbers_text(vacated)])
        cursor.execute(_MOVE, [AttributionRule.COMPARED, numbers_text(ids), numbers_text(targets)])


def _redirect(redirects: Mapping[int, int]) -> None:
    """Pages that hold nothing any more lead to their heirs, and what people hung on them goes along: invitations, follows."""
    if redirects:
        columns = [numbers_text(redirects.keys()), numbers_text(redirects.values())]
        with connection.cursor() as cursor:
            cursor.execute(_MOVE_HIDDEN, columns)
            cursor.execute(_REDIRECT, columns)
    for participant in merge_participants if redirects else ():
        concerned = participant.among(list(redirects)) if participant.among is not None else redirects
        for author in sorted(concerned):
            participant.merge(author, redirects[author])


def _rename(block: Block, changed: Iterable[Person]) -> None:
    named = []
    for person in changed:
        author = block.authors.get(person.author_id)
        if author is not None and not author.name_decided_by_person:
            name = name_of(person.rows, author.display_name)
            if name != author.display_name:
                named.append((person.author_id, name))
    if named:
        columns = [
            numbers_text(key for key, _ in named),
            array_text([name for _, name in named]),
            array_text([sort_form(name) for _, name in named]),
        ]
        with connection.cursor() as cursor:
            cursor.execute(_RENAME, columns)


def _give_identifiers(plan: Plan, changed: Sequence[Person]) -> None:
    """An identifier goes where most of the works are that state it; what nobody's work states goes with its author's redirect."""
    stated: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for person in changed:
        for row in person.rows:
            for pair in row.source_ids.items():
                stated[pair][person.author_id] += 1
    given = []
    for key, author, scheme, value in _rows(_IDENTIFIERS, numbers_text(sorted(plan.changed() - plan.new))):
        holders = stated.get((scheme, value))
        heir = plan.redirects.get(author, author)
        holder = min(holders, key=lambda one: (-holders[one], one != author, one)) if holders else heir
        if holder != author:
            given.append((key, holder))
    if given:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE, [numbers_text(key for key, _ in given), numbers_text(holder for _, holder in given)])


def _follow_names(block: Block, plan: Plan, changed: Sequence[Person]) -> None:
    """Each changed author has the forms that its works bear. A form that its bearer hid stays hidden, whoever it is with now."""
    held: dict[int, dict[str, Variant]] = defaultdict(dict)
    for row in _rows(_VARIANTS, numbers_text(sorted(plan.changed() - plan.new))):
        variant = Variant(*row)
        held[variant.author_id][variant.name] = variant
    borne = {person.author_id: dict.fromkeys(row.raw_name for row in person.rows) for person in changed}
    gone, published, added = [], [], []
    for author, variants in held.items():
        present = borne.get(author, {})
        gone += [one.id for one in variants.values() if one.name not in present and _may_go(one, author, plan.redirects)]
        published += [one.id for one in variants.values() if one.name in present and not one.is_published]
    for author, names in borne.items():
        chosen = block.authors[author].display_name if author in block.authors and block.authors[author].name_on_works else ""
        for name in names:
            if name not in held[author]:
                parsed = parse_name(name)
                added.append((author, name, parsed.key, parsed.block, visible_form(name, chosen).value))
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(_FORGET, [numbers_text(gone)])
        if published:
            cursor.execute(_PUBLISH, [numbers_text(published)])
    copy_rows(NameVariant, ["author_id", "name", "key", "block", "visibility"], added)


def _may_go(variant: Variant, author: int, redirects: Mapping[int, int]) -> bool:
    """Whether a form that no work bears any more is forgotten: all of an author that leads elsewhere, else what nobody chose or hid."""
    return author in redirects or (variant.is_published and variant.visibility == "shown")


def _rows(statement: str, given: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [given])
        return list(cursor.fetchall())
