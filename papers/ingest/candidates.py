"""The authors that the mentions of a batch could mean, read in bulk and kept for the batches to come."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from functools import lru_cache

from django.db import connection

from papers.attribution import COAUTHOR_EVIDENCE_LIMIT, Candidate, Mention, NameStatistics
from papers.candidate_blocks import Block
from papers.ingest.copying import array_text, numbers_text
from papers.names import PersonName, fold, parse_name

KEPT_CANDIDATES = 50_000  # about 100 MB; more are read again when they are needed
SHORTEST_AFFILIATION = 8  # folded; anything shorter ("MIT, USA" folds longer) names no place in particular

COAUTHOR_NAMES = """
SELECT mine.author_id, theirs.raw_name
FROM papers_authorship mine
JOIN papers_work work ON work.id = mine.work_id AND work.author_count <= %s
JOIN papers_authorship theirs ON theirs.work_id = mine.work_id AND theirs.id <> mine.id
WHERE mine.author_id = ANY(%s::bigint[])
"""
MEMBERS = """
SELECT member.author_id
FROM (SELECT DISTINCT author_id FROM papers_namevariant WHERE block = ANY(%s::text[]) AND is_published) AS member
WHERE (SELECT num_nonnulls(author.merged_into_id, author.erased_at) = 0 FROM papers_author author WHERE author.id = member.author_id)
ORDER BY member.author_id
"""
COUNTS = """
SELECT role, token, count FROM papers_namecount
WHERE (role, token) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
AFFILIATIONS = """
SELECT author_id, unnest(raw_affiliations) FROM papers_authorship
WHERE author_id = ANY(%s::bigint[]) AND raw_affiliations <> '{}'
"""
INSTITUTIONS = """
SELECT authorship.author_id, link.institution_id
FROM papers_authorship authorship
JOIN papers_authorshipinstitution link ON link.authorship_id = authorship.id
WHERE authorship.author_id = ANY(%s::bigint[])
"""


def affiliation_hashes(affiliations: Iterable[str], institutions: Iterable[int]) -> set[int]:
    """What stands for somebody's affiliations when they are compared: hashes of folded strings and of institution keys."""
    folded = {found for text in affiliations if (found := _affiliation_hash(text)) is not None}
    return folded.union([hash(("institution", key)) for key in institutions])


@lru_cache(maxsize=65_536)
def _affiliation_hash(text: str) -> int | None:
    key = fold(text)
    return hash(key) if len(key) >= SHORTEST_AFFILIATION else None


