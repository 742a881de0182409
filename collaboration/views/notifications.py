"""What one was told, reading it, and how much of it comes by mail."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collaboration.models import Cadence
from collaboration.notifications.kinds import notification_kinds
from collaboration.notifications.preferences import FEED, choose_cadences
from collaboration.notifications.sending import mark_read, seen_by
from collaboration.pages.notifications import mail_settings, notifications_page
from collaboration.views.common import account_of
from config.lib.public_ids import decode_public_id
from config.lib.query_params import QueryParams


@login_required
@never_cache
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """The list, latest first. One query beside the log-in's."""
    return render(
        request, "collaboration/notifications.html", notifications_page(account_of(request), QueryParams(request.GET), request.path)
    )


@login_required
@never_cache
@require_safe
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the item; what was gathered with it counts as read. 404 for what is another's, gone, or by somebody who is blocked."""
    user = account_of(request)
    found = seen_by(user).filter(pk=pk).first()
    kind = notification_kinds.get(found.kind) if found is not None else None
    if found is None or kind is None:
        raise Http404(_("There is no such notification."))
    if request.method == "GET":  # a look by HEAD reads nothing
        mark_read(recipient=user, kind=found.kind, group_key=found.group_key)
    return HttpResponseRedirect(kind.address(found.payload))


@login_required
@never_cache
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read what the list showed; what came since stays unread."""
    try:
        through = decode_public_id(request.POST.get("through", ""))
    except ValueError:
        return redirect("collaboration:notifications")
    mark_read(recipient=account_of(request), through=through)
    return redirect("collaboration:notifications")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    """How often each kind comes by mail."""
    user = account_of(request)
    if request.method == "POST":
        kinds = {FEED, *(kind.key for kind in notification_kinds)}
        chosen = {kind: Cadence(said) for kind in kinds if (said := request.POST.get(kind, "")) in Cadence.values}
        choose_cadences(user=user, chosen=chosen)
        messages.success(request, _("Saved."))
        return redirect("collaboration:notification-settings")
    return render(request, "collaboration/notification_settings.html", mail_settings(user))
