"""Reading stored slices of the research graph, as a viewer may see them now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Func, OuterRef, Q
from django.db.models.functions import JSONObject

from config.lib.public_ids import encode_public_id
from papers.graph.document import NodeKind, SliceDocument
from papers.graph.evidence import reached_from
from papers.models import Author, GraphSlice
from papers.querysets.people import authors
from papers.querysets.visibility import narrowing

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer


class _AmongOuter(Func):
    """Whether a column is among the elements of an array column of the outer query."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def stored_slice(kind: str, subject_id: int, viewer: Viewer) -> GraphSlice | None:
    """The stored slice with ``names``: the present names, by id, of those of its people whom ``viewer`` may see. One query."""
    people = authors().visible_to(viewer).filter(_AmongOuter("pk", OuterRef("people"))).order_by()
    named = ArraySubquery(people.values(named=JSONObject(id="pk", name="display_name")))
    return GraphSlice.objects.for_subject(kind, subject_id).annotate(named=named).first()


def stored_slices(subjects: Collection[tuple[str, int]], viewer: Viewer) -> dict[tuple[str, int], GraphSlice]:
    """The same for many subjects (kind and row), by subject. One query, none for no subjects."""
    if not subjects:
        return {}
    wanted = Q()
    for kind, subject_id in subjects:
        wanted |= Q(kind=kind, subject_id=subject_id)
    people = authors().visible_to(viewer).filter(_AmongOuter("pk", OuterRef("people"))).order_by()
    named = ArraySubquery(people.values(named=JSONObject(id="pk", name="display_name")))
    return {(row.kind, row.subject_id): row for row in GraphSlice.objects.filter(wanted).annotate(named=named)}


_DRAWING_FIELDS: Final = ("id", "kind", "subject_id", "scope", "drawing", "drawn_for", "built_at")  # in the order of the model
_STORED_DRAWING: Final = """
    SELECT slice.id, slice.kind, slice.subject_id, slice.scope, slice.drawing, slice.drawn_for, slice.built_at,
           ARRAY(SELECT author.id FROM papers_author AS author WHERE {seen}), ARRAY(SELECT author.display_name FROM papers_author AS author WHERE {seen})
    FROM papers_graphslice AS slice WHERE slice.kind = %s AND slice.subject_id = %s
"""
_SEEN: Final = "author.id = ANY(slice.people) AND author.merged_into_id IS NULL AND author.erased_at IS NULL{narrowed} ORDER BY author.id"


def stored_drawing(kind: str, subject_id: int, viewer: Viewer) -> GraphSlice | None:
    """The same without the document, which is read by a second query only where the drawing does not fit this viewer. One query.

    Plain SQL: this runs on every page of a person, paper, topic or institution, and composing it anew costs ten times as much as running it.
    """
    narrowed, given = narrowing(Author, "author.id", viewer)
    statement = _STORED_DRAWING.format(seen=_SEEN.format(narrowed=narrowed))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, *given, kind, subject_id])
        row = cursor.fetchone()
    if row is None:
        return None
    found = GraphSlice.from_db(connection.alias, _DRAWING_FIELDS, row[: len(_DRAWING_FIELDS)])
    found.named = [{"id": key, "name": name} for key, name in zip(*row[len(_DRAWING_FIELDS) :], strict=True)]  # type: ignore[attr-defined]  # as an annotation
    return found


def shown_document(found: GraphSlice) -> SliceDocument:
    """The document of what ``stored_slice`` found: people under their present names, without those who are not to be seen, nor what only they joined.

    Slices keep names from when they were built; an author who was erased, merged or renamed since must not be named from there.
    """
    document = SliceDocument.from_json(found.document)
    named: list[dict[str, Any]] = getattr(found, "named", [])
    names = {f"{NodeKind.PERSON}:{encode_public_id(row['id'])}": row["name"] for row in named}
    if all(names.get(node.key) == node.label for node in document.nodes if node.kind == NodeKind.PERSON):
        return document
    nodes = []
    for node in document.nodes:
        if node.kind != NodeKind.PERSON or names.get(node.key) == node.label:
            nodes.append(node)
        elif node.key in names:
            nodes.append(replace(node, label=names[node.key], short=names[node.key]))
    left = reached_from(document.subject, ((edge.a, edge.b) for edge in document.edges), {node.key for node in nodes})
    edges = tuple(edge for edge in document.edges if edge.a in left and edge.b in left)
    return replace(document, nodes=tuple(node for node in nodes if node.key in left), edges=edges)
