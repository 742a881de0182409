"""The formula against figures worked out by hand, and what holds for every input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from profiles.trust.formula import BANDS, LEVEL_CAP, TrustInputs, band_of, rounded, sanctions_factor, scholarly_record, trust


def page(**given):
    """The calibration page: unclaimed, L1, 16 works, 9 topics, 4 close collaborators."""
    plain = {
        "level": 1,
        "is_claimed": False,
        "identity": 0.05,
        "with_ids": 16,
        "with_abstract": 14,
        "has_ror": True,
        "topics": 9,
        "confidence": 0.9,
        "owner_share": 0,
        "has_position": False,
        "has_biography": False,
        "has_links": False,
        "in_window": (5, 15, 16, 16),
        "n90": (14, 26, 36, 40),
        "active_years": 6,
        "cited_by_others": 12,
        "kappa": 6,
        "close": 4,
        "z": 0,
        "clean_days": 0,
        "sanctions": 1,
        **given,
    }
    kinds = {"level": np.int64, "is_claimed": bool, "has_ror": bool, "has_position": bool, "has_biography": bool, "has_links": bool}
    return TrustInputs(**{name: np.array([value], dtype=kinds.get(name, np.float64)) for name, value in plain.items()})


def test_the_calibration_page_gives_21_emerging():
    found = trust(page())

    assert found.quality[0] == pytest.approx(0.6166, abs=5e-5)
    assert found.scholarly[0] == pytest.approx(0.7691, abs=5e-5)
    assert found.score[0] == pytest.approx(20.997, abs=5e-4)
    assert (found.shown[0], BANDS[found.band[0]]) == (21, "Emerging")


# The same person step by step. I is worked out from the classes (record .05, e-mail .10 or .45, token .30, ORCID .60,
# document .70, three vouches .30); T by a pocket calculator from 35 I + 15 Q + 20 a S + 20 N + 10 D.
CLAIMED = {"is_claimed": True, "owner_share": 0.5, "has_position": True, "has_biography": True, "has_links": True}
LADDER = [
    # the claim with a confirmed e-mail: I = 1 - .95 * .90 = .145
    ({"level": 1, "is_claimed": True, "identity": 0.145}, 24.32),
    # a token: I = 1 - .95 * .90 * .70 = .4015, L2
    ({"level": 2, "is_claimed": True, "identity": 0.4015}, 36.38),
    # half of the works looked at, position, biography, links: Q = .6166 + .075 + .10 + .05 + .05 = .8916
    ({"level": 2, **CLAIMED, "identity": 0.4015}, 40.50),
    # half a year without a sanction: D = .5
    ({"level": 2, **CLAIMED, "identity": 0.4015, "clean_days": 180}, 45.50),
    # a matched ORCID iD as well: I = 1 - .95 * .90 * .70 * .40 = .7606, L3
    ({"level": 3, **CLAIMED, "identity": 0.7606, "clean_days": 180}, 60.38),
    # the institution's address: I = 1 - .95 * .55 * .70 * .40 = .8537, L4
    ({"level": 4, **CLAIMED, "identity": 0.8537, "clean_days": 180}, 63.63),
    # support from four institutions: z = .1, N = .5
    ({"level": 4, **CLAIMED, "identity": 0.8537, "clean_days": 180, "z": 0.1}, 73.63),
    # a warning today: M = .95
    ({"level": 4, **CLAIMED, "identity": 0.8537, "clean_days": 180, "z": 0.1, "sanctions": 0.95}, 69.95),
    # impersonation today: nothing is left
    ({"level": 4, **CLAIMED, "identity": 0.8537, "clean_days": 180, "z": 0.1, "sanctions": 0.0}, 0.0),
]


@pytest.mark.parametrize("given,score", LADDER)
def test_the_same_person_step_by_step(given, score):
    assert trust(page(**given)).score[0] == pytest.approx(score, abs=0.01)


@pytest.mark.parametrize("shown,band", [(0, 0), (14, 0), (15, 1), (34, 1), (35, 2), (59, 2), (60, 3), (84, 3), (85, 4), (100, 4)])
def test_the_band_follows_the_rounded_score(shown, band):
    assert band_of(np.array([shown]))[0] == band


@pytest.mark.parametrize("score,shown", [(20.5, 21), (20.4999, 20), (21.5, 22), (0.0, 0)])
def test_scores_are_rounded_half_up(score, shown):
    assert rounded(np.array([score]))[0] == shown


def test_sanctions_fade_by_half_in_a_year():
    assert sanctions_factor(np.array([0.5]), np.array([365.0])) == pytest.approx(0.75)
    assert sanctions_factor(np.array([0.05, 0.25]), np.array([0.0, 0.0])) == pytest.approx(0.95 * 0.75)
    assert sanctions_factor(np.array([]), np.array([])) == 1.0


def test_a_late_start_counts_by_its_best_window():
    newcomer = page(in_window=(14, 14, 14, 14))

    assert scholarly_record(newcomer)[0] == pytest.approx(0.35 + 0.15 + 0.25 * 12 / 18 + 0.25 * (1 - np.exp(-1)))


# --- What holds for every input -----------------------------------------------------------------------------------


def pages(random, size):
    """Any pages that could be, all at once: the formula is the same for one and for many."""
    level = random.integers(0, 5, size)
    claimed = (level >= 2) | (random.random(size) < 0.5)
    works = random.integers(0, 200, size).astype(float)
    windows = np.sort(random.integers(0, 200, (size, 4)).astype(float), axis=1)
    return TrustInputs(
        level=level,
        is_claimed=claimed,
        identity=np.where(claimed, random.random(size) * 0.999, random.choice([0.0, 0.05, 0.1], size)),
        with_ids=works,
        with_abstract=np.floor(works * random.random(size)),
        has_ror=random.random(size) < 0.5,
        topics=random.integers(0, 12, size).astype(float),
        confidence=random.random(size),
        owner_share=np.where(claimed, random.random(size), 0.0),
        has_position=claimed & (random.random(size) < 0.5),
        has_biography=claimed & (random.random(size) < 0.5),
        has_links=claimed & (random.random(size) < 0.5),
        in_window=windows,
        n90=random.integers(0, 100, (size, 4)).astype(float),
        active_years=random.integers(0, 11, size).astype(float),
        cited_by_others=random.integers(0, 100, size).astype(float),
        kappa=random.integers(0, 30, size).astype(float),
        close=random.integers(0, 40, size).astype(float),
        z=np.where(claimed, random.random(size) * 3, 0.0),
        clean_days=np.where(level >= 2, random.integers(0, 4000, size), 0).astype(float),
        sanctions=random.choice([1.0, 0.95, 0.5, 0.0], size),
    )


@pytest.fixture
def cases(accept):
    return pages(np.random.default_rng(7), 100_000 if accept else 5_000)


MORE = {
    "identity": lambda held: held.identity + (1 - held.identity) * 0.3,
    "with_ids": lambda held: held.with_ids + 1,
    "with_abstract": lambda held: held.with_abstract + 1,
    "topics": lambda held: held.topics + 1,
    "in_window": lambda held: held.in_window + 1,
    "active_years": lambda held: held.active_years + 1,
    "cited_by_others": lambda held: held.cited_by_others + 1,
    "close": lambda held: held.close + 1,
    "z": lambda held: held.z + 0.01,
}


@pytest.mark.parametrize("name", MORE)
def test_more_of_anything_never_lowers_a_score(cases, name):
    after = trust(replace(cases, **{name: MORE[name](cases)})).score

    assert (after >= trust(cases).score - 1e-9).all()


def test_an_unclaimed_page_never_leaves_emerging(cases):
    unclaimed = replace(
        cases,
        level=np.minimum(cases.level, 1),
        is_claimed=np.zeros_like(cases.is_claimed),
        identity=np.minimum(cases.identity, 0.10),
        owner_share=np.zeros_like(cases.owner_share),
        has_position=np.zeros_like(cases.has_position),
        has_biography=np.zeros_like(cases.has_biography),
        has_links=np.zeros_like(cases.has_links),
        clean_days=np.zeros_like(cases.clean_days),
    )

    found = trust(unclaimed)

    assert found.score.max() < 26.25
    assert found.band.max() <= 1


def test_what_is_shown_sums_to_the_score(cases):
    found = trust(cases)

    assert np.abs(found.points.sum(axis=1) - found.score).max() < 1e-9
    assert np.abs(found.points.sum(axis=1) - found.shown).max() <= 0.5 + 1e-9
    assert (found.points[:, 5:] <= 1e-9).all()


def test_a_score_stays_between_nothing_and_its_levels_cap(cases):
    found = trust(cases)

    assert (found.score >= 0).all()
    assert (found.score <= LEVEL_CAP[cases.level]).all()


def test_one_page_scores_as_it_does_among_many(cases):
    many = trust(cases).score
    for place in (0, 17, 4_999):
        one = TrustInputs(**{name: getattr(cases, name)[place : place + 1] for name in TrustInputs.__dataclass_fields__})
        assert trust(one).score[0] == many[place]
