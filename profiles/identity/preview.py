"""What a merge or a split would change, told before it is done. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.ingest.people import display_form
from papers.models import Author, AuthorIdentifier, Authorship, NameVariant, NameVisibility
from profiles.identity import participants
from profiles.identity.obstacles import Signs, signs_of
from profiles.identity.splitting import NOBODY, Group, new_name
from profiles.models import Claim, PublicRequest, Sanction, TrustScore, Vouch
from profiles.models.choices import OPEN
from profiles.models.privacy import RequestStatus
from profiles.querysets.identity import count_works, pages_by_key, works_of

WORKS_NAMED = 10


@dataclass(frozen=True, slots=True)
class Side:
    """A page as it is now. ``score`` is the trust score as shown, None where none was computed."""

    author: Author
    works: int
    is_owned: bool
    score: int | None


@dataclass(frozen=True, slots=True)
class MergePreview:
    """Which page lives on, and what goes along: lines under a heading each. ``signs`` says what stands against it."""

    survivor: Side
    given_up: Side
    works: tuple[Authorship, ...]
    works_in_all: int
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    signs: Signs


@dataclass(frozen=True, slots=True)
class GroupPreview:
    """Where some works would go. ``target`` is None for a new page (under ``name``) and for nobody's (``name`` is "")."""

    target: Author | None
    name: str
    works: tuple[Authorship, ...]


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """The groups, how many works stay, and what else there is to know."""

    groups: tuple[GroupPreview, ...]
    stays: int
    notes: tuple[str, ...]


def preview_merge(survivor: Author, given_up: Author) -> MergePreview:
    """What merging these two would change. About eighteen queries and those of participants, whatever the number of works."""
    signs = signs_of(survivor, given_up)
    counts = count_works([survivor.pk, given_up.pk])
    scores = dict(TrustScore.objects.filter(author__in=[survivor, given_up]).values_list("author_id", "shown"))
    sides = {page.pk: Side(page, counts[page.pk], page.pk in signs.owners, scores.get(page.pk)) for page in (survivor, given_up)}
    return MergePreview(
        survivor=sides[survivor.pk],
        given_up=sides[given_up.pk],
        works=tuple(works_of(given_up.pk)[:WORKS_NAMED]),
        works_in_all=counts[given_up.pk],
        parts=tuple((heading, lines) for heading, lines in _parts(survivor, given_up, signs) if lines),
        signs=signs,
    )


def preview_split(page: Author, groups: Sequence[Group]) -> SplitPreview:
    """What moving these works would change. Six queries."""
    found = {
        one.pk: one
        for one in Authorship.objects.filter(pk__in=[key for group in groups for key in group.authorships], author=page).select_related(
            "work", "work__venue"
        )
    }
    targets = pages_by_key({group.to for group in groups if group.to})
    shown = tuple(_group(group, found, targets) for group in groups)
    notes = [
        _("Claims, requests and whoever follows stay with this page."),
        _("The works that leave never come back by an import or a later run. What you propose can be taken back by whoever may decide it."),
        _("Figures, the graph and the trust score of every page concerned are computed again."),
    ]
    return SplitPreview(shown, count_works([page.pk])[page.pk] - sum(len(group.works) for group in shown), tuple(notes))


def _group(group: Group, found: dict[int, Authorship], targets: dict[int, Author]) -> GroupPreview:
    works = tuple(found[key] for key in group.authorships if key in found)
    if group.to == NOBODY:
        return GroupPreview(None, "", works)
    target = targets.get(group.to) if group.to else None
    return GroupPreview(target, target.display_name if target else new_name(works) if works else "", works)


def _parts(survivor: Author, given_up: Author, signs: Signs) -> list[tuple[str, tuple[str, ...]]]:
    own = set(NameVariant.objects.filter(author=survivor).values_list("name", flat=True))
    names = NameVariant.objects.filter(author=given_up, visibility=NameVisibility.SHOWN).exclude(name__in=own).order_by("pk")
    identifiers = AuthorIdentifier.objects.filter(author=given_up).order_by("scheme", "value")[:30]
    return [
        (_("Names that come with it"), tuple(display_form(name) for name in names.values_list("name", flat=True)[:20])),
        (_("Identifiers that come with it"), tuple(f"{one.scheme}: {one.value}" for one in identifiers)),
        (_("Claims"), tuple(_claims(survivor, given_up, signs))),
        (_("What else goes along"), (*_belongings(given_up), *participants.told(given_up.pk, survivor.pk))),
        (
            _("What is computed again"),
            (_("Figures, the graph, the verification level and the trust score, from the works and the evidence of both."),),
        ),
        (
            _("Addresses"),
            (_("The address of the page that is given up leads to the other one for good, unless the merge is taken back."),),
        ),
    ]


def _claims(survivor: Author, given_up: Author, signs: Signs) -> list[str]:
    lines = []
    if signs.has_two_owners:
        lines.append(
            _("Each page has an owner. Only a moderator can merge them, and has to say whose claim ends; that can be appealed against.")
        )
    elif survivor.pk in signs.owners:
        lines.append(_("The owner of the page that lives on owns it all."))
    under_way = Claim.objects.filter(author=given_up, status__in=OPEN).count()
    if under_way:
        lines.append(
            ngettext("%(count)s claim under way goes along.", "%(count)s claims under way go along.", under_way) % {"count": under_way}
        )
        if signs.owners:
            lines.append(_("They challenge the claim that holds the page from then on."))
    return lines


def _belongings(given_up: Author) -> list[str]:
    requests = PublicRequest.objects.filter(author=given_up, status=RequestStatus.OPEN).count()
    vouches = Vouch.objects.filter(voucher_author=given_up).count()
    sanctions = Sanction.objects.filter(author=given_up, lifted_at__isnull=True).count()
    lines = []
    if requests:
        lines.append(ngettext("%(count)s request that waits", "%(count)s requests that wait", requests) % {"count": requests})
    if vouches:
        lines.append(ngettext("%(count)s vouch given", "%(count)s vouches given", vouches) % {"count": vouches})
    if sanctions:
        lines.append(ngettext("%(count)s sanction", "%(count)s sanctions", sanctions) % {"count": sanctions})
    return lines
