"""Invitations: writing one, the lists, one of them with what can be done about it, and what one lets others ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from collaboration.exceptions import CannotInviteError, IncompleteError
from collaboration.invitations import notices
from collaboration.invitations.answering import accept_invitation, ask_to_wait, decline_invitation, remind, withdraw_invitation
from collaboration.invitations.choices import choice_of, choose
from collaboration.invitations.drafting import MOST_WORKS, discard_draft, save_draft
from collaboration.invitations.forms import CharterForm, ChoiceForm, DeclineForm, NoteForm, WaitForm, initial_of
from collaboration.invitations.obstacles import obstacle
from collaboration.invitations.sending import send_invitation
from collaboration.invitations.situation import Situation, situation_of
from collaboration.models.invitations import Invitation, InvitationStatus
from collaboration.pages.charter import found_works, offered_works
from collaboration.pages.introduction import request_rows
from collaboration.pages.invitation import rows_of, shown_invitation
from collaboration.querysets.invitations import BOXES, box, counts
from collaboration.safety.blocks import is_blocked_between
from collaboration.views.common import account_of
from config.lib.paging import open_pager
from config.lib.query_params import QueryParams, clean_text
from papers.models import Author
from papers.models.bases import page_slug
from papers.views.standing import NO_PAGE
from profiles.exceptions import IdentityError
from profiles.models import User
from profiles.querysets.claims import holding
from profiles.views.addresses import author_below, page_elsewhere
from profiles.views.typed import log_in_first, writing_needs_login

PAGE_SIZE: Final = 20
MOST_PAGES: Final = 50
LONGEST_KEY: Final = 18  # digits, which is less than a key in the database can have


# --- Writing ------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """An invitation to the person of this page: what it means, why not yet, or the form. At most sixteen queries to show."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "collaboration:invite")
    if moved is not None:
        return moved
    back = urlencode({"next": request.path})
    login, sign_up = f"{resolve_url('account_login')}?{back}", f"{resolve_url('account_signup')}?{back}"
    if not isinstance(request.user, User):
        if request.method == "POST":
            return log_in_first(request)
        told = {"author": author, "login_url": login, "signup_url": sign_up, "is_claimed": holding([author.pk]).exists()}
        return render(request, "collaboration/invitations/invite.html", told)
    now = timezone.now()
    found = situation_of(request.user, author.pk, now)
    if found.page == author.pk:
        return redirect("collaboration:invitations")
    if request.method == "POST":
        return _posted(request, request.user, author, found)
    return _as_stored(request, author, found, obstacle(found, author.pk, now))


def _as_stored(request: HttpRequest, author: Author, found: Situation, stands_against: CannotInviteError | None) -> HttpResponse:
    draft = Invitation.objects.filter(pk=found.draft).first() if found.draft is not None else None
    chosen = list(draft.works.values_list("pk", flat=True)) if draft is not None else []
    form = CharterForm(initial=initial_of(draft, chosen), offered=offered_works(author, found.page, chosen))
    return _shown(request, author, found, form, obstacle=stands_against, draft=draft)


def _posted(request: HttpRequest, user: User, author: Author, found: Situation) -> HttpResponse:
    action = request.POST.get("action", "send")
    if action == "discard":
        return _discarded(request, user, found)
    chosen = _chosen(request.POST)
    if action == "find-work":
        return _as_typed(request, author, found, chosen)
    form = CharterForm(request.POST, offered=offered_works(author, found.page, chosen), complete=action == "send")
    if not form.is_valid():
        return _shown(request, author, found, form)
    try:
        draft = save_draft(sender=user, author=author, charter=form.charter())
    except IdentityError as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, author, found, form)
    return _sent(request, user, author, found, form, draft) if action == "send" else _kept(request, author, action)


