"""A score taken apart: every component with its points and the facts behind it, and what would raise it. Pure, from stored inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp, log1p
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from profiles.levels import ClaimFacts, Piece, RecordFacts, assess
from profiles.models.choices import Level, Method
from profiles.trust.formula import LEAST_KAPPA, LEVEL_CAP, LEVEL_FACTOR, WINDOWS, trust
from profiles.trust.reading import pack

CLASS_TEXTS: dict[str, Promise] = {
    "record": gettext_lazy("Identifiers in published records"),
    Method.EMAIL: gettext_lazy("E-mail address"),
    Method.ORCID: gettext_lazy("ORCID iD"),
    Method.TOKEN: gettext_lazy("Token on a page that the record links to"),
    Method.VOUCH: gettext_lazy("Co-authors who vouch"),
    Method.DOCUMENT: gettext_lazy("Document, seen by two reviewers"),
}
SANCTION_TEXTS: dict[str, Promise] = {
    "warning": gettext_lazy("Warning"),
    "vouched-for-revoked": gettext_lazy("Vouched for somebody whose claim was revoked"),
    "misattribution": gettext_lazy("Claimed works of others"),
    "sock-puppets": gettext_lazy("Used several accounts to deceive"),
    "impersonation": gettext_lazy("Posed as somebody else"),
}
REASON_TEXTS: dict[str, Promise] = {
    "author-figures": gettext_lazy("the record changed"),
    "standing": gettext_lazy("evidence or the claim changed"),
    "community": gettext_lazy("support by others changed"),
    "vouch": gettext_lazy("a vouch changed"),
    "sanction": gettext_lazy("a sanction changed"),
    "works": gettext_lazy("works were confirmed or refused"),
    "profile": gettext_lazy("the profile changed"),
    "night": gettext_lazy("the nightly computation"),
    "month": gettext_lazy("monthly note"),
    "everything": gettext_lazy("everything was computed again"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line behind a component: what was found and how many points it brings, None where it only enters a product."""

    text: str
    found: str
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a score: its points, the most it can bring at this level, what it measures, and its facts."""

    key: str
    name: str
    sentence: str
    points: float
    most: float
    facts: tuple[Fact, ...]

    @property
    def share(self) -> int:
        """Points as a share of the most there are, in percent; for the bar."""
        return round(100 * self.points / self.most) if self.most > 0 else 0


@dataclass(frozen=True, slots=True)
class Step:
    """Something that would raise the score: by how much, and to which level."""

    text: str
    gain: float
    shown: int
    level: Level


def components(inputs: Mapping[str, Any], points: Mapping[str, float]) -> list[Component]:
    """The components of a score, in the order of the formula; sanctions and cap only where they take something away."""
    factor = float(LEVEL_FACTOR[inputs["level"]])
    found = [
        Component(
            "identity", _("Identity"), _("How sure it is who is behind this page."), points["identity"], 35.0, tuple(_identity(inputs))
        ),
        Component(
            "quality",
            _("Record quality"),
            _("How much of the record can be checked and read."),
            points["quality"],
            15.0,
            tuple(_quality(inputs)),
        ),
        Component(
            "scholarly",
            _("Scholarly record"),
            _(
                "Published work over time against what is usual in the field. How often it is cited does not count, only how many works others have cited at all."
            ),
            points["scholarly"],
            20.0 * factor,
            tuple(_scholarly(inputs, factor)),
        ),
        Component(
            "community",
            _("Community"),
            _("Support by people whose pages are themselves well evidenced."),
            points["community"],
            20.0,
            tuple(_community(inputs)),
        ),
        Component(
            "conduct", _("Conduct"), _("Time without a sanction, from level 2 on."), points["conduct"], 10.0, tuple(_conduct(inputs))
        ),
    ]
    if points["sanctions"] < 0:
        found.append(
            Component("sanctions", _("Sanctions"), _("They fade by half in a year."), points["sanctions"], 0.0, tuple(_sanctions(inputs)))
        )
    if points["cap"] < 0:
        cap = int(LEVEL_CAP[inputs["level"]])
        found.append(
            Component(
                "cap",
                _("Cap of the level"),
                _("At level %(level)s a score ends at %(cap)s.") % {"level": f"L{inputs['level']}", "cap": cap},
                points["cap"],
                0.0,
                (),
            )
        )
    return found


def raising(
    inputs: Mapping[str, Any], score: float, now: datetime, pieces: Sequence[Piece] = (), claim: ClaimFacts | None = None
) -> list[Step]:
    """What would raise this score, the most first; computed by the formula itself with that one thing added.

    ``pieces`` is the evidence that counts now; without ``claim`` the page is unclaimed and each step begins with claiming it.
    """
    steps = [*_evidence_steps(inputs, now, pieces, claim), *_record_steps(inputs)]
    computed = []
    for text, changed in steps:
        parts = trust(pack([changed]))
        gain = float(parts.score[0]) - score
        if gain >= 0.05:  # noqa: PLR2004 - less would be shown as nothing
            computed.append(Step(text, gain, int(parts.shown[0]), Level(changed["level"])))
    return sorted(computed, key=lambda step: (-step.gain, step.text))


def reasons_text(reasons: Iterable[str]) -> str:
    """Why a score changed, in words."""
    return ", ".join(str(REASON_TEXTS.get(reason, reason)) for reason in reasons)


def number(value: float, places: int = 2) -> str:
    """A figure as the ledger shows it, with a true minus."""
    text = f"{value:.{places}f}"
    return "0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def _identity(inputs: Mapping[str, Any]) -> Iterable[Fact]:
    for key, worth in inputs["classes"].items():
        yield Fact(str(CLASS_TEXTS[key]), _("value %(value)s") % {"value": number(worth)})
    if not inputs["classes"]:
        yield Fact(_("Nothing yet"), _("value 0"))
    yield Fact(_("Together: 1 minus what each leaves open"), f"I = {number(inputs['identity'], 4)}", 35 * inputs["identity"])


def _quality(inputs: Mapping[str, Any]) -> Iterable[Fact]:
    ids, abstracts, works = inputs["with_ids"], inputs["with_abstract"], inputs["works"]
    yield Fact(_("Works with a persistent identifier"), _("%(n)s of %(all)s") % {"n": ids, "all": works}, 3 * ids / (ids + 1))
    yield Fact(_("Works with an abstract"), _("%(n)s of %(all)s") % {"n": abstracts, "all": works}, 1.5 * abstracts / (abstracts + 1))
    yield Fact(_("An institution with a ROR id"), _("yes") if inputs["has_ror"] else _("no"), 1.5 * inputs["has_ror"])
    yield Fact(_("Topics, three or more"), str(inputs["topics"]), 1.5 * min(1.0, inputs["topics"] / 3))
    yield Fact(_("How sure it is that these works are one person's"), number(inputs["confidence"]), 2.25 * inputs["confidence"])
    yield Fact(_("Works that the owner has looked at"), f"{round(100 * inputs['owner_share'])} %", 2.25 * inputs["owner_share"])
    yield Fact(_("Present position given by the owner"), _("yes") if inputs["has_position"] else _("no"), 1.5 * inputs["has_position"])
    yield Fact(_("Biography"), _("yes") if inputs["has_biography"] else _("no"), 0.75 * inputs["has_biography"])
    yield Fact(_("Links"), _("yes") if inputs["has_links"] else _("no"), 0.75 * inputs["has_links"])


def _scholarly(inputs: Mapping[str, Any], factor: float) -> Iterable[Fact]:
    shares = [min(1.0, log1p(n) / log1p(max(1.0, usual))) for n, usual in zip(inputs["in_window"], inputs["n90"], strict=True)]
    best = max(range(len(WINDOWS)), key=lambda place: shares[place])
    years = WINDOWS[best]
    window = ngettext("the last %(n)s year", "the last %(n)s years", years) % {"n": years} if years is not None else _("all years")
    yield Fact(
        _("Works in %(window)s, against the 90th percentile of the field (%(field)s)") % {"window": window, "field": inputs["field_key"]},
        _("%(n)s against %(usual)s") % {"n": inputs["in_window"][best], "usual": number(inputs["n90"][best], 0)},
        20 * factor * 0.35 * shares[best],
    )
    yield Fact(
        _("Active years of the last ten, five or more"),
        str(inputs["active_years"]),
        20 * factor * 0.15 * min(1.0, inputs["active_years"] / 5),
    )
    kappa = max(LEAST_KAPPA, inputs["kappa"])
    yield Fact(
        _("Works that others have cited, against the field's median"),
        _("%(n)s against %(usual)s") % {"n": inputs["cited_by_others"], "usual": number(kappa, 0)},
        20 * factor * 0.25 * inputs["cited_by_others"] / (inputs["cited_by_others"] + kappa),
    )
    yield Fact(_("Close collaborators"), str(inputs["close"]), 20 * factor * 0.25 * (1 - exp(-inputs["close"] / 4)))
    yield Fact(_("Weight at this level"), f"{number(factor)}")


def _community(inputs: Mapping[str, Any]) -> Iterable[Fact]:
    if not inputs["is_claimed"]:
        yield Fact(_("Counts once the page is claimed"), "0", 0.0)
        return
    z = inputs["z"]
    yield Fact(_("Support that counts"), f"z = {number(z, 4)}", 20 * z / (z + 0.1))


def _conduct(inputs: Mapping[str, Any]) -> Iterable[Fact]:
    days = int(inputs["clean_days"])
    points = 10 * (1 - 2 ** (-days / 180)) if inputs["level"] >= Level.L2 else 0.0
    yield Fact(_("Days since reaching level 2 or since the latest sanction"), str(days), points)


def _sanctions(inputs: Mapping[str, Any]) -> Iterable[Fact]:
    for one in inputs["imposed"]:
        yield Fact(str(SANCTION_TEXTS[one["kind"]]), _("severity %(s)s, on %(day)s") % {"s": number(one["severity"]), "day": one["on"]})
    yield Fact(_("Factor"), f"M = {number(inputs['sanctions'], 4)}")


def _evidence_steps(
    inputs: Mapping[str, Any], now: datetime, pieces: Sequence[Piece], claim: ClaimFacts | None
) -> Iterable[tuple[str, dict[str, Any]]]:
    """What one more class of evidence would do, level and all."""
    record = RecordFacts(
        works=inputs["works"],
        confidence=inputs["confidence"] or None,
        has_source_id="record" in inputs["classes"],
        has_publisher_orcid=inputs["classes"].get("record", 0.0) >= 0.1,  # noqa: PLR2004 - the value of that kind
    )
    base = claim or ClaimFacts(pieces=(), email_confirmed=True, name_compatible=True, quiet_since=None, second_review=False)
    held = {piece.method for piece in pieces}
    offers: list[tuple[str, list[Piece]]] = [
        (_("A matched ORCID iD"), [Piece(Method.ORCID, now, matched=True)]),
        (_("An e-mail address of the institution"), [Piece(Method.EMAIL, now, institutional=True)]),
        (_("A token on a page that the record links to"), [Piece(Method.TOKEN, now)]),
        (_("Three co-authors who vouch"), [Piece(Method.VOUCH, now)] * 3),
        (_("A document, seen by two reviewers"), [Piece(Method.DOCUMENT, now)]),
    ]
    for text, added in offers:
        if added[0].method in held:
            continue
        found = assess(record, replace(base, pieces=(*pieces, *added)), now)
        first = text if claim is not None else _("Claim the page, with: %(evidence)s") % {"evidence": text[:1].lower() + text[1:]}
        yield first, {**inputs, "level": int(found.level), "identity": found.identity, "is_claimed": True}


def _record_steps(inputs: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """What the owner can do for the record, and what time does."""
    if inputs["is_claimed"]:
        yield _("Look at all works: confirm or refuse each"), {**inputs, "owner_share": 1.0}
        yield _("Give your present position"), {**inputs, "has_position": True}
        yield _("Write a biography"), {**inputs, "has_biography": True}
        yield _("Add links"), {**inputs, "has_links": True}
        yield _("Support by one more institution, through its well-evidenced members"), {**inputs, "z": inputs["z"] + 0.025}
    if inputs["level"] >= Level.L2:
        yield _("Half a year more without a sanction"), {**inputs, "clean_days": inputs["clean_days"] + 180}
    if not inputs["has_ror"]:
        yield _("An affiliation with a ROR id on a work"), {**inputs, "has_ror": True}
    if inputs["sanctions"] < 1:
        yield _("A year without another sanction"), {**inputs, "sanctions": 1 - (1 - inputs["sanctions"]) / 2}
