"""The research graph on the pages of people, papers, topics and institutions. The template is ``papers/panels/graph.html``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils.safestring import SafeString, mark_safe

from papers.graph.document import NodeKind
from papers.models import GraphSlice, SliceScope
from papers.pictures import drawn_for, explorer_address, figure_of
from papers.querysets.nodes import node_key
from papers.querysets.slices import shown_document, stored_drawing
from papers.slices.sight import first_sight

if TYPE_CHECKING:
    from django.http import HttpRequest

    from papers.querysets.visibility import Viewer

PAGES: Final = {
    "researcher": NodeKind.PERSON,
    "paper": NodeKind.PAPER,
    "topic": NodeKind.TOPIC,
    "institution": NodeKind.INSTITUTION,
}


@dataclass(frozen=True, slots=True)
class GraphPanel:
    """What the panel says. ``figure`` is "" where nothing is around the subject, ``built_at`` None where nothing was computed yet."""

    figure: SafeString
    built_at: datetime | None
    is_first_sight: bool
    explore_url: str


def graph_panel(kind: NodeKind) -> Callable[[HttpRequest, Any], dict[str, Any]]:
    """The loader of the panel on pages of that kind. One query where the drawing is stored, as it is for all but the first reader."""

    def load(request: HttpRequest, subject: Any) -> dict[str, Any]:
        return {"graph": panel_of(kind, subject.pk, request.user, name=str(subject))}

    return load


def panel_of(kind: NodeKind, pk: int, viewer: Viewer, *, name: str) -> GraphPanel:
    """The stored drawing where it fits this viewer, else one drawn now from the stored slice: two more queries and some 80 ms.

    Where nothing is stored yet, what is next to the subject is drawn and stored, and the whole slice asked for: four more.
    """
    explore = explorer_address(node_key(kind, pk))
    found = stored_drawing(kind, pk, viewer)
    if found is None:
        found = first_sight(kind, pk, name, viewer)
    return GraphPanel(
        mark_safe(figure_for(found, viewer)),  # noqa: S308 - made by papers.pictures, which escapes every name
        found.built_at,
        is_first_sight=found.scope == SliceScope.ONE_HOP,
        explore_url=explore,
    )


def figure_for(found: GraphSlice, viewer: Viewer = None) -> str:
    """The stored figure, or a fresh one where a name changed, somebody is not to be seen, or it was drawn by an older version.

    What is drawn afresh for a reader who is not logged in is what everybody may see: it is stored, so that it is drawn once.
    """
    named: list[dict[str, Any]] = getattr(found, "named", [])
    wanted = drawn_for(named)
    if found.drawn_for == wanted:
        return found.drawing
    figure = figure_of(shown_document(found))
    if viewer is None or not viewer.is_authenticated:
        GraphSlice.objects.filter(pk=found.pk, built_at=found.built_at).update(drawing=figure, drawn_for=wanted)
    return figure
