"""Reading blocks: their authors, everything these are said to have written, and what people decided about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from config.lib.registries import kept_pages
from papers.disambiguation.mentions import Mention, MentionKey, Work
from papers.ingest.copying import array_text, numbers_text
from papers.querysets.constraints import PeopleSaid, people_said


class AuthorRow(NamedTuple):
    """An author as it stands, locked until the transaction ends."""

    id: int
    display_name: str
    name_decided_by_person: bool
    name_on_works: bool
    confidence: float | None


class AuthorshipRow(NamedTuple):
    """An authorship as it stands."""

    id: int
    work_id: int
    author_id: int
    raw_name: str
    raw_affiliations: list[str]
    source_ids: dict[str, str]
    orcid: str
    orcid_authenticated: bool
    decided_by_person: bool
    rule: str


@dataclass(slots=True)
class Block:
    """All that is known of the authors of some blocks, ready for the engine.

    ``authorships`` by mention, ``people`` the authors on each work. ``kept`` are authors that people have to do with: no rule takes a work from them. ``said`` is
    what people decided, ``signed_in`` the ORCID iD that an author's bearer signed in with.
    """

    keys: list[str]
    authors: dict[int, AuthorRow] = field(default_factory=dict)
    authorships: dict[MentionKey, AuthorshipRow] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    people: dict[int, list[int]] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    said: PeopleSaid = field(default_factory=lambda: PeopleSaid({}, set(), [], []))
    signed_in: dict[int, str] = field(default_factory=dict)

    def keys_of_authorships(self) -> dict[int, MentionKey]:
        """The mention that each authorship is."""
        return {row.id: key for key, row in self.authorships.items()}


_AUTHORS = """
    SELECT id, display_name, name_decided_by_person, name_on_works, confidence
    FROM papers_author
    WHERE id IN (SELECT author_id FROM papers_namevariant WHERE block = ANY(%s::text[]) AND is_published)
      AND merged_into_id IS NULL AND erased_at IS NULL
    ORDER BY id
    FOR NO KEY UPDATE
"""
_ALL_AUTHORS = """
    SELECT id, display_name, name_decided_by_person, name_on_works, confidence
    FROM papers_author WHERE merged_into_id IS NULL AND erased_at IS NULL ORDER BY id
"""
_AUTHORSHIPS = """
    SELECT authorship.id, authorship.work_id, authorship.author_id, authorship.raw_name, authorship.raw_affiliations,
           authorship.source_ids::json, authorship.orcid, authorship.orcid_authenticated, authorship.decided_by_person, authorship.rule
    FROM papers_authorship AS authorship
    WHERE authorship.author_id = ANY(%s::bigint[]) AND NOT authorship.is_organisation
    ORDER BY authorship.work_id, authorship.id
"""
# That two works lie in the same repository says nothing about their people.
_WORKS = """
    SELECT work.id, work.title, work.abstract, CASE WHEN venue.kind <> 'repository' THEN venue.key END, work.year,
           ARRAY(SELECT topic.name FROM papers_worktopic AS about JOIN papers_topic AS topic ON topic.id = about.topic_id
                 WHERE about.work_id = work.id ORDER BY topic.id), work.affiliations_unaligned
    FROM papers_work AS work LEFT JOIN papers_venue AS venue ON venue.id = work.venue_id
    WHERE work.id = ANY(%s::bigint[]) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
"""
_NAMES = """
    SELECT work_id, id, raw_name, author_id, raw_affiliations FROM papers_authorship
    WHERE work_id = ANY(%s::bigint[]) AND NOT is_organisation
    ORDER BY work_id, position NULLS LAST, id
"""
_INSTITUTIONS = """
    SELECT link.authorship_id, institution.id, institution.name, institution.ror
    FROM papers_authorshipinstitution AS link JOIN papers_institution AS institution ON institution.id = link.institution_id
    WHERE link.authorship_id = ANY(%s::bigint[])
    ORDER BY link.authorship_id, institution.id
"""
_SIGNED_IN = """
    SELECT author_id, value FROM papers_authoridentifier
    WHERE author_id = ANY(%s::bigint[]) AND scheme = 'orcid' AND is_authenticated ORDER BY id
