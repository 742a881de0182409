"""A slice as a picture: which nodes, where, with which labels, and the SVG that says so. Pure; see docs/graph.md."""

from papers.graph.drawing.boxes import Box
from papers.graph.drawing.following import Placed
from papers.graph.drawing.legend import legend_of
from papers.graph.drawing.placing import Picture, picture_of
from papers.graph.drawing.scene import NARROW, NARROW_PAPER, WIDE, WIDE_PAPER, Canvas, Drawn, Scene, canvases_for, scene_among, scene_of
from papers.graph.drawing.svg import Addresses, Emphasis, svg_of

__all__ = [
    "NARROW",
    "NARROW_PAPER",
    "WIDE",
    "WIDE_PAPER",
    "Addresses",
    "Box",
    "Canvas",
    "Drawn",
    "Emphasis",
    "Picture",
    "Placed",
    "Scene",
    "canvases_for",
    "legend_of",
    "picture_of",
    "scene_among",
    "scene_of",
    "svg_of",
]
