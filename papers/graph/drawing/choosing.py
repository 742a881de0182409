"""Which nodes and lines of a slice a picture shows: those with the most works behind them, few enough to be followed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from papers.graph.document import Edge, EdgeKind, Node, NodeKind, SliceDocument

Quotas = Mapping[NodeKind, int]
_WORKS_OF_A_FULL_LINE: Final = 32
_OF_MANY: Final = 50  # works, of which a single one says little
_OF_SLIGHT: Final = 2  # such single ones are enough
_SINGLE_IS_LITTLE: Final = frozenset({NodeKind.TOPIC, NodeKind.INSTITUTION})


def works_behind(edge: Edge) -> int:
    """How many works stand behind the first reason of a line, which is the one told beside it; 1 where nobody counted."""
    return max(1, (edge.facts[0].count or 1) if edge.facts else 1)


def strength(edge: Edge) -> float:
    """What lines and nodes are chosen by: the logarithm of the works, whatever their share; of what is not counted, its weight."""
    if edge.kind is EdgeKind.SIMILAR or not edge.facts or edge.facts[0].count is None:
        return edge.weight
    return math.log(1 + works_behind(edge), _WORKS_OF_A_FULL_LINE)


def nodes_for(document: SliceDocument, rounds: Sequence[Quotas]) -> list[Node]:
    """The subject, and of each kind as many as there is room for: what most works join to it comes first, then by rank.

    Rank alone prefers who is nowhere else; a reader looks for those with thirty joint papers. Topics and institutions of one work give way where
    others have more. Nobody stands alone: what no line joins to what was chosen before gives its place to the next. Each of ``rounds`` chooses
    from what the one before chose, so that a small picture shows the first of a large one.
    """
    to_subject = joined_to_subject(document)
    slight = _slight(document, to_subject)
    first = {node.key: place for place, node in enumerate(document.nodes)}
    score = {key: strength(edge) for key, edge in to_subject.items()}
    waiting = sorted(
        (node for node in document.nodes if node.key not in slight), key=lambda node: (-score.get(node.key, 0.0), first[node.key])
    )
    beside: dict[str, set[str]] = {node.key: set() for node in document.nodes}
    for edge in document.edges:
        beside[edge.a].add(edge.b)
        beside[edge.b].add(edge.a)
    for quotas in rounds:
        waiting = _within(waiting, document.subject, quotas, beside)
    return waiting


def joined_to_subject(document: SliceDocument) -> dict[str, Edge]:
    """The subject's own lines, by the key of their other end."""
    return {edge.b if edge.a == document.subject else edge.a: edge for edge in document.edges if document.subject in {edge.a, edge.b}}


def lines_for(document: SliceDocument, chosen: Sequence[Node]) -> tuple[list[Edge], list[Edge]]:
    """(lines that have to be drawn, others, strongest first): the subject's own, and for each other node the one that says why it is here."""
    shown = {node.key for node in chosen}
    within = sorted(
        (edge for edge in document.edges if edge.a in shown and edge.b in shown), key=lambda edge: (-strength(edge), edge.a, edge.b)
    )
    needed = [edge for edge in within if document.subject in {edge.a, edge.b}]
    reached = {document.subject} | {end for edge in needed for end in (edge.a, edge.b)}
    for node in chosen:
        if node.key not in reached:
            needed += [edge for edge in within if node.key in {edge.a, edge.b} and {edge.a, edge.b} & reached][:1]
            reached.add(node.key)
    return needed, [edge for edge in within if edge not in needed]


def _slight(document: SliceDocument, to_subject: Mapping[str, Edge]) -> set[str]:
    """Topics and institutions that one work joins to the subject, where more works join others; all but two where it is one of many for all."""
    works = {node.key: works_behind(to_subject[node.key]) for node in document.nodes if node.key in to_subject}
    found: set[str] = set()
    for kind in _SINGLE_IS_LITTLE:
        keys = [node.key for node in document.nodes if node.kind is kind and node.key in works]
        if any(works[key] > 1 for key in keys):
            found |= {key for key in keys if works[key] == 1}
        elif any((to_subject[key].facts[0].of or 0) >= _OF_MANY for key in keys if to_subject[key].facts):
            found |= set(keys[_OF_SLIGHT:])
    return found


def _within(waiting: Sequence[Node], subject: str, quotas: Quotas, beside: Mapping[str, set[str]]) -> list[Node]:
    left = dict(quotas)
    chosen = [node for node in waiting if node.key == subject]
    reached = {subject}
    while taken := [node for node in waiting if node.key not in reached and left[node.kind] > 0 and beside[node.key] & reached]:
        for node in taken:
            if left[node.kind] > 0:
                left[node.kind] -= 1
                chosen.append(node)
                reached.add(node.key)
    return chosen
