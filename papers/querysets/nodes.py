"""What stands behind the keys of the graph ("person:2f7c…"): present names of people, papers, topics and institutions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import QuerySet

from config.lib.public_ids import decode_public_id, encode_public_id
from papers.graph.document import NodeKind
from papers.plain_text import plain_text
from papers.querysets.people import authors
from papers.querysets.subjects import institutions, topics
from papers.querysets.works import works

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer


class NamedNode(NamedTuple):
    """A node that this viewer may see, under its present name."""

    key: str
    kind: NodeKind
    pk: int
    name: str


_ROWS: Final[Mapping[NodeKind, tuple[Callable[[Viewer], QuerySet[Any]], str]]] = MappingProxyType(
    {
        NodeKind.PERSON: (lambda viewer: authors().visible_to(viewer), "display_name"),
        NodeKind.PAPER: (lambda viewer: works().visible_to(viewer), "title"),
        NodeKind.TOPIC: (lambda viewer: topics().visible_to(viewer), "name"),
        NodeKind.INSTITUTION: (lambda viewer: institutions().visible_to(viewer), "name"),
    }
)


def node_key(kind: NodeKind | str, pk: int) -> str:
    """The key of a row in the graph."""
    return f"{kind}:{encode_public_id(pk)}"


def parsed_key(key: str) -> tuple[NodeKind, int]:
    """Kind and row of a key. Raises ``ValueError`` for anything that is none."""
    kind, _, public_id = key.partition(":")
    return NodeKind(kind), decode_public_id(public_id)


def named_nodes(keys: Collection[str], viewer: Viewer) -> dict[str, NamedNode]:
    """Those of these keys that name something ``viewer`` may see. One query for each kind among them, at most four."""
    wanted: dict[NodeKind, list[int]] = {}
    for key in keys:
        try:
            kind, pk = parsed_key(key)
        except ValueError:
            continue
        wanted.setdefault(kind, []).append(pk)
    found: dict[str, NamedNode] = {}
    for kind, ids in wanted.items():
        rows, name = _ROWS[kind]
        for pk, text in rows(viewer).filter(pk__in=ids).values_list("pk", name):
            found[node_key(kind, pk)] = NamedNode(node_key(kind, pk), kind, pk, plain_text(text) if kind == NodeKind.PAPER else text)
    return found
