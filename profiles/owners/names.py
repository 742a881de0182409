"""By which name a page is known: chosen by its owner, kept by every import, and without the forms that they do not want shown."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from papers.ingest.people import display_form, sort_form
from papers.models import Author, Authorship, NameVariant, NameVisibility
from papers.names import parse_name
from papers.refresh import mark_all
from papers.slices.marking import people_changed
from profiles.claims.granting import lock_page
from profiles.exceptions import NotAllowedError, WrongStateError
from profiles.models import Claim, PageChoice, TrailEntry, User
from profiles.models.choices import Role
from profiles.owners.works import ensure_may_decide
from profiles.trail import act

LONGEST_NAME = 300  # as the column has it
CHOOSE, HIDE, SHOW, FORGET = "name-choose", "name-hide", "name-show", "name-forget"
NAMING = (CHOOSE, HIDE, SHOW)


def choose_name(*, author: Author, user: User, name: str) -> Author:
    """The page under the name that its owner (or a moderator) chose: a published form or one of their own. Imports never change it again.

    The name leads to the page at once; a form that no work states says nothing to attribution. "" gives the page back the
    fullest published form, which imports may then improve. The trail keeps that a name was chosen, never the name. About a dozen
    statements. Raises ``NotAllowedError``, ``WrongStateError`` for a name that cannot stand.
    """
    wanted = tidy_name(name)
    with transaction.atomic():
        page = lock_page(author.pk)
        standing = ensure_may_decide(user=user, author_id=page.pk)
        if wanted == page.display_name and page.name_decided_by_person:
            return page
        if wanted:
            _ensure_possible(wanted)
        with act(action=CHOOSE, actor=user, role=standing.role, subject=page, author=page, claim=standing.claim):
            _name(page, wanted)
    return page


def hide_variant(*, author: Author, user: User, name: str, searchable: bool = True) -> NameVariant:
    """The published form, shown on no page from now on; without ``searchable`` it does not lead to the page either.

    Imports add nothing to it: the form is known. What a work itself states stays as published. Raises ``NotAllowedError``, and
    ``WrongStateError`` for a form that is not the page's or is the name it goes by.
    """
    return _set_visibility(author, user, name, NameVisibility.FOUND if searchable else NameVisibility.HIDDEN, HIDE)


def show_variant(*, author: Author, user: User, name: str) -> NameVariant:
    """The published form, shown again. Raises as ``hide_variant``."""
    return _set_visibility(author, user, name, NameVisibility.SHOWN, SHOW)


def forget_chosen_name(*, author: Author) -> Author:
    """The page under its fullest published form again, with every published form shown, as if nobody had chosen. Permission is the caller's to check."""
    with transaction.atomic():
        page = lock_page(author.pk)
        _name(page, "")
        NameVariant.objects.filter(author=page).exclude(visibility=NameVisibility.SHOWN).update(visibility=NameVisibility.SHOWN)
        PageChoice.objects.filter(author=page).update(hidden_variants=[])
    return page


def void_choice(*, claim: Claim, actor: User | None, role: Role) -> bool:
    """Take back the names chosen under a claim, unless somebody has chosen anew since; whether anything was taken back."""
    latest = (
        TrailEntry.objects.filter(subject=Author._meta.label, subject_id=claim.author_id, action__in=(*NAMING, FORGET))
        .order_by("-pk")
        .first()
    )
    if latest is None or latest.action == FORGET or latest.claim_id != claim.pk:
        return False
    with act(action=FORGET, actor=actor, role=role, subject=claim.author, author=claim.author_id, claim=claim):
        forget_chosen_name(author=claim.author)
    return True


def tidy_name(name: str) -> str:
    """A name as it is kept: one line, no control characters, single spaces."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:LONGEST_NAME]


def _ensure_possible(name: str) -> None:
    if not any(sign.isalpha() for sign in name):
        raise WrongStateError(_("A name has letters."))


def _name(page: Author, wanted: str) -> None:
    """Write the name, and drop an earlier chosen form that no work states."""
    choice, _is_new = PageChoice.objects.get_or_create(author=page)
    before = choice.chosen_name
    shown = wanted or _fullest_form(page)
    if before and before != wanted:
        NameVariant.objects.filter(author=page, name=before, is_published=False).delete()
    if wanted:
        parsed = parse_name(wanted)
        NameVariant.objects.get_or_create(
            author=page, name=wanted, defaults={"key": parsed.key, "block": parsed.block, "is_published": False}
        )
        NameVariant.objects.filter(author=page, name=wanted).update(visibility=NameVisibility.SHOWN)
    choice.chosen_name = wanted
    choice.hidden_variants = [name for name in choice.hidden_variants if name != wanted]
    choice.save(update_fields=["chosen_name", "hidden_variants", "updated_at"])
    page.display_name, page.sort_name, page.name_decided_by_person = shown, sort_form(shown), bool(wanted)
    page.name_on_works = page.name_on_works and bool(wanted)
    page.save(update_fields=["display_name", "sort_name", "name_decided_by_person", "name_on_works"])
    mark_renamed([page.pk])


def mark_renamed(pages: Sequence[int]) -> None:
    """Everybody whose figures or slices name one of these pages is computed again. Two queries and those of the marks."""
    works = Authorship.objects.filter(author__in=pages).values("work")
    people = Author.objects.filter(authorships__work__in=works).values_list("pk", flat=True).distinct()
    mark_all(marks={"author-figures": {*people, *pages}}, reason="name")  # close collaborators are listed by name
    people_changed(pages, reason="name")


def _fullest_form(page: Author) -> str:
    """The published form that says most: with a given name written out, then the first that came up. One query."""
    forms = [variant.name for variant in page.name_variants.filter(is_published=True).order_by("pk")]
    full = [form for form in forms if parse_name(form).is_full]
    return display_form((full or forms or [page.display_name])[0])


def _set_visibility(author: Author, user: User, name: str, visibility: NameVisibility, action: str) -> NameVariant:
    with transaction.atomic():
        page = lock_page(author.pk)
        standing = ensure_may_decide(user=user, author_id=page.pk)
        variant = NameVariant.objects.select_for_update().filter(author=page, name=name).first()
        if variant is None:
            raise WrongStateError(_("No work of this page was published under “%(name)s”.") % {"name": name})
        if visibility != NameVisibility.SHOWN and variant.name == page.display_name:
            raise NotAllowedError(_("The page goes by this name. Choose another one first."))
        if variant.visibility == visibility:
            return variant
        with act(action=action, actor=user, role=standing.role, subject=page, author=page, claim=standing.claim):
            variant.visibility = visibility
            variant.save(update_fields=["visibility"])
            _remember(page, name, hidden=visibility != NameVisibility.SHOWN)
    return variant


def _remember(page: Author, name: str, *, hidden: bool) -> None:
    choice, _is_new = PageChoice.objects.get_or_create(author=page)
    others = [one for one in choice.hidden_variants if one != name]
    choice.hidden_variants = [*others, name] if hidden else others
    choice.save(update_fields=["hidden_variants", "updated_at"])
