"""Accounts in the administration."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.lib.admin import LargeTableAdmin
from profiles.models import User

_POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class AccountCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]  # generic for the type checker only
    """A new account: an address, and a password or none."""

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["email"]
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {}


class AccountChangeForm(UserChangeForm):  # type: ignore[type-arg]  # generic for the type checker only
    """An account as it is."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {}


@admin.register(User)
class UserAdmin(LargeTableAdmin[User], DjangoUserAdmin):  # type: ignore[type-arg]  # generic for the type checker only
    """Accounts, found by address. Powers are given by those who have all of them."""

    form = AccountChangeForm
    add_form = AccountCreationForm
    list_display = ("email", "is_active", "is_staff", "is_superuser", "date_joined", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    ordering = ("-pk",)
    search_fields = ("email",)
    search_help_text = _("The beginning of an e-mail address, or # and a number.")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("What the account may do"), {"fields": ("is_active", *_POWERS)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")

    def find(self, rows: QuerySet[User], term: str) -> QuerySet[User]:
        """By the whole address in any letter case, or by the beginning of it as it is written."""
        whole = rows.annotate(folded=Lower("email")).filter(folded=term.lower()).values("pk")
        begun = rows.filter(email__startswith=term).values("pk")
        return rows.filter(pk__in=whole.union(begun))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Without all powers oneself, powers can be seen and not given."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if getattr(request.user, "is_superuser", False) else (*fixed, *_POWERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody with less power changes an account with all of it, not even its password."""
        if obj is not None and obj.is_superuser and not getattr(request.user, "is_superuser", False):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are closed (not active), or erased by their owners; a row that others refer to does not vanish here."""
        return False
