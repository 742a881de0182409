"""What a paper's page says. The template is ``papers/paper.html``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.lib.paging import Pager, counted_pager, grouped, page_count
from config.lib.query_params import QueryParams
from papers.addresses import institution_address, paper_address
from papers.models import Work
from papers.pages.parts import Link, export_links, language_name, topic_links
from papers.pages.rows import TYPES, cited_by_text, person_address, venue_text, web_address
from papers.plain_text import plain_text
from papers.querysets.citing import Linked, linked_works, pending_count
from papers.querysets.works import authorships_of
from papers.source_names import source_list, source_name

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

PEOPLE_SHOWN: Final = 20
PEOPLE_ON_DEMAND: Final = 50  # in the page itself, closed; further ones have pages of their own
PEOPLE_PAGE: Final = 250
LINKED_SHOWN: Final = 10
LINKED_PAGE: Final = 50
MOST_PAGES: Final = 400
CITATION_AUTHORS: Final = 50  # citation_author tags; indexers read no more
DESCRIPTION_LENGTH: Final = 220
LISTS: Final = ("people", "references", "citations")


@dataclass(frozen=True, slots=True)
class Signature:
    """A person in the list of authors, as the paper names them."""

    name: str
    url: str
    role: str
    other_name: str
    affiliations: tuple[Link, ...]
    orcid: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A line of the record."""

    term: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class LinkedWork:
    """A work that cites or is cited."""

    url: str
    title: str
    title_html: str
    note: str


@dataclass(frozen=True, slots=True)
class LinkedList:
    """References or citations, the first of them or one page of all."""

    heading: str
    rows: list[LinkedWork]
    empty_text: str
    more_url: str = ""
    more_text: str = ""
    pager: Pager | None = None


def paper_context(work: Work, *, params: QueryParams, path: str, base_url: str, viewer: Viewer) -> dict[str, Any]:
    """Everything that the template reads but the panels. ``work`` comes from ``WorkQuerySet.for_page``.

    Five queries: people, references, citations, their authors' line and what is still to come. ``show`` in the
    address opens one of the three long lists in pages instead: fewer queries then.
    """
    shown = params.choice("show", LISTS)
    page = params.number("page", 1, MOST_PAGES) or 1
    context = _whole_list(work, shown, page, path, viewer) if shown else _first_of_each(work, path, viewer)
    signatures: list[Signature] = context.pop("signatures")
    query = f"?show={shown}" + (f"&page={page}" if page > 1 else "") if shown else ""
    url = base_url + path
    description = paper_description(work)
    return {
        **context,
        "work": work,
        "plain_title": plain_text(work.title),
        "date_text": date_text(work),
        "type_text": str(TYPES.get(work.type, work.type)),
        "venue_text": venue_text(work.venue.abbreviation, work.venue.name) if work.venue else "",
        "state_text": _("Compiled from %(sources)s") % {"sources": source_list(work.sources)} if work.sources else "",
        "canonical_url": url + query,
        "description": description,
        "citation_tags": citation_tags(work, signatures, url),
        "structured_data": structured_data(work, signatures, url),
        "links": reading_links(work),
        "code_links": [Link(_host_of(address), address) for address in work.code_urls if web_address([address])],
        "has_code": work.has_code,
        "details": details(work),
        "provenance": provenance(work),
        "cited_by_text": cited_by_text(work.cited_by_count, work.cited_by_source),
        "cited_by_note": cited_by_note(work),
        "topics": topic_links(getattr(work, "topics_listed", [])),
        "field_text": work.field.name if work.field else "",
        "field_note": work.field_basis,
        "exports": export_links("papers:paper-export", work.pk),
        "reference_text": reference_text(work, signatures),
        "ignored": params.close(),
    }


# --- The long lists -----------------------------------------------------------------------------------------------


