"""What every row with a page of its own has in common."""

from __future__ import annotations

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from config.lib.public_ids import encode_public_id

SLUG_LENGTH = 60


def page_slug(text: str) -> str:
    """The decoration of a page's address: at most 60 ASCII characters, "-" where nothing of the text remains."""
    return slugify(text)[:SLUG_LENGTH].strip("-") or "-"


class PagedModel(models.Model):
    """A row with a public page, which may be merged into another or erased, and whose address never dies."""

    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name=_("merged into")
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)
