"""Ada invites, Grace owns a page at L2, Emmy's page nobody has claimed, Mo is a stranger, Vera moderates."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from collaboration.invitations.drafting import Charter, save_draft
from collaboration.invitations.sending import send_invitation
from collaboration.models import Invitation
from papers.models import Author
from profiles.models import User
from profiles.models.choices import Method
from tests.factories.people import account, owner_of, page_of

CHARTER = Charter(topic="Conserved quantities", kind="paper", ask="Would you check **lemma 2**, $x^2$?")


@dataclass(frozen=True)
class People:
    """Who takes part in these stories, with their pages."""

    ada: User
    grace: User
    mo: User
    of_ada: Author
    of_grace: Author
    of_emmy: Author


@pytest.fixture
def people(db: None) -> People:
    of_ada, of_grace, of_emmy = page_of("ada", works=1), page_of("grace", works=1), page_of("emmy", works=1)
    ada, grace = owner_of(of_ada, "ada"), owner_of(of_grace, "grace")
    return People(ada, grace, account("mo"), of_ada, of_grace, of_emmy)


def drafted(sender: User, author: Author, charter: Charter = CHARTER) -> Invitation:
    return save_draft(sender=sender, author=author, charter=charter)


def sent(sender: User, author: Author) -> Invitation:
    return send_invitation(draft=drafted(sender, author), user=sender)


def claimed_by(author: Author, who: str = "emmy") -> User:
    return owner_of(author, who, methods=(Method.TOKEN,))