def _first_of_each(work: Work, path: str, viewer: Viewer) -> dict[str, Any]:
    people = [signature(row) for row in authorships_of(work.pk, start=0, count=PEOPLE_ON_DEMAND)]
    rest = max(0, work.author_count - PEOPLE_SHOWN)
    more_text = ngettext("%(count)s more person", "%(count)s more people", rest) % {"count": grouped(rest)}
    linked = linked_works(work.pk, viewer, first=LINKED_SHOWN)
    return {
        "signatures": people,
        "people": people[:PEOPLE_SHOWN],
        "listed_people": people[:PEOPLE_SHOWN],
        "more_people": people[PEOPLE_SHOWN:],
        "more_people_text": more_text,
        "all_people": Link(_("All %(count)s people") % {"count": grouped(work.author_count)}, f"{path}?show=people")
        if work.author_count > PEOPLE_ON_DEMAND
        else None,
        "references": _linked("references", linked.references, path, pending_count(work.pk)),
        "citations": _linked("citations", linked.citations, path, 0),
    }


def _whole_list(work: Work, shown: str, page: int, path: str, viewer: Viewer) -> dict[str, Any]:
    """One list in pages, the other two closed."""

    def address(number: int) -> str:
        return f"{path}?show={shown}" + (f"&page={number}" if number > 1 else "") + f"#{shown}"

    first = [signature(row) for row in authorships_of(work.pk, start=0, count=PEOPLE_SHOWN)]
    if shown == "people":
        pages = page_count(work.author_count, PEOPLE_PAGE, MOST_PAGES)
        page = min(page, pages)
        people = [signature(row) for row in authorships_of(work.pk, start=(page - 1) * PEOPLE_PAGE, count=PEOPLE_PAGE)]
        pager = counted_pager(page=page, total=work.author_count, size=PEOPLE_PAGE, limit=MOST_PAGES, url=address)
        return {"signatures": first, "people": first, "listed_people": people, "people_pager": pager}
    linked = linked_works(work.pk, viewer, first=LINKED_PAGE, only=shown, start=(page - 1) * LINKED_PAGE)
    found = linked.references if shown == "references" else linked.citations
    pager = counted_pager(page=page, total=found.total, size=LINKED_PAGE, limit=MOST_PAGES, url=address)
    return {"signatures": first, "people": first, "listed_people": first, shown: _linked(shown, found, path, 0, pager)}


def _linked(kind: str, found: Linked, path: str, pending: int, pager: Pager | None = None) -> LinkedList | None:
    if not found.rows and not pending and kind == "references":
        return None
    amount = grouped(found.total) + ("+" if found.is_capped else "")
    if kind == "references":
        heading = _("References (%(count)s held here)") % {"count": amount}
        empty = ngettext(
            "The %(count)s work that it cites is not held here.", "None of the %(count)s works that it cites is held here.", pending
        ) % {"count": grouped(pending)}
    else:
        heading = _("Cited by (%(count)s held here)") % {"count": amount}
        empty = _("No work that is held here cites this one, as far as the sources tell.")
    rows = [LinkedWork(paper_address(row["id"], row["title"]), row["title"], row["title_html"], _note(row)) for row in found.rows]
    more = found.total > len(rows) and pager is None
    return LinkedList(
        heading=heading,
        rows=rows,
        empty_text=empty,
        more_url=f"{path}?show={kind}#{kind}" if more else "",
        more_text=_("Show all") if more else "",
        pager=pager,
    )


def _note(row: Mapping[str, Any]) -> str:
    names = list(row["first_names"])
    byline = ", ".join(names) + (" et al." if row["author_count"] > len(names) else "")
    return " · ".join(part for part in (byline, venue_text(row["venue__abbreviation"], row["venue__name"]), str(row["year"] or "")) if part)


def signature(row: Mapping[str, Any]) -> Signature:
    """A row of ``authorships_of`` as the page shows it."""
    places = tuple(Link(place["name"], institution_address(place["id"], place["name"])) for place in row["institutions_listed"])
    roles = [_("corresponding author")] if row["is_corresponding"] else []
    return Signature(
        name=row["shown_name"],
        url=person_address(row),
        role=", ".join(roles),
        other_name="" if row["author__name_on_works"] else row["name_in_other_script"],
        affiliations=places or tuple(Link(text) for text in row["raw_affiliations"][:3]),
        orcid=row["orcid"] if row["orcid_authenticated"] else "",
    )


# --- The record in words --------------------------------------------------------------------------------------------


