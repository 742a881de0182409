"""Muting, blocking, reporting, and appealing."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collaboration.models import Block, Measure, Report, ReportCategory
from collaboration.pages.safety import about_page, safety_page
from collaboration.safety.blocks import block, unblock
from collaboration.safety.deciding import appeal
from collaboration.safety.forms import AppealForm, ReportForm
from collaboration.safety.mutes import mute, unmute
from collaboration.safety.reports import Reportable, report, reportable_kinds, withdraw_report
from collaboration.views.common import account_of, way_back
from papers.models import Author
from papers.querysets.people import standing_author
from profiles.exceptions import IdentityError
from profiles.querysets.claims import holding
from profiles.views.typed import writing_needs_login


@login_required
@never_cache
@require_safe
def safety(request: HttpRequest) -> HttpResponse:
    """One's own blocks, mutes, reports and measures. Five queries beside the log-in's."""
    return render(request, "collaboration/safety.html", safety_page(account_of(request)))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep_off(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:  # noqa: ARG001 - decoration
    """What one can do about a page: mute it, block its owner, report it."""
    author = standing_author(pk)
    if author is None:
        raise Http404
    user = account_of(request)
    if request.method == "POST":
        try:
            told = _done(request.POST.get("do", ""), author, user)
        except IdentityError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, told)
        return redirect(request.path)
    return render(request, "collaboration/keep_off.html", about_page(author, user))


def _done(what: str, author: Author, user: object) -> str:
    """Carry out one choice; the sentence that says so."""
    from profiles.models import User

    assert isinstance(user, User)  # noqa: S101 - behind login_required
    held = holding([author.pk]).first()
    if what == "mute":
        mute(muter=user, author=author)
        return _("You hear nothing of this page any more. Nobody is told.")
    if what == "unmute":
        unmute(muter=user, author_id=author.pk)
        return _("You hear of this page again.")
    if what in {"block", "unblock"} and held is not None:
        if what == "block":
            block(blocker=user, blocked=held.profile.user)
            return _("Blocked. Neither of you sees what the other writes or does here. Nobody is told.")
        unblock(blocker=user, blocked=held.profile.user)
        return _("No longer blocked.")
    raise Http404


@login_required
@never_cache
@require_POST
def end_block(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a block back, from the list: also of somebody who owns no page any more."""
    found = get_object_or_404(Block.objects.select_related("blocked"), pk=pk, blocker=account_of(request))
    unblock(blocker=account_of(request), blocked=found.blocked)
    messages.success(request, _("No longer blocked."))
    return redirect("collaboration:safety")


@writing_needs_login
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_thing(request: HttpRequest, word: str, pk: int) -> HttpResponse:
    """Report a page, an invitation or a message. 404 for what the reader may not see."""
    kind = reportable_kinds.get(word)
    subject = kind.find(pk, account_of(request)) if kind is not None else None
    if kind is None or subject is None:
        raise Http404(_("There is nothing at this address that could be reported."))
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _reported(request, subject, form):
        messages.success(request, _("Thank you. A moderator looks at it, and you are told what came of it."))
        return redirect(subject.back)
    return render(request, "collaboration/report.html", {"form": form, "subject": subject, "kind": kind})


def _reported(request: HttpRequest, subject: Reportable, form: ReportForm) -> bool:
    cleaned = form.cleaned_data
    try:
        report(
            reporter=account_of(request),
            subject=subject,
            category=ReportCategory(cleaned["category"]),
            text=cleaned["text"],
            links=cleaned["links"],
        )
    except IdentityError as error:
        form.add_error(None, str(error))
        return False
    return True


@login_required
@never_cache
@require_POST
def end_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw one's own report."""
    found = get_object_or_404(Report, pk=pk, reporter=account_of(request))
    try:
        withdraw_report(report=found, reporter=account_of(request))
    except IdentityError as error:
        messages.error(request, str(error))
    return redirect(way_back(request, reverse("collaboration:safety")))


@writing_needs_login
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_against(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Appeal against a measure ("measure") or the dismissal of one's report ("report")."""
    user = account_of(request)
    measure = get_object_or_404(Measure, pk=pk, person=user) if what == "measure" else None
    dismissed = get_object_or_404(Report, pk=pk, reporter=user) if what == "report" else None
    if measure is None and dismissed is None:
        raise Http404
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            appeal(appellant=user, text=form.cleaned_data["text"], measure=measure, report=dismissed)
        except IdentityError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Your appeal waits for a moderator other than the one who decided."))
            return redirect("collaboration:safety")
    return render(request, "collaboration/appeal.html", {"form": form, "measure": measure, "report": dismissed})
