"""The score of a work in words: its parts, a sentence each, and the sums behind them. Pure but for ``score_panel``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any, Final, NamedTuple

from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from config.lib.paging import grouped
from papers.metrics.score import COMPLETENESS, DAYS_IN_YEAR, HALF_LIFE, PARTS, WEIGHTS
from papers.models import WhyNot
from papers.querysets.scores import WorkScore
from papers.source_names import source_name

LABELS: Final = {
    "citations": gettext_lazy("Citations"),
    "novelty": gettext_lazy("Novelty"),
    "recency": gettext_lazy("Recency"),
    "completeness": gettext_lazy("Completeness"),
}
KNOWN: Final = {
    "identifier": gettext_lazy("a persistent identifier"),
    "abstract": gettext_lazy("an abstract"),
    "year": gettext_lazy("a year"),
    "venue": gettext_lazy("a venue"),
    "authors": gettext_lazy("all authors"),
    "affiliation": gettext_lazy("an affiliation"),
}
SENTENCES_KEPT: Final = 2048


class Part(NamedTuple):
    """One part of a score. ``value`` is 0 to 1 or None; ``weight`` its share of the score once missing parts are left out."""

    key: str
    label: str
    value: float | None
    weight: float
    sentence: str

    @property
    def points_text(self) -> str:
        """The part out of 100, "–" where it is missing."""
        return "–" if self.value is None else str(round(self.value * 100))

    @property
    def percent(self) -> int:
        """The part out of 100 for a drawing, 0 where it is missing."""
        return round((self.value or 0) * 100)


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure with the sum that gives it, as a line of mathematics in plain text."""

    term: str
    text: str


def values_of(scored: WorkScore) -> dict[str, float | None]:
    """The parts by key."""
    return dict(zip(PARTS, (scored.citations_part, scored.novelty_part, scored.recency_part, scored.completeness_part), strict=True))


def parts_of(scored: WorkScore) -> tuple[Part, ...]:
    """The four parts with a sentence each, in their order. The latest are remembered: lists tell them of every work."""
    return _parts(get_language(), scored)


@lru_cache(2 * SENTENCES_KEPT)
def _parts(language: str | None, scored: WorkScore) -> tuple[Part, ...]:  # noqa: ARG001 - one for each language
    values = values_of(scored)
    total = sum(WEIGHTS[key] for key, value in values.items() if value is not None)
    sentences = {
        "citations": citations_sentence(scored),
        "novelty": novelty_sentence(scored),
        "recency": recency_sentence(scored),
        "completeness": completeness_sentence(scored.known),
    }
    return tuple(
        Part(key, str(LABELS[key]), value, WEIGHTS[key] / total if value is not None else 0.0, sentences[key])
        for key, value in values.items()
    )


def score_text(score: float) -> str:
    """The score as a whole number."""
    return str(round(score))


def citations_sentence(scored: WorkScore) -> str:
    """How the citations compare."""
    if scored.citations_part is None:
        return why_not(scored.citations_withheld)
    return _(
        "Cited more often than %(below)s of %(peers)s papers of its field, year and type, level with %(level)s; drawn to the middle while it is young."
    ) % {
        "below": grouped(scored.citations_below),
        "peers": grouped(scored.citations_peers),
        "level": grouped(scored.citations_equal - 1),
    }


def novelty_sentence(scored: WorkScore) -> str:
    """How the combination of topics compares."""
    if scored.novelty_part is None:
        return why_not(scored.novelty_withheld)
    return _(
        "Its topics were met together more rarely than those of %(below)s of %(peers)s papers of its field, year and number of topics."
    ) % {
        "below": grouped(scored.novelty_below),
        "peers": grouped(scored.novelty_peers),
    }


def recency_sentence(scored: WorkScore) -> str:
    """How old it is."""
    return _aged(get_language(), scored.age_days)


@lru_cache(SENTENCES_KEPT)
def _aged(language: str | None, days: int | None) -> str:  # noqa: ARG001 - one sentence for each language
    if days is None:
        return why_not(WhyNot.NO_YEAR)
    if days <= 0:
        return _("It appeared this week, or is yet to appear.")
    return _("It is %(years)s years old; every two years halve this part.") % {"years": f"{days / DAYS_IN_YEAR:.1f}"}


def completeness_sentence(known: int) -> str:
    """What the record has and lacks."""
    return _completeness(get_language(), known)


@cache
def _completeness(language: str | None, known: int) -> str:  # noqa: ARG001 - one sentence for each language
    missing = [str(KNOWN[name]) for bit, name in enumerate(COMPLETENESS) if not known >> bit & 1]
    if not missing:
        return _("The record has all that it should.")
    return _("The record lacks %(missing)s.") % {"missing": get_text_list(missing, _("and"))}


def why_not(reason: int) -> str:
    """Why a part is missing, as a sentence."""
    return _not_stated(get_language(), reason)


@cache
def _not_stated(language: str | None, reason: int) -> str:  # noqa: ARG001 - one sentence for each language
    return _("Not stated: %(reason)s.") % {"reason": _lower_first(str(WhyNot(reason).label))}


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


# --- In lists -----------------------------------------------------------------------------------------------------


def score_disclosure(score: str, parts: Sequence[Part], url: str) -> SafeString:
    """The score of a row with its parts behind it, "" where there is none. ``url`` is the work's page."""
    if not score:
        return SafeString()
    words = _words(get_language())
    lines = _lines(tuple(parts))
    return SafeString(
        f'<details class="score"><summary>{words.score} {score}</summary><p>{words.aid}</p>'
        f'<dl>{lines}</dl><p><a href="{url}figures/" rel="nofollow">{words.how}</a></p></details>'
    )


