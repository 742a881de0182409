"""Claiming a page: beginning, what the claimant sees, what they can do next, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from config.lib.pages import public_page
from config.lib.paging import open_pager
from config.lib.query_params import QueryParams
from papers.models import Author
from papers.models.bases import page_slug
from papers.querysets.people import authors
from papers.views.standing import addressed
from profiles.claims.appeals import open_appeal, withdraw_appeal
from profiles.claims.challenges import answer_challenge
from profiles.claims.forms import ClaimForm, TextForm
from profiles.claims.life import release_page, start_claim, submit_claim, withdraw_claim
from profiles.claims.limits import ensure_may_start, has_confirmed_address
from profiles.claims.messages import answer_moderator
from profiles.claims.progress import duration_text, progress_of
from profiles.claims.service_figures import median_wait, service_figures
from profiles.evidence.explaining import is_offered
from profiles.exceptions import IdentityError
from profiles.models import Claim, Profile, User
from profiles.models.choices import HOLDING, AppealStatus, Method
from profiles.querysets.claims import claims_of, held_by, holding, open_claims
from profiles.views.addresses import page_elsewhere
from profiles.views.typed import log_in_first, writing_needs_login

PAGE_SIZE: Final = 20
MOST_PAGES: Final = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_start(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """What claiming this page means, and the form that begins it. At most twelve queries."""
    author = addressed(authors().select_related("figures", "merged_into"), request, pk)
    moved = page_elsewhere(request, author, "profiles:claim-start")
    if moved is not None:
        return moved
    context: dict[str, Any] = {
        "author": author,
        "owner": holding([author.pk]).first(),
        "login_url": _with_next("account_login", request.path),
        "signup_url": _with_next("account_signup", request.path),
        "median": duration_text(median_wait()),
        "has_orcid": is_offered(Method.ORCID),
    }
    if not isinstance(request.user, User):
        if request.method == "POST":
            return log_in_first(request)
        return render(request, "profiles/claims/start.html", context)
    return _start_signed_in(request, request.user, author, context)


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """A claim as its claimant sees it, and what they do with it. 404 for everybody else. At most seventeen queries."""
    found = Claim.objects.select_related("author", "profile__user").filter(pk=pk, profile__user_id=int(request.user.pk or 0)).first()
    if found is None:
        raise Http404(_("There is no page at this address."))
    form: TextForm | None = None
    action = ""
    if request.method == "POST":
        action = request.POST.get("action", "")
        done, form = _carried_out(request, found, action)
        if done:
            return redirect("profiles:claim", pk=found.pk)
    return render(request, "profiles/claims/claim.html", _claim_context(found, action, form), status=200)


@never_cache
@login_required
@require_safe
def own_page(request: HttpRequest) -> HttpResponse:
    """To the page that one owns; to one's claims, which say how to find it, where there is none. One query beside session and account."""
    held = Claim.objects.filter(profile__user_id=int(request.user.pk or 0), status__in=HOLDING).select_related("author").first()
    return redirect(held.author) if held is not None else redirect("profiles:claims")


