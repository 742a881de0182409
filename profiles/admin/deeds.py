"""What a moderator can do with a case: each deed a form, the service that it calls, and why it is not theirs where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from profiles.admin.forms import Choices, DecisionForm
from profiles.exceptions import IdentityError, NotAllowedError, NoteNeededError
from profiles.models import Evidence, Review, TrailEntry, User
from profiles.models.choices import HOLDING, REFUSAL_CODES, REVOCATION_CODES, ClaimStatus, Level, ReasonCode, Verdict
from profiles.moderation.appeals import DISMISS_CODES, UPHOLD_CODES, decision_appealed, ensure_other_person
from profiles.moderation.casefile import CaseFile
from profiles.moderation.conflicts import waiting_sentence
from profiles.moderation.decisions import (
    approve_claim,
    ask_for_more,
    decide_appeal,
    ensure_dispute_ran,
    find_credible,
    find_unfounded,
    refuse_claim,
    review_document,
    revoke_claim,
    second_review,
)
from profiles.moderation.sampling import look_again
from profiles.moderation.second_reviews import reviewers
from profiles.moderation.undoing import UNDO_CODES, undo_decision

Given = Mapping[str, Any]
Run = Callable[[str, str], object]
"""A service, called with the reason and the words of the form."""


@dataclass(slots=True)
class Deed:
    """One thing to do. ``bar`` says why this moderator cannot now; the service refuses it too, whatever the page shows."""

    key: str
    about: str
    legend: str
    button: str
    form: DecisionForm
    run: Run
    done: str
    bar: str
    explained: str = ""

    def carry_out(self) -> bool:
        """Whether it was done. What stands against it is shown in the form."""
        if not self.form.is_valid():
            return False
        cleaned = self.form.cleaned_data
        try:
            self.run(cleaned.get("code", ""), cleaned.get("note", ""))
        except NoteNeededError as error:
            self.form.refuse(error, "note")
        except IdentityError as error:
            self.form.refuse(error)
        else:
            return True
        return False


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes deeds whose form is bound where it is the one that was sent."""

    bar: str
    posted: Given | None

    def __call__(
        self,
        key: str,
        *,
        about: str,
        legend: str,
        button: str,
        run: Run,
        done: str,
        codes: Choices = (),
        note: str = "",
        needed: bool = False,
        bar: str = "",
        explained: str = "",
    ) -> Deed:
        sent = self.posted if self.posted is not None and self.posted.get("deed") == key else None
        form = DecisionForm(sent, prefix=key, codes=codes, note=note, needed=needed, label_suffix="", auto_id=f"id_{key}_%s")
        return Deed(key, about, legend, button, form, run, done, self.bar or bar, explained)


def deeds_for(case: CaseFile, moderator: User, posted: Given | None = None, undo: int | None = None) -> list[Deed]:
    """Everything that can be done with a case now, or could be by somebody else; ``undo`` is the entry that is to be taken back."""
    make = _Maker(case.bar, posted)
    made = [
        *_on_claim(case, moderator, make),
        *_on_appeal(case, moderator, make),
        *(deed for piece in case.documents_to_review for deed in _on_document(piece, moderator, make)),
        *(_on_drawn(review, moderator, make) for review in case.drawn),
    ]
    entry = next((step.entry for step in case.history if step.entry.pk == undo and step.can_undo), None)
    return [*made, _on_entry(entry, moderator, make)] if entry is not None else made


def _on_claim(case: CaseFile, moderator: User, make: _Maker) -> Iterator[Deed]:
    claim = case.claim
    if claim.status == ClaimStatus.REVIEW:
        yield _approve(case, moderator, make)
        if case.is_challenge:
            yield from _challenge(case, moderator, make)
        codes = [code for code in REFUSAL_CODES if code != ReasonCode.UNFOUNDED]
        yield make(
            "refuse",
            about="claim",
            legend=_("Refuse"),
            button=_("Refuse the claim"),
            codes=[code for code in codes if code != ReasonCode.ALREADY_OWNED or case.holder is not None],
            note=_("To the claimant, beside the reason"),
            run=lambda code, note: refuse_claim(claim=claim, moderator=moderator, code=code, note=note),
            done=_("The claim is refused, and the claimant is told how to appeal."),
        )
        yield make(
            "more",
            about="claim",
            legend=_("Ask for more"),
            button=_("Ask the claimant"),
            note=_("Question to the claimant"),
            needed=True,
            run=lambda _code, note: ask_for_more(claim=claim, moderator=moderator, question=note),
            done=_("The claimant has your question; the claim comes back when they hand it in again."),
        )
    elif claim.status in HOLDING:
        yield make(
            "revoke",
            about="claim",
            legend=_("Revoke"),
            button=_("Revoke the claim"),
            codes=REVOCATION_CODES,
            note=_("To the owner, beside the reason"),
            run=lambda code, note: revoke_claim(claim=claim, moderator=moderator, code=code, note=note),
            done=_("The claim is revoked and the page is free."),
            explained=_("The page becomes free and the evidence void. For imposture, what was decided under the claim is void too."),
        )
        if claim.status == ClaimStatus.GRANTED and claim.second_review_at is None:
            yield from _second_review(case, moderator, make)


def _approve(case: CaseFile, moderator: User, make: _Maker) -> Deed:
    enough = case.consequence.after >= Level.L2
    bar = ""
    if case.is_challenge and case.holder is not None:
        try:
            ensure_dispute_ran(case.claim, case.holder)
        except IdentityError as error:
            bar = str(error)
    return make(
        "approve",
        about="claim",
        legend=_("Approve"),
        button=_("Take the page from its owner and grant it") if case.is_challenge else _("Grant the page"),
        note=_("Note for moderators") if enough else _("Why it is granted though the evidence does not reach level 2 (for moderators)"),
        needed=not enough,
        run=lambda _code, note: approve_claim(claim=case.claim, moderator=moderator, note=note),
        done=_("The page is theirs now, and they are told."),
        bar=bar,
    )


