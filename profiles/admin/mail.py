"""What operators see of mails, of changes that wait and of access tokens: whether they go out and work, never what stands in them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.lib.admin import ReadOnlyAdmin
from profiles.models import AccessToken, AccountChange, MailOptOut, OutgoingMail, User


class OfAccountAdmin(ReadOnlyAdmin[Any]):
    """Rows that belong to an account, found by its address as it is written."""

    search_help_text = _("An account's whole e-mail address, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By the account, whose address an index serves."""
        return rows.filter(user__in=User.objects.filter(email=term).values("pk"))


@admin.register(OutgoingMail)
class OutgoingMailAdmin(OfAccountAdmin):
    """Mails that wait, went out or were given up. Codes and links stand in them, so their texts are not shown."""

    list_display = ("kind", "user", "status", "attempts", "error", "created_at", "next_attempt_at", "sent_at")
    list_select_related = ("user",)
    list_filter = ("status",)
    exclude = ("text", "html", "subject", "key")


@admin.register(MailOptOut)
class MailOptOutAdmin(OfAccountAdmin):
    """Which mails somebody does not want."""

    list_display = ("user", "kind", "created_at")
    list_select_related = ("user",)


@admin.register(AccountChange)
class AccountChangeAdmin(OfAccountAdmin):
    """Changes of addresses and iDs, which wait three days."""

    list_display = ("kind", "user", "asked_at", "takes_effect_at", "done_at", "cancelled_at", "outcome")
    list_select_related = ("user",)
    list_filter = ("kind",)
    exclude = ("token_hash",)


@admin.register(AccessToken)
class AccessTokenAdmin(OfAccountAdmin):
    """Which programs act for whom. The token itself is nowhere; its owner ends it, or the account is closed."""

    list_display = ("beginning", "user", "scopes", "created_at", "expires_at", "last_used_on")
    list_select_related = ("user",)
    exclude = ("token_hash", "password_mark")
