"""What stands against taking two pages for one person's: hard rules, and signs that somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from papers.models import Author, AuthorIdentifier, NameVariant
from papers.names import compatible, parse_name
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Claim
from profiles.models.choices import ClaimStatus
from profiles.querysets.claims import holding
from profiles.querysets.identity import crossing_constraints, crossing_refusals, works_in_common

NAMED = 3  # works that a sentence names


@dataclass(frozen=True, slots=True)
class Signs:
    """Why two pages cannot be merged (``obstacles``; none may remain), and what speaks against it without forbidding it (``warnings``).

    ``owners`` are the claims that hold the two pages: where both are held, a moderator says which one ends.
    """

    obstacles: tuple[str, ...]
    warnings: tuple[str, ...]
    owners: dict[int, Claim]

    @property
    def has_two_owners(self) -> bool:
        """Whether each of the two pages has an owner."""
        return len(self.owners) > 1


def signs_of(survivor: Author, given_up: Author) -> Signs:
    """What stands against merging these two. Eight queries."""
    owners = {claim.author_id: claim for claim in holding([survivor.pk, given_up.pk])}
    orcids = _orcids(survivor, given_up)
    return Signs(
        obstacles=tuple(_obstacles(survivor, given_up, owners, orcids)),
        warnings=tuple(_warnings(survivor, given_up, orcids)),
        owners=owners,
    )


def ensure_can_be_merged(survivor: Author, given_up: Author, ends: Claim | None = None) -> Signs:
    """Quiet where nothing stands against the merge. ``ends`` is the claim that the moderator ends where both pages have an owner.

    Raises ``WrongStateError`` for what can be put right first, ``NotAllowedError`` where each page has an owner and no claim ends.
    """
    signs = signs_of(survivor, given_up)
    if signs.obstacles:
        raise WrongStateError(" ".join(signs.obstacles))
    if signs.has_two_owners and (ends is None or ends.pk != signs.owners[given_up.pk].pk):
        raise NotAllowedError(
            _("Each of these pages has an owner. A moderator has to say whose claim ends before the pages can become one.")
        )
    return signs


def works_text(titles: list[str]) -> str:
    """Some titles in quotation marks, and how many more there are."""
    named = ", ".join(f"“{title[:80]}”" for title in titles[:NAMED])
    more = len(titles) - NAMED
    if more <= 0:
        return named
    return _("%(works)s and %(count)s more") % {"works": named, "count": more}


def _obstacles(survivor: Author, given_up: Author, owners: dict[int, Claim], orcids: dict[int, list[AuthorIdentifier]]) -> list[str]:
    found = []
    if any(page.merged_into_id is not None or page.erased_at is not None for page in (survivor, given_up)):
        found.append(_("One of these pages was merged or erased already."))
    if any(claim.status == ClaimStatus.DISPUTED for claim in owners.values()):
        found.append(_("One of these pages is disputed. Until that is decided its owner and identifiers stay as they are."))
    if common := works_in_common(survivor.pk, given_up.pk):
        text = ngettext(
            "Both stand on this work, and nobody stands twice on one: %(works)s. If one of the two places is a mistake, take it off its page first.",
            "Both stand on these works, and nobody stands twice on one: %(works)s. Where one of the two places is a mistake, take it off its page first.",
            len(common),
        )
        found.append(text % {"works": works_text(common)})
    signed = [{one.value for one in rows if one.is_authenticated} for rows in orcids.values()]
    if len(signed) > 1 and all(signed) and not set.intersection(*signed):
        found.append(_("Two people signed in with different ORCID iDs on these pages. Two iDs are two people."))
    if refused := crossing_refusals(survivor.pk, given_up.pk):
        text = ngettext(
            "Somebody decided that this work of one page is not the other's: %(works)s. Take that decision back first.",
            "Somebody decided that these works of one page are not the other's: %(works)s. Take those decisions back first.",
            len(refused),
        )
        found.append(text % {"works": works_text(refused)})
    if apart := crossing_constraints(survivor.pk, given_up.pk):
        found.append(
            ngettext(
                "A moderator found that a work of one page and one of the other are by different people. Take that back first.",
                "Moderators found %(count)s times that a work of one page and one of the other are by different people. Take that back first.",
                apart,
            )
            % {"count": apart}
        )
    return found


def _warnings(survivor: Author, given_up: Author, orcids: dict[int, list[AuthorIdentifier]]) -> list[str]:
    found = []
    values = [{one.value for one in rows} for rows in orcids.values()]
    if len(values) > 1 and not set.intersection(*values):
        found.append(_("The records name different ORCID iDs for the two pages."))
    if not names_fit(survivor, given_up):
        found.append(
            _("The names on the two pages do not go together. That is right where somebody changed their name; otherwise look twice.")
        )
    return found


def names_fit(one: Author, other: Author) -> bool:
    """Whether some published form of each page can be the same person's. One query."""
    forms: dict[int, list[str]] = {one.pk: [one.display_name], other.pk: [other.display_name]}
    for author, name in NameVariant.objects.filter(author__in=[one, other], is_published=True).values_list("author_id", "name"):
        forms[author].append(name)
    mine, theirs = ([parse_name(name) for name in dict.fromkeys(forms[page.pk])] for page in (one, other))
    return any(compatible(first, second) for first in mine for second in theirs)


def _orcids(*pages: Author) -> dict[int, list[AuthorIdentifier]]:
    found: dict[int, list[AuthorIdentifier]] = {}
    for row in AuthorIdentifier.objects.filter(author__in=pages, scheme="orcid"):
        found.setdefault(row.author_id, []).append(row)
    return found
