"""The warning that a page may mix several people, in sentences, and the line about namesakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import grouped
from papers.addresses import paper_address, researcher_address
from papers.models import Author
from papers.pages.parts import Link, works_text, years_text
from papers.querysets.ambiguity import MOST_NAMESAKES, FoundAmbiguity, doubts_about
from papers.source_names import source_list

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

WARNED_FROM: Final = 0.5  # on the scale of papers.disambiguation: from here on a page says so
REASONS_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """Works that may be one person's: how many and when, with whom, from where, and some of them."""

    heading: str
    people: tuple[Link, ...]
    places: tuple[str, ...]
    examples: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AmbiguityWarning:
    """What the warning says. ``reasons`` are sentences."""

    heading: str
    reasons: tuple[str, ...]
    groups: tuple[WorkGroup, ...]


def ambiguity_warning(author: Author, viewer: Viewer) -> AmbiguityWarning | None:
    """The warning for a page, or None where little speaks for its being several people's. No query beside that of ``doubts_about``."""
    found = doubts_about(author, viewer).finding
    return warning_of(found) if found is not None and found.score >= WARNED_FROM else None


def warning_of(found: FoundAmbiguity) -> AmbiguityWarning:
    """A finding in words. Touches no database."""
    people = sum(group["works"] > 1 for group in found.groups)  # a work alone may be anybody's
    if people > 1:
        heading = ngettext(
            "These %(works)s look like those of %(people)s person",
            "These %(works)s look like those of %(people)s people",
            people,
        ) % {"works": works_text(found.works), "people": people}
    else:
        heading = _("These %(works)s may be those of several people") % {"works": works_text(found.works)}
    sentences = [sentence for reason in found.reasons[:REASONS_SHOWN] if (sentence := reason_text(reason))]
    return AmbiguityWarning(heading, tuple(sentences), tuple(_group(group, found) for group in found.groups))


def _group(group: Mapping[str, Any], found: FoundAmbiguity) -> WorkGroup:
    years = years_text(group["first_year"], group["last_year"])
    heading = works_text(group["works"])
    return WorkGroup(
        heading=_("%(works)s, %(years)s") % {"works": heading, "years": years} if years else heading,
        people=tuple(Link(found.names[key], researcher_address(key, found.names[key])) for key in group["coauthors"] if key in found.names),
        places=tuple(group["affiliations"]),
        examples=tuple(Link(found.titles[key], paper_address(key, found.titles[key])) for key in group["examples"] if key in found.titles),
    )


def reason_text(reason: Mapping[str, Any]) -> str:
    """One sentence for a stored reason; "" for a kind that nobody has words for, or details of another version."""
    said = _SENTENCES.get(reason["kind"])
    try:
        return said(reason["details"]) if said is not None else ""
    except (KeyError, TypeError, ValueError):
        return ""


def namesakes(author: Author, viewer: Viewer) -> Mapping[str, Any] | None:
    """What the line about other pages with this name reads: name, text ("3 others") and address; None where there is none.

    No query beside that of ``doubts_about``.
    """
    count = doubts_about(author, viewer).namesakes
    if not count:
        return None
    text = ngettext("%(count)s other", "%(count)s others", count) % {"count": grouped(count)}
    if count >= MOST_NAMESAKES:
        text = _("%(count)s or more others") % {"count": grouped(count)}
    return {
        "name": author.display_name,
        "text": text,
        "url": reverse("papers:search") + "?" + urlencode({"q": author.display_name, "kind": "people"}),
    }


# --- Sentences ----------------------------------------------------------------------------------------------------


def _listed(values: Any) -> str:
    return get_text_list([str(value) for value in (values if isinstance(values, list) else [values])], _("and"))


def _coauthor_groups(details: Mapping[str, Any]) -> str:
    groups = int(details.get("groups", 2))
    return ngettext(
        "Their co-authors form %(groups)s group.", "Their co-authors form %(groups)s groups that never meet on a work.", groups
    ) % {"groups": groups}


def _subjects_apart(details: Mapping[str, Any]) -> str:
    return _("Some are about %(first)s (%(first_years)s), others about %(second)s (%(second_years)s).") % {
        "first": _listed(details["first_words"]),
        "first_years": details["first_years"],
        "second": _listed(details["second_words"]),
        "second_years": details["second_years"],
    }


def _two_orcids(details: Mapping[str, Any]) -> str:
    return _("The records name different ORCID iDs: %(values)s.") % {"values": _listed(details["values"])}


def _two_source_ids(details: Mapping[str, Any]) -> str:
    return _("%(source)s tells them apart: %(values)s.") % {
        "source": source_list([str(details["scheme"])]),
        "values": _listed(details["values"]),
    }


def _affiliations_apart(details: Mapping[str, Any]) -> str:
    return _("They name affiliations that never occur together: %(values)s.") % {"values": _listed(details["values"])}


def _names_apart(details: Mapping[str, Any]) -> str:
    return _("The names on them contradict each other: %(values)s.") % {"values": _listed(details["values"])}


def _long_gap(details: Mapping[str, Any]) -> str:
    return _("Years lie between them: %(first)s, and then %(second)s.") % {
        "first": details["first_years"],
        "second": details["second_years"],
    }


def _common_name(details: Mapping[str, Any]) -> str:
    others = int(details.get("others", 0))
    if not others:
        return _("%(name)s is a common name.") % {"name": _listed(details["value"])}
    return ngettext(
        "%(name)s is a common name: %(count)s other page bears it.",
        "%(name)s is a common name: %(count)s other pages bear it.",
        others,
    ) % {"name": _listed(details["value"]), "count": grouped(others)}


def _weak_join(_details: Mapping[str, Any]) -> str:
    return _("Some are here for little more than the name.")


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "coauthor-groups": _coauthor_groups,
    "subjects-apart": _subjects_apart,
    "two-orcids": _two_orcids,
    "two-source-ids": _two_source_ids,
    "affiliations-apart": _affiliations_apart,
    "names-apart": _names_apart,
    "long-gap": _long_gap,
    "common-name": _common_name,
    "weak-join": _weak_join,
}
