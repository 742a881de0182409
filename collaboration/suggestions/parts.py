"""What of suggestions belongs to an account: taken along, and gone with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from collaboration.models import Suggestion, SuggestionChoice, SuggestionDismissal
from config.lib.public_ids import encode_public_id
from config.lib.registries import PersonalPart
from profiles.models import User
from profiles.privacy.parts import CHUNK, of_user


def parts() -> tuple[PersonalPart, ...]:
    """What the archive of an account holds of this, in order. All of it cascades."""
    return (
        PersonalPart("suggestions", _("People suggested to you"), suggestions, order=340),
        PersonalPart("dismissed-suggestions", _("Suggestions that you dismissed"), dismissals, order=341),
        PersonalPart(
            "suggestion-choice", _("Whether you are suggested to others"), of_user(SuggestionChoice, "user", "is_suggested"), order=342
        ),
    )


def suggestions(user: User) -> Iterator[Mapping[str, Any]]:
    """Each by its page, with the kinds of its reasons."""
    rows = Suggestion.objects.filter(list=user.pk).select_related("author", "list").order_by("place")
    for row in rows.iterator(chunk_size=CHUNK):
        yield {
            "id": encode_public_id(row.author_id),
            "name": row.author.display_name,
            "place": row.place + 1,
            "score": row.score,
            "reasons": [{"kind": one["kind"], "count": one["count"]} for one in row.reasons],
            "computed": row.list.computed_at,
        }


def dismissals(user: User) -> Iterator[Mapping[str, Any]]:
    """Each by its page."""
    rows = SuggestionDismissal.objects.filter(user=user).select_related("author").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        yield {"id": encode_public_id(row.author_id), "name": row.author.display_name, "since": row.since}
