"""The push keeps what it was given, comes as near as it says, and knows what was laid over the arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.graph.arrays import KINDS, PLACE, TYPE_WEIGHTS, Graph, assemble, laid_over
from papers.graph.choice import choose
from papers.graph.document import QUOTAS, NodeKind
from papers.graph.onlookers import onlookers, shaken_by
from papers.graph.push import EPSILON, RESTART, Walker

SIZES = {"person": 25, "paper": 40, "topic": 8, "institution": 5}
JOINED = [("person", "paper"), ("paper", "topic"), ("paper", "paper"), ("person", "institution")]


def pairs_of(seed: int, count: int = 160):
    random = np.random.default_rng(seed)
    found = set()
    for _ in range(count):
        a, b = JOINED[random.integers(len(JOINED))]
        found.add(((a, int(random.integers(1, SIZES[a] + 1))), (b, int(random.integers(1, SIZES[b] + 1)))))
    return found


def graph_of(pairs) -> Graph:
    return assemble({kind: range(1, size + 1) for kind, size in SIZES.items()}, pairs)


def steps_of(graph: Graph) -> np.ndarray:
    """The matrix of the walk, each row summing to one (or nothing, where a node has no neighbours)."""
    size = len(graph)
    matrix = np.zeros((size, size))
    for u in range(size):
        for v in graph.row(u):
            matrix[u, v] = TYPE_WEIGHTS[graph.kinds[u], graph.kinds[v]] / np.sqrt(len(graph.row(int(v))))
    sums = matrix.sum(axis=1, keepdims=True)
    return np.divide(matrix, sums, out=np.zeros_like(matrix), where=sums > 0)


def exact(graph: Graph) -> np.ndarray:
    """Row ``s``: the personalised PageRank of ``s``, by solving for it."""
    walk = steps_of(graph)
    stays = np.diag((walk.sum(axis=1) == 0).astype(float))  # who has no neighbours keeps all
    return RESTART * np.linalg.inv(np.eye(len(graph)) - (1 - RESTART) * (walk + stays))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), epsilon=st.sampled_from([1e-2, 1e-3, EPSILON]))
def test_mass_is_kept_and_the_error_stays_below_epsilon_times_degree(seed, epsilon):
    graph = graph_of(pairs_of(seed))
    right, degrees, walker = exact(graph), np.array([len(graph.row(node)) for node in range(len(graph))]), Walker(graph)
    for source in np.random.default_rng(seed).integers(0, len(graph), 4):
        pushed = walker.push(int(source), epsilon=epsilon)
        assert pushed.p.sum() + pushed.r.sum() == pytest.approx(1.0, abs=1e-12)
        assert (pushed.r <= np.maximum(epsilon * degrees[pushed.nodes], 0)).all()
        found, rest = np.zeros(len(graph)), np.zeros(len(graph))
        found[pushed.nodes], rest[pushed.nodes] = pushed.p, pushed.r
        error = right[source] - found
        assert (error >= -1e-9).all()
        assert (
            error <= epsilon * (degrees @ right) + 1e-9
        ).all()  # what lies at a node, at most epsilon times its degree, goes on from there
        np.testing.assert_allclose(found + rest @ right, right[source], atol=1e-9)  # the push's invariant


def test_where_all_steps_weigh_the_same_the_error_is_below_epsilon_times_the_nodes_own_degree():
    """On papers that cite in a ring and across, all degrees are equal: the theorem of Andersen, Chung and Lang as they state it."""
    size = 60
    pairs = [(("paper", i), ("paper", (i + hop) % size + 1)) for i in range(1, size + 1) for hop in (0, 6)]
    graph = assemble({"paper": range(1, size + 1)}, pairs)
    pushed = Walker(graph).push(0, epsilon=1e-3)
    error = exact(graph)[0]
    error[pushed.nodes] -= pushed.p
    assert 0 < error.max() <= 1e-3 * 4


def test_the_same_graph_gives_the_same_bytes_and_a_walker_forgets():
    graph = graph_of(pairs_of(3))
    walker = Walker(graph)
    first = walker.push(7)
    walker.push(11)
    again = walker.push(7)
    assert first.nodes.tobytes() == again.nodes.tobytes()
    assert first.scores().tobytes() == Walker(graph).push(7).scores().tobytes() == again.scores().tobytes()


def test_quotas_hold_for_each_kind_and_ties_go_to_the_lower_key():
    pairs = [(("person", person), ("paper", 1)) for person in range(1, 40)] + [(("paper", 1), ("topic", topic)) for topic in range(1, 20)]
    graph = assemble({"person": range(1, 40), "paper": [1], "topic": range(1, 20)}, pairs)
    pushed = Walker(graph).push(graph.node("paper", 1))
    chosen = [graph.name(node) for node, _ in choose(graph, pushed.nodes, pushed.scores(), subject=graph.node("paper", 1))]
    assert chosen == [(NodeKind.PERSON, key) for key in range(1, 21)] + [(NodeKind.TOPIC, key) for key in range(1, 13)]
    assert QUOTAS[NodeKind.PERSON] == 20


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_is_laid_over_the_arrays_is_as_if_they_had_been_built_anew(seed):
    before, after = pairs_of(seed), pairs_of(seed + 1, 60) | set(list(pairs_of(seed))[:100])
    after |= {(("person", 99), ("paper", 77)), (("paper", 77), ("topic", 66)), (("person", 99), ("institution", 55))}
    rows = {kind: [*range(1, size + 1), {"person": 99, "paper": 77, "topic": 66, "institution": 55}[kind]] for kind, size in SIZES.items()}
    wanted, stored = assemble(rows, after), graph_of(before)

    def neighbours(kind, key):
        return [b if a == (kind, key) else a for a, b in after if (kind, key) in {a, b}]

    fresh = {("paper", key): neighbours("paper", key) for key in rows["paper"]}
    places = {key: [(other, 77) for kind, other in neighbours("person", key) if kind == "institution"] for key in rows["person"]}
    over = laid_over(stored, fresh, places)

    for kind, keys in rows.items():
        for key in keys:
            there, here = over.node(kind, key), wanted.node(kind, key)
            assert {over.name(int(v)) for v in over.row(there)} == {wanted.name(int(v)) for v in wanted.row(here)}
            assert over.damp[there] == pytest.approx(1 / np.sqrt(max(1, len(wanted.row(here)))))
    source = ("paper", 77)
    left, right = Walker(over).push(over.node(*source)), Walker(wanted).push(wanted.node(*source))
    scores = dict(zip(map(over.name, left.nodes.tolist()), left.p, strict=True))
    assert scores == pytest.approx(dict(zip(map(wanted.name, right.nodes.tolist()), right.p, strict=True)), abs=EPSILON * 30)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_onlookers_see_what_was_shaken_as_their_exact_walk_visits_it(seed):
    stored = graph_of(pairs_of(seed))
    fresh = {("paper", key): [("person", key % 25 + 1), ("topic", 3), ("paper", key + 9)] for key in range(1, 12)} | {("paper", 12): []}
    graph = laid_over(stored, fresh | {("paper", 77): [("person", 4), ("person", 99)]})
    shaken = shaken_by(graph, graph.nodes("paper", [*range(1, 13), 77]))
    assert all(0 < share <= 1 for share in shaken.values())
    assert shaken[graph.node("paper", 77)] == 1, "all of its steps are new"
    nodes, shares = onlookers(graph, shaken, tolerance=1e-6)
    seen = exact(graph) @ np.array([shaken.get(node, 0.0) for node in range(len(graph))])
    assert (seen[nodes] - shares).max() <= 1e-6
    assert (seen[nodes] - shares).min() >= -1e-6
    joined = [node for node in range(len(graph)) if len(graph.row(node)) and node not in set(nodes.tolist())]
    assert max(seen[joined], default=0) <= 1e-6


def test_lines_that_came_or_went_count_by_their_weight_and_what_stands_as_it_stood_not_at_all():
    stored = graph_of({(("person", 1), ("paper", 1)), (("person", 2), ("paper", 1))})
    same = laid_over(stored, {("paper", 1): [("person", 1), ("person", 2)]})
    assert shaken_by(same, same.nodes("paper", [1])) == {}
    assert set(shaken_by(same, same.nodes("paper", [1]), known=same.nodes("paper", [1])).values()) == {1.0}
    more = laid_over(stored, {("paper", 2): [("person", 1)]})
    first, second, ada = (more.node(*name) for name in (("paper", 1), ("paper", 2), ("person", 1)))
    line = 1 / (1 + 1 / np.sqrt(2))  # of Ada's two papers the new one has one author, the old one two
    assert shaken_by(more, [first, second]) == {second: 1.0, ada: pytest.approx(line)}


def test_kinds_stand_in_one_order():
    assert [PLACE[kind] for kind in KINDS] == [0, 1, 2, 3]
