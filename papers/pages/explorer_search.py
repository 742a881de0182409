"""Where to start: what a search finds, each hit with the address in which its slice is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from config.lib.public_ids import encode_public_id
from papers.graph.document import NodeKind
from papers.pages.explorer_state import ExplorerState
from papers.pages.parts import Link
from papers.pages.search_hits import ShownHit, shown_institutions, shown_papers, shown_people, shown_topics
from papers.querysets.totals import largest_topics, well_filled_authors
from papers.search.found import SearchTookTooLongError, bounded_search
from papers.search.papers import PaperFilters, find_papers
from papers.search.people import find_people
from papers.search.subjects import find_institutions, find_topics

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

_SHOWN: Final = {NodeKind.PERSON: 6, NodeKind.PAPER: 4, NodeKind.TOPIC: 4, NodeKind.INSTITUTION: 3}
PEOPLE_OFFERED: Final = 3
TOPICS_OFFERED: Final = 3


@dataclass(frozen=True, slots=True)
class Start:
    """Something to start from, or to add."""

    name: str
    kind: str
    kind_text: str
    meta: str
    url: str


def starts_for(state: ExplorerState, path: str, viewer: Viewer) -> tuple[list[Start], str]:
    """What fits the words of a state, and what to say where nothing does. At most ten queries, cut off like every search."""
    try:
        with bounded_search():
            people = shown_people(find_people(state.q).hits[: _SHOWN[NodeKind.PERSON]], viewer)
            topics = shown_topics(find_topics(state.q).hits[: _SHOWN[NodeKind.TOPIC]])
            places = shown_institutions(find_institutions(state.q).hits[: _SHOWN[NodeKind.INSTITUTION]])
            papers = shown_papers(find_papers(state.q, PaperFilters()).hits[: _SHOWN[NodeKind.PAPER]], state.q)
    except SearchTookTooLongError:
        return [], _("This search took too long, so we stopped it. Ask for something more specific.")
    found = ((NodeKind.PERSON, people), (NodeKind.TOPIC, topics), (NodeKind.INSTITUTION, places), (NodeKind.PAPER, papers))
    starts = [_start(kind, hit, state, path) for kind, hits in found for hit in hits]
    return starts, "" if starts else _("Nothing here fits “%(q)s”.") % {"q": state.q}


def examples(state: ExplorerState, path: str) -> list[Link]:
    """Well-filled pages and large topics, for whoever has no name in mind. Four queries along indexes."""
    people = [
        Link(found.author.display_name, path + state.opened(_key(NodeKind.PERSON, found.author_id)))
        for found in well_filled_authors(PEOPLE_OFFERED)
    ]
    return people + [Link(name, path + state.opened(_key(NodeKind.TOPIC, key))) for key, name in largest_topics(TOPICS_OFFERED)]


def _key(kind: NodeKind, number: int) -> str:
    return f"{kind}:{encode_public_id(number)}"


def _start(kind: NodeKind, hit: ShownHit, state: ExplorerState, path: str) -> Start:
    key = f"{kind}:{hit.url.split('/')[2]}"  # every page's address has its public id second
    return Start(hit.name, hit.kind, hit.kind_text, hit.meta, path + state.opened(key))
