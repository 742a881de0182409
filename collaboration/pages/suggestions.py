"""People somebody could work with, as they read it: each with reasons that lead to what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.models import Suggestion, SuggestionChoice, SuggestionList
from collaboration.pages.invitation import WorkLink, work_link
from collaboration.querysets.suggestions import dismissed_by, first_suggestions, suggestions_for
from collaboration.safety.blocks import visible_people
from collaboration.suggestions.kinds import Reason, ReasonKind
from config.lib.paging import grouped
from config.lib.public_ids import encode_public_id
from config.lib.query_params import QueryParams
from papers.addresses import institution_address, researcher_address, topic_address
from papers.models import Author, Institution, Topic, Work
from papers.pages.parts import Link
from profiles.models import User
from profiles.querysets.claims import held_by

SHOWN: Final = 20
ON_HOME: Final = 4
DISMISSED_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows one thing that two people share: a work of the reader's and one of the other's, either may be missing."""

    about: str
    mine: WorkLink | None
    theirs: WorkLink | None


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason in words: what it is, the things it names, how many more there are, and the works behind it."""

    kind: str
    text: str
    links: Sequence[Link]
    more: str
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Suggested:
    """Somebody who is suggested. ``key`` marks the place in the page."""

    key: str
    name: str
    url: str
    invite_url: str
    dismiss_url: str
    reasons: Sequence[ShownReason]


def suggestions_page(user: User, params: QueryParams, path: str) -> dict[str, Any]:
    """What ``collaboration/suggestions.html`` reads. Ten queries at most, however many are suggested; of those dismissed fifty at a time."""
    claim = held_by(user.profile.pk).first() if hasattr(user, "profile") else None
    kept = SuggestionList.objects.filter(user=user, author=claim.author_id).first() if claim is not None else None
    shown = shown_suggestions(user, list(suggestions_for(user.pk)[:SHOWN])) if kept is not None else []
    choice = SuggestionChoice.objects.filter(user=user).first()
    after = params.public_id("after")
    gone = list(dismissed_by(user.pk, before=after)[: DISMISSED_SHOWN + 1])
    return {
        "page": claim.author if claim is not None else None,
        "kept": kept,
        "suggestions": shown,
        "dismissed": [dismissed(row.author) for row in gone[:DISMISSED_SHOWN]],
        "older_url": f"{path}?after={encode_public_id(gone[DISMISSED_SHOWN - 1].pk)}#dismissed-heading"
        if len(gone) > DISMISSED_SHOWN
        else "",
        "ignored": params.close(),
        "is_suggested": choice is None or choice.is_suggested,
    }


def dismissed(author: Author) -> dict[str, str]:
    """Somebody who is suggested no more, with where that is taken back."""
    return {
        "name": author.display_name,
        "url": researcher_address(author.pk, author.display_name),
        "dismiss_url": reverse("collaboration:dismiss-suggestion", args=[author.pk]),
    }


def home_panel(request: HttpRequest, _subject: object) -> Mapping[str, Any] | None:
    """The first few on the first page, each with its strongest reason in a few words, for people who are logged in. One query, two for who has some."""
    if not isinstance(request.user, User):
        return None
    url = reverse("collaboration:suggestions")
    rows = [
        {
            "name": name,
            "url": researcher_address(page, name),
            "why": get_text_list([in_short(reason) for reason in _read(reasons)[:2]], _("and")),
            "why_url": f"{url}#{encode_public_id(page)}",
        }
        for page, name, reasons in first_suggestions(request.user.pk, ON_HOME)
    ]
    return {"suggestions": rows, "url": url}


def in_short(reason: Reason) -> str:
    """A reason without names."""
    count = {"count": grouped(reason.count)}
    match reason.kind:
        case ReasonKind.COAUTHORS:
            said = ngettext("%(count)s shared co-author", "%(count)s shared co-authors", reason.count) % count
        case ReasonKind.CHAIN:
            said = _("a co-author of yours wrote with a co-author of theirs")
        case ReasonKind.TOPICS:
            said = ngettext("%(count)s shared topic", "%(count)s shared topics", reason.count) % count
        case ReasonKind.WORDS:
            said = _("titles with “%(words)s”") % {"words": "”, “".join(map(str, reason.named))}
        case ReasonKind.CITES:
            said = _("they cite you")
        case ReasonKind.CITED:
            said = _("you cite them")
        case ReasonKind.INSTITUTIONS:
            said = ngettext("%(count)s shared institution", "%(count)s shared institutions", reason.count) % count
    return said


def shown_suggestions(user: User, rows: Sequence[Suggestion]) -> list[Suggested]:
    """These suggestions with their reasons in words. Four queries; who has no reason left that may be shown is left out."""
    read = [(row, _read(row.reasons)) for row in rows]
    names = _names(user, [reason for _row, reasons in read for reason in reasons])
    found = []
    for row, reasons in read:
        told = [shown for shown in (_shown(reason, row.author.display_name, names) for reason in reasons) if shown is not None]
        if told:
            slug = researcher_address(row.author_id, row.author.display_name)
            found.append(
                Suggested(
                    key=row.author.public_id,
                    name=row.author.display_name,
                    url=slug,
                    invite_url=f"{slug}invite/",
                    dismiss_url=reverse("collaboration:dismiss-suggestion", args=[row.author_id]),
                    reasons=told,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class _Names:
    """What the keys in reasons stand for, as far as it has a page now."""

    links: Mapping[ReasonKind, Mapping[int | str, Link]]
    works: Mapping[int, WorkLink]


def _names(user: User, reasons: Iterable[Reason]) -> _Names:
    keys: dict[ReasonKind, set[int | str]] = {kind: set() for kind in ReasonKind}
    works: set[int] = set()
    for reason in reasons:
        keys[reason.kind].update(reason.named)
        works.update(work for pair in reason.works for work in pair)
    people = Author.objects.filter(
        pk__in=keys[ReasonKind.COAUTHORS] | keys[ReasonKind.CHAIN], merged_into__isnull=True, erased_at__isnull=True
    )
    topics = Topic.objects.filter(pk__in=keys[ReasonKind.TOPICS], merged_into__isnull=True, erased_at__isnull=True)
    places = Institution.objects.filter(pk__in=keys[ReasonKind.INSTITUTIONS], merged_into__isnull=True, erased_at__isnull=True)
    known: dict[int | str, Link] = {
        key: Link(name, researcher_address(key, name)) for key, name in visible_people(people, user).values_list("pk", "display_name")
    }
    return _Names(
        {
            ReasonKind.COAUTHORS: known,
            ReasonKind.CHAIN: known,
            ReasonKind.TOPICS: {key: Link(name, topic_address(key, name)) for key, name in topics.values_list("pk", "name")},
            ReasonKind.WORDS: {word: Link(f"“{word}”") for word in keys[ReasonKind.WORDS]},
            ReasonKind.INSTITUTIONS: {key: Link(name, institution_address(key, name)) for key, name in places.values_list("pk", "name")},
        },
        {
            work.pk: work_link(work)
            for work in Work.objects.filter(pk__in=works, merged_into__isnull=True, erased_at__isnull=True).only("title", "title_html")
        },
    )


def _shown(reason: Reason, name: str, names: _Names) -> ShownReason | None:
    """A reason in words, or None where nothing of it has a page any more."""
    known = names.links.get(reason.kind, {})
    keys: Sequence[int | str] = reason.named or ("",) * len(reason.works)
    pairs = [
        (known.get(key), names.works.get(mine), names.works.get(theirs)) for key, (mine, theirs) in zip(keys, reason.works, strict=False)
    ]
    links = [link for link, _mine, _theirs in pairs if link is not None]
    evidence = [
        Evidence(link.text if link else "", mine, theirs)
        for link, mine, theirs in pairs
        if (mine or theirs) and (link is not None or not reason.named)
    ]
    if (not links and not evidence) or (reason.kind == ReasonKind.CHAIN and len(links) < len(reason.named)):
        return None
    more = reason.count - len(reason.named) if reason.named else 0
    return ShownReason(
        kind=reason.kind.value,
        text=_said(reason, name),
        links=links,
        more=ngettext("and %(count)s more", "and %(count)s more", more) % {"count": grouped(more)} if more > 0 else "",
        evidence=evidence,
    )


def _said(reason: Reason, name: str) -> str:
    """What a reason is, before the things that it names."""
    given = {"count": grouped(reason.count), "name": name}
    match reason.kind:
        case ReasonKind.COAUTHORS:
            said = ngettext("%(count)s shared co-author:", "%(count)s shared co-authors:", reason.count) % given
        case ReasonKind.CHAIN:
            said = _("The first of these wrote with you, the second with %(name)s, and both with each other:") % given
        case ReasonKind.TOPICS:
            said = _("You both work on:")
        case ReasonKind.WORDS:
            said = _("Titles of you both have:")
        case ReasonKind.CITES:
            said = (
                ngettext("A work of theirs cites one of yours.", "%(count)s times a work of theirs cites one of yours.", reason.count)
                % given
            )
        case ReasonKind.CITED:
            said = (
                ngettext("A work of yours cites one of theirs.", "%(count)s times a work of yours cites one of theirs.", reason.count)
                % given
            )
        case ReasonKind.INSTITUTIONS:
            said = _("You both name on works:")
    return said


def _read(given: object) -> list[Reason]:
    """The reasons of a row; what another version wrote and this one does not know is left out."""
    found = []
    for one in given if isinstance(given, list) else []:
        try:
            found.append(Reason.from_json(one))
        except (KeyError, TypeError, ValueError):
            continue
    return found
