"""A further record of a work that exists: what it adds, what it mends, and what it may not touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from papers.ingest.ahead import Prepared
from papers.ingest.copying import Copies
from papers.ingest.matching import match_identifiers, record_identifiers, record_title_key
from papers.ingest.people import LONGEST_NAME
from papers.ingest.precedence import may_replace
from papers.ingest.writing import Knowledge, decide_authorships, place_authorships, provenance_of
from papers.models import Authorship, AuthorshipInstitution, Work, WorkIdentifier, WorkTopic
from papers.names import PersonName, parse_name
from papers.records import AuthorshipRecord, VenueRecord, WorkRecord

# The columns that each field of the provenance stands for.
FIELD_COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("title", "title_html", "title_key"),
    "type": ("type",),
    "abstract": ("abstract", "abstract_html"),
    "date": ("year", "month", "day"),
    "venue": ("venue_id", "volume", "issue", "pages", "track"),
    "language": ("language",),
    "links": ("landing_url", "pdf_url"),
    "code": ("code_urls", "has_code"),
    "cited_by_count": ("cited_by_count", "cited_by_source", "cited_by_as_of"),
    "licence": ("licence",),
    "retraction": ("is_retracted", "retraction_note"),
}


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """A record that was recognised as an existing work."""

    ordinal: int
    work: int
    record: WorkRecord
    prepared: Prepared


@dataclass(slots=True)
class Updated:
    """Which works changed, which authors that touches, which institutions lost somebody, and what could not be used."""

    changed: set[int] = field(default_factory=set)
    authors: set[int] = field(default_factory=set)
    institutions: set[int] = field(default_factory=set)
    notes: dict[int, str] = field(default_factory=dict)


def update_works(requests: Sequence[UpdateRequest], knowledge: Knowledge, *, import_run: int | None, now: datetime) -> Updated:
    """Bring what these records say into their works, each work at most once in a call.

    A field changes where it was empty, where the same record gave it, or where the new source ranks higher
    (``papers.ingest.precedence``). Authorships are aligned by position and name; one that a person decided keeps its
    author, and whose work somebody said it is not, is given no place on it. Costs about ten statements for reading and as many for what changed.
    """
    updated = Updated()
    keys = [request.work for request in requests]
    works = {work.pk: work for work in Work.objects.filter(pk__in=keys).defer("search").select_for_update().order_by("pk")}
    _add_identifiers(requests, works, updated)
    _add_topics(requests, works, knowledge, updated)
    _align_authorships(requests, works, knowledge, updated, import_run=import_run, now=now)
    changed_columns: set[str] = set()
    for request in requests:
        changed_columns |= _fill_fields(works[request.work], request, knowledge, updated)
    changed = [works[key] for key in sorted(updated.changed)]
    if changed:
        for work in changed:
            work.updated_at = now
        columns = sorted(changed_columns | {"provenance", "sources", "author_count", "authors_truncated", "updated_at"})
        Work.objects.bulk_update(changed, columns, batch_size=200)
        updated.authors |= set(
            Authorship.objects.filter(work__in=updated.changed, author__isnull=False).values_list("author_id", flat=True)
        )
    return updated


def _values(request: UpdateRequest, knowledge: Knowledge) -> dict[str, tuple[Any, ...]]:
    """What a record says for the columns of each field, in the order of ``FIELD_COLUMNS``."""
    record, ready = request.record, request.prepared
    venue = record.venue or VenueRecord("")
    return {
        "title": (record.title, ready.title_html, record_title_key(record)),
        "type": (record.type,),
        "abstract": (record.abstract, ready.abstract_html),
        "date": (record.year, record.month, record.day),
        "venue": (knowledge.subjects.venue(venue), venue.volume[:60], venue.issue[:60], venue.pages[:60], venue.track[:120]),
        "language": (record.language[:10],),
        "links": ((record.landing_urls or ("",))[0], (record.pdf_urls or ("",))[0]),
        "code": (list(record.code_urls), record.has_code or bool(record.code_urls)),
        "cited_by_count": (record.cited_by_count, record.cited_by_source or record.source, record.cited_by_as_of),
        "licence": (record.licence[:200],),
        "retraction": (record.is_retracted, record.retraction_note),
    }


def _fill_fields(work: Work, request: UpdateRequest, knowledge: Knowledge, updated: Updated) -> set[str]:
    """Set the fields that the record may set; returns the columns that changed."""
    record = request.record
    origin = f"{record.source}:{record.record_id}"
    said = _values(request, knowledge)
    changed: set[str] = set()
    for field_name in provenance_of(record):
        columns = FIELD_COLUMNS.get(field_name)
        if columns is None or not may_replace(field_name, present=work.provenance.get(field_name, ""), incoming=origin):
            continue
        values = said[field_name]
        if field_name == "date" and _is_coarser(values, work):
            continue
        if any(getattr(work, column) != value for column, value in zip(columns, values, strict=True)):
            for column, value in zip(columns, values, strict=True):
                setattr(work, column, value)
            changed |= set(columns)
            work.provenance[field_name] = origin
    if "venue_id" in changed or work.field_id is None:
        field_key, basis = knowledge.subjects.field(record)
        if field_key is not None and (work.field_id is None or not work.field_basis.startswith("arXiv")) and field_key != work.field_id:
            work.field_id, work.field_basis = field_key, basis
            changed |= {"field_id", "field_basis"}
    if record.source not in work.sources:
        work.sources = [*work.sources, record.source]
        changed.add("sources")
    if changed:
        updated.changed.add(work.pk)
    return {column.removesuffix("_id") for column in changed}


def _is_coarser(values: tuple[Any, ...], work: Work) -> bool:
    """Whether the record says less of the same date than we know: its year alone beside our day."""
    year, month, _ = values
    return bool(year == work.year and month is None and work.month is not None)


def _add_identifiers(requests: Sequence[UpdateRequest], works: dict[int, Work], updated: Updated) -> None:
    """Identifiers that the records add; one that stands for another work is left there, and said so."""
    pairs = {(request.work, pair) for request in requests for pair in record_identifiers(request.record)}
    held = match_identifiers(pair for _, pair in pairs)
    new = []
    for work, (scheme, value) in sorted(pairs):
        holder = held.get((scheme, value))
        if holder is None:
            held[scheme, value] = work
            new.append(WorkIdentifier(work_id=work, scheme=scheme, value=value))
            updated.changed.add(work)
        elif holder != work and work in works:
            updated.notes[work] = f"The identifier {scheme}:{value} stands for another work already and was left there."
    WorkIdentifier.objects.bulk_create(new)


def _add_topics(requests: Sequence[UpdateRequest], works: dict[int, Work], knowledge: Knowledge, updated: Updated) -> None:
    present = set(WorkTopic.objects.filter(work__in=works).values_list("work_id", "topic_id"))
    new = [
        WorkTopic(work_id=request.work, topic_id=topic, score=found.score, source=request.record.source)
        for request in requests
        for topic, found in knowledge.subjects.topics(request.record.topics).items()
        if (request.work, topic) not in present
    ]
    WorkTopic.objects.bulk_create(new)
    updated.changed |= {row.work_id for row in new}


def _align_authorships(
    requests: Sequence[UpdateRequest],
    works: dict[int, Work],
    knowledge: Knowledge,
    updated: Updated,
    *,
    import_run: int | None,
    now: datetime,
) -> None:
    """Bring the records' author lists and the stored ones together."""
    stored: dict[int, list[Authorship]] = {}
    for authorship in Authorship.objects.filter(work__in=works).order_by("position", "id").prefetch_related("institutions", "refusals"):
        stored.setdefault(authorship.work_id, []).append(authorship)
    mended: list[Authorship] = []
    to_place: list[tuple[int, WorkRecord, list[AuthorshipRecord], list[int]]] = []
    links: list[AuthorshipInstitution] = []
    withdrawn: list[Authorship] = []
    for request in requests:
        work, record = works[request.work], request.record
        present = stored.get(work.pk, [])
        pairs, missing, unstated = align(present, record.authorships)
        gone = _withdrawn(unstated, record)
        held = {one.position for one in present if one not in gone}
        for authorship, said in pairs:
            if _mend(authorship, said, record, held):
                mended.append(authorship)
            links += _missing_institutions(authorship, said, knowledge)
        withdrawn += gone
        present = [one for one in present if one not in gone]
        missing = _placeable(work, record, present, missing)
        if missing:
            to_place.append((work.pk, record, missing, _not_here(present)))
        _count_authors(work, record, len(present) + len(missing), updated)
    if withdrawn:
        keys = [one.pk for one in withdrawn]
        updated.institutions |= set(AuthorshipInstitution.objects.filter(authorship__in=keys).values_list("institution_id", flat=True))
        Authorship.objects.filter(pk__in=keys, decided_by_person=False).delete()
        updated.authors |= {one.author_id for one in withdrawn if one.author_id}
        updated.changed |= {one.work_id for one in withdrawn}
    if mended:
        Authorship.objects.bulk_update(mended, MENDED, batch_size=500)
        updated.changed |= {one.work_id for one in mended}
    if links:
        AuthorshipInstitution.objects.bulk_create(links, ignore_conflicts=True)
        linked = {link.authorship_id for link in links}
        updated.changed |= {one.work_id for several in stored.values() for one in several if one.pk in linked}
    if to_place:
        with Copies() as copies:
            placed = place_authorships(decide_authorships(to_place, knowledge), knowledge, copies, import_run=import_run, now=now)
        updated.changed |= {work for work, _, _, _ in to_place}
        updated.authors |= {one.decision.candidate.reference for one in placed if one.decision is not None}


