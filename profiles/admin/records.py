"""Everything that decisions rest on and leave behind, to be read: evidence, reviews, appeals, vouches, documents, levels, people, the trail."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from config.lib.admin import ReadOnlyAdmin
from config.lib.public_ids import decode_public_id
from profiles.models import Appeal, Document, Evidence, Profile, Review, Standing, TrailEntry, User, Vouch


class OfClaimAdmin(ReadOnlyAdmin[Any]):
    """Rows that belong to a claim; found by its id, and led from to its case."""

    claim_path = "claim_id"
    search_help_text = _("The id of a claim, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By the claim's id."""
        key = key_in(term)
        return rows.filter(**{self.claim_path: key}) if key is not None else rows.none()

    @admin.display(description=_("case"))
    def case(self, row: Any) -> str:
        """A link to the claim's case."""
        claim_id = row.evidence.claim_id if self.claim_path.startswith("evidence") else row.claim_id
        return case_link(claim_id)


@admin.register(Evidence)
class EvidenceAdmin(OfClaimAdmin):
    """Evidence, found by its claim or by the whole of what it is about."""

    list_display = ("method", "subject", "status", "matched", "institution", "confirmed_at", "next_check_at", "case")
    list_select_related = ("institution",)
    list_filter = ("method", "status")
    search_help_text = _("The id of a claim, a whole ORCID iD, domain or address, or # and a number.")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """By claim, or by subject in every class, which an index serves."""
        by_subject = rows.filter(method__in=["email", "orcid", "token", "vouch", "document"], subject=term)
        return super().find(rows, term) | by_subject


@admin.register(Review)
class ReviewAdmin(OfClaimAdmin):
    """What moderators found."""

    list_display = ("stage", "verdict", "reason_code", "reviewer", "created_at", "drawn_at", "looked_again_at", "case")
    list_select_related = ("reviewer",)
    list_filter = ("stage", "verdict")


@admin.register(Appeal)
class AppealAdmin(OfClaimAdmin):
    """Appeals."""

    list_display = ("against", "status", "opened_at", "decided_at", "case")
    list_filter = ("status",)


@admin.register(Vouch)
class VouchAdmin(OfClaimAdmin):
    """Vouches."""

    claim_path = "evidence__claim_id"
    list_display = ("voucher_author", "work", "status", "asked_at", "answered_at", "case")
    list_select_related = ("voucher_author", "work", "evidence")
    list_filter = ("status",)


@admin.register(Document)
class DocumentAdmin(OfClaimAdmin):
    """Documents; the files are opened from the case of their claim."""

    claim_path = "evidence__claim_id"
    list_display = ("media_type", "size", "sha256", "uploaded_at", "delete_after", "deleted_at", "case")
    list_select_related = ("evidence",)
    exclude = ("stored_as",)


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin[Standing]):
    """Levels of pages that have or had a claim."""

    list_display = ("author", "level", "record_level", "claim_level", "identity", "level_since", "next_change_at", "computed_at")
    list_select_related = ("author",)
    list_filter = ("level",)
    search_help_text = _("The id of a page, or # and its number.")

    def find(self, rows: QuerySet[Standing], term: str) -> QuerySet[Standing]:
        """By the page's id."""
        key = key_in(term)
        return rows.filter(pk=key) if key is not None else rows.none()


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin[Profile]):
    """People with accounts, by the whole address of the account."""

    list_display = ("display_name", "user", "open_until", "created_at", "updated_at")
    list_select_related = ("user",)
    exclude = ("biography_html",)
    search_help_text = _("A whole e-mail address, or # and a number.")

    def find(self, rows: QuerySet[Profile], term: str) -> QuerySet[Profile]:
        """By the account's address."""
        return rows.filter(user__in=User.objects.filter(email__in={term, term.lower()}))


@admin.register(TrailEntry)
class TrailEntryAdmin(ReadOnlyAdmin[TrailEntry]):
    """The audit trail, latest first. It only grows."""

    list_display = ("at", "action", "role", "actor_id", "subject", "subject_id", "code", "case", "undoes")
    list_select_related = ("undoes",)
    search_help_text = _("The id of a page or a claim, an account's whole e-mail address, or # and a number.")

    def find(self, rows: QuerySet[TrailEntry], term: str) -> QuerySet[TrailEntry]:
        """By page, claim or account, each of which has an index."""
        key = key_in(term)
        if key is not None:
            return rows.filter(pk__in=rows.filter(author_id=key).values("pk").union(rows.filter(claim_id=key).values("pk")))
        accounts = User.objects.filter(Q(email=term) | Q(email=term.lower())).values("pk")
        return rows.filter(actor_id__in=accounts)

    @admin.display(description=_("case"))
    def case(self, row: TrailEntry) -> str:
        """A link to the claim's case."""
        return case_link(row.claim_id) if row.claim_id is not None else ""


def case_link(claim_id: int) -> str:
    """A link to the case of a claim."""
    return format_html('<a href="{}">{}</a>', reverse("admin:profiles_claim_change", args=[claim_id]), f"#{claim_id}")


def key_in(term: str) -> int | None:
    """The row key behind a public id, or None."""
    try:
        return decode_public_id(term.lower())
    except ValueError:
        return None