@lru_cache(2 * SENTENCES_KEPT)
def _lines(parts: tuple[Part, ...]) -> str:
    return "".join(f"<dt>{part.label} {part.points_text}</dt><dd>{escape(part.sentence)}</dd>" for part in parts)


class _Words(NamedTuple):
    """The words of rows in one language."""

    score: str
    aid: str
    how: str


@cache
def _words(language: str | None) -> _Words:  # noqa: ARG001 - the language that is active while they are made
    return _Words(escape(_("Score")), escape(_("For sorting lists only: no judgement of the paper.")), escape(_("How it was computed")))


# --- The sums -----------------------------------------------------------------------------------------------------


def sums_of(scored: WorkScore) -> list[Sum]:
    """The arithmetic of the score, line by line, from the numbers that are stored."""
    return [*_citation_sums(scored), *_novelty_sums(scored), *_recency_sums(scored), *_completeness_sums(scored), *_score_sums(scored)]


def _citation_sums(scored: WorkScore) -> list[Sum]:
    term = str(LABELS["citations"])
    if scored.citations_part is None or scored.year is None:
        return [Sum(term, why_not(scored.citations_withheld))]
    age = max(0, scored.as_of.year - scored.year)
    share = (scored.citations_below + 0.5 * scored.citations_equal) / scored.citations_peers
    counted = _("%(count)s citations (%(source)s); %(known)s of %(works)s papers of the same field, year and type have such a count") % {
        "count": grouped(scored.citations or 0),
        "source": source_name(scored.citations_source),
        "known": grouped(scored.citations_peers),
        "works": grouped(scored.citations_cell),
    }
    return [
        Sum(term, counted),
        Sum(_("Mid-rank"), f"({scored.citations_below} + {scored.citations_equal} / 2) / {scored.citations_peers} = {share:.6f}"),
        Sum(
            _("Drawn to the middle for its age"),
            f"0.5 + {age} / ({age} + 2) × ({share:.6f} − 0.5) = {scored.citations_part:.6f}",
        ),
    ]


def _novelty_sums(scored: WorkScore) -> list[Sum]:
    term = str(LABELS["novelty"])
    if scored.novelty_part is None or scored.surprise is None:
        return [Sum(term, why_not(scored.novelty_withheld))]
    pairs = scored.topics_count * (scored.topics_count - 1) // 2
    rest = ngettext(
        "%(topics)s topics make %(pairs)s pair, compared with %(works)s papers with topics of the five years before",
        "%(topics)s topics make %(pairs)s pairs, compared with %(works)s papers with topics of the five years before",
        pairs,
    ) % {"topics": scored.topics_count, "pairs": grouped(pairs), "works": grouped(scored.years_before)}
    rank = f"({scored.novelty_below} + {scored.novelty_equal} / 2) / {scored.novelty_peers} = {scored.novelty_part:.6f}"
    return [
        Sum(term, rest),
        Sum(_("Surprise: minus the 10th percentile of z over the pairs"), f"{scored.surprise:.6f}"),
        Sum(_("Mid-rank among papers of its field, year and number of topics"), rank),
    ]


def _recency_sums(scored: WorkScore) -> list[Sum]:
    term = str(LABELS["recency"])
    if scored.recency_part is None or scored.age_days is None:
        return [Sum(term, why_not(WhyNot.NO_YEAR))]
    days = max(scored.age_days, 0)
    text = f"2 ^ (−{days} / {DAYS_IN_YEAR} / {HALF_LIFE:g}) = {scored.recency_part:.6f}"
    return [Sum(_("Recency, from days to %(date)s") % {"date": scored.as_of.isoformat()}, text)]


def _completeness_sums(scored: WorkScore) -> list[Sum]:
    known = scored.known.bit_count()
    return [Sum(str(LABELS["completeness"]), f"{known} / {len(COMPLETENESS)} = {scored.completeness_part:.6f}")]


def _score_sums(scored: WorkScore) -> list[Sum]:
    if scored.score is None:
        return [Sum(_("Score"), _("Not stated: fewer than two parts are known."))]
    present = [(WEIGHTS[key], value) for key, value in values_of(scored).items() if value is not None]
    above = " + ".join(f"{weight:g} × {value:.6f}" for weight, value in present)
    below = " + ".join(f"{weight:g}" for weight, _value in present)
    return [Sum(_("Score"), f"100 × ({above}) / ({below}) = {scored.score:.4f}")]


def score_as_json(scored: WorkScore) -> dict[str, Any]:
    """The score with parts and inputs, for programs."""
    parts = {part.key: {"value": part.value, "weight": round(part.weight, 6), "sentence": part.sentence} for part in parts_of(scored)}
    inputs = {name: value for name, value in scored._asdict().items() if not name.endswith("_part") and name != "score"}
    inputs |= {name: value.isoformat() for name, value in inputs.items() if name.endswith("as_of") and value is not None}
    known = {name: bool(scored.known >> bit & 1) for bit, name in enumerate(COMPLETENESS)}
    sums = [{"term": line.term, "text": line.text} for line in sums_of(scored)]
    return {"score": scored.score, "parts": parts, "inputs": {**inputs, "known": known}, "arithmetic": sums}