class StoredCandidates:
    """Authors by block and by identifier, as they stand in the database plus what this import has added.

    ``prepare`` reads all that a batch will ask for in at most six queries; the questions then cost none. After a
    transaction that failed, ``forget`` everything.
    """

    def __init__(self) -> None:
        self._blocks: OrderedDict[str, Block] = OrderedDict()
        self._by_reference: dict[int, Candidate] = {}
        self._by_identifier: dict[tuple[str, str], Candidate] = {}
        self._with_evidence: set[int] = set()
        self._opened: list[Candidate] = []
        self.counts: dict[tuple[str, str], int] = {}
        self._count_changes: Counter[tuple[str, str]] = Counter()
        self._new_identifiers: list[tuple[Candidate, str, str]] = []

    @property
    def statistics(self) -> NameStatistics:
        """Name frequencies, as far as ``prepare`` read them."""
        return NameStatistics(
            count_first=lambda token: self.counts.get(("first", token), 0),
            count_family=lambda token: self.counts.get(("family", token), 0),
            distinct_names=lambda: self.counts.get(("all", ""), 0),
        )

    def forget(self) -> None:
        """Start from what the database says."""
        self.__init__()  # type: ignore[misc]  # the same empty state, in one place

    def prepare(self, names: Iterable[PersonName], identifiers: Iterable[tuple[str, str]]) -> None:
        """Read the candidates of these names and identifiers. At most six queries, whatever the numbers."""
        self._trim()
        names = list(names)
        self._read_blocks(sorted({name.block for name in names} - self._blocks.keys()))
        self._read_identified(sorted(set(identifiers) - self._by_identifier.keys()))
        self._read_counts({("first", name.first) for name in names} | {("family", name.family) for name in names} | {("all", "")})
        self._read_evidence(names)

    def by_identifier(self, scheme: str, value: str) -> Candidate | None:
        """The author who has that identifier, or None."""
        return self._by_identifier.get((scheme, value))

    def fitting(self, name: PersonName) -> list[Candidate]:
        """The authors of the name's prepared block with all of whose names it is compatible, oldest first."""
        self._blocks.move_to_end(name.block)
        return self._blocks[name.block].fitting(name)

    def open(self, name: PersonName) -> Candidate:
        """A new author, who gets a row key when the batch is written."""
        candidate = Candidate(reference=-1 - len(self._opened), names=[])
        self._opened.append(candidate)
        self._block(name.block).add(candidate)
        return candidate

    def learn(self, candidate: Candidate, mention: Mention) -> None:
        """Remember what a mention adds to what is known of an author."""
        if mention.name.key not in [name.key for name in candidate.names]:
            self._count(mention.name)
            candidate.names.append(mention.name)
            self._block(mention.name.block).file(candidate, mention.name)
        for scheme, value in mention.ids.items():
            if (scheme, value) not in self._by_identifier:
                self._by_identifier[scheme, value] = candidate
                self._new_identifiers.append((candidate, scheme, value))
                candidate.ids.setdefault(scheme, set()).add(value)
        candidate.coauthors |= mention.coauthors
        candidate.affiliations |= mention.affiliations

    def take_new_identifiers(self) -> list[tuple[Candidate, str, str]]:
        """The identifiers learnt since they were last taken, with the authors they belong to."""
        taken, self._new_identifiers = self._new_identifiers, []
        return taken

    def take_count_changes(self) -> Counter[tuple[str, str]]:
        """What to add to the stored name frequencies since this was last taken."""
        taken, self._count_changes = self._count_changes, Counter()
        return taken

    def take_opened(self) -> list[Candidate]:
        """The authors opened since they were last taken, who have no row keys yet."""
        taken, self._opened = self._opened, []
        return taken

    def number(self, opened: Iterable[Candidate], keys: Iterable[int]) -> None:
        """Give authors their row keys."""
        for candidate, key in zip(opened, keys, strict=True):
            candidate.reference = key
            self._by_reference[key] = candidate
            self._with_evidence.add(key)

    def _block(self, block: str) -> Block:
        present = self._blocks.get(block)
        if present is None:
            present = self._blocks[block] = Block()
        return present

    def _count(self, name: PersonName) -> None:
        """Count a name that no author of its block bears yet."""
        if name.key in self._block(name.block).keys:
            return
        for part in (("first", name.first), ("family", name.family), ("all", "")):
            self.counts[part] = self.counts.get(part, 0) + 1
            self._count_changes[part] += 1

    def _trim(self) -> None:
        """Drop the blocks not asked for longest, until few enough candidates are kept."""
        if len(self._by_reference) <= KEPT_CANDIDATES:
            return
        while self._blocks and len(self._by_reference) > KEPT_CANDIDATES * 3 // 4:
            _, block = self._blocks.popitem(last=False)
            for candidate in block:
                self._drop(candidate)

    def _drop(self, candidate: Candidate) -> None:
        """Forget a candidate wherever it is known, its other blocks included: a block is whole or absent."""
        if self._by_reference.pop(candidate.reference, None) is None:
            return
        self._with_evidence.discard(candidate.reference)
        for scheme, values in candidate.ids.items():
            for value in values:
                self._by_identifier.pop((scheme, value), None)
        for name in candidate.names:
            for other in self._blocks.pop(name.block, ()):
                if other is not candidate:
                    self._drop(other)

    def _read_blocks(self, blocks: list[str]) -> None:
        for block in blocks:
            self._blocks[block] = Block()
        if not blocks:
            return
        with connection.cursor() as cursor:
            cursor.execute(MEMBERS, [array_text(blocks)])
            authors = [row[0] for row in cursor.fetchall()]
        self._read_authors([author for author in authors if author not in self._by_reference])
        wanted = set(blocks)
        for author in authors:
            candidate = self._by_reference[author]
            for name in candidate.names:
                if name.block in wanted:
                    self._blocks[name.block].file(candidate, name)

    def _read_identified(self, identifiers: list[tuple[str, str]]) -> None:
        if not identifiers:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT author_id FROM papers_authoridentifier WHERE (scheme, value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
                [array_text([scheme for scheme, _ in identifiers]), array_text([value for _, value in identifiers])],
            )
            found = {row[0] for row in cursor.fetchall()}
        self._read_authors(sorted(found - self._by_reference.keys()))

    def _read_authors(self, keys: list[int]) -> None:
        """Names and identifiers of authors: two queries. Their other blocks, if kept, receive them too."""
        if not keys:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT author_id, name FROM papers_namevariant WHERE author_id = ANY(%s::bigint[]) AND is_published ORDER BY id",
                [numbers_text(keys)],
            )
            for author, name in cursor.fetchall():
                candidate = self._by_reference.setdefault(author, Candidate(reference=author, names=[]))
                candidate.spellings.append(name)
                parsed = parse_name(name)
                if all(parsed.key != known.key for known in candidate.names):
                    candidate.names.append(parsed)
            cursor.execute(
                "SELECT author_id, scheme, value FROM papers_authoridentifier WHERE author_id = ANY(%s::bigint[])", [numbers_text(keys)]
            )
            for author, scheme, value in cursor.fetchall():
                candidate = self._by_reference.setdefault(author, Candidate(reference=author, names=[]))
                candidate.ids.setdefault(scheme, set()).add(value)
                self._by_identifier[scheme, value] = candidate

    def _read_counts(self, parts: set[tuple[str, str]]) -> None:
        missing = list(parts - self.counts.keys())
        if not missing:
            return
        for part in missing:
            self.counts[part] = 0
        with connection.cursor() as cursor:
            cursor.execute(COUNTS, [array_text([role for role, _ in missing]), array_text([token for _, token in missing])])
            for role, token, count in cursor.fetchall():
                self.counts[role, token] = count

    def _read_evidence(self, names: list[PersonName]) -> None:
        """Co-authors and affiliations of those candidates whose name fits one of the batch: three queries."""
        wanted = {
            candidate.reference
            for name in set(names)
            for candidate in self._blocks[name.block].fitting(name)
            if candidate.reference not in self._with_evidence
        }
        if not wanted:
            return
        keys = numbers_text(sorted(wanted))
        with connection.cursor() as cursor:
            cursor.execute(COAUTHOR_NAMES, [COAUTHOR_EVIDENCE_LIMIT, keys])
            for author, name in cursor:
                self._by_reference[author].coauthors.add(hash(parse_name(name).key))
            cursor.execute(AFFILIATIONS, [keys])
            for author, text in cursor:
                self._by_reference[author].affiliations |= affiliation_hashes([text], [])
            cursor.execute(INSTITUTIONS, [keys])
            for author, institution in cursor:
                self._by_reference[author].affiliations |= affiliation_hashes([], [institution])
        self._with_evidence |= wanted
