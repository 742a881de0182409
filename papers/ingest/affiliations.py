"""Institutions of a batch: matched by ROR id, website domain or name; provisional where nothing matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db.models import Q

from papers.identifiers import normalise_ror
from papers.models import Institution, InstitutionName
from papers.names import fold
from papers.records import InstitutionRecord, WorkRecord

LONGEST_KEY = 500
KEPT_STRINGS = 200_000
_PARENTHESIS = re.compile(r"\s*\([^)]*\)\s*$")
_SEGMENTS = re.compile(r"[,;|]|\s[-–—]\s|\n")
_SHORTEST_SEGMENT = 6  # folded; shorter ones are mostly countries and states, or acronyms that many share


class Named(NamedTuple):
    """What a source says that tells one institution from another. ``ror`` is normalised or ""."""

    name: str
    ror: str
    country_code: str
    homepage: str


def institution_key(name: str) -> str:
    """An institution's name as it is compared: folded, without a leading "the" and a trailing note in parentheses."""
    key = fold(_PARENTHESIS.sub("", name)) or name.strip().lower()
    return key.removeprefix("the ")[:LONGEST_KEY]


def site_host(url: str) -> str:
    """The host of a website without "www.", lower case, or ""."""
    if not url:
        return ""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.")[:253]


class Institutions:
    """Row keys of institutions. ``prepare`` a batch first; after a failed transaction make a new one."""

    def __init__(self) -> None:
        self._known: dict[Named, int] = {}
        self._raw: dict[str, int | None] = {}

    def prepare(self, records: Sequence[WorkRecord]) -> None:
        """Match or make the institutions of these records. At most eight queries."""
        authorships = [authorship for record in records for authorship in record.authorships]
        named = {_bare(institution) for authorship in authorships for institution in authorship.institutions if institution.name}
        missing = sorted(named - self._known.keys())
        if missing:
            matched = match_institutions(missing)
            self._known |= matched
            self._open([entry for entry in missing if entry not in matched])
        raw = {text for authorship in authorships if not authorship.institutions for text in authorship.affiliations}
        if len(self._raw) > KEPT_STRINGS:
            self._raw.clear()
        self._match_raw(sorted(raw - self._raw.keys()))

    def keys(self, institutions: Iterable[InstitutionRecord], affiliations: Iterable[str]) -> list[int]:
        """Row keys of an authorship's institutions, each once: those the source names, else those its strings match."""
        found = [self._known[_bare(institution)] for institution in institutions if institution.name]
        if not found:
            found = [key for text in affiliations if (key := self._raw.get(text)) is not None]
        return list(dict.fromkeys(found))

    def _open(self, entries: list[Named]) -> None:
        """Institutions for what nothing matches: one a ROR id, else a provisional one a folded name and country."""
        if not entries:
            return
        rows: dict[tuple[str, ...], Institution] = {}
        for entry in entries:
            rows.setdefault(_identity(entry), _opened(entry))
        Institution.objects.bulk_create([rows[identity] for identity in sorted(rows)], ignore_conflicts=True)
        stored = Institution.objects.filter(
            Q(ror=None, name_key__in=[institution_key(entry.name) for entry in entries])
            | Q(ror__in=[entry.ror for entry in entries if entry.ror])
        )
        keys: dict[tuple[str, ...], int] = {}
        for row in stored:
            keys[(row.ror,) if row.ror else (row.name_key, row.country_code)] = row.merged_into_id or row.pk
        InstitutionName.objects.bulk_create(
            [
                InstitutionName(institution_id=keys[identity], name=row.name, key=row.name_key, kind="source")
                for identity, row in sorted(rows.items())
            ],
            ignore_conflicts=True,
        )
        for entry in entries:
            self._known[entry] = keys[_identity(entry)]

    def _match_raw(self, texts: list[str]) -> None:
        if texts:
            self._raw |= match_affiliations(texts)


