"""The works behind a line of the graph: which works say that two things belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q

from papers.graph.document import NodeKind
from papers.models import AuthorshipInstitution, Citation
from papers.querysets.works import WorkQuerySet, is_about, is_from, stands_on, works

if TYPE_CHECKING:
    from papers.querysets.nodes import NamedNode
    from papers.querysets.visibility import Viewer


class Reason(StrEnum):
    """Why works stand between two things; ``a`` and ``b`` in the order of their kinds: person, paper, topic, institution."""

    TOGETHER = "together"  # by both, on both, or of one and at, on the other
    A_CITES_B = "a-cites-b"  # works of a that cite b, or works of b
    B_CITES_A = "b-cites-a"
    BOTH_CITE = "both-cite"  # works that papers a and b both cite
    CITE_BOTH = "cite-both"  # works that cite both papers


Condition = Callable[[int, int], Q | Exists]
Conditions = Mapping[Reason, tuple[Condition, ...]]


def _cites(cited: Q | Exists | int) -> Exists:
    """Whether a work cites that work, or one of which that holds."""
    rows = Citation.objects.filter(citing=OuterRef("pk"))
    return Exists(rows.filter(cited=cited) if isinstance(cited, int) else rows.filter(cited__in=works().filter(cited).values("pk")))


def _cited_by(citing: Q | Exists | int) -> Exists:
    rows = Citation.objects.filter(cited=OuterRef("pk"))
    return Exists(rows.filter(citing=citing) if isinstance(citing, int) else rows.filter(citing__in=works().filter(citing).values("pk")))


def _signed_from(person: int, institution: int) -> Exists:
    """Whether this person's own place on a work names the institution."""
    return Exists(
        AuthorshipInstitution.objects.filter(authorship__work=OuterRef("pk"), authorship__author_id=person, institution_id=institution)
    )


_BETWEEN: Final[Mapping[tuple[NodeKind, NodeKind], Conditions]] = MappingProxyType(
    {
        (NodeKind.PERSON, NodeKind.PERSON): {
            Reason.TOGETHER: (lambda a, _b: stands_on(a), lambda _a, b: stands_on(b)),
            Reason.A_CITES_B: (lambda a, _b: stands_on(a), lambda _a, b: _cites(stands_on(b))),
            Reason.B_CITES_A: (lambda _a, b: stands_on(b), lambda a, _b: _cites(stands_on(a))),
        },
        (NodeKind.PERSON, NodeKind.PAPER): {
            Reason.TOGETHER: (lambda a, _b: stands_on(a), lambda _a, b: Q(pk=b)),
            Reason.A_CITES_B: (lambda a, _b: stands_on(a), lambda _a, b: _cites(b)),
            Reason.B_CITES_A: (lambda a, _b: stands_on(a), lambda _a, b: _cited_by(b)),
        },
        (NodeKind.PERSON, NodeKind.TOPIC): {Reason.TOGETHER: (lambda a, _b: stands_on(a), lambda _a, b: is_about(b))},
        (NodeKind.PERSON, NodeKind.INSTITUTION): {Reason.TOGETHER: (_signed_from,)},
        (NodeKind.PAPER, NodeKind.PAPER): {
            Reason.A_CITES_B: (lambda a, _b: Q(pk=a), lambda _a, b: _cites(b)),
            Reason.B_CITES_A: (lambda _a, b: Q(pk=b), lambda a, _b: _cites(a)),
            Reason.BOTH_CITE: (lambda a, _b: _cited_by(a), lambda _a, b: _cited_by(b)),
            Reason.CITE_BOTH: (lambda a, _b: _cites(a), lambda _a, b: _cites(b)),
        },
        (NodeKind.PAPER, NodeKind.TOPIC): {Reason.TOGETHER: (lambda a, _b: Q(pk=a), lambda _a, b: is_about(b))},
        (NodeKind.PAPER, NodeKind.INSTITUTION): {Reason.TOGETHER: (lambda a, _b: Q(pk=a), lambda _a, b: is_from(b))},
        (NodeKind.TOPIC, NodeKind.TOPIC): {Reason.TOGETHER: (lambda a, _b: is_about(a), lambda _a, b: is_about(b))},
        (NodeKind.TOPIC, NodeKind.INSTITUTION): {Reason.TOGETHER: (lambda a, _b: is_about(a), lambda _a, b: is_from(b))},
        (NodeKind.INSTITUTION, NodeKind.INSTITUTION): {Reason.TOGETHER: (lambda a, _b: is_from(a), lambda _a, b: is_from(b))},
    }
)
_ORDER: Final = tuple(NodeKind)


def in_order(one: NamedNode, other: NamedNode) -> tuple[NamedNode, NamedNode]:
    """The two as ``a`` and ``b``: by kind, then by key."""
    first, second = sorted((one, other), key=lambda node: (_ORDER.index(node.kind), node.key))
    return first, second


def works_between(a: NamedNode, b: NamedNode, viewer: Viewer) -> dict[Reason, WorkQuerySet]:
    """For each reason that a pair of such kinds can have, its works, newest first: a query each when read."""
    return {
        reason: works().visible_to(viewer).filter(*(condition(a.pk, b.pk) for condition in conditions)).in_order("newest")
        for reason, conditions in _BETWEEN[a.kind, b.kind].items()
    }
