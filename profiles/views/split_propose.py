"""One page that mixes people: saying whose works are whose, seeing what that would change, proposing it."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.lib.paging import counted_pager, page_count
from config.lib.query_params import QueryParams
from papers.models import Author, Authorship
from profiles.exceptions import IdentityError, NoteNeededError
from profiles.identity.forms import ReasonForm
from profiles.identity.preview import preview_split
from profiles.identity.proposals import propose_split
from profiles.identity.sorting import PEOPLE, Heap, Said, heaps_of, hints_for, options, read_back
from profiles.identity.splitting import ensure_groups
from profiles.models import User
from profiles.querysets.identity import companions_on, works_of
from profiles.views.addresses import author_below, kept_as_asked, page_elsewhere
from profiles.views.merge_propose import login_address
from profiles.views.typed import log_in_first

PAGE_SIZE: Final = 200
MOST_PAGES: Final = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def split_propose(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """The works of the page in groups, and whose each is; sent with "preview" it says what would change, with "propose" it is proposed.

    Two hundred works a page. At most twenty queries, whatever their number.
    """
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "profiles:split-propose")
    if moved is not None:
        return moved
    params = QueryParams(request.GET)
    total = works_of(author.pk).count()
    pages = page_count(total, PAGE_SIZE, MOST_PAGES)
    page = min(params.number("page", 1, MOST_PAGES) or 1, pages)
    works = list(works_of(author.pk)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    given = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    heaps = heaps_of(works, hints_for(author, request.user), given, companions_on([one.work_id for one in works], author.pk))
    said = read_back(heaps, given)
    form = ReasonForm(
        request.POST if "propose" in request.POST else None, initial={name: given.get(name, "") for name in ("reason", "evidence")}
    )
    problem = ""
    preview = None
    if request.method == "POST":
        if "propose" in request.POST and not isinstance(request.user, User):
            return log_in_first(request)
        problem = _problem(author, said)
        if not problem:
            preview = preview_split(author, said.groups)
            if isinstance(request.user, User) and form.is_valid():
                answer = _proposed(request.user, author, said, form)
                if answer is not None:
                    return answer
    context = _context(request, author, works, heaps, said)
    context |= {
        "form": form,
        "preview": preview,
        "problem": problem,
        "pager": counted_pager(
            page=page,
            total=total,
            size=PAGE_SIZE,
            limit=MOST_PAGES,
            url=lambda number: request.path + (f"?page={number}" if number > 1 else ""),
        ),
        "total": total,
        "ignored": params.close(),
    }
    return kept_as_asked(render(request, "profiles/identity/split.html", context), author)


def _problem(author: Author, said: Said) -> str:
    """Why what was chosen cannot be, or ""."""
    if said.errors:
        return _("One of the addresses below leads to no researcher page.")
    if not said.groups:
        return _("Nothing would change: every work is said to be this page's. Choose whose the others are.")
    try:
        with transaction.atomic():
            ensure_groups(author, said.groups)
    except IdentityError as error:
        return str(error)
    return ""


def _proposed(user: User, author: Author, said: Said, form: ReasonForm) -> HttpResponse | None:
    try:
        proposal = propose_split(user=user, page=author, groups=said.groups, **form.cleaned_data)
    except NoteNeededError as error:
        form.add_error("evidence", str(error))
    except IdentityError as error:
        form.add_error(None, str(error))
    else:
        return redirect(proposal)
    return None


def _context(request: HttpRequest, author: Author, works: list[Authorship], heaps: list[Heap], said: Said) -> dict[str, Any]:
    return {
        "author": author,
        "heaps": heaps,
        "options": options(),
        "people": [
            {"letter": letter.upper(), "name": f"page-{letter}", "value": said.addresses[letter], "error": said.errors.get(letter, "")}
            for letter in PEOPLE
        ],
        "has_works": len(works) > 0,
        "login_url": login_address(request),
    }
