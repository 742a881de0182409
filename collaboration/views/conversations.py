"""Conversations: the list, one of them, what is new in it, and taking it along."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from collaboration.conversations.exporting import FORMATS, exported
from collaboration.conversations.forms import MessageForm
from collaboration.conversations.talking import leave, mark_read, set_muted, write_message
from collaboration.models.conversations import Member
from collaboration.pages.conversation import LATEST, conversation_rows, shown_messages, shown_others
from collaboration.querysets.conversations import membership, memberships_of
from collaboration.querysets.people import known
from collaboration.views.common import account_of
from config.lib.paging import open_pager
from config.lib.query_params import QueryParams
from papers.views.standing import NO_PAGE
from profiles.exceptions import IdentityError
from profiles.models import User
from profiles.views.typed import writing_needs_login

PAGE_SIZE: Final = 20
MOST_PAGES: Final = 50
AT_ONCE: Final = 200  # messages that one poll brings; the next brings the rest


@never_cache
@login_required
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """One's conversations, the one with the latest message first, twenty a page. Four queries beside session and account."""
    user = account_of(request)
    params = QueryParams(request.GET)
    page = params.number("page", 1, MOST_PAGES) or 1
    found = list(memberships_of(user)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    pager = open_pager(
        page=page,
        size=PAGE_SIZE,
        shown=len(shown),
        has_more=len(found) > PAGE_SIZE,
        limit=MOST_PAGES,
        url=lambda number: reverse("collaboration:conversations") + (f"?page={number}" if number > 1 else ""),
    )
    context = {"rows": conversation_rows(shown, user), "pager": pager, "ignored": params.close()}
    return render(request, "collaboration/conversations/list.html", context)


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """One conversation for one of its members: its latest messages, or those before one. 404 for everybody else. At most twelve queries."""
    user = account_of(request)
    mine = _part(pk, user)
    form = MessageForm(initial={"token": uuid.uuid4()})
    if request.method == "POST":
        answer, form = _carried_out(request, mine, user)
        if answer is not None:
            return answer
    params = QueryParams(request.GET)
    before = params.number("before", 1, 10**9)
    shown = shown_messages(mine, user, before=before)
    others = shown_others(mine)
    if shown and request.method == "GET":
        mark_read(member=mine, number=shown[-1].number)
    context = {
        "mine": mine,
        "conversation": mine.conversation,
        "invitation": mine.conversation.invitation,
        "others": others,
        "is_over": all(other.left_at is not None for other in others),
        "messages_shown": shown,
        "latest": shown[-1].number if shown else 0,
        "is_latest": not shown or shown[-1].number >= mine.conversation.messages_count,
        "before": shown[0].number if shown and shown[0].number > 1 else None,
        "form": form,
        "page_size": LATEST,
        "ignored": params.close(),
    }
    return render(request, "collaboration/conversations/conversation.html", context)


@login_required
@require_safe
def new_messages(request: HttpRequest, pk: int) -> HttpResponse:
    """The messages after one, as a fragment that asks again; 304 where there are none that this reader has not. Three queries where nothing is new.

    The ETag says how far the reader is and how far the conversation: it costs no look at messages.
    """
    user = account_of(request)
    mine = _part(pk, user)
    after = QueryParams(request.GET).number("after", 0, 10**9) or 0
    etag = f'W/"{mine.conversation.public_id}-{after}-{mine.conversation.messages_count}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        shown = shown_messages(mine, user, after=after, limit=AT_ONCE)
        latest = shown[-1].number if shown else after
        if shown and request.headers.get("X-Seen") == "1":
            mark_read(member=mine, number=latest)
        context = {"conversation": mine.conversation, "messages_shown": shown, "latest": latest, "is_poll": True}
        answer = render(request, "collaboration/conversations/_new.html", context)
        answer["ETag"] = etag
    patch_cache_control(answer, private=True, no_cache=True)
    patch_vary_headers(answer, ["Cookie"])
    return answer


@never_cache
@login_required
@require_safe
def export(request: HttpRequest, pk: int, form: str) -> HttpResponse | StreamingHttpResponse:
    """The whole conversation as a file. Four queries, and two for each five hundred messages."""
    user = account_of(request)
    mine = _part(pk, user)
    if form not in FORMATS:
        raise Http404(NO_PAGE)
    people = known([member.user_id for member in Member.objects.filter(conversation=mine.conversation)])
    answer = StreamingHttpResponse(exported(mine.conversation, people, form), content_type=FORMATS[form])
    answer["Content-Disposition"] = f'attachment; filename="conversation-{mine.conversation.public_id}.{form}"'
    return answer


def _carried_out(request: HttpRequest, mine: Member, user: User) -> tuple[HttpResponse | None, MessageForm]:
    """Do what a form of the page asks for: where to go then, or the message's form to show again with what was typed."""
    action = request.POST.get("action", "write")
    if action in {"mute", "unmute"}:
        set_muted(member=mine, muted=action == "mute")
        notes.success(
            request, _("Muted: new messages are no longer announced.") if action == "mute" else _("New messages are announced again.")
        )
        return redirect(mine.conversation), MessageForm()
    if action == "leave":
        leave(member=mine)
        notes.success(request, _("You have left the conversation."))
        return redirect("collaboration:conversations"), MessageForm()
    form = MessageForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            write_message(conversation=mine.conversation, user=user, text=given["text"], token=given["token"], links=given["links"])
        except IdentityError as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect(mine.conversation.get_absolute_url() + "#latest"), form
    return None, form


def _part(pk: int, user: User) -> Member:
    """Somebody's part in the conversation. Raises ``Http404`` where they have none."""
    mine = membership(pk, user)
    if mine is None:
        raise Http404(NO_PAGE)
    mine.user = user
    return mine
