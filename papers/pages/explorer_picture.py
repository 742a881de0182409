"""The explorer's pictures for browsers without scripts, and the one that is exported."""

from __future__ import annotations

from typing import Final

from papers.graph.document import Edge, Node
from papers.graph.drawing import NARROW, WIDE, Addresses, Canvas, Emphasis, picture_of, scene_among, svg_of
from papers.pages.exploring import Exploration
from papers.pictures import edge_address, node_address

WIDE_EXPLORER: Final = Canvas("wide", 820, 570, WIDE.quotas, 140)
NARROW_EXPLORER: Final = Canvas("narrow", 340, 520, NARROW.quotas, 112, facts=False)
_MOST: Final = {"wide": 38, "narrow": 15}

FILE_STYLE: Final = (
    ".graph{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,sans-serif;background:#fbfaf7}"
    "text{fill:#1d1f24;stroke:#fbfaf7;stroke-width:3px;stroke-linejoin:round;paint-order:stroke}"
    ".graph-fact{font-size:10.5px;fill:#565a63}.graph-subject text{font-size:13.5px;font-weight:600}.graph-reach{fill:none;stroke:none}"
    ".graph-line{fill:none;stroke:#8f8d86}.graph-dash .graph-line{stroke-dasharray:5 4}.graph-path .graph-line{stroke:#14506b}.graph-person circle{fill:#14506b}"
    ".graph-paper rect:not(.graph-reach){fill:#825300}.graph-institution polygon{fill:#7a3b5e}"
    ".graph-topic rect:not(.graph-reach){fill:#fff;stroke:#48662b}.graph-topic text{stroke:none}"
)


def pictures_of(found: Exploration, path: str) -> str:
    """Both pictures as SVG; a node leads to itself looked at, a line to its evidence. About 80 ms."""
    addresses = Addresses(lambda node: path + found.state.query(at=node.key), lambda edge: edge_address(edge.a, edge.b))
    return "".join(_svg(found, canvas, addresses) for canvas in (WIDE_EXPLORER, NARROW_EXPLORER))


def picture_file(found: Exploration, base_url: str) -> str:
    """The wide picture as a file of its own, in light colours, with absolute addresses."""
    if not found.shown.nodes:
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE_EXPLORER.width:g} {WIDE_EXPLORER.height:g}"/>\n'
    addresses = Addresses(lambda node: base_url + node_address(node), lambda edge: base_url + edge_address(edge.a, edge.b))
    drawn = _svg(found, WIDE_EXPLORER, addresses)
    head, _, rest = drawn.partition(">")
    sized = head.replace(
        "<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE_EXPLORER.width:g}" height="{WIDE_EXPLORER.height:g}" '
    )
    plain = sized.replace(' data-graph=""', "")
    return f"{plain}><style>{FILE_STYLE}</style>{rest}\n"


def chosen_nodes(found: Exploration, most: int) -> list[Node]:
    """What the picture has room for: what is open, on the path, looked at or pinned, then by rank."""
    special = [*found.state.open, *found.way, *([found.state.at] if found.state.at else []), *(key for key, _x, _y in found.state.pins)]
    place = {key: number for number, key in reversed(list(enumerate(special)))}
    ordered = sorted(found.shown.nodes, key=lambda node: (place.get(node.key, len(special)), -node.rank, node.key))
    return ordered[:most]


def _svg(found: Exploration, canvas: Canvas, addresses: Addresses) -> str:
    nodes = chosen_nodes(found, _MOST[canvas.name])
    subjects = {*found.shown.opened, *found.state.path} & {node.key for node in nodes}
    edges: list[Edge] = list(found.shown.edges)
    scene = scene_among(nodes, edges, subjects, canvas)
    simple = len(subjects) <= 1 and not found.state.pins
    picture = picture_of(scene, canvas, as_laid_out=not simple)
    return svg_of(picture, addresses, prefix="explorer", emphasis=Emphasis(found.state.at, found.way_edges))
