"""What the fictional three do together, for installations on one machine: an invitation that waits, one that was accepted, and a conversation."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from collaboration.conversations.talking import write_message
from collaboration.invitations.answering import accept_invitation
from collaboration.invitations.choices import choose
from collaboration.invitations.drafting import Charter, save_draft
from collaboration.invitations.sending import send_invitation
from collaboration.models import Conversation, Invitation
from papers.models import Author, Authorship
from profiles.models import Claim, User
from profiles.models.choices import HOLDING

TALK = (
    (
        "ada",
        (
            "Dear Grace, gladly. What I have so far: if the loss is invariant under $\\theta \\mapsto R_\\alpha\\theta$, then gradient flow conserves\n\n"
            "$$Q = \\theta^\\top J\\,\\dot\\theta$$\n\nand a step of size $\\eta$ breaks it by $O(\\eta^2)$. Your bookkeeping could show how fast it adds up."
        ),
        (("Notes, version 2", "https://ada.example/notes-2.pdf"),),
    ),
    (
        "grace",
        (
            "Thank you! I ran it on three of the **small networks**:\n\n- without momentum the drift is linear,\n- with momentum it is not, and I do not know why.\n\n"
            "The logs are attached."
        ),
        (("Logs of 12 runs", "https://grace.example/drift/"), ("The script", "https://code.example/grace/drift")),
    ),
    ("ada", "> with momentum it is not\n\nThen $Q$ is the wrong quantity there. Give me until Thursday.", ()),
)


def work_together(users: dict[str, User]) -> int:
    """Does what is not there yet; returns how many invitations were sent. Nothing where Ada or Grace own no page."""
    ada, grace = users.get("ada@example.org"), users.get("grace@example.org")
    if ada is None or grace is None or Invitation.objects.filter(sender__in=[ada, grace]).exists():
        return 0
    of_ada, of_grace = _page(ada), _page(grace)
    if of_ada is None or of_grace is None:
        return 0
    for user in (ada, grace):
        choose(user=user, takes_invitations=True, introduces=True)
    first = _send(grace, of_ada, "How conserved quantities drift", "paper", _FIRST)
    _talk(accept_invitation(invitation=first, user=ada, note="I have been waiting for somebody to ask."), {"ada": ada, "grace": grace})
    _send(grace, of_ada, "Ten runs of your second experiment", "replication", _SECOND)
    waiting = Author.objects.filter(display_name="Emmy Notherby", merged_into__isnull=True, erased_at__isnull=True).order_by("pk").first()
    if waiting is not None:
        _send(ada, waiting, "A chapter on symmetries", "advice", _THIRD)
    return Invitation.objects.filter(sender__in=[ada, grace]).count()


_FIRST = (
    "Your note on conserved quantities says what gradient flow keeps. I would like to measure how far *discrete* steps are from it.\n\n"
    "You: the theory for one step. I: the runs, and the bookkeeping of what drifts."
)
_SECOND = (
    "May I repeat the second experiment of your paper with ten seeds in place of one, and would you look over the set-up before I start? "
    "An hour of yours, I think."
)
_THIRD = "I am writing a chapter on symmetries for students. Would you read the part on currents and say where it is wrong?"


def _page(user: User) -> Author | None:
    claim = Claim.objects.filter(profile__user=user, status__in=HOLDING).select_related("author").first()
    return claim.author if claim is not None else None


def _send(sender: User, author: Author, topic: str, kind: str, ask: str) -> Invitation:
    works = list(Authorship.objects.filter(author=author).order_by("-work__date_key", "work_id").values_list("work_id", flat=True)[:2])
    by_when = timezone.localdate() + timedelta(days=120)
    draft = save_draft(sender=sender, author=author, charter=Charter(topic=topic, kind=kind, ask=ask, by_when=by_when, works=works))
    return send_invitation(draft=draft, user=sender)


def _talk(conversation: Conversation, people: dict[str, User]) -> None:
    for place, (who, text, links) in enumerate(TALK):
        token = uuid5(NAMESPACE_URL, f"demo-{conversation.pk}-{place}")
        write_message(conversation=conversation, user=people[who], text=text, token=token, links=links)