def _as_typed(request: HttpRequest, author: Author, found: Situation, chosen: Sequence[int]) -> HttpResponse:
    """The form again with everything that was typed and nothing judged, and works that the words find: somebody is still at it."""
    asked = clean_text(request.POST.get("find_work", ""), 200)
    met = found_works(asked)
    offered = offered_works(author, found.page, chosen, met)
    initial = {name: request.POST.get(name, "") for name in CharterForm.base_fields} | {"works": list(chosen)}
    return _shown(request, author, found, CharterForm(initial=initial, offered=offered), find_work=asked, no_work=bool(asked) and not met)


def _kept(request: HttpRequest, author: Author, action: str) -> HttpResponse:
    slug = page_slug(author.display_name)
    if action == "introduce":
        return redirect("collaboration:introduce", pk=author.pk, slug=slug)
    messages.success(request, _("Kept as a draft. Nobody else sees it."))
    return redirect("collaboration:invite", pk=author.pk, slug=slug)


def _sent(request: HttpRequest, user: User, author: Author, found: Situation, form: CharterForm, draft: Invitation) -> HttpResponse:
    try:
        sent = send_invitation(draft=draft, user=user)
    except CannotInviteError as refusal:
        return _shown(request, author, found, form, obstacle=refusal, is_kept=True)
    except IncompleteError as refusal:
        form.add_error(refusal.field, str(refusal))
        return _shown(request, author, found, form)
    except IdentityError as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, author, found, form)
    waits = sent.status == InvitationStatus.WAITING
    messages.success(
        request, _("Your invitation waits at the page until somebody claims it.") if waits else _("Your invitation has been sent.")
    )
    return redirect(sent)


def _discarded(request: HttpRequest, user: User, found: Situation) -> HttpResponse:
    draft = Invitation.objects.filter(pk=found.draft, sender=user).first() if found.draft is not None else None
    if draft is not None:
        discard_draft(draft=draft, user=user)
        messages.success(request, _("The draft has been thrown away."))
    return redirect(reverse("collaboration:invitations") + "?show=drafts")


def _shown(request: HttpRequest, author: Author, found: Situation, form: CharterForm, **told: Any) -> HttpResponse:
    context = {
        "author": author,
        "is_claimed": found.owner is not None,
        "allowance": found.allowance,
        "more_at": found.more_at,
        "has_draft": found.draft is not None,
        "has_page": found.page is not None,
        "form": form,
        "most_works": MOST_WORKS,
        **told,
    }
    return render(request, "collaboration/invitations/invite.html", context)


def _chosen(typed: QueryDict) -> list[int]:
    keys = [value for value in typed.getlist("works")[: 4 * MOST_WORKS] if value.isascii() and value.isdecimal()]
    return [int(key) for key in keys if len(key) <= LONGEST_KEY]