"""


def read_block(keys: Sequence[str]) -> Block:
    """The authors with a published name in these blocks, locked, and all their mentions on works that are shown. Nine queries, and one for each registered kind of kept pages."""
    return _filled(Block(list(keys), {row[0]: AuthorRow(*row) for row in _rows(_AUTHORS, array_text(keys))}))


def read_everything() -> Block:
    """The same for all authors there are, none of them locked. Ten queries; some 2 kB a mention."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL_AUTHORS)
        return _filled(Block([], {row[0]: AuthorRow(*row) for row in cursor.fetchall()}))


def read_again(keys: Sequence[str], whole: Block) -> Block:
    """What stands in these blocks now of what was read as a whole before, their authors locked. Mentions that came later are left out. Six queries."""
    block = Block(list(keys), {row[0]: AuthorRow(*row) for row in _rows(_AUTHORS, array_text(keys))}, people=whole.people)
    key_of = whole.keys_of_authorships()
    for row in _authorships(block):
        key = key_of.get(row.id)
        if key is not None:
            block.authorships[key] = row
    _note_people(block, [row.id for row in block.authorships.values()])
    return block


def _filled(block: Block) -> Block:
    found = _authorships(block)
    works, places, block.people = _works({row.work_id for row in found}, {row.id for row in found})
    institutions = _institutions([row.id for row in found])
    for row in found:
        work = works.get(row.work_id)
        if work is None:
            continue
        place = places[row.id]
        block.authorships[work.key, place] = row
        block.mentions.append(_mention(row, work, place, institutions.get(row.id, [])))
    _note_people(block, [row.id for row in found])
    return block


def _authorships(block: Block) -> list[AuthorshipRow]:
    return [AuthorshipRow(*row) for row in _rows(_AUTHORSHIPS, numbers_text(block.authors))]


def _note_people(block: Block, authorships: Sequence[int]) -> None:
    """What people said, and which pages they have to do with."""
    block.said = people_said(authorships)
    block.signed_in = dict(reversed(_rows(_SIGNED_IN, numbers_text(block.authors))))  # the first stays
    block.kept = {author for entry in kept_pages for author in entry.among(list(block.authors))}
    block.kept |= {author for _authorship, author in block.said.refused} & block.authors.keys()


def _mention(row: AuthorshipRow, work: Work, place: int, institutions: Sequence[tuple[int, str, str | None]]) -> Mention:
    authenticated = row.orcid if row.orcid_authenticated else ""
    ids = dict(row.source_ids)
    if row.orcid:
        ids["orcid"] = row.orcid
    return Mention(
        work=work,
        position=place,
        name=row.raw_name,
        affiliations=(*row.raw_affiliations, *(name for _id, name, _ror in institutions)),
        institutions=tuple(ror or f"institution:{key}" for key, _name, ror in institutions),
        source_ids=tuple(sorted((scheme, value) for scheme, value in ids.items() if value)),
        authenticated_orcid=authenticated,
    )


def _works(keys: Collection[int], mentioned: Collection[int]) -> tuple[dict[int, Work], dict[int, int], dict[int, list[int]]]:
    """The works that are shown, by key, the place of each authorship among the names on its work, and each work's authors. Two queries.

    What the authorships say that are not mentioned here is the work's own, as affiliations around it.
    """
    wanted = numbers_text(sorted(keys))
    names: dict[int, list[str]] = defaultdict(list)
    places: dict[int, int] = {}
    people: dict[int, list[int]] = defaultdict(list)
    around: dict[int, list[str]] = defaultdict(list)
    for work_id, authorship_id, name, author_id, affiliations in _rows(_NAMES, wanted):
        if authorship_id not in mentioned:
            around[work_id] += affiliations
        places[authorship_id] = len(names[work_id])
        names[work_id].append(name)
        if author_id is not None:
            people[work_id].append(author_id)
    works = {
        key: Work(
            key=str(key),
            title=title,
            abstract=abstract,
            keywords=tuple(topics),
            venue=venue or "",
            year=year,
            authors=tuple(names[key]),
            affiliations=(*unaligned, *around[key]),
        )
        for key, title, abstract, venue, year, topics, unaligned in _rows(_WORKS, wanted)
    }
    return works, places, people


def _institutions(authorships: Collection[int]) -> dict[int, list[tuple[int, str, str | None]]]:
    found: dict[int, list[tuple[int, str, str | None]]] = defaultdict(list)
    for authorship, key, name, ror in _rows(_INSTITUTIONS, numbers_text(authorships)):
        found[authorship].append((key, name, ror))
    return found


def _rows(statement: str, given: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [given])
        return list(cursor.fetchall())
