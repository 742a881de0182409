"""How many invitations people may have: one table, which the operator changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from collaboration.models import InvitationLimit

if TYPE_CHECKING:  # generic for the type checker only
    _Base = admin.ModelAdmin[InvitationLimit]
else:
    _Base = admin.ModelAdmin


@admin.register(InvitationLimit)
class InvitationLimitAdmin(_Base):
    """The limits by level, all editable in the list. They hold from the next invitation on; where a row is missing, those of docs/inviting.md do."""

    list_display = ("level", "open_at_once", "new_a_week", "declines", "halved_days")
    list_display_links = ("level",)
    list_editable = ("open_at_once", "new_a_week", "declines", "halved_days")
    fields = ("level", "open_at_once", "new_a_week", "declines", "halved_days")

    def get_readonly_fields(self, request: HttpRequest, obj: InvitationLimit | None = None) -> tuple[str, ...]:
        """A row's level stays: it is what names it."""
        return ("level",) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: InvitationLimit | None = None) -> bool:
        """None: a limit is changed, not lost."""
        return False
