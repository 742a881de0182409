"""Authors, their names and identifiers, and authorships."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.lib.admin import ReadOnlyAdmin
from papers.admin.works import standing_of
from papers.identifiers import AUTHOR_SCHEMES
from papers.models import Author, AuthorIdentifier, Authorship, AuthorshipInstitution, AuthorshipRefusal, NameCount, NameVariant
from papers.names import fold

_INDEXED_WORD = 3  # letters: what a trigram index can look up


def identifier_values(term: str) -> dict[str, str]:
    """What a term may be as a person's identifier: scheme to normal form."""
    return {scheme: normal for scheme, normalise in AUTHOR_SCHEMES.items() if (normal := normalise(term)) and "\x00" not in normal}


def with_words(names: QuerySet[Any], term: str) -> QuerySet[Any]:
    """The names whose folded form contains every word of the term; a trigram index serves it.

    Words too short for such an index must be a whole name, and a term without letters is no name.
    """
    words = fold(term).split()
    if max(map(len, words), default=0) < _INDEXED_WORD:
        return names.filter(key=" ".join(words)) if words else names.none()
    for word in words:
        names = names.filter(key__contains=word)
    return names


@admin.register(Author)
class AuthorAdmin(ReadOnlyAdmin[Author]):
    """Authors, found by identifier or name."""

    list_display = ("display_name", "sort_name", "works", "confidence", "row_state", "page")
    list_select_related = ("figures",)
    search_help_text = _("ORCID iD or another identifier, words of a name, the id from an address, or # and a number.")
    readonly_fields = ("names", "identifiers", "authorships")

    def find(self, rows: QuerySet[Author], term: str) -> QuerySet[Author]:
        """By identifier where the term is one that we hold, else by the words of a name."""
        authors: set[int] = set()
        for scheme, value in identifier_values(term).items():
            authors.update(AuthorIdentifier.objects.filter(scheme=scheme, value=value).values_list("author_id", flat=True))
        if authors:
            return rows.filter(pk__in=authors)
        return rows.filter(pk__in=with_words(NameVariant.objects.all(), term).values("author_id"))

    @admin.display(description=_("works"))
    def works(self, author: Author) -> int | None:
        """How many works were counted last."""
        figures = getattr(author, "figures", None)
        return figures.works_count if figures is not None else None

    @admin.display(description=_("standing"))
    def row_state(self, author: Author) -> str:  # "standing" is the page's verification level, and would be taken for it
        """Whether the row was merged or erased."""
        return standing_of(author)

    @admin.display(description=_("names"))
    def names(self, author: Author) -> SafeString:
        """Every form of the name."""
        return format_html_join(", ", "{}", author.name_variants.order_by("id").values_list("name"))

    @admin.display(description=_("identifiers"))
    def identifiers(self, author: Author) -> SafeString:
        """Every identifier, and who says so."""
        return format_html_join(", ", "{}:{} ({})", author.identifiers.order_by("scheme", "value").values_list("scheme", "value", "source"))

    @admin.display(description=_("authorships"))
    def authorships(self, author: Author) -> str:
        """Where the author's places in works are listed."""
        every = reverse("admin:papers_authorship_changelist")
        return format_html('<a href="{}?author__id__exact={}">{}</a>', every, author.pk, _("All authorships of this author"))


@admin.register(Authorship)
class AuthorshipAdmin(ReadOnlyAdmin[Authorship]):
    """Authorships: what the source said beside what was decided."""

    list_display = ("raw_name", "position", "work", "author", "rule", "state", "decided_by_person", "source")
    list_select_related = ("work", "author")
    search_help_text = _("# and a number. Authorships are best found from their work or their author.")
    readonly_fields = ("institutions_named",)
    fieldsets = (
        (
            _("What the source said"),
            {
                "fields": (
                    "work",
                    "position",
                    "raw_name",
                    "name_in_other_script",
                    "raw_affiliations",
                    "source_ids",
                    ("orcid", "orcid_authenticated"),
                    "homepage",
                    ("is_corresponding", "is_organisation"),
                    ("source", "import_run"),
                )
            },
        ),
        (
            _("What was decided"),
            {"fields": ("author", "institutions_named", "rule", "state", "decided_by_person", "decided_by", "decided_at")},
        ),
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Lists may be narrowed to one work or one author, which are indexed."""
        return lookup in {"work__id__exact", "author__id__exact"} or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("institutions"))
    def institutions_named(self, authorship: Authorship) -> SafeString:
        """The institutions that the affiliations were read as."""
        return format_html_join(", ", "{}", authorship.institutions.order_by("id").values_list("name"))

    def get_view_on_site_url(self, obj: Authorship | None = None) -> str | None:
        """The page of the work."""
        return obj.work.get_absolute_url() if obj is not None else None


class PartAdmin(ReadOnlyAdmin[Any]):
    """Rows that belong to another one and have no page of their own."""


@admin.register(NameVariant)
class NameVariantAdmin(PartAdmin):
    """Forms of authors' names."""

    list_display = ("name", "key", "block", "author")
    list_select_related = ("author",)
    search_help_text = _("Words of a name, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By the words of the name."""
        return with_words(rows, term)


@admin.register(AuthorIdentifier)
class AuthorIdentifierAdmin(PartAdmin):
    """Identifiers of authors."""

    list_display = ("scheme", "value", "author", "source", "is_authenticated")
    list_select_related = ("author",)
    search_help_text = _("An identifier, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """The identifiers that a term may be."""
        found = rows.none()
        for scheme, value in identifier_values(term).items():
            found |= rows.filter(scheme=scheme, value=value)
        return found


@admin.register(AuthorshipInstitution)
class AuthorshipInstitutionAdmin(PartAdmin):
    """Which institutions authorships name."""

    list_display = ("authorship", "institution")
    list_select_related = ("authorship", "institution")


@admin.register(AuthorshipRefusal)
class AuthorshipRefusalAdmin(PartAdmin):
    """What people said is not theirs."""

    list_display = ("authorship", "author", "stands")
    list_select_related = ("authorship", "author")


@admin.register(NameCount)
class NameCountAdmin(PartAdmin):
    """How common names are."""

    list_display = ("role", "token", "count")
    search_help_text = _("A first or family name, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """The counts of one folded name."""
        return rows.filter(role__in=["first", "family", "all"], token=fold(term).replace(" ", ""))
