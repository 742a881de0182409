"""From clusters to what has to change: which author each cluster is, what moves, who leads elsewhere. Touches no database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from papers.disambiguation.mentions import Constraints, Mention, MentionKey
from papers.disambiguation.outcomes import Clustering
from papers.disambiguation.stability import stable_ids
from papers.ingest.people import display_form
from papers.names import parse_name
from papers.persons.reading import AuthorshipRow, Block


@dataclass(frozen=True, slots=True)
class Person:
    """A cluster as it is to be stored. ``author_id`` is negative while the author has no row; ``place`` is its place in the clustering."""

    author_id: int
    place: int
    rows: tuple[AuthorshipRow, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to change. ``redirects`` lead from authors that hold nothing any more to those who took most of their works;
    ``new`` are the authors among these that have just been given row keys.
    """

    persons: tuple[Person, ...]
    moves: tuple[tuple[AuthorshipRow, int], ...] = ()
    redirects: Mapping[int, int] = field(default_factory=dict)
    new: frozenset[int] = frozenset()

    @property
    def opened(self) -> list[Person]:
        """The persons who have no row yet."""
        return [person for person in self.persons if person.author_id < 0]

    def changed(self) -> set[int]:
        """The authors that gain or lose a work, those to be opened included."""
        return {target for _row, target in self.moves} | {row.author_id for row, _target in self.moves}


def constraints_of(block: Block) -> tuple[list[Mention], Constraints]:
    """What people decided, as the engine takes it, and the mentions with the ORCID iDs that bearers of pages signed in with.

    A page that people have to do with is decided as a whole: rules may add to it, and take nothing away.
    """
    decided = {
        key: name_in_engine(row.author_id)
        for key, row in block.authorships.items()
        if row.decided_by_person or (row.author_id in block.kept and (row.id, row.author_id) not in block.said.refused)
    }
    mention_of = block.keys_of_authorships()
    refused = frozenset((mention_of[one], name_in_engine(author)) for one, author in block.said.refused if one in mention_of)
    same, different = (
        tuple((mention_of[one], mention_of[other]) for one, other in pairs if one in mention_of and other in mention_of)
        for pairs in (block.said.same, block.said.different)
    )
    constraints = Constraints(together=(*same, *_on_one_page(block)), apart=different, decided=decided, refused=refused)
    return [_signed(mention, block) for mention in block.mentions], constraints


def _on_one_page(block: Block) -> Iterator[tuple[MentionKey, MentionKey]]:
    """Mentions that a source keeps on one person's page, each with the first one there. The engine knows identifiers, and takes none for sure."""
    first: dict[str, MentionKey] = {}
    for key, row in block.authorships.items():
        page = row.source_ids.get("page")
        if page and first.setdefault(page, key) != key:
            yield first[page], key


def _signed(mention: Mention, block: Block) -> Mention:
    row = block.authorships[mention.key]
    orcid = block.signed_in.get(row.author_id)
    if orcid is None or mention.authenticated_orcid or not row.decided_by_person:
        return mention
    return replace(mention, authenticated_orcid=orcid)


def plan_of(block: Block, clustering: Clustering) -> Plan:
    """What makes the database say what the clustering says. The largest overlap keeps the author; nothing where all is so already."""
    stood: dict[str, list[MentionKey]] = defaultdict(list)
    for key, row in block.authorships.items():
        stood[name_in_engine(row.author_id)].append(key)
    authors = [int(name) if name else -1 - place for place, name in enumerate(stable_ids(stood, clustering).names)]
    persons = tuple(
        Person(authors[place], place, tuple(block.authorships[key] for key in cluster.mentions))
        for place, cluster in enumerate(clustering.clusters)
    )
    moves = tuple((row, person.author_id) for person in persons for row in person.rows if row.author_id != person.author_id)
    standing = {person.author_id for person in persons}
    gone = {int(name) for name in stood} - standing
    return Plan(persons, moves, _heirs(gone, persons))


def name_in_engine(author: int) -> str:
    """An author as the engine calls it, so that of two with equal claims the one first known keeps its page."""
    return f"{author:019d}"


def _heirs(gone: Iterable[int], persons: Iterable[Person]) -> dict[int, int]:
    """Who took most of the works of each of these authors; among equals the author first known."""
    took: dict[int, Counter[int]] = {author: Counter() for author in sorted(gone)}
    for person in persons:
        for row in person.rows:
            if row.author_id in took:
                took[row.author_id][person.author_id] += 1
    return {author: min(heirs, key=lambda heir: (-heirs[heir], heir < 0, heir)) for author, heirs in took.items()}


def name_of(rows: Sequence[AuthorshipRow], present: str = "") -> str:
    """The name that a page goes by: the present one while its works bear it and it says as much as any, else the commonest full form.

    Among forms as common as each other the one borne first.
    """
    forms = Counter(display_form(row.raw_name) for row in sorted(rows, key=lambda row: row.id))
    full = Counter({form: count for form, count in forms.items() if parse_name(form).is_full})
    if present in (full or forms):
        return present
    return (full or forms).most_common(1)[0][0]
