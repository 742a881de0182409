"""Ada owns her page, and a double of it stands under an initial; Grace wrote with her; Emmy moderates and has nothing to do with any of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from collaboration.models import Follow, Introduction, Invitation, InvitationEvent, Mute, Report
from papers.models import Author, AuthorIdentifier, Authorship, AuthorshipRefusal, NameVariant, NameVisibility
from profiles.models import Claim, FormerName, PageChoice, Profile, PublicRequest, Sanction, User
from profiles.models.choices import ClaimStatus, Method
from profiles.models.privacy import RequestKind, RequestStatus
from profiles.standings import refresh_standings
from tests.factories.moderation import moderator
from tests.factories.papers import AuthorFactory, AuthorshipFactory, TopicFactory, WorkFactory
from tests.factories.people import account, claim_by, evidence_for, owner_of, page_of
from tests.profiles.identity.steps import settle


@dataclass
class Pages:
    """Who is there, and what is whose. ``double`` is Ada's too, ``stranger`` is not."""

    page: Author
    ada: User
    double: Author
    graces_page: Author
    grace: User
    emmy: User
    works: list[int] = field(default_factory=list)

    def authorships(self, page: Author) -> list[Authorship]:
        return list(Authorship.objects.filter(author=page).order_by("pk"))


@pytest.fixture
def pages(db: None) -> Pages:
    graces_page = page_of("grace", works=1)
    page = page_of("ada", works=3, together_with=graces_page)
    ada, grace = owner_of(page, "ada"), owner_of(graces_page, "grace")
    double = AuthorFactory(display_name="A. Quillmere", variants=["Ada Quillmere"])
    topic = TopicFactory()
    for name in ("A. Quillmere", "Ada Quillmere", "Ada M. Quillmere"):
        work = WorkFactory(by=[graces_page], on=[topic])
        AuthorshipFactory(work=work, position=1, author=double, raw_name=name, source_ids={"openalex": "A5000000001"})
    return Pages(page, ada, double, graces_page, grace, moderator("emmy"))


@pytest.fixture
def entangled(pages: Pages) -> Pages:
    """The same, with everything that can hang on the double."""
    double, now = pages.double, timezone.now()
    NameVariant.objects.create(author=double, name="Ada M. Quillmere", key="ada m quillmere", block="quillmere a")
    NameVariant.objects.create(author=double, name="Ada Oldname", key="ada oldname", block="oldname a", visibility=NameVisibility.HIDDEN)
    NameVariant.objects.filter(author=double, name="Ada Quillmere").update(visibility=NameVisibility.FOUND)
    AuthorIdentifier.objects.create(author=double, scheme="openalex", value="A5000000001", source="openalex")
    foreign = AuthorshipFactory(work=WorkFactory(), author=AuthorFactory(display_name="A. Quillmere"))
    AuthorshipRefusal.objects.create(authorship=foreign, author=double, stands=True)
    mallory = account("mallory")
    evidence_for(claim_by(mallory, double), Method.ORCID, "0000-0002-1694-233X")
    claim_by(mallory, pages.page, ClaimStatus.DRAFT)
    claim_by(account("vera"), double, ClaimStatus.REVIEW)
    claim_by(account("rosa"), double, ClaimStatus.REFUSED, reason_code="no-evidence", decided_at=now)
    PublicRequest.objects.create(
        kind=RequestKind.NOT_MINE, status=RequestStatus.OPEN, author=double, authorship=pages.authorships(double)[0], confirmed_at=now
    )
    Sanction.objects.create(author=double, kind="warning", imposed_at=now, lifted_at=now)  # one that stands fades by the minute
    FormerName.objects.create(author=double, name="Ada Oldname")
    PageChoice.objects.create(author=double, noindex=True)
    AuthorFactory(display_name="Ada Q.", merged_into=double)
    Follow.objects.create(follower=mallory, author=double)
    Follow.objects.create(follower=pages.grace, author=double)
    Follow.objects.create(follower=pages.grace, author=pages.page)
    Claim.objects.filter(profile__user=mallory, author=double).update(expires_at=now)
    _talked_about(pages, mallory)
    Profile.objects.filter(user=pages.grace).update(position=f"hat of {double.pk}")
    refresh_standings(list(Claim.objects.values_list("author_id", flat=True)))
    settle(everything=True)
    return pages


def _talked_about(pages: Pages, mallory: User) -> None:
    """Invitations, one of which waits for an owner, a request for an introduction on whose path the double lies, mutes, a report."""
    now, double, charter = timezone.now(), pages.double, {"topic": "Looms", "kind": "paper", "ask": "Would you read it?"}
    waiting = Invitation.objects.create(sender=pages.grace, author=double, status="waiting", sent_at=now, expires_at=now, **charter)
    InvitationEvent.objects.create(invitation=waiting, status="waiting", part="sender")
    Invitation.objects.create(sender=mallory, author=double, **charter)
    Invitation.objects.create(sender=mallory, author=pages.page, **charter)
    asked = Invitation.objects.create(
        sender=mallory, author=pages.graces_page, status="introducing", sent_at=now, expires_at=now, **charter
    )
    Introduction.objects.create(invitation=asked, between=[double.pk], expires_at=now)
    Mute.objects.create(muter=mallory, author=double)
    Mute.objects.create(muter=pages.grace, author=double)
    Mute.objects.create(muter=pages.grace, author=pages.page)
    Report.objects.create(reporter=mallory, author=double, subject="papers.Author", subject_id=double.pk, category="false-record")