def _challenge(case: CaseFile, moderator: User, make: _Maker) -> Iterator[Deed]:
    claim = case.claim
    if claim.credible_at is None or claim.challenges_id != getattr(case.holder, "pk", None):
        yield make(
            "credible",
            about="claim",
            legend=_("Find the challenge credible"),
            button=_("Ask the owner"),
            note=_("Note for moderators"),
            run=lambda _code, note: find_credible(claim=claim, moderator=moderator, note=note),
            done=_("The owner is told and has fourteen days to answer."),
            explained=_("The owner is told on every channel and has fourteen days; meanwhile ownership and identifiers stay as they are."),
        )
    yield make(
        "unfounded",
        about="claim",
        legend=_("Find the challenge unfounded"),
        button=_("Refuse the challenge"),
        note=_("To the challenger, beside the reason"),
        run=lambda _code, note: find_unfounded(claim=claim, moderator=moderator, note=note),
        done=_("The challenge is refused as unfounded. It counts towards the challenger's limits."),
    )


def _second_review(case: CaseFile, moderator: User, make: _Maker) -> Iterator[Deed]:
    seen = reviewers(case.claim)
    bar = _("You have reviewed this claim already. %(waits)s") % {"waits": waiting_sentence(*seen)} if moderator.pk in seen else ""
    for verdict, button in ((Verdict.APPROVE, _("Approve for level 4")), (Verdict.REFUSE, _("Do not approve"))):
        yield make(
            f"second-{verdict}",
            about="claim",
            legend=_("Second review"),
            button=button,
            note=_("Note for moderators"),
            run=lambda _code, note, verdict=verdict: second_review(claim=case.claim, moderator=moderator, verdict=verdict, note=note),  # type: ignore[misc]  # the default is bound in the loop
            done=_("Your review is written down."),
            bar=bar,
        )


def _on_appeal(case: CaseFile, moderator: User, make: _Maker) -> Iterator[Deed]:
    appeal = case.open_appeal
    if appeal is None:
        return
    bar = ""
    try:
        ensure_other_person(decision_appealed(case.claim), moderator)
    except NotAllowedError as error:
        bar = str(error)
    except IdentityError:
        pass
    for uphold, codes, legend, button in (
        (True, UPHOLD_CODES, _("Uphold the appeal"), _("Uphold")),
        (False, DISMISS_CODES, _("Dismiss the appeal"), _("Dismiss")),
    ):
        yield make(
            "uphold" if uphold else "dismiss",
            about="appeal",
            legend=legend,
            button=button,
            codes=codes,
            note=_("To the claimant, beside the reason"),
            run=lambda code, note, uphold=uphold: decide_appeal(  # type: ignore[misc]  # the default is bound in the loop
                appeal=appeal, moderator=moderator, uphold=uphold, code=code, note=note
            ),
            done=_("The appeal is decided, and the claimant is told."),
            bar=bar,
        )


def _on_document(piece: Evidence, moderator: User, make: _Maker) -> Iterator[Deed]:
    earlier = list(piece.reviews.all())
    seen = [review.reviewer_id for review in earlier]
    bar = _("You have reviewed this document already. %(waits)s") % {"waits": waiting_sentence(*seen)} if moderator.pk in seen else ""
    for verdict, codes, legend, button in (
        (Verdict.APPROVE, (ReasonCode.GRANTED,), _("Approve the document"), _("It shows who they are")),
        (Verdict.REFUSE, REFUSAL_CODES, _("Refuse the document"), _("It does not")),
    ):
        yield make(
            f"document-{piece.pk}-{verdict}",
            about=f"document-{piece.pk}",
            legend=legend,
            button=button,
            codes=codes,
            note=_("Note for moderators"),
            run=lambda code, note, verdict=verdict: review_document(  # type: ignore[misc]  # the default is bound in the loop
                evidence=piece, moderator=moderator, verdict=verdict, code=code, note=note
            ),
            done=_("Your review is written down. Two reviewers have to agree."),
            bar=bar,
        )


def _on_drawn(review: Review, moderator: User, make: _Maker) -> Deed:
    own = review.reviewer_id == moderator.pk
    return make(
        f"again-{review.pk}",
        about=f"review-{review.pk}",
        legend=_("Second look"),
        button=_("Write it down"),
        codes=Verdicts,
        note=_("Note for moderators"),
        run=lambda code, note: look_again(review=review, moderator=moderator, verdict=Verdict(code), note=note),
        done=_("Your second look is written down. If you disagree, take the decision back from the history."),
        bar=_("This is your own decision. %(waits)s") % {"waits": waiting_sentence(moderator.pk)} if own else "",
    )


def _on_entry(entry: TrailEntry, moderator: User, make: _Maker) -> Deed:
    return make(
        f"undo-{entry.pk}",
        about="undo",
        legend=_("Take back: %(act)s") % {"act": entry.action},
        button=_("Take it back"),
        codes=UNDO_CODES,
        note=_("Note for moderators"),
        run=lambda code, note: undo_decision(entry=entry, moderator=moderator, code=code, note=note),
        done=_("The decision is taken back: every row is again what it was."),
        explained=_("Whom it concerns is told."),
    )


Verdicts = (Verdict.APPROVE, Verdict.REFUSE)