# --- Lists --------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    """One of the lists of one's invitations, twenty a page. At most eight queries beside session and account."""
    user = account_of(request)
    params = QueryParams(request.GET)
    name = params.choice("show", BOXES, "received")
    page = params.number("page", 1, MOST_PAGES) or 1
    found: Sequence[Any] = list(box(user, name)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    pager = open_pager(
        page=page,
        size=PAGE_SIZE,
        shown=len(shown),
        has_more=len(found) > PAGE_SIZE,
        limit=MOST_PAGES,
        url=lambda number: f"{reverse('collaboration:invitations')}?{urlencode({'show': name, 'page': number})}",
    )
    waiting = counts(user)
    context = {
        "show": name,
        "tabs": [(key, label, waiting[key], key == name) for key, label in _tabs()],
        "rows": request_rows(shown) if name == "asked" else rows_of(shown, user, name),
        "pager": pager,
        "ignored": params.close(),
    }
    return render(request, "collaboration/invitations/list.html", context)


def _tabs() -> list[tuple[str, str]]:
    return [
        ("received", _("Received")),
        ("sent", _("Sent")),
        ("waiting", _("Waiting at pages")),
        ("drafts", _("Drafts")),
        ("asked", _("To pass on")),
    ]


# --- One of them --------------------------------------------------------------------------------------------------


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """An invitation as its sender or its recipient sees it, and what they do with it. 404 for everybody else. At most fourteen queries."""
    user = account_of(request)
    found = _mine(pk, user)
    if found.status == InvitationStatus.DRAFT:
        return redirect("collaboration:invite", pk=found.author_id, slug=page_slug(found.author.display_name))
    form: forms.Form | None = None
    action = ""
    if request.method == "POST":
        action = request.POST.get("action", "")
        answer, form = _carried_out(request, found, user, action)
        if answer is not None:
            return answer
    else:
        notices.seen(found, user)
    shown = shown_invitation(found, user)
    context = {
        "shown": shown,
        "invitation": found,
        "accept_form": form if action == "accept" and form else NoteForm(auto_id="accept-%s"),
        "decline_form": form if action == "decline" and form else DeclineForm(auto_id="decline-%s"),
        "wait_form": form if action == "wait" and form else WaitForm(auto_id="wait-%s"),
        "open_form": action if form is not None else "",
    }
    return render(request, "collaboration/invitations/invitation.html", context)


def _mine(pk: int, user: User) -> Invitation:
    """The invitation, where this account is its sender or has it before them. Raises ``Http404``."""
    found = Invitation.objects.select_related("author", "sender", "conversation").prefetch_related("events").filter(pk=pk).first()
    if found is None:
        raise Http404(NO_PAGE)
    if found.sender_id == user.pk:
        return found
    if found.recipient_id != user.pk or found.status == InvitationStatus.CLOSED or is_blocked_between(found.sender, user):
        raise Http404(NO_PAGE)
    return found


def _carried_out(request: HttpRequest, found: Invitation, user: User, action: str) -> tuple[HttpResponse | None, forms.Form | None]:
    """Do what a form of the page asks for: where to go then, or the form to show again with what was typed."""
    kinds: dict[str, type[forms.Form]] = {"accept": NoteForm, "decline": DeclineForm, "wait": WaitForm}
    form = kinds[action](request.POST, auto_id=f"{action}-%s") if action in kinds else None
    if form is not None and not form.is_valid():
        return None, form
    given = form.cleaned_data if form is not None else {}
    steps = _steps(found, user, given)
    if action not in steps:
        messages.error(request, _("This page does not know what you asked for. Choose one of its buttons."))
        return redirect(found), None
    step, said = steps[action]
    try:
        result = step()
    except IdentityError as refusal:
        messages.error(request, str(refusal))
        return redirect(found), None
    messages.success(request, said)
    return redirect(result if action == "accept" else found), None


def _steps(found: Invitation, user: User, given: dict[str, Any]) -> dict[str, tuple[Callable[[], Any], str]]:
    """What each button does, and what is said then."""
    note = given.get("note", "")
    return {
        "accept": (
            lambda: accept_invitation(invitation=found, user=user, note=note),
            _("Accepted. Here you can talk."),
        ),
        "decline": (
            lambda: decline_invitation(invitation=found, user=user, reason=given["reason"], note=note),
            _("Declined. The sender reads the reason that you chose."),
        ),
        "wait": (
            lambda: ask_to_wait(invitation=found, user=user, until=given["until"]),
            _("You have asked them to wait. The invitation comes back to you on that day."),
        ),
        "withdraw": (lambda: withdraw_invitation(invitation=found, user=user), _("Withdrawn.")),
        "remind": (lambda: remind(invitation=found, user=user), _("You have reminded them. Once is the most.")),
    }


# --- What others may ask ------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collaboration_choices(request: HttpRequest) -> HttpResponse:
    """Whether invitations may come and introductions be asked for. Three queries to show."""
    user = account_of(request)
    choice = choice_of(user)
    initial = {"takes_invitations": choice.takes_invitations, "introduces": choice.introduces}
    form = ChoiceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        choose(user=user, takes_invitations=form.cleaned_data["takes_invitations"], introduces=form.cleaned_data["introduces"])
        messages.success(request, _("Your choices have been saved."))
        return redirect("collaboration:choices")
    return render(request, "collaboration/invitations/choices.html", {"form": form})
