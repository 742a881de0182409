"""Venues, topics and fields of a batch: found by their keys, made where they are missing, remembered for the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from papers.fields import FieldMap, load_fields
from papers.ingest.copying import array_text, json_text, numbers_text
from papers.models import Field, Topic, Venue
from papers.names import fold
from papers.records import TopicRecord, VenueRecord, WorkRecord

LONGEST_KEY = 200
OPEN_TOPICS = """
INSERT INTO papers_topic (key, name, field_id, identifiers)
SELECT key, name, nullif(field, 0), identifiers::jsonb
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[]) AS opened (key, name, field, identifiers)
ON CONFLICT DO NOTHING
"""


def venue_key(venue: VenueRecord) -> str:
    """The source's short key, else the folded name; the name itself where folding leaves nothing."""
    return (venue.key.lower() or fold(venue.name) or venue.name.lower())[:LONGEST_KEY]


def topic_key(topic: TopicRecord) -> str:
    """The topic's folded name with its digits, so that the same words of two sources are one topic."""
    return " ".join("".join(c if c.isalnum() else " " for c in topic.name.casefold()).split())[:LONGEST_KEY]


def sync_fields(field_map: FieldMap) -> dict[str, int]:
    """Bring the fields of the mapping into the database; returns row keys by field key. Two queries when nothing changed."""
    present = {field.key: field for field in Field.objects.all()}
    missing = [
        Field(key=entry.key, name=entry.name, domain=entry.domain, order=entry.order)
        for entry in field_map.fields
        if entry.key not in present
    ]
    if missing:
        Field.objects.bulk_create(missing, ignore_conflicts=True)
    changed = []
    for entry in field_map.fields:
        field = present.get(entry.key)
        if field is not None and (field.name, field.domain, field.order) != (entry.name, entry.domain, entry.order):
            field.name, field.domain, field.order = entry.name, entry.domain, entry.order
            changed.append(field)
    if changed:
        Field.objects.bulk_update(changed, ["name", "domain", "order"])
    return dict(Field.objects.values_list("key", "id"))


class Subjects:
    """Row keys of venues, topics and fields. ``prepare`` a batch first; after a failed transaction make a new one."""

    def __init__(self) -> None:
        self._field_map = load_fields()
        self._fields = sync_fields(self._field_map)
        self._venues: dict[str, int] = {}
        self._topics: dict[str, int] = {}

    def prepare(self, records: Sequence[WorkRecord]) -> None:
        """Find or make the venues and topics of these records. At most four queries."""
        self._prepare_venues(record.venue for record in records if record.venue is not None)
        self._prepare_topics(topic for record in records for topic in record.topics)

    def venue(self, venue: VenueRecord | None) -> int | None:
        """The row key of a prepared venue."""
        return self._venues[venue_key(venue)] if venue is not None and venue.name else None

    def topics(self, topics: Iterable[TopicRecord]) -> dict[int, TopicRecord]:
        """Prepared topics by row key, each once, the one with the highest score first named."""
        found: dict[int, TopicRecord] = {}
        for topic in topics:
            key = self._topics.get(topic_key(topic))
            if key is not None and (key not in found or (topic.score or 0) > (found[key].score or 0)):
                found[key] = topic
        return found

    def field(self, record: WorkRecord) -> tuple[int | None, str]:
        """The row key of a work's field and the reason for it; (None, "") where nothing tells."""
        decision = self._field_map.field_of(record.topics, record.venue)
        if decision is None:
            return None, ""
        return self._fields.get(decision.key), decision.basis[:200]

    def _prepare_venues(self, venues: Iterable[VenueRecord]) -> None:
        missing = {key: venue for venue in venues if venue.name and (key := venue_key(venue)) not in self._venues}
        if not missing:
            return
        known = dict(Venue.objects.filter(key__in=missing).values_list("key", "id"))
        new = [
            Venue(key=key, name=venue.name[:500], abbreviation=venue.abbreviation[:60], kind=venue.kind, issn=sorted(set(venue.issn)))
            for key, venue in sorted(missing.items())
            if key not in known
        ]
        if new:
            Venue.objects.bulk_create(new, ignore_conflicts=True)
            known = dict(Venue.objects.filter(key__in=missing).values_list("key", "id"))
        self._venues |= known

    def _prepare_topics(self, topics: Iterable[TopicRecord]) -> None:
        missing = {key: topic for topic in topics if (key := topic_key(topic)) and key not in self._topics}
        if not missing:
            return
        known = self._known_topics(missing)
        new = [(key, missing[key]) for key in sorted(missing) if key not in known]
        if new:
            self._open_topics(new)
            known = self._known_topics(missing)
        self._topics |= known
        self._note_identifiers(missing)

    def _open_topics(self, new: Sequence[tuple[str, TopicRecord]]) -> None:
        """One statement of four arrays: a tenth of the time of a statement with four parameters a row."""
        fields = [self._topic_field(topic) for _, topic in new]
        with connection.cursor() as cursor:
            cursor.execute(
                OPEN_TOPICS,
                [
                    array_text([key for key, _ in new]),
                    array_text([topic.name[:200] for _, topic in new]),
                    numbers_text([field or 0 for field in fields]),
                    array_text([json_text(_identifiers(topic)) for _, topic in new]),
                ],
            )

    def _known_topics(self, keys: Iterable[str]) -> dict[str, int]:
        """Row keys by topic key; a merged topic stands for the one it was merged into."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT key, coalesce(merged_into_id, id) FROM papers_topic WHERE key = ANY(%s::text[])", [array_text(list(keys))]
            )
            return dict(cursor.fetchall())

    def _topic_field(self, topic: TopicRecord) -> int | None:
        decision = self._field_map.field_of([topic], None)
        return self._fields.get(decision.key) if decision is not None else None

    def _note_identifiers(self, topics: dict[str, TopicRecord]) -> None:
        """Keep the identifiers that sources give a topic: for each scheme the first one seen."""
        given = {key: topic for key, topic in topics.items() if topic.identifier}
        if not given:
            return
        changed = []
        for row in Topic.objects.filter(key__in=list(given)).only("id", "key", "identifiers").order_by("id"):
            topic = given[row.key]
            if topic.scheme not in row.identifiers:
                row.identifiers[topic.scheme] = topic.identifier
                changed.append(row)
        if changed:
            Topic.objects.bulk_update(changed, ["identifiers"])


def _identifiers(topic: TopicRecord) -> dict[str, str]:
    return {topic.scheme: topic.identifier} if topic.identifier else {}
