"""A person's own privacy page: take everything along, choose what the page shows, delete the account."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.lib.registries import personal_parts
from papers.models import Author
from profiles.accounts.freshness import require_fresh
from profiles.exceptions import IdentityError
from profiles.models import FormerName, PageChoice, User
from profiles.models.choices import HOLDING, Role
from profiles.models.privacy import DELETION_WAIT, ExportStatus
from profiles.privacy import archives, deletion, private_files
from profiles.privacy.choices import choose_for_page
from profiles.privacy.former_names import change_name_throughout, end_change, former_names
from profiles.privacy.forms import DeletionForm, NameChangeForm, PageChoiceForm
from profiles.querysets.claims import claims_of

MOST_TOKEN: Final = 100
UNDER_WAY: Final = frozenset({ExportStatus.WAITING, ExportStatus.RUNNING})


@login_required
@never_cache
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Everything in one place. Seven queries."""
    return _page(request)


@login_required
@never_cache
@require_safe
def export_state(request: HttpRequest) -> HttpResponse:
    """How far the archive has come, for the part of the page that asks again by itself. Three queries."""
    return render(request, "profiles/privacy/_export.html", _export_context(_user(request)))


@login_required
@never_cache
@require_POST
def ask_for_export(request: HttpRequest) -> HttpResponse:
    """Have an archive made."""
    try:
        archives.ask_for_export(user=_user(request))
    except IdentityError as error:
        messages.error(request, str(error))
    return redirect("profiles:privacy")


@login_required
@never_cache
@require_safe
def download_export(request: HttpRequest) -> HttpResponseBase:
    """The newest archive, to its owner only, who shows who they are first. 404 where there is none."""
    export = archives.ready_export(_user(request))
    if export is None:
        raise Http404(_("There is no archive to download. Ask for one in your privacy settings."))
    require_fresh(request)
    try:
        opened = private_files.place_of(export.stored_as).open("rb")
    except FileNotFoundError:
        raise Http404(_("This archive has been deleted. Ask for a new one.")) from None
    assert export.finished_at is not None  # noqa: S101 - a ready one is finished
    name = f"collegium-{export.finished_at:%Y-%m-%d}.zip"
    return FileResponse(opened, as_attachment=True, filename=name, content_type="application/zip")


@login_required
@never_cache
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """The owner's choices for their page. 404 for who owns none."""
    user = _user(request)
    author = _own_page(user)
    if author is None:
        raise Http404
    form = PageChoiceForm(request.POST)
    if form.is_valid():
        choose_for_page(author=author, actor=user, role=Role.OWNER, **form.cleaned_data)
        messages.success(request, _("Saved. Search engines may take some weeks to follow."))
    return redirect("profiles:privacy")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_name(request: HttpRequest) -> HttpResponse:
    """Go by another name throughout, or by the published ones on works again. 404 for who owns no page."""
    user = _user(request)
    author = _own_page(user)
    if author is None:
        raise Http404(_("You own no page here whose name could change."))
    posted = request.method == "POST"
    if posted and "end" in request.POST:
        end_change(author=author, user=user)
        messages.success(request, _("Works name you as they were published again."))
        return redirect("profiles:change-name")
    searchable = FormerName.objects.filter(author=author, is_searchable=True).exists()
    form = NameChangeForm(request.POST if posted else None, initial={"name": author.display_name, "searchable": searchable})
    if posted and form.is_valid():
        try:
            change_name_throughout(author=author, user=user, **form.cleaned_data)
        except IdentityError as error:
            form.add_error("name", str(error))
        else:
            messages.success(
                request, _("From now on you go by this name everywhere here. Lists of others' co-authors follow within minutes.")
            )
            return redirect("profiles:change-name")
    context = {"form": form, "author": author, "former": former_names(author)}
    return render(request, "profiles/privacy/name.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """What goes, what stays, and the last question. Asks for a fresh sign-in, and again only when it is too old."""
    user = _user(request)
    require_fresh(request)
    author = _own_page(user)
    choice = PageChoice.objects.filter(author=author).first() if author is not None else None
    form = DeletionForm(
        request.POST if request.method == "POST" else None,
        has_page=author is not None,
        has_name=choice is not None and bool(choice.chosen_name),
    )
    problem = deletion.why_not(user)
    if request.method == "POST" and not problem and form.is_valid():
        kept = {key: value for key, value in form.cleaned_data.items() if key != "sure"}
        waiting = deletion.ask_for_deletion(user=user, **kept)
        messages.warning(
            request, _("Your account goes on %(day)s. Until then you can keep it after all.") % {"day": waiting.due_at.date().isoformat()}
        )
        return redirect("profiles:privacy")
    context = {"form": form, "problem": problem, "author": author, "days": DELETION_WAIT.days, "waiting": deletion.deletion_of(user)}
    return render(request, "profiles/privacy/delete.html", context)


@login_required
@never_cache
@require_POST
def keep_own_account(request: HttpRequest) -> HttpResponse:
    """Take a deletion back, logged in."""
    if deletion.keep_account(user=_user(request)):
        messages.success(request, _("Your account stays. Nothing was deleted."))
    return redirect("profiles:privacy")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep_account(request: HttpRequest, token: str) -> HttpResponse:
    """Take a deletion back by the link in the mail: a page with a button, since mail programs follow links by themselves."""
    waiting = deletion.deletion_by_token(token[:MOST_TOKEN])
    if waiting is None:
        raise Http404(_("No account waits to be deleted under this link. It was kept already, or it is gone."))
    kept = request.method == "POST" and deletion.keep_account(user=waiting.user)
    return render(request, "profiles/privacy/keep.html", {"waiting": waiting, "kept": kept})


def _page(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    author = _own_page(user)
    choice = PageChoice.objects.filter(author=author).first() if author is not None else None
    chosen = {"noindex": choice is not None and choice.noindex, "withhold_figures": choice is not None and choice.withhold_figures}
    context: dict[str, Any] = {
        **_export_context(user),
        "author": author,
        "choices": PageChoiceForm(initial=chosen) if author is not None else None,
        "waiting": deletion.deletion_of(user),
        "parts": [part.title for part in personal_parts],
    }
    return render(request, "profiles/privacy/settings.html", context)


def _export_context(user: User) -> dict[str, Any]:
    newest = archives.newest_export(user)
    return {
        "export": newest,
        "under_way": newest is not None and newest.status in UNDER_WAY,
        "ready": archives.ready_export(user),
        "kept_days": archives.KEPT.days,
    }


def _own_page(user: User) -> Author | None:
    claim = claims_of(user.pk).filter(status__in=HOLDING).first()
    return claim.author if claim is not None else None


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - behind login_required
    return user
