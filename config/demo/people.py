"""What the fictional three have done with their pages, for installations on one machine: real services, invented people.

Ada owns her page with two kinds of evidence and keeps a profile, Grace owns hers with one, Emmy's claim waits for a moderator.
Nobody real is ever claimed for.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from papers.models import Author, Authorship, Institution
from profiles.claims.life import start_claim, submit_claim
from profiles.models import Claim, Evidence, User
from profiles.models.choices import EvidenceStatus, Method, PublicPart, Role
from profiles.moderation.decisions import approve_claim
from profiles.owners.profile_editing import ProfileText, save_profile
from profiles.owners.works import confirm_work
from profiles.trail import act

NAMES = {"ada@example.org": "Ada Quillmere", "grace@example.org": "Grace Farrowgate", "emmy@example.org": "Emmy Notherby"}
BIOGRAPHY = """I am a fictional person who works on **conserved quantities in learning**. If a loss is invariant under a group
of transformations, gradient flow conserves something: for $L(\\theta) = L(R_\\alpha\\theta)$ it is $\\theta^\\top J \\theta$.

Ask me about bookkeeping."""


def people_have_pages(users: dict[str, User], operator: User) -> int:
    """Gives the three what they have, once; returns how many claims were begun. Nothing where a page of theirs is missing."""
    begun = 0
    for email, name in NAMES.items():
        user = users.get(email)
        author = Author.objects.filter(display_name=name, merged_into__isnull=True, erased_at__isnull=True).order_by("pk").first()
        if user is None or author is None or Claim.objects.filter(profile__user=user).exists():
            continue
        claim = start_claim(user=user, author=author, name=name, statement="This is the page of a fictional person.")
        _prove(claim, user, Method.TOKEN, f"https://{email.partition('@')[0]}.example/about")
        if email.startswith("ada"):
            _prove(claim, user, Method.EMAIL, "institute.example", _institution_of(author))
        submit_claim(claim=claim, user=user)
        if not email.startswith("emmy"):
            approve_claim(claim=claim, moderator=operator, note="The evidence was looked at.")
        if email.startswith("ada"):
            _keep_profile(user, author)
        begun += 1
    return begun


def _prove(claim: Claim, user: User, method: Method, subject: str, institution: Institution | None = None) -> None:
    """Evidence as its check would have left it. It is not looked at again: these addresses lead nowhere."""
    now = timezone.now()
    with act(action="evidence-confirmed", actor=user, role=Role.CLAIMANT, subject=claim, claim=claim) as changes:
        changes.create(
            Evidence(
                claim=claim,
                method=method,
                status=EvidenceStatus.CONFIRMED,
                subject=subject,
                institution=institution,
                started_at=now,
                first_checked_at=now,
                last_checked_at=now,
                confirmed_at=now,
                outcome="confirmed",
            )
        )


def _institution_of(author: Author) -> Institution | None:
    return Institution.objects.filter(authorships__author=author).order_by("pk").first()


def _keep_profile(user: User, author: Author) -> None:
    save_profile(
        user=user,
        text=ProfileText(
            display_name="Ada Quillmere",
            biography=BIOGRAPHY,
            position="Fictional professor of careful studies",
            pronouns="she/her",
            languages=("en", "de"),
            open_until=(timezone.now() + timedelta(days=180)).date(),
            links=(("Homepage", "https://ada.example/"),),
            public_parts=tuple(PublicPart.values),
            kinds=("paper", "replication"),
        ),
    )
    for authorship in Authorship.objects.filter(author=author).order_by("-work__date_key", "pk")[:5]:
        confirm_work(authorship=authorship, user=user)