@never_cache
@login_required
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """One's own claims, twenty a page. Two queries beside session and account."""
    params = QueryParams(request.GET)
    page = params.number("page", 1, MOST_PAGES) or 1
    rows = list(claims_of(int(request.user.pk or 0))[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    pager = open_pager(
        page=page,
        size=PAGE_SIZE,
        shown=len(shown),
        has_more=len(rows) > PAGE_SIZE,
        limit=MOST_PAGES,
        url=lambda number: reverse("profiles:claims") + (f"?page={number}" if number > 1 else ""),
    )
    return render(request, "profiles/claims/list.html", {"claims": shown, "pager": pager, "ignored": params.close()})


@public_page
def about_claims(request: HttpRequest) -> HttpResponse:
    """How long claims take, in public. Four queries."""
    figures = service_figures()
    context = {"figures": figures, "median": duration_text(figures.median), "oldest": duration_text(figures.oldest)}
    return render(request, "profiles/claims/about.html", context)


# --- Beginning ----------------------------------------------------------------------------------------------------


def _start_signed_in(request: HttpRequest, user: User, author: Author, context: dict[str, Any]) -> HttpResponse:
    profile = Profile.objects.filter(user=user).first()
    if profile is not None:
        if own := held_by(profile.pk).filter(author=author).first():
            return redirect("profiles:claim", pk=own.pk)
        if begun := open_claims(profile.pk).filter(author=author).first():
            return redirect("profiles:claim", pk=begun.pk)
    form = ClaimForm(request.POST if request.method == "POST" else None, initial={"name": profile.display_name if profile else ""})
    if request.method == "POST" and form.is_valid():
        try:
            begun = start_claim(
                user=user,
                author=author,
                name=form.cleaned_data["name"],
                statement=form.cleaned_data["statement"],
                address=request.META.get("REMOTE_ADDR", ""),
            )
        except IdentityError as refusal:
            return render(request, "profiles/claims/start.html", {**context, "form": form, **_obstacle(user, refusal)})
        messages.success(request, _("Your claim has begun. Now add evidence that ties you to this page."))
        return redirect("profiles:claim", pk=begun.pk)
    return render(request, "profiles/claims/start.html", {**context, "form": form, **_known_obstacle(user, profile, author)})


def _known_obstacle(user: User, profile: Profile | None, author: Author) -> dict[str, Any]:
    """What already stands against a claim, so that nobody types in vain."""
    try:
        ensure_may_start(user=user, profile=profile, author=author)
    except IdentityError as refusal:
        return _obstacle(user, refusal)
    return {}


def _obstacle(user: User, refusal: IdentityError) -> dict[str, Any]:
    until: datetime | None = getattr(refusal, "until", None)
    return {"obstacle": str(refusal), "until": until, "must_confirm": not has_confirmed_address(user)}


def _with_next(name: str, back: str) -> str:
    return f"{resolve_url(name)}?{urlencode({'next': back})}"


# --- Going on -----------------------------------------------------------------------------------------------------

TEXT_LABELS: Final[dict[str, Any]] = {
    "answer": lambda: _("Something to say to the moderators"),
    "answer-challenge": lambda: _("Your answer"),
    "appeal": lambda: _("Why should it have been decided otherwise?"),
}


def _claim_context(found: Claim, action: str, form: TextForm | None) -> dict[str, Any]:
    forms = {name: TextForm(label=label(), auto_id=f"{name}-%s") for name, label in TEXT_LABELS.items()}
    if form is not None:
        forms[action] = form
    return {
        "claim": found,
        "author": found.author,
        "claim_again_url": reverse("profiles:claim-start", args=[found.author_id, page_slug(found.author.display_name)]),
        "progress": progress_of(found),
        "answer_form": forms["answer"],
        "challenge_form": forms["answer-challenge"],
        "appeal_form": forms["appeal"],
    }


def _carried_out(request: HttpRequest, found: Claim, action: str) -> tuple[bool, TextForm | None]:
    """Do what a form of the page asks for. Whether the page is to be loaded afresh, and a form to show again with what was typed."""
    user = found.profile.user
    form: TextForm | None = None
    if action in TEXT_LABELS:
        form = TextForm(request.POST, label=TEXT_LABELS[action](), auto_id=f"{action}-%s")
        if not form.is_valid():
            return False, form
    steps = _steps(found, user, form.cleaned_data["text"] if form is not None else "")
    if action not in steps:
        messages.error(request, _("This page does not know what you asked for. Choose one of its buttons."))
        return True, None
    step, said = steps[action]
    try:
        step()
    except IdentityError as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return True, None
        form.add_error("text", str(refusal))
        return False, form
    messages.success(request, said)
    return True, None


def _steps(found: Claim, user: User, text: str) -> dict[str, tuple[Callable[[], object], str]]:
    """What each button does, and what is said then."""
    return {
        "submit": (lambda: submit_claim(claim=found, user=user), _("Handed in. A moderator looks at it now.")),
        "withdraw": (lambda: withdraw_claim(claim=found, user=user), _("Withdrawn.")),
        "release": (lambda: release_page(claim=found, user=user), _("You no longer own this page.")),
        "answer": (lambda: answer_moderator(claim=found, user=user, text=text), _("Sent to the moderators.")),
        "answer-challenge": (
            lambda: answer_challenge(claim=found, user=user, text=text),
            _("Your answer has been sent to the moderators."),
        ),
        "appeal": (lambda: open_appeal(claim=found, user=user, text=text), _("Your appeal has been made. Another moderator decides it.")),
        "withdraw-appeal": (lambda: _withdraw_appeal(found, user), _("Your appeal has been withdrawn.")),
    }


def _withdraw_appeal(found: Claim, user: User) -> None:
    appeal = found.appeals.filter(status=AppealStatus.OPEN).first()
    if appeal is not None:
        withdraw_appeal(appeal=appeal, user=user)
