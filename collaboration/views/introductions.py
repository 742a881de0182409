"""Introductions: who could introduce me, and what somebody in between does with a request."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.validators import ProhibitNullCharactersValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from collaboration.introductions.asking import LONGEST_NOTE, LONGEST_WORD, ask_introduction, decline_introduction, pass_on
from collaboration.introductions.notices import ASKED
from collaboration.invitations.obstacles import obstacle
from collaboration.invitations.situation import situation_of
from collaboration.models.introductions import Introduction, IntroductionStatus
from collaboration.models.invitations import Invitation
from collaboration.notifications.sending import mark_read
from collaboration.pages.introduction import ShownPath, shown_paths, shown_ties
from collaboration.pages.invitation import shown_invitation
from collaboration.querysets.people import known
from collaboration.safety.blocks import is_blocked_between
from config.lib.long_text import LongText
from papers.models import Author
from papers.models.bases import page_slug
from papers.views.standing import NO_PAGE
from profiles.exceptions import IdentityError
from profiles.models import User
from profiles.views.addresses import author_below, page_elsewhere
from profiles.views.typed import log_in_first, writing_needs_login

_NO_NULL: Final = ProhibitNullCharactersValidator()


class AskForm(forms.Form):
    """Which way, and what the people on it should know."""

    path = forms.ChoiceField(
        label=gettext_lazy("Which way?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the ways."), "invalid_choice": gettext_lazy("This way is no longer open.")},
    )
    note = forms.CharField(
        label=gettext_lazy("A note to those in between"),
        max_length=LONGEST_NOTE,
        required=False,
        validators=[_NO_NULL],
        widget=LongText(attrs={"rows": 4}),
        help_text=gettext_lazy("They also read your invitation. The person it is for does not read this note."),
    )


class WordForm(forms.Form):
    """A word with what is passed on."""

    word = forms.CharField(
        label=gettext_lazy("A word with it"),
        max_length=LONGEST_WORD,
        required=False,
        validators=[_NO_NULL],
        widget=LongText(attrs={"rows": 4}),
        help_text=gettext_lazy("Whoever comes next reads it, and so does whoever asked you."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def introduce(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """Who could introduce the reader to the person of this page, each way with its works. At most twelve queries."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "collaboration:introduce")
    if moved is not None:
        return moved
    if not isinstance(request.user, User):
        return log_in_first(request)
    user, now = request.user, timezone.now()
    found = situation_of(user, author.pk, now)
    if found.page == author.pk:
        return redirect("collaboration:invitations")
    stands_against = obstacle(found, author.pk, now)
    draft = Invitation.objects.filter(pk=found.draft).first() if found.draft is not None else None
    paths = shown_paths(user, found.page, author) if found.page is not None and stands_against is None else []
    form = _ask_form(request, paths)
    if request.method == "POST" and draft is not None and form.is_valid():
        answer = _asked(request, user, draft, paths, form)
        if answer is not None:
            return answer
    context = {
        "author": author,
        "obstacle": stands_against,
        "paths": paths,
        "options": list(zip(paths, form["path"], strict=False)) if paths else [],
        "form": form,
        "draft": draft,
        "is_complete": draft is not None and bool(draft.topic and draft.kind and draft.ask),
        "invite_url": reverse("collaboration:invite", args=[author.pk, page_slug(author.display_name)]),
    }
    return render(request, "collaboration/introductions/introduce.html", context)


def _ask_form(request: HttpRequest, paths: list[ShownPath]) -> AskForm:
    form = AskForm(request.POST if request.method == "POST" else None, initial={"path": paths[0].value} if paths else {})
    form.fields["path"].choices = [(path.value, path.first) for path in paths]  # type: ignore[attr-defined]  # of a choice field
    return form


def _asked(request: HttpRequest, user: User, draft: Invitation, paths: list[ShownPath], form: AskForm) -> HttpResponse | None:
    between = next(path.between for path in paths if path.value == form.cleaned_data["path"])
    try:
        ask_introduction(draft=draft, user=user, between=between, note=form.cleaned_data["note"])
    except IdentityError as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("Asked. If they pass it on, you hear of it; if they do not, you do not."))
    return redirect(draft)


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """A request as the person who has it now sees it. 404 for everybody else, and once it is answered. At most fourteen queries."""
    user: Any = request.user
    found = _before(pk, user)
    form = WordForm(request.POST if request.method == "POST" and request.POST.get("action") == "pass-on" else None)
    if request.method == "POST":
        answer = _answered(request, found, user, form)
        if answer is not None:
            return answer
    else:
        mark_read(recipient=user, kind=ASKED, group_key=f"introduction:{found.pk}:{found.place}")
    people = known([found.invitation.sender_id])
    sender = people.get(found.invitation.sender_id)
    context = {
        "introduction": found,
        "shown": shown_invitation(found.invitation, user),
        "ties": shown_ties(found, sender.author if sender is not None else None),
        "next_name": _next_name(found),
        "words": list(found.words.all()),
        "form": form,
    }
    return render(request, "collaboration/introductions/introduction.html", context)


def _before(pk: int, user: User) -> Introduction:
    rows = Introduction.objects.select_related("invitation__author", "invitation__sender__profile")
    found = rows.filter(pk=pk, holder=user, status=IntroductionStatus.ASKED).first()
    if found is None or is_blocked_between(found.invitation.sender, user):
        raise Http404(NO_PAGE)
    return found


def _answered(request: HttpRequest, found: Introduction, user: User, form: WordForm) -> HttpResponse | None:
    """What one of the two buttons does; None where the form is to be shown again."""
    action = request.POST.get("action", "")
    try:
        if action == "pass-on":
            if not form.is_valid():
                return None
            pass_on(introduction=found, user=user, word=form.cleaned_data["word"])
            messages.success(request, _("Passed on. Thank you."))
        elif action == "decline":
            decline_introduction(introduction=found, user=user)
            messages.success(request, _("Declined. Nobody is told."))
        else:
            messages.error(request, _("This page does not know what you asked for. Choose one of its buttons."))
            return redirect(found)
    except IdentityError as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("collaboration:invitations") + "?show=asked")


def _next_name(found: Introduction) -> str:
    """Who reads it after this person."""
    if found.place + 1 >= len(found.between):
        return found.invitation.author.display_name
    return str(Author.objects.filter(pk=found.between[found.place + 1]).values_list("display_name", flat=True).first() or "")