def _not_here(present: Sequence[Authorship]) -> list[int]:
    """The authors who get no further place on a work: those who have one, and those of whom a person said that it is not theirs."""
    return [one.author_id for one in present if one.author_id] + [
        refusal.author_id for one in present for refusal in one.refusals.all() if refusal.stands
    ]


def align(
    present: Sequence[Authorship], said: Sequence[AuthorshipRecord]
) -> tuple[list[tuple[Authorship, AuthorshipRecord]], list[AuthorshipRecord], list[Authorship]]:
    """Pairs of stored and stated authorships of the same person, those only stated, and those only stored.

    The same position with a fitting name is a pair; then, among the rest, the only fitting name is. A stated name that
    fits several stored ones is left out: nobody can tell which it is.
    """
    free = {one.pk: (one, parse_name(one.raw_name)) for one in present}
    by_position = {one.position: one for one in present if one.position is not None}
    pairs: list[tuple[Authorship, AuthorshipRecord]] = []
    unpaired: list[AuthorshipRecord] = []
    for stated in said:
        same = by_position.get(stated.position) if stated.position is not None else None
        if same is not None and same.pk in free and _same_person(free[same.pk][1], parse_name(stated.name)):
            pairs.append((same, stated))
            del free[same.pk]
        else:
            unpaired.append(stated)
    missing: list[AuthorshipRecord] = []
    for stated in unpaired:
        fitting = [key for key, (_, name) in free.items() if _same_person(name, parse_name(stated.name))]
        if len(fitting) == 1:
            pairs.append((free.pop(fitting[0])[0], stated))
        elif not fitting:
            missing.append(stated)
    return pairs, missing, [one for one, _ in free.values()]


