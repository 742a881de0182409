"""The picture is the same for the same input and moves little when little is added."""

from __future__ import annotations

import random

import numpy as np
import pytest

from papers.graph.document import NodeKind
from papers.graph.labels import short_label
from papers.graph.layout import lay_out, radius
from papers.slices.rows import Named, node_of


def neighbourhood(size: int, seed: int):
    dice = random.Random(seed)
    keys = [f"k{place}" for place in range(size)]
    edges = [("k0", key, dice.random()) for key in keys[1:] if dice.random() < 0.8]
    edges += [(f"k{a}", f"k{b}", dice.random()) for a, b in (dice.sample(range(1, size), 2) for _ in range(2 * size))]
    return keys, edges


@pytest.mark.parametrize("size", [1, 2, 3, 12, 61])
def test_the_same_input_gives_the_same_places_with_the_subject_in_the_middle(size):
    keys, edges = neighbourhood(size, size) if size > 3 else ([f"k{place}" for place in range(size)], [])
    first = lay_out(keys, edges)
    assert first == lay_out(keys, edges)
    assert first["k0"] == (0.0, 0.0)
    assert all(value == round(value, 1) for place in first.values() for value in place)
    assert len(set(first.values())) == size
    assert lay_out(keys, edges, before=first) == lay_out(keys, edges, before=first)


def test_three_more_nodes_move_the_others_by_at_most_a_tenth_of_the_radius_at_the_median(accept):
    for seed in range(200 if accept else 4):
        check_three_more(*neighbourhood(58, seed))


def check_three_more(keys, edges):
    before = lay_out(keys, edges)
    grown = [*keys[:4], "new0", *keys[4:30], "new1", *keys[30:], "new2"]
    more = [(new, other, 0.5) for new in ("new0", "new1", "new2") for other in ("k0", "k3", "k20", "k40")]

    after = lay_out(grown, edges + more, before=before)

    moves = [np.hypot(after[key][0] - before[key][0], after[key][1] - before[key][1]) for key in keys]
    assert np.median(moves) <= radius(before) / 10
    assert max(moves) > 0  # it is not simply left as it was


def test_neighbours_stand_nearer_than_strangers():
    keys, edges = neighbourhood(40, 9)
    places = lay_out(keys, edges)
    joined = {frozenset(edge[:2]) for edge in edges if "k0" not in edge[:2]}
    apart = {
        frozenset((a, b)): np.hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]) for a in keys[1:] for b in keys[1:] if a < b
    }
    near = [apart[pair] for pair in joined]
    assert np.mean(near) < 0.8 * np.mean([distance for pair, distance in apart.items() if pair not in joined])


@pytest.mark.parametrize(
    "kind,label,short",
    [
        (NodeKind.PERSON, "Ada Quillmere", "Ada Quillmere"),
        (NodeKind.PERSON, "Wolfgang Amadeus Theophilus Mozart", "W. A. T. Mozart"),
        (NodeKind.PAPER, "Attention is all you need, and then some more", "Attention is all you…"),
        (NodeKind.PAPER, "On the $L^{2}(\\mathbb{R}) \\to L^p$ norms", "On the…"),
        (NodeKind.TOPIC, "X" * 60, "X" * 23 + "…"),
    ],
)
def test_short_labels(kind, label, short):
    assert short_label(kind, label) == short


def test_a_formula_in_a_title_is_told_in_characters():
    node = node_of((NodeKind.PAPER, 1), Named("Readers: $\\ell_1$ constraints", None, 2024), rank=1.0, place=(0.0, 0.0))
    assert node.label == "Readers: ℓ₁ constraints"
    assert node.short == "Readers: ℓ₁ constraints"