def date_text(work: Work) -> str:
    """Such as "26 February 2026", "February 2026", "2026"; "" where the year is unknown."""
    if work.year is None:
        return ""
    if work.month is None:
        return str(work.year)
    month = str(MONTHS[work.month])
    return f"{work.day} {month} {work.year}" if work.day else f"{month} {work.year}"


def identifiers(work: Work) -> dict[str, str]:
    """One identifier of each scheme. No query for ``for_page`` works."""
    found: dict[str, str] = {}
    for row in getattr(work, "identifiers_listed", []):
        found.setdefault(row["scheme"], row["value"])
    return found


def reading_links(work: Work) -> list[Link]:
    """Where the work can be read: the PDF, arXiv, the publisher or forum."""
    ids = identifiers(work)
    found: list[Link] = []
    if pdf := web_address([work.pdf_url]):
        found.append(Link(_("PDF"), pdf))
    if "arxiv" in ids:
        found.append(Link("arXiv", f"https://arxiv.org/abs/{ids['arxiv']}"))
    if "doi" in ids:
        found.append(Link("DOI", f"https://doi.org/{ids['doi']}"))
    if landing := web_address([work.landing_url]):
        found.append(Link(_host_of(landing), landing))
    return found


def _host_of(address: str) -> str:
    host = address.split("/")[2].removeprefix("www.") if address.count("/") > 1 else address
    return host.rpartition("@")[2][:60] or address[:60]


IDENTIFIER_PLACES: Final[tuple[tuple[str, str, str], ...]] = (
    ("doi", "DOI", "https://doi.org/"),
    ("arxiv", "arXiv", "https://arxiv.org/abs/"),
    ("openalex", "OpenAlex", "https://openalex.org/"),
    ("openreview", "OpenReview", "https://openreview.net/forum?id="),
    ("acl", "ACL Anthology", "https://aclanthology.org/"),
    ("pmid", "PubMed", "https://pubmed.ncbi.nlm.nih.gov/"),
    ("pmcid", "PubMed Central", "https://pmc.ncbi.nlm.nih.gov/articles/"),
    ("s2", "Semantic Scholar", "https://www.semanticscholar.org/paper/"),
    ("isbn", "ISBN", ""),
)


def details(work: Work) -> list[Detail]:
    """The lines of the record that have something to say."""
    ids = identifiers(work)
    found = [Detail(term, ids[scheme], place + ids[scheme] if place else "") for scheme, term, place in IDENTIFIER_PLACES if scheme in ids]
    if work.venue:
        found.append(Detail(_("Appeared in"), work.venue.name))
    found += [
        Detail(term, text)
        for term, text in (
            (_("Volume"), work.volume),
            (_("Issue"), work.issue),
            (_("Pages"), work.pages),
            (_("Track"), work.track),
            (_("Language"), language_name(work.language)),
            (_("Licence"), "" if web_address([work.licence]) else work.licence),
        )
        if text
    ]
    if licence := web_address([work.licence]):
        found.append(Detail(_("Licence"), licence, licence))
    if work.affiliations_unaligned:
        found.append(Detail(_("Affiliations of nobody in particular"), "; ".join(work.affiliations_unaligned[:10])))
    return found


def provenance(work: Work) -> list[dict[str, str]]:
    """Which source gave which field, and which records were read."""
    names = _field_names()
    by_origin: dict[str, list[str]] = {}
    for field, origin in sorted(work.provenance.items()):
        if isinstance(origin, str) and field in names:
            by_origin.setdefault(origin, []).append(names[field])
    found = [{"field": ", ".join(fields), "text": _origin_text(origin)} for origin, fields in by_origin.items()]
    records = [f"{source_name(row['source'])} {row['record']}" for row in getattr(work, "records_listed", [])]
    if records:
        found.append({"field": _("Records read"), "text": "; ".join(records)})
    return found


def _origin_text(origin: str) -> str:
    source, _colon, record = origin.partition(":")
    return f"{source_name(source)} ({record})" if record else source_name(source)


def _field_names() -> dict[str, str]:
    fields = Work._meta.concrete_fields
    return {field.name: str(field.verbose_name) for field in fields} | {
        "authorships": _("authors"),
        "authors": _("authors"),
        "topics": _("topics"),
        "ids": _("identifiers"),
        "date": _("date"),
        "references": _("references"),
    }


