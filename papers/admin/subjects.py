"""Fields, topics and venues."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.lib.admin import ReadOnlyAdmin
from papers.admin.people import PartAdmin, with_words
from papers.admin.works import standing_of
from papers.models import Field, Topic, Venue, WorkTopic


@admin.register(Field)
class FieldAdmin(PartAdmin):
    """Fields of research, as the mapping gives them."""

    list_display = ("name", "key", "domain", "order")
    ordering = ("order", "key")
    search_help_text = _("The beginning of a key, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By the beginning of the key."""
        return rows.filter(key__startswith=term.lower())


@admin.register(Topic)
class TopicAdmin(ReadOnlyAdmin[Topic]):
    """Topics, found by name."""

    list_display = ("name", "key", "field", "standing", "page")
    list_select_related = ("field",)
    search_help_text = _("Words of the name, the id from an address, or # and a number.")

    def find(self, rows: QuerySet[Topic], term: str) -> QuerySet[Topic]:
        """By the words of the name."""
        return with_words(rows, term)

    @admin.display(description=_("standing"))
    def standing(self, topic: Topic) -> str:
        """Whether the row was merged or erased."""
        return standing_of(topic)


@admin.register(Venue)
class VenueAdmin(PartAdmin):
    """Conferences, journals, repositories."""

    list_display = ("name", "abbreviation", "kind", "key")
    search_help_text = _("The beginning of a key, which is the source's short name or the folded name; or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By the beginning of the key."""
        return rows.filter(key__startswith=term.lower())


@admin.register(WorkTopic)
class WorkTopicAdmin(PartAdmin):
    """Which works are about which topics."""

    list_display = ("work", "topic", "score", "source")
    list_select_related = ("work", "topic")
