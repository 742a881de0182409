"""Reading blocks: their authors, everything these are said to have written, and what people decided about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from django.db import connection

from config.lib.registries import kept_pages
from papers.disambiguation.collection import TEXT_LIMIT
from papers.disambiguation.mentions import Mention, MentionKey, Work
from papers.ingest.copying import array_text, numbers_text
from papers.querysets.constraints import PeopleSaid, people_said

HashableT = TypeVar("HashableT", bound=Hashable)

WORKS_TOGETHER: Final = 5_000  # whose records are in memory beside what becomes of them
NO_IDS: Final[Mapping[str, str]] = MappingProxyType({})


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
    source_ids: Mapping[str, str]
    decided_by_person: bool


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
    people: dict[int, tuple[int, ...]] = field(default_factory=dict)
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
    SELECT id, work_id, author_id, raw_name, nullif(source_ids, '{}')::json, decided_by_person FROM papers_authorship
    WHERE author_id = ANY(%s::bigint[]) AND NOT is_organisation
    ORDER BY work_id, id
"""
# That two works lie in the same repository says nothing about their people.
_WORKS = """
    SELECT work.id, work.title, left(work.abstract, %s), CASE WHEN venue.kind <> 'repository' THEN venue.key END, work.year,
           ARRAY(SELECT topic.name FROM papers_worktopic AS about JOIN papers_topic AS topic ON topic.id = about.topic_id
                 WHERE about.work_id = work.id ORDER BY topic.id), work.affiliations_unaligned
    FROM papers_work AS work LEFT JOIN papers_venue AS venue ON venue.id = work.venue_id
    WHERE work.id = ANY(%s::bigint[]) AND work.merged_into_id IS NULL AND work.erased_at IS NULL
"""
_NAMES = """
    SELECT work_id, id, raw_name, author_id, raw_affiliations, orcid, orcid_authenticated FROM papers_authorship
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
    """The authors with a published name in these blocks, locked, and all their mentions on works that are shown. Nine queries, and one for each registered kind of kept pages.

    Three more for each ``WORKS_TOGETHER`` works.
    """
    return _filled(Block(list(keys), {row[0]: AuthorRow(*row) for row in _rows(_AUTHORS, array_text(keys))}))


def read_everything() -> Block:
    """The same for all authors there are, none of them locked; some 1 kB a mention."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL_AUTHORS)
        return _filled(Block([], {row[0]: AuthorRow(*row) for row in cursor}))


def read_again(keys: Sequence[str], whole: Block, key_of: Mapping[int, MentionKey]) -> Block:
    """What stands in these blocks now of what was read as a whole before, their authors locked. Mentions that came later are left out. Six queries.

    ``key_of`` are ``whole.keys_of_authorships()``.
    """
    block = Block(list(keys), {row[0]: AuthorRow(*row) for row in _rows(_AUTHORS, array_text(keys))}, people=whole.people)
    for row in _authorships(block, _Once()):
        key = key_of.get(row.id)
        if key is not None:
            block.authorships[key] = row
    _note_people(block, [row.id for row in block.authorships.values()])
    return block


