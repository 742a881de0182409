"""A graph as files that other programs read: JSON, GraphML, tables for spreadsheets, SVG. Pure; each gives the text in pieces."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from config.lib.spreadsheets import table
from papers.graph.document import Edge, Node
from papers.graph.drawing.labels import one_line
from papers.graph.joining import Joined
from papers.graph.words import fact_text

FORMAT_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Linked:
    """A graph to write, with the absolute addresses of its nodes and of the evidence for its edges, and where it came from."""

    graph: Joined
    node_url: Callable[[Node], str]
    edge_url: Callable[[Edge], str]
    source: str


def edge_text(edge: Edge, names: Mapping[str, str]) -> str:
    """All facts of an edge in words."""
    return "; ".join(fact_text(fact, names[edge.a], names[edge.b]) for fact in edge.facts)


def as_json(given: Linked) -> Iterator[str]:
    """Nodes and edges with everything that is known of them; facts typed and in words."""
    names = given.graph.names()
    nodes = [node.to_json() | {"url": given.node_url(node)} for node in given.graph.nodes]
    edges = [edge.to_json() | {"text": edge_text(edge, names), "evidence": given.edge_url(edge)} for edge in given.graph.edges]
    yield json.dumps({"v": FORMAT_VERSION, "source": given.source, "nodes": nodes, "edges": edges}, ensure_ascii=False, indent=1) + "\n"


_NODE_KEYS: Final = (("kind", "string"), ("label", "string"), ("year", "int"), ("rank", "double"), ("x", "double"), ("y", "double"), ("url", "string"))  # fmt: skip
_EDGE_KEYS: Final = (("relation", "string"), ("weight", "double"), ("facts", "string"), ("evidence", "string"))


def as_graphml(given: Linked) -> Iterator[str]:
    """GraphML (http://graphml.graphdrawing.org/specification.html), for Gephi, yEd, NetworkX and the like."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for owner, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, kind in keys:
            yield f'<key id="{owner}-{name}" for="{owner}" attr.name="{name}" attr.type="{kind}"/>\n'
    yield f'<graph edgedefault="undirected">\n<desc>{escape(given.source)}</desc>\n'
    names = given.graph.names()
    for node in given.graph.nodes:
        values = (node.kind.value, node.label, node.year, node.rank, node.x, node.y, given.node_url(node))
        yield f"<node id={quoteattr(node.key)}>{_values('node', _NODE_KEYS, values)}</node>\n"
    for edge in given.graph.edges:
        told = (edge.kind.value, edge.weight, edge_text(edge, names), given.edge_url(edge))
        yield f"<edge source={quoteattr(edge.a)} target={quoteattr(edge.b)}>{_values('edge', _EDGE_KEYS, told)}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _values(owner: str, keys: tuple[tuple[str, str], ...], values: tuple[object, ...]) -> str:
    return "".join(
        f'<data key="{owner}-{name}">{escape(one_line(str(value)))}</data>'
        for (name, _kind), value in zip(keys, values, strict=True)
        if value is not None
    )


def as_node_table(given: Linked) -> Iterator[str]:
    """A row for each node."""
    rows = ((n.key, n.kind.value, n.label, n.year, n.works, n.rank, given.node_url(n)) for n in given.graph.nodes)
    return table(("key", "kind", "label", "year", "works", "rank", "url"), rows)


def as_edge_table(given: Linked) -> Iterator[str]:
    """A row for each edge, with the names of its ends and the facts in words."""
    names = given.graph.names()
    rows = ((e.a, names[e.a], e.b, names[e.b], e.kind.value, e.weight, edge_text(e, names), given.edge_url(e)) for e in given.graph.edges)
    return table(("a", "a name", "b", "b name", "kind", "weight", "facts", "evidence"), rows)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of ours: what to call it in words, its type, the end of its name, and who writes it."""

    key: str
    label: str
    content_type: str
    write: Callable[[Linked], Iterator[str]]


FORMATS: Final[Mapping[str, FileFormat]] = MappingProxyType(
    {
        made.key: made
        for made in (
            FileFormat("json", "JSON", "application/json; charset=utf-8", as_json),
            FileFormat("graphml", "GraphML", "application/graphml+xml; charset=utf-8", as_graphml),
            FileFormat("nodes.csv", "CSV (nodes)", "text/csv; charset=utf-8", as_node_table),
            FileFormat("edges.csv", "CSV (edges)", "text/csv; charset=utf-8", as_edge_table),
        )
    }
)
