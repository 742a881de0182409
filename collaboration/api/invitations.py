"""Somebody's invitations, for their programs: the same people, limits and words as on the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.api.invitation_serializers import CharterGiven, DeclineGiven, InvitationSerializer, NoteGiven, WaitGiven
from collaboration.invitations.answering import accept_invitation, ask_to_wait, decline_invitation, remind, withdraw_invitation
from collaboration.invitations.drafting import Charter, discard_draft, save_draft
from collaboration.invitations.forms import CharterForm
from collaboration.invitations.sending import send_invitation
from collaboration.models.invitations import Invitation, InvitationStatus
from collaboration.querysets.invitations import before, drafts_of, received_by, sent_by, waiting_of
from collaboration.querysets.people import known
from config.lib.rest.pagination import CursorPages, Order
from papers.models import Author, Work
from profiles.api.personal import PersonalViewSet
from profiles.models import User

READ, WRITE = "invitations:read", "invitations:write"
BOXES: Final[dict[str, Callable[[User], Any]]] = {"received": received_by, "sent": sent_by, "waiting": waiting_of, "drafts": drafts_of}
ANSWER = {200: InvitationSerializer}


class InvitationViewSet(PersonalViewSet):
    """Invitations that the account wrote or was sent."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer
    pagination_class = CursorPages
    orders: ClassVar = {"-id": Order(descending=True), "id": Order()}
    scopes: ClassVar = {
        "list": READ,
        "show": READ,
        "draft": WRITE,
        "discard": WRITE,
        "send": WRITE,
        "accept": WRITE,
        "decline": WRITE,
        "wait": WRITE,
        "withdraw": WRITE,
        "remind": WRITE,
    }

    def filter_parameters(self) -> set[str]:
        return {"box"}

    @extend_schema(
        summary="List your invitations",
        parameters=[
            OpenApiParameter(
                "box", enum=[*BOXES], description="Of one list only: to you, from you, waiting at pages that nobody owns, begun."
            )
        ],
        responses=InvitationSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Invitations to you and from you, those begun last first. Five queries."""
        name = request.query_params.get("box")
        if name is not None and name not in BOXES:
            raise ValidationError({"box": [_("Lists are: %(boxes)s.") % {"boxes": ", ".join(BOXES)}]})
        rows = BOXES[name](self.account) if name else before(self.account)
        page = self.paginate_queryset(_in_full(rows)) or []
        return self.get_paginated_response(InvitationSerializer(page, many=True, context=self._context(page)).data)

    @extend_schema(summary="Show an invitation", responses=ANSWER, operation_id="invitations_retrieve")
    def show(self, request: Request, pk: int) -> Response:
        """An invitation that you wrote or were sent, as you may know it. It does not count as seen."""
        return self._answer(pk)

    @extend_schema(
        summary="Write a draft",
        request=CharterGiven,
        responses={200: InvitationSerializer, 201: InvitationSerializer},
        operation_id="invitations_draft_update",
    )
    def draft(self, request: Request, pk: int) -> Response:
        """Your draft to the person of this author page, the only one to them: 201 where it is new, 200 where it replaces what stood in it. Nobody else sees it."""
        author = Author.objects.filter(pk=pk, erased_at__isnull=True).select_related("merged_into").first()
        if author is None:
            raise Http404
        charter = _charter(self.given(CharterGiven))
        drafts = Invitation.objects.filter(sender=self.account, status=InvitationStatus.DRAFT, author=author)
        was_there = drafts.exists()
        return self._answer(save_draft(sender=self.account, author=author, charter=charter).pk, 200 if was_there else 201)

    @extend_schema(summary="Throw a draft away", responses={204: None}, operation_id="invitations_destroy")
    def discard(self, request: Request, pk: int) -> Response:
        """The draft is gone. 409 for what was sent: that can be withdrawn."""
        discard_draft(draft=self._find(pk), user=self.account)
        return Response(status=204)

    @extend_schema(summary="Send a draft", request=None, responses=ANSWER, operation_id="invitations_send_create")
    def send(self, request: Request, pk: int) -> Response:
        """Send it: before the owner of the page, or to wait there until somebody claims it. Limits are those of the pages; a second time answers 409."""
        return self._answer(send_invitation(draft=self._find(pk), user=self.account).pk)

    @extend_schema(summary="Accept an invitation", request=NoteGiven, responses=ANSWER, operation_id="invitations_accept_create")
    def accept(self, request: Request, pk: int) -> Response:
        """Accept it, which opens a conversation."""
        accept_invitation(invitation=self._find(pk), user=self.account, **self.given(NoteGiven))
        return self._answer(pk)

    @extend_schema(summary="Decline an invitation", request=DeclineGiven, responses=ANSWER, operation_id="invitations_decline_create")
    def decline(self, request: Request, pk: int) -> Response:
        """Decline it with one of the reasons, which the sender reads word for word."""
        decline_invitation(invitation=self._find(pk), user=self.account, **self.given(DeclineGiven))
        return self._answer(pk)

    @extend_schema(summary="Ask to wait", request=WaitGiven, responses=ANSWER, operation_id="invitations_wait_create")
    def wait(self, request: Request, pk: int) -> Response:
        """Put it off to a day within half a year."""
        ask_to_wait(invitation=self._find(pk), user=self.account, until=self.given(WaitGiven)["until"])
        return self._answer(pk)

    @extend_schema(summary="Withdraw an invitation", request=None, responses=ANSWER, operation_id="invitations_withdraw_create")
    def withdraw(self, request: Request, pk: int) -> Response:
        """Take back what you sent and what has no answer yet."""
        withdraw_invitation(invitation=self._find(pk), user=self.account)
        return self._answer(pk)

    @extend_schema(summary="Remind somebody", request=None, responses=ANSWER, operation_id="invitations_remind_create")
    def remind(self, request: Request, pk: int) -> Response:
        """Bring it to their mind, once, a week after it arrived."""
        remind(invitation=self._find(pk), user=self.account)
        return self._answer(pk)

    def _find(self, pk: int) -> Invitation:
        """Raises ``Http404`` for what this account neither wrote nor has before it."""
        found: Invitation | None = _in_full(before(self.account)).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def _answer(self, pk: int, status: int = 200) -> Response:
        found = self._find(pk)
        return Response(InvitationSerializer(found, context=self._context([found])).data, status=status)

    def _context(self, page: Sequence[Invitation]) -> dict[str, Any]:
        """Who asks, and who sent them: one query."""
        senders = known([row.sender_id for row in page])
        return {**self.get_serializer_context(), "account": self.account, "senders": senders}


def _in_full(rows: Any) -> Any:
    return rows.select_related("author", "sender", "conversation").prefetch_related("works")


def _charter(given: dict[str, Any]) -> Charter:
    """What the form of the page makes of it. Raises ``ValidationError`` with what it finds wrong."""
    works = given.get("works", [])
    there = set(Work.objects.filter(pk__in=works, merged_into__isnull=True, erased_at__isnull=True).values_list("pk", flat=True))
    if missing := [key for key in works if key not in there]:
        raise ValidationError({"works": [_("No work has this id, or it lives on in another one.") for _key in missing[:1]]})
    typed = {**given, "works": [str(key) for key in works], "by_when": given["by_when"].isoformat() if given.get("by_when") else ""}
    form = CharterForm(typed, offered=[(key, "") for key in works], complete=False)
    if not form.is_valid():
        raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
    return form.charter()
