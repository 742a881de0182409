"""The works of one's own page, gone through one by one or by the page: mine, not mine, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.lib.paging import counted_pager, page_count
from config.lib.public_ids import decode_public_id, encode_public_id
from config.lib.query_params import QueryParams
from papers.models import Author, Authorship
from papers.pages.rows import WorkRow, rows_of
from profiles.exceptions import IdentityError
from profiles.models import Claim, PublicRequest, User
from profiles.models.choices import ClaimStatus, Role
from profiles.owners.profile_editing import profile_of
from profiles.owners.works import claim_back, confirm_work, refuse_work
from profiles.querysets.claims import held_by
from profiles.querysets.works import STATES, Reviewed, questions_about, reviewed, standing_decisions, works_to_look_at

PAGE_SIZE: Final = 20
MOST_PAGES: Final = 500


@dataclass(frozen=True, slots=True)
class OwnWork:
    """One work as its owner goes through it. ``key`` names the authorship; ``asked`` are requests to take it off."""

    key: str
    row: WorkRow
    published_as: str
    state: str
    can_confirm: bool
    can_refuse: bool
    can_undo: bool
    asked: tuple[PublicRequest, ...]


@never_cache
@login_required
@require_safe
def my_works(request: HttpRequest) -> HttpResponse:
    """The list, narrowed to what still has to be looked at where that is asked for. Thirteen queries, whatever the number of works."""
    user: Any = request.user
    held = held_by(profile_of(user).pk).first()
    if held is None:
        return render(request, "profiles/owners/my_works.html", {"page": None})
    params = QueryParams(request.GET)
    state = params.choice("state", STATES)
    progress = reviewed([held.author_id])[held.author_id]
    total = _total(progress, state)
    pages = page_count(total, PAGE_SIZE, MOST_PAGES)
    page = min(params.number("page", 1, MOST_PAGES) or 1, pages)
    works = _own_works(held, state, page)
    path = reverse("profiles:my-works")

    def address(number: int) -> str:
        given = {"state": state, "page": str(number) if number > 1 else ""}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{query}" if query else path

    context = {
        "page": held.author,
        "is_disputed": held.status == ClaimStatus.DISPUTED,
        "progress": progress,
        "state": state,
        "filters": _filters(progress, state, path),
        "works": works,
        "to_confirm": [work.key for work in works if work.can_confirm and not work.asked],
        "pager": counted_pager(page=page, total=total, size=PAGE_SIZE, limit=MOST_PAGES, url=address),
        "here": address(page),
        "ignored": params.close(),
    }
    return render(request, "profiles/owners/my_works.html", context)


@never_cache
@login_required
@require_POST
def decide_work(request: HttpRequest) -> HttpResponse:
    """A decision about one work (``confirm``, ``refuse`` or ``undo`` names its authorship), or all of ``all`` confirmed. Then back to ``next``."""
    user: Any = request.user
    try:
        said = _confirm_all(request, user) if request.POST.get("confirm-all") else _decide(request, user)
        messages.success(request, said)
    except IdentityError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(_way_back(request))


def _decide(request: HttpRequest, user: User) -> str:
    note = request.POST.get("note", "").replace("\0", "")[:500]
    found: dict[str, Callable[[Authorship], str]] = {
        "confirm": lambda one: _confirmed(one, user, note),
        "refuse": lambda one: _refused(one, user, note),
        "undo": lambda one: _taken_back(one, user),
    }
    for name, carry_out in found.items():
        authorship = _authorship(request.POST.get(name, ""))
        if authorship is not None:
            return carry_out(authorship)
    raise IdentityError(_("This work is not here any more. Load the list again."))


def _confirmed(authorship: Authorship, user: User, note: str) -> str:
    confirm_work(authorship=authorship, user=user, note=note)
    return _("Kept as yours: “%(title)s”.") % {"title": authorship.work.title[:120]}


def _refused(authorship: Authorship, user: User, note: str) -> str:
    refuse_work(authorship=authorship, user=user, note=note)
    return _("“%(title)s” has left your page, and no import brings it back. You can take that back under “Not mine”.") % {
        "title": authorship.work.title[:120]
    }


def _taken_back(authorship: Authorship, user: User) -> str:
    held = held_by(profile_of(user).pk).first()
    if held is None:
        raise IdentityError(_("You own no page."))
    claim_back(authorship=authorship, author=held.author, user=user)
    return _("Taken back: “%(title)s” is as it was before.") % {"title": authorship.work.title[:120]}


def _confirm_all(request: HttpRequest, user: User) -> str:
    """Confirm what stood on the page of the list when it was sent, and nothing else: each work is a decision of its own."""
    done = 0
    for key in request.POST.getlist("all")[:PAGE_SIZE]:
        authorship = _authorship(key)
        if authorship is not None:
            confirm_work(authorship=authorship, user=user)
            done += 1
    if not done:
        raise IdentityError(_("Nothing was left to confirm on this page of the list."))
    return ngettext("%(count)s work confirmed.", "%(count)s works confirmed.", done) % {"count": done}


def _authorship(key: str) -> Authorship | None:
    try:
        return Authorship.objects.select_related("work").filter(pk=decode_public_id(key)).first()
    except ValueError:
        return None


def _way_back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return f"{wanted}#works" if "#" not in wanted else wanted
    return reverse("profiles:my-works")


def _own_works(held: Claim, state: str, page: int) -> list[OwnWork]:
    """The works of one page of the list. Four queries."""
    chosen = list(works_to_look_at(held.author_id, state)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    rows = {row.id: row for row in rows_of([one.work_id for one in chosen], subject=held.author_id)}
    decided = {entry.subject_id: entry.role for entry in standing_decisions([one.pk for one in chosen], held.author_id)}
    asked: dict[int, list[PublicRequest]] = {}
    for question in questions_about(held.author_id):
        asked.setdefault(question.authorship_id or 0, []).append(question)
    disputed = held.status == ClaimStatus.DISPUTED
    return [_own_work(one, rows[one.work_id], held.author, decided, asked, disputed=disputed) for one in chosen if one.work_id in rows]


def _own_work(
    one: Authorship,
    row: WorkRow,
    page: Author,
    decided: Mapping[int, str],
    asked: Mapping[int, list[PublicRequest]],
    *,
    disputed: bool,
) -> OwnWork:
    on_page = one.author_id == page.pk
    questions = tuple(asked.get(one.pk, ()))
    return OwnWork(
        key=encode_public_id(one.pk),
        row=row,
        published_as=one.raw_name,
        state=_state_text(one, on_page=on_page),
        can_confirm=on_page and not disputed and (not one.decided_by_person or bool(questions)),
        can_refuse=on_page and not disputed,
        can_undo=not disputed and decided.get(one.pk) == Role.OWNER,
        asked=questions,
    )


def _state_text(one: Authorship, *, on_page: bool) -> str:
    if not on_page:
        return _("Not mine")
    if one.state == "questioned":
        return _("Questioned by somebody")
    return _("Confirmed") if one.decided_by_person else _("Not looked at yet")


def _total(progress: Reviewed, state: str) -> int:
    return {"open": progress.open, "confirmed": progress.confirmed, "questioned": progress.questioned, "refused": progress.refused}.get(
        state, progress.works
    )


def _filters(progress: Reviewed, state: str, path: str) -> list[dict[str, Any]]:
    words = {
        "": _("All on your page"),
        "open": _("Not looked at yet"),
        "questioned": _("Questioned"),
        "confirmed": _("Confirmed"),
        "refused": _("Not mine"),
    }
    return [
        {"text": text, "count": _total(progress, key), "url": f"{path}?state={key}" if key else path, "is_current": key == state}
        for key, text in words.items()
    ]