def _bare(institution: InstitutionRecord) -> Named:
    return Named(institution.name, normalise_ror(institution.ror), institution.country_code, institution.homepage)


def _identity(entry: Named) -> tuple[str, ...]:
    return (entry.ror,) if entry.ror else (institution_key(entry.name), entry.country_code)


def _opened(entry: Named) -> Institution:
    return Institution(
        name=entry.name[:500],
        name_key=institution_key(entry.name),
        ror=entry.ror or None,
        country_code=entry.country_code,
        homepage=entry.homepage[:500],
        site_host=site_host(entry.homepage),
    )


def match_institutions(entries: Sequence[Named]) -> dict[Named, int]:
    """The institutions that are known already: by ROR id, else by website or e-mail domain, else by name and country.

    A domain or a name that several institutions share matches only where the other sign, or the country, leaves one.
    Four queries.
    """
    rors = dict(Institution.objects.filter(ror__in=[entry.ror for entry in entries if entry.ror]).values_list("ror", "id"))
    by_host = _by_host({host for entry in entries if (host := site_host(entry.homepage))})
    by_name = _by_name({institution_key(entry.name) for entry in entries})
    countries = _countries({key for found in (*by_host.values(), *by_name.values()) for key in found})
    matched: dict[Named, int] = {}
    for entry in entries:
        if entry.ror:
            key = rors.get(entry.ror)
        else:
            hosts = by_host.get(site_host(entry.homepage), set())
            named = by_name.get(institution_key(entry.name), set())
            key = _only(hosts & named) or _only(_in_country(named, entry.country_code, countries)) or _only(hosts)
        if key is not None:
            matched[entry] = key
    return matched


def match_affiliations(texts: Sequence[str]) -> dict[str, int | None]:
    """Institutions named in affiliation strings: the longest part of the string that is one ROR institution's name.

    "Robotics Institute, Carnegie Mellon University, Pittsburgh" names Carnegie Mellon University. None where no
    part is a name, or only names that several institutions share. Two queries.
    """
    parts = {
        text: [key for part in (text, *_SEGMENTS.split(text)) if len(key := institution_key(part)) >= _SHORTEST_SEGMENT] for text in texts
    }
    known = _by_name({key for keys in parts.values() for key in keys}, registered_only=True)
    matched: dict[str, int | None] = {}
    for text, keys in parts.items():
        candidates = [(len(key), found) for key in keys if (found := _only(known.get(key, set()))) is not None]
        matched[text] = max(candidates)[1] if candidates else None
    return matched


def _by_host(hosts: set[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    if hosts:
        rows = Institution.objects.filter(site_host__in=hosts, merged_into=None, erased_at=None).values_list("site_host", "id")
        for host, key in rows:
            found.setdefault(host, set()).add(key)
    return found


def _by_name(keys: set[str], *, registered_only: bool = False) -> dict[str, set[int]]:
    """Institutions by folded name; a full name counts before an acronym or alias that is somebody else's as well."""
    rows = InstitutionName.objects.filter(key__in=keys, institution__merged_into=None, institution__erased_at=None)
    if registered_only:
        rows = rows.filter(institution__ror__isnull=False)
    full: dict[str, set[int]] = {}
    other: dict[str, set[int]] = {}
    for key, institution, kind in rows.values_list("key", "institution_id", "kind"):
        (full if kind in {"display", "label", "source"} else other).setdefault(key, set()).add(institution)
    return {**other, **full}


def _countries(keys: set[int]) -> dict[int, str]:
    return dict(Institution.objects.filter(pk__in=keys).values_list("pk", "country_code"))


def _in_country(keys: set[int], country: str, countries: dict[int, str]) -> set[int]:
    """Those in the country; all where the country is unknown on either side."""
    return {key for key in keys if not country or not countries.get(key) or countries[key] == country}


def _only(keys: set[int]) -> int | None:
    return next(iter(keys)) if len(keys) == 1 else None