def cited_by_note(work: Work) -> str:
    """Whose citation count it is and as of when."""
    if work.cited_by_count is None:
        return ""
    source = source_name(work.cited_by_source)
    if work.cited_by_as_of is None:
        return _("The citation count is the one of %(source)s, without a date.") % {"source": source}
    return _("The citation count is the one of %(source)s on %(date)s.") % {"source": source, "date": work.cited_by_as_of.isoformat()}


def reference_text(work: Work, people: Sequence[Signature]) -> str:
    """The work as a reference in a list: authors (year). Title. Venue."""
    names = [person.name for person in people[:6]]
    byline = ", ".join(names) + (" et al." if work.author_count > len(names) else "")
    title = plain_text(work.title).rstrip(".")
    parts = [f"{byline} ({work.year})" if work.year else byline, title, work.venue.name if work.venue else ""]
    ids = identifiers(work)
    place = f"https://doi.org/{ids['doi']}" if "doi" in ids else f"arXiv:{ids['arxiv']}" if "arxiv" in ids else ""
    return ". ".join(part.strip() for part in (*parts, place) if part.strip())


def paper_description(work: Work) -> str:
    """The beginning of the abstract, else who, where and when."""
    if work.abstract:
        text = " ".join(plain_text(work.abstract).split())
        return text if len(text) <= DESCRIPTION_LENGTH else text[: DESCRIPTION_LENGTH - 1].rsplit(" ", 1)[0] + "…"
    return ", ".join(part for part in (plain_text(work.title), work.venue.name if work.venue else "", date_text(work)) if part)


def citation_tags(work: Work, people: Sequence[Signature], url: str) -> list[tuple[str, str]]:
    """The ``citation_*`` meta tags that reference managers and scholarly indexes read (Highwire Press)."""
    ids = identifiers(work)
    tags = [("citation_title", plain_text(work.title))]
    for person in people[:CITATION_AUTHORS]:
        tags.append(("citation_author", person.name))
        tags += [("citation_author_institution", place.text) for place in person.affiliations]
        if person.orcid:
            tags.append(("citation_author_orcid", f"https://orcid.org/{person.orcid}"))
    if work.year:
        tags.append(("citation_publication_date", "/".join(f"{part:02d}" for part in (work.year, work.month, work.day) if part)))
    if work.venue:
        names = {"conference": "citation_conference_title", "journal": "citation_journal_title"}
        tags.append((names.get(work.venue.kind, "citation_journal_title"), work.venue.name))
    first, _dash, last = work.pages.replace("\u2013", "-").partition("-")
    tags += [
        (name, value)
        for name, value in (
            ("citation_volume", work.volume),
            ("citation_issue", work.issue),
            ("citation_firstpage", first.strip()),
            ("citation_lastpage", last.strip("- ")),
            ("citation_doi", ids.get("doi", "")),
            ("citation_arxiv_id", ids.get("arxiv", "")),
            ("citation_language", work.language),
            ("citation_pdf_url", web_address([work.pdf_url])),
            ("citation_abstract_html_url", url),
        )
        if value
    ]
    return tags


def structured_data(work: Work, people: Sequence[Signature], url: str) -> dict[str, Any]:
    """The page as JSON-LD (schema.org ScholarlyArticle)."""
    ids = identifiers(work)
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": url,
        "url": url,
        "name": plain_text(work.title),
        "headline": plain_text(work.title)[:110],
        "author": [{"@type": "Person", "name": person.name} for person in people[:CITATION_AUTHORS]],
        "identifier": [f"{scheme}:{value}" for scheme, value in ids.items()],
    }
    if work.year:
        found["datePublished"] = "-".join(f"{part:02d}" for part in (work.year, work.month, work.day) if part)
    if work.abstract:
        found["abstract"] = plain_text(work.abstract)
    if work.venue:
        found["isPartOf"] = {"@type": "PublicationIssue" if work.issue else "CreativeWork", "name": work.venue.name}
    if "doi" in ids:
        found["sameAs"] = f"https://doi.org/{ids['doi']}"
    return found