def _withdrawn(unstated: Sequence[Authorship], record: WorkRecord) -> list[Authorship]:
    """Stored authorships that their own source no longer states. What a person decided stays."""
    if record.authors_truncated or not record.authorships:
        return []
    return [one for one in unstated if one.source == record.source and not one.decided_by_person]


def _same_person(one: PersonName, other: PersonName) -> bool:
    """Whether two names on the same work are one author's: the family name and a fitting initial, in either order."""
    if one.family == other.family:
        return not one.first or not other.first or one.first[0] == other.first[0]
    return sorted((*one.given, one.family)) == sorted((*other.given, other.family))


MENDED = ("position", "raw_name", "raw_affiliations", "source_ids", "orcid", "orcid_authenticated", "homepage", "is_corresponding")


def _mend(authorship: Authorship, said: AuthorshipRecord, record: WorkRecord, held: set[int | None]) -> bool:
    """Fill what the stored authorship lacks, and follow its own source; returns whether anything changed.

    Its author and a person's decision stay as they are.
    """
    before = [getattr(authorship, column) for column in MENDED]
    same_source = authorship.source == record.source
    if said.position not in held and (authorship.position is None or same_source):
        held.discard(authorship.position)
        authorship.position = said.position
        held.add(said.position)
    if same_source:
        authorship.raw_name = said.name[:LONGEST_NAME]
    if said.affiliations and (same_source or not authorship.raw_affiliations):
        authorship.raw_affiliations = list(said.affiliations)
    given = dict(said.ids)
    authorship.source_ids = {**authorship.source_ids, **given} if same_source else {**given, **authorship.source_ids}
    if "orcid" in given and not authorship.orcid and _may_name_orcid(authorship, record):
        authorship.orcid = given["orcid"]
        authorship.orcid_authenticated = said.orcid_authenticated and record.source != "orcid"
    authorship.homepage = authorship.homepage or said.homepage
    authorship.is_corresponding = authorship.is_corresponding or said.is_corresponding
    return before != [getattr(authorship, column) for column in MENDED]


def _may_name_orcid(authorship: Authorship, record: WorkRecord) -> bool:
    """Whether a source may say which ORCID iD stands on a stored authorship.

    What stands on Crossref's counts as the publisher's word when a page is claimed, so that nobody else may write there.
    """
    return record.source == authorship.source or authorship.source != "crossref"


def _missing_institutions(authorship: Authorship, said: AuthorshipRecord, knowledge: Knowledge) -> list[AuthorshipInstitution]:
    """Institutions for an authorship that has none yet."""
    if authorship.institutions.all():
        return []
    keys = knowledge.institutions.keys(said.institutions, said.affiliations)
    return [AuthorshipInstitution(authorship_id=authorship.pk, institution_id=key) for key in keys]


def _placeable(work: Work, record: WorkRecord, present: Sequence[Authorship], missing: list[AuthorshipRecord]) -> list[AuthorshipRecord]:
    """Those that may be added: a list that was whole already gains nobody from another source, and no position is given twice."""
    same_source = any(one.source == record.source for one in present)
    if present and not work.authors_truncated and not same_source:
        return []
    held = {one.position for one in present}
    free = []
    for stated in missing:
        if stated.position in held and stated.position is not None:
            continue
        held.add(stated.position)
        free.append(stated)
    return free


def _count_authors(work: Work, record: WorkRecord, count: int, updated: Updated) -> None:
    truncated = work.authors_truncated and record.authors_truncated if record.authorships else work.authors_truncated
    if (count, truncated) != (work.author_count, work.authors_truncated):
        work.author_count, work.authors_truncated = count, truncated
        updated.changed.add(work.pk)
