"""Ada owns her page; Grace wrote some of its works with her; Emmy moderates and has nothing to do with either."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Permission

from papers.models import Author, Authorship
from profiles.models import Claim, User
from tests.factories.people import account, owner_of, page_of


@dataclass
class People:
    """Who is there, and what is whose."""

    page: Author
    ada: User
    graces_page: Author
    grace: User
    emmy: User

    @property
    def claim(self) -> Claim:
        return Claim.objects.get(profile__user=self.ada)

    @property
    def authorships(self) -> list[Authorship]:
        return list(Authorship.objects.filter(author=self.page).order_by("pk"))


@pytest.fixture
def people(db: None) -> People:
    graces_page = page_of("grace", works=1)
    page = page_of("ada", works=3, together_with=graces_page)
    emmy = account("emmy")
    emmy.user_permissions.add(Permission.objects.get(codename="decide_claim"))
    return People(page, owner_of(page, "ada"), graces_page, owner_of(graces_page, "grace"), User.objects.get(pk=emmy.pk))
