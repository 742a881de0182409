"""What stands under a work on a researcher's page for deciding whose it is: buttons for the owner, a question for everybody else. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.lib.public_ids import encode_public_id
from papers.pages.rows import WorkRow

FORM_ID = "decide"


def with_decisions(rows: Iterable[WorkRow], *, page_address: str, is_owner: bool) -> list[WorkRow]:
    """The rows with what can be said about each: by the owner at once (the form is ``panels/decide.html``), by others on a page of its own.

    Rows without the subject's place stay as they are. Costs some microseconds a row and no query.
    """
    line = _owners_line if is_owner else _others_line(page_address)
    return [row if row.authorship is None else row._replace(facts=SafeString(row.facts + line(row))) for row in rows]


def _owners_line(row: WorkRow) -> str:
    refuse = _button("refuse", row, _("Not mine"))
    return refuse if row.is_decided else _button("confirm", row, _("Mine")) + refuse


def _others_line(page_address: str) -> Callable[[WorkRow], str]:
    """The same link under every row but for the key of the place: written once."""
    before, after = f'<a href="{escape(page_address)}not-mine/', f'/" rel="nofollow">{escape(_("Not mine?"))}</a>'
    return lambda row: f"{before}{_key(row)}{after}"


def _button(name: str, row: WorkRow, text: str) -> str:
    said = f'<span class="visually-hidden">: {escape(row.title)}</span>'
    return f'<button form="{FORM_ID}" type="submit" class="link-button" name="{name}" value="{_key(row)}">{escape(text)}{said}</button>'


def _key(row: WorkRow) -> str:
    return encode_public_id(row.authorship or 0)