class _Once:
    """Gives equal values as one object: names, places and numbers come again and again."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def __call__(self, value: HashableT) -> HashableT:
        found: HashableT = self._known.setdefault(value, value)
        return found


def _filled(block: Block) -> Block:
    once = _Once()
    found = _authorships(block, once)
    for start, end in _runs_of_works(found):
        _read_works(block, found[start:end], once)
    _note_people(block, [row.id for row in found])
    return block


def _runs_of_works(found: Sequence[AuthorshipRow]) -> Iterator[tuple[int, int]]:
    """Where the authorships of each ``WORKS_TOGETHER`` works begin and end; they are sorted by work."""
    start, works = 0, 0
    for at in range(1, len(found) + 1):
        if at == len(found) or found[at].work_id != found[at - 1].work_id:
            works += 1
            if works == WORKS_TOGETHER or at == len(found):
                yield start, at
                start, works = at, 0


def _authorships(block: Block, once: _Once) -> list[AuthorshipRow]:
    with connection.cursor() as cursor:
        cursor.execute(_AUTHORSHIPS, [numbers_text(block.authors)])
        return [
            AuthorshipRow(key, once(work), once(author), once(name), ids or NO_IDS, decided)
            for key, work, author, name, ids, decided in cursor
        ]


def _note_people(block: Block, authorships: Sequence[int]) -> None:
    """What people said, and which pages they have to do with."""
    block.said = people_said(authorships)
    block.signed_in = dict(reversed(_rows(_SIGNED_IN, numbers_text(block.authors))))  # the first stays
    block.kept = {author for entry in kept_pages for author in entry.among(list(block.authors))}
    block.kept |= {author for _authorship, author in block.said.refused} & block.authors.keys()


class _Place(NamedTuple):
    """A place on a work, as its record says it."""

    at: int
    affiliations: tuple[str, ...]
    orcid: str
    authenticated: bool


def _read_works(block: Block, found: Sequence[AuthorshipRow], once: _Once) -> None:
    """Add the mentions that these authorships of some works are. Three queries."""
    works, places = _works(block, found, once)
    institutions = _institutions([row.id for row in found])
    for row in found:
        work = works.get(row.work_id)
        if work is not None:
            mention = _mention(row, work, places[row.id], institutions.get(row.id, []), once)
            block.authorships[mention.key] = row
            block.mentions.append(mention)


def _mention(row: AuthorshipRow, work: Work, place: _Place, institutions: Sequence[tuple[int, str, str | None]], once: _Once) -> Mention:
    ids = {**row.source_ids, "orcid": place.orcid} if place.orcid else row.source_ids
    return Mention(
        work=work,
        position=place.at,
        name=row.raw_name,
        affiliations=once((*place.affiliations, *(name for _id, name, _ror in institutions))),
        institutions=once(tuple(ror or f"institution:{key}" for key, _name, ror in institutions)),
        source_ids=tuple(sorted((scheme, value) for scheme, value in ids.items() if value)),
        authenticated_orcid=place.orcid if place.authenticated else "",
    )


def _works(block: Block, found: Sequence[AuthorshipRow], once: _Once) -> tuple[dict[int, Work], dict[int, _Place]]:
    """The works that are shown, by key, and the place of each authorship among the names on its work; each work's authors are noted. Two queries.

    What the authorships say that are not mentioned here is the work's own, as affiliations around it.
    """
    mentioned = {row.id for row in found}
    wanted = numbers_text(sorted({row.work_id for row in found}))
    names: dict[int, list[str]] = defaultdict(list)
    places: dict[int, _Place] = {}
    people: dict[int, list[int]] = defaultdict(list)
    around: dict[int, list[str]] = defaultdict(list)
    for work_id, authorship_id, name, author_id, affiliations, orcid, authenticated in _rows(_NAMES, wanted):
        if authorship_id in mentioned:
            places[authorship_id] = _Place(len(names[work_id]), tuple(map(once, affiliations)), orcid, authenticated)
        else:
            around[work_id] += affiliations
        names[work_id].append(once(name))
        if author_id is not None:
            people[work_id].append(once(author_id))
    block.people |= {once(work): tuple(authors) for work, authors in people.items()}
    works = {
        key: Work(
            key=str(key),
            title=title,
            abstract=abstract,
            keywords=tuple(map(once, topics)),
            venue=once(venue or ""),
            year=year,
            authors=tuple(names[key]),
            affiliations=(*unaligned, *around[key]),
        )
        for key, title, abstract, venue, year, topics, unaligned in _rows(_WORKS, TEXT_LIMIT, wanted)
    }
    return works, places


def _institutions(authorships: Collection[int]) -> dict[int, list[tuple[int, str, str | None]]]:
    found: dict[int, list[tuple[int, str, str | None]]] = defaultdict(list)
    for authorship, key, name, ror in _rows(_INSTITUTIONS, numbers_text(authorships)):
        found[authorship].append((key, name, ror))
    return found


def _rows(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
