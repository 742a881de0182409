"""What hangs on a page and goes along when its works go to another one, row by row, each change in the trail."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import Model, Q

from papers.ingest.people import visible_form
from papers.models import Author, AuthorIdentifier, Authorship, AuthorshipRefusal, NameVariant, NameVisibility
from profiles.evidence.signed_in_ids import SOURCE as SIGN_IN
from profiles.models import Claim, FormerName, PageChoice, PublicRequest, Sanction, Vouch
from profiles.models.choices import OPEN, ClaimStatus
from profiles.querysets.claims import holding
from profiles.trail import Changes

RowT = TypeVar("RowT", bound=Model)

STRICTNESS = (NameVisibility.SHOWN, NameVisibility.FOUND, NameVisibility.HIDDEN)
CARRIED = "merge"
"""The source of an identifier that its owner's sign-in vouched for, once that owner's claim has ended."""


@dataclass(slots=True)
class Carrying:
    """Takes along what hangs on ``gone`` to ``kept``, both locked, within the act of ``changes``.

    ``without`` are rows that stay where they are (pairs of model and key): an earlier act brought them, and will take them back itself.

    What ``kept`` has already stays where it is: a page that was given up keeps it for when it comes back.
    """

    changes: Changes
    kept: Author
    gone: Author
    without: Collection[tuple[str, int]] = field(default=frozenset())

    def everything(self) -> None:
        """All of it but the works. About twenty statements, and one or two for each name, claim and refusal that both pages have."""
        self.names()
        self.identifiers()
        self.refusals()
        self.claims()
        self.wishes()
        for model, column in ((PublicRequest, "author"), (Sanction, "author"), (Vouch, "voucher_author")):
            rows = list(model._default_manager.select_for_update(of=("self",)).filter(**{column: self.gone}).order_by("pk"))
            self.changes.update_all(rows, **{f"{column}_id": self.kept.pk})
        held = set(FormerName.objects.filter(author=self.kept).values_list("name", flat=True))
        former = [row for row in FormerName.objects.filter(author=self.gone).order_by("pk") if row.name not in held]
        self.changes.update_all(former, author_id=self.kept.pk)

    def works(self, authorships: list[Authorship]) -> None:
        """The authorships, as they were decided. One statement."""
        self.changes.update_all(authorships, author_id=self.kept.pk)

    def names(self) -> None:
        """The forms of the name. A form that either page hides is as hidden afterwards; who goes by a chosen name everywhere is not found by another."""
        chosen = self.kept.display_name if self.kept.name_on_works else ""
        held = {row.name: row for row in NameVariant.objects.select_for_update().filter(author=self.kept)}
        moved: dict[str, list[NameVariant]] = {}
        for variant in self._own(NameVariant.objects.select_for_update().filter(author=self.gone).order_by("pk")):
            known = held.get(variant.name)
            if known is None:
                strict = _stricter(variant.visibility, visible_form(variant.name, chosen))
                moved.setdefault(strict, []).append(variant)
                continue
            strict = _stricter(known.visibility, variant.visibility)
            published = known.is_published or variant.is_published
            if (strict, published) != (known.visibility, known.is_published):
                self.changes.update(known, visibility=strict, is_published=published)
        for visibility, variants in moved.items():
            self.changes.update_all(variants, author_id=self.kept.pk, visibility=visibility)

    def identifiers(self) -> None:
        """The identifiers. One that only a sign-in vouched for is no longer authenticated: the claim that it rested on does not hold this page."""
        rows = self._own(AuthorIdentifier.objects.select_for_update().filter(author=self.gone).order_by("pk"))
        self.changes.update_all([row for row in rows if row.source != SIGN_IN], author_id=self.kept.pk)
        self.changes.update_all(
            [row for row in rows if row.source == SIGN_IN], author_id=self.kept.pk, source=CARRIED, is_authenticated=False
        )

    def refusals(self) -> None:
        """What was said not to be this page's is not the other's either."""
        rows = self._own(AuthorshipRefusal.objects.select_for_update().filter(author=self.gone).order_by("pk"))
        held = {
            row.authorship_id: row
            for row in AuthorshipRefusal.objects.select_for_update().filter(
                author=self.kept, authorship__in=[row.authorship_id for row in rows]
            )
        }
        self.changes.update_all([row for row in rows if row.authorship_id not in held], author_id=self.kept.pk)
        for row in rows:
            known = held.get(row.authorship_id)
            if known is not None and row.stands and not known.stands:
                self.changes.update(known, stands=True)

    def claims(self) -> None:
        """The claims, ended ones too, so that waits after a refusal hold. One that is under way challenges the owner there is now.

        Nobody claims a page twice, nor one that they own: such a claim ends.
        """
        holder = holding([self.kept.pk]).first()
        claiming = set(Claim.objects.filter(author=self.kept, status__in=OPEN).values_list("profile_id", flat=True))
        for claim in Claim.objects.select_for_update(of=("self",), no_key=True).filter(author=self.gone).order_by("pk"):
            if claim.status not in OPEN:
                self.changes.update(claim, author_id=self.kept.pk)
            elif claim.profile_id in claiming or (holder is not None and holder.profile_id == claim.profile_id):
                self.changes.update(claim, author_id=self.kept.pk, status=ClaimStatus.WITHDRAWN, expires_at=None)
            elif holder is not None and claim.challenges_id is None:
                self.changes.update(claim, author_id=self.kept.pk, challenges_id=holder.pk)
            else:
                self.changes.update(claim, author_id=self.kept.pk)

    def wishes(self) -> None:
        """What the people behind either page asked to be kept back is kept back: search engines, figures."""
        rows = {row.author_id: row for row in PageChoice.objects.select_for_update().filter(Q(author=self.kept) | Q(author=self.gone))}
        asked = rows.get(self.gone.pk)
        if asked is None or not (asked.noindex or asked.withhold_figures):
            return
        own = rows.get(self.kept.pk)
        if own is None:
            self.changes.create(PageChoice(author=self.kept, noindex=asked.noindex, withhold_figures=asked.withhold_figures))
            return
        wanted = (own.noindex or asked.noindex, own.withhold_figures or asked.withhold_figures)
        if wanted != (own.noindex, own.withhold_figures):
            self.changes.update(own, noindex=wanted[0], withhold_figures=wanted[1])

    def _own(self, rows: Iterable[RowT]) -> list[RowT]:
        return [row for row in rows if (row._meta.label, row.pk) not in self.without]


def _stricter(one: str, other: str) -> NameVisibility:
    return max((NameVisibility(one), NameVisibility(other)), key=STRICTNESS.index)
