"""Writing authors: new ones whole, known ones with the names and identifiers that a batch adds."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone
from nameparser import HumanName

from papers.attribution import Candidate
from papers.ingest.candidates import StoredCandidates
from papers.ingest.copying import Copies, array_text, draw_keys, numbers_text
from papers.models import Author, AuthorIdentifier, NameVariant, NameVisibility
from papers.names import compatible, parse_name
from papers.records import AuthorshipRecord

LONGEST_NAME = 300  # as the column has it
SHORTEST_NAME_SET = 4  # "XU" and "LI" may be initials

ADD_COUNTS = """
INSERT INTO papers_namecount (role, token, count)
SELECT role, token, count FROM unnest(%s::text[], %s::text[], %s::int[]) AS added (role, token, count)
ON CONFLICT (role, token) DO UPDATE SET count = papers_namecount.count + excluded.count
"""
# Names that were chosen by their bearers before any work stated them.
PUBLISH = """
UPDATE papers_namevariant SET is_published = true
WHERE NOT is_published AND (author_id, name) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
RETURNING author_id, name
"""


def write_people(candidates: StoredCandidates, named: Sequence[tuple[Candidate, AuthorshipRecord, str]], copies: Copies) -> None:
    """Write the authors that a batch opened, and every name and identifier it adds to any author.

    ``named`` gives author, authorship and source of each attributed mention, in order. At most eight statements; the last
    three are under way in ``copies``, which raises ``IntegrityError`` where somebody else has given an identifier to
    another author meanwhile: start again.
    """
    opened = candidates.take_opened()
    candidates.number(opened, draw_keys(Author, len(opened)))
    first_names: dict[int, str] = {}
    variants: list[tuple[int, str, str, str]] = []
    fuller: dict[int, str] = {}
    for candidate, authorship, _ in named:
        name = authorship.name[:LONGEST_NAME]
        if name in candidate.spellings:
            continue
        parsed = parse_name(authorship.name)
        if candidate.spellings and parsed.is_full and not any(parse_name(known).is_full for known in candidate.spellings):
            fuller[candidate.reference] = display_form(name)
        candidate.spellings.append(name)
        first_names.setdefault(candidate.reference, name)
        variants.append((candidate.reference, name, parsed.key, parsed.block))
    now = timezone.now().isoformat()
    authors = []
    for one in opened:
        shown = fuller.pop(one.reference, "") or display_form(first_names[one.reference])
        authors.append((one.reference, shown, sort_form(shown), now))
    _name_in_full(fuller)
    _write_counts(candidates)
    new = {one.reference for one in opened}
    forms = _with_visibility(_unheld(variants, new), new)
    copies.add(Author, ["id", "display_name", "sort_name", "created_at"], authors)
    copies.add(NameVariant, ["author_id", "name", "key", "block", "visibility"], forms)
    _write_identifiers(candidates, named, copies)


def _unheld(variants: list[tuple[int, str, str, str]], opened: set[int]) -> list[tuple[int, str, str, str]]:
    """The names that have no row yet. One that its bearer chose has, and from now on stands on a work as well."""
    older = [(author, name) for author, name, _, _ in variants if author not in opened]
    if not older:
        return variants
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH, [numbers_text([author for author, _ in older]), array_text([name for _, name in older])])
        held = set(cursor.fetchall())
    return [variant for variant in variants if variant[:2] not in held] if held else variants


def _with_visibility(variants: Sequence[tuple[int, str, str, str]], new: set[int]) -> list[tuple[int, str, str, str, str]]:
    """The forms with where each may appear. Who goes by another name than the published one is not found by what comes up later. One query, or none."""
    known = {reference for reference, *_rest in variants} - new
    chosen = dict(Author.objects.filter(pk__in=known, name_on_works=True).values_list("pk", "display_name")) if known else {}
    return [(reference, name, key, block, visible_form(name, chosen.get(reference, "")).value) for reference, name, key, block in variants]


def visible_form(published: str, chosen: str) -> NameVisibility:
    """Where a published form may appear beside the name that its bearer chose for everything ("" for none). Pure."""
    fits = not chosen or compatible(parse_name(chosen), parse_name(published))
    return NameVisibility.SHOWN if fits else NameVisibility.HIDDEN


def display_form(raw: str) -> str:
    """A name as a page shows it: as published, but one all in capitals or all in lower case is set as names are."""
    if len(raw) >= SHORTEST_NAME_SET and (raw.isupper() or raw.islower()) and raw.isascii():
        name = HumanName(raw)
        name.capitalize(force=True)
        return str(name)[:LONGEST_NAME] or raw
    return raw


def sort_form(raw: str) -> str:
    """The name as lists sort it: "Family, Given"."""
    shown = display_form(raw)
    words = shown.split()
    if "," in shown or not words[:-1]:
        return shown
    return f"{words[-1]}, {' '.join(words[:-1])}"[:LONGEST_NAME]


def _write_identifiers(candidates: StoredCandidates, named: Sequence[tuple[Candidate, AuthorshipRecord, str]], copies: Copies) -> None:
    """COPY the identifiers that came new with this batch."""
    new = candidates.take_new_identifiers()
    if not new:
        return
    sources: dict[tuple[str, str], str] = {}
    authenticated: set[tuple[str, str]] = set()
    for _, authorship, source in named:
        for pair in authorship.ids.items():
            sources.setdefault(pair, source)
        if authorship.orcid_authenticated:
            authenticated.add(("orcid", authorship.ids.get("orcid", "")))
    copies.add(
        AuthorIdentifier,
        ["author_id", "scheme", "value", "source", "is_authenticated"],
        ((one.reference, scheme, value, sources[scheme, value], (scheme, value) in authenticated) for one, scheme, value in new),
    )


def _name_in_full(fuller: dict[int, str]) -> None:
    """Authors known by initials only are called by the full name that has come up, unless a person chose their name."""
    if fuller:
        chosen = set(Author.objects.filter(pk__in=fuller, name_decided_by_person=True).values_list("pk", flat=True))
        fuller = {key: name for key, name in fuller.items() if key not in chosen}
        authors = [Author(pk=key, display_name=name, sort_name=sort_form(name)) for key, name in sorted(fuller.items())]
        Author.objects.bulk_update(authors, ["display_name", "sort_name"])


def _write_counts(candidates: StoredCandidates) -> None:
    """Add to the name frequencies, in one order for everybody, so that two imports never wait for each other in a circle."""
    changes = sorted(candidates.take_count_changes().items())
    if changes:
        with connection.cursor() as cursor:
            columns = [
                array_text([role for (role, _), _ in changes]),
                array_text([token for (_, token), _ in changes]),
                numbers_text([count for _, count in changes]),
            ]
            cursor.execute(ADD_COUNTS, columns)
