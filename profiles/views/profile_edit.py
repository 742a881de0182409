"""Editing one's own profile, with a preview that keeps what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.lib.query_params import clean_text
from papers.models import AuthorFigures, Topic
from papers.search.subjects import find_topics
from profiles.biography import LONGEST_BIOGRAPHY, MOST_LINKS, MOST_TOPICS, render_biography
from profiles.models import Claim, Profile, User
from profiles.owners.profile_editing import profile_of, save_profile
from profiles.owners.profile_forms import LINKS, LinkFormSet, ProfileForm, as_text, initial_of
from profiles.querysets.claims import held_by
from profiles.views.typed import writing_needs_login

TOPICS_FOUND: Final = 10
LONGEST_KEY: Final = 18  # digits, which is less than a key in the database can have


@never_cache
@writing_needs_login
@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponse:
    """The profile as a form. Buttons beside "Save" (preview, find topics, add and remove a link) show it again with all that was typed. Eight queries."""
    user: Any = request.user
    profile = profile_of(user)
    held = held_by(profile.pk).first()
    action = request.POST.get("action", "")
    if request.method != "POST":
        return _as_stored(request, profile, held)
    if action:
        return _as_typed(request, held, action)
    form = ProfileForm(request.POST, offered=_offered(held, _chosen(request.POST)))
    links = LinkFormSet(request.POST, prefix=LINKS)
    if not (form.is_valid() & links.is_valid()):
        return _shown(request, form, links, held, status=200)
    _save(user, form, links)
    messages.success(request, _("Your profile has been saved."))
    return redirect("profiles:profile-edit")


@never_cache
@login_required
@require_POST
def biography_preview(request: HttpRequest) -> HttpResponse:
    """A biography as it would stand on the page: the fragment that htmx swaps in. Two queries, for who is logged in."""
    text = request.POST.get("biography", "")[:LONGEST_BIOGRAPHY]
    return render(request, "profiles/owners/_preview.html", {"biography": render_biography(text)})


def _save(user: User, form: ProfileForm, links: Any) -> None:
    save_profile(user=user, text=as_text(form, links))


def _as_stored(request: HttpRequest, profile: Profile, held: Claim | None) -> HttpResponse:
    topics = list(profile.collaboration_topics.values_list("pk", flat=True))
    form = ProfileForm(initial=initial_of(profile, topics), offered=_offered(held, topics))
    stored = [{"label": link.label, "url": link.url} for link in profile.links.all()]
    links = LinkFormSet(initial=stored or [{}], prefix=LINKS)
    return _shown(request, form, links, held, preview={"biography": SafeString(profile.biography_html)})


def _as_typed(request: HttpRequest, held: Claim | None, action: str) -> HttpResponse:
    """The form again with everything that was typed and nothing judged: somebody is still at it."""
    typed = request.POST
    looked_for = clean_text(typed.get("find_topic", ""), 120)
    chosen = _chosen(typed)
    found = find_topics(looked_for).ids[:TOPICS_FOUND] if action == "find-topic" and looked_for else []
    initial: dict[str, Any] = {
        name: typed.getlist(name) if name in {"topics", "kinds", "public_parts"} else typed.get(name, "")
        for name in ProfileForm.base_fields
    }
    initial["topics"] = chosen
    form = ProfileForm(initial=initial, offered=_offered(held, [*chosen, *found]))
    links = LinkFormSet(initial=_typed_links(typed, action), prefix=LINKS)
    told: dict[str, Any] = {"find_topic": looked_for, "no_topic": bool(looked_for) and action == "find-topic" and not found}
    if action == "preview":
        told["preview"] = {"biography": render_biography(typed.get("biography", "")[:LONGEST_BIOGRAPHY])}
    return _shown(request, form, links, held, **told)


def _typed_links(typed: QueryDict, action: str) -> list[dict[str, str]]:
    rows = [
        {"label": clean_text(typed.get(f"{LINKS}-{place}-label", ""), 60), "url": clean_text(typed.get(f"{LINKS}-{place}-url", ""), 500)}
        for place in range(MOST_LINKS)
        if f"{LINKS}-{place}-url" in typed and action != f"remove-link-{place}"
    ]
    if action == "add-link" and len(rows) < MOST_LINKS:
        rows.append({"label": "", "url": ""})
    return rows or [{"label": "", "url": ""}]


def _chosen(typed: QueryDict) -> list[int]:
    keys = [value for value in typed.getlist("topics")[: 4 * MOST_TOPICS] if value.isascii() and value.isdecimal()]
    return [int(key) for key in keys if len(key) <= LONGEST_KEY]


def _offered(held: Claim | None, chosen: Sequence[int]) -> list[tuple[int, str]]:
    """The topics of the owner's page, and those that they have chosen or found. At most two queries."""
    figures = AuthorFigures.objects.filter(author_id=held.author_id).values_list("topics", flat=True).first() if held is not None else None
    offered = {int(row["id"]): str(row["name"]) for row in figures or ()}
    missing = [key for key in chosen if key not in offered]
    if missing:
        offered |= dict(Topic.objects.filter(pk__in=missing, merged_into__isnull=True, erased_at__isnull=True).values_list("pk", "name"))
    return list(offered.items())


def _shown(request: HttpRequest, form: ProfileForm, links: Any, held: Claim | None, *, status: int = 200, **told: Any) -> HttpResponse:
    context = {
        "form": form,
        "links": links,
        "most_links": MOST_LINKS,
        "can_add": len(links.forms) < MOST_LINKS,
        "page": held.author if held is not None else None,
        **told,
    }
    return render(request, "profiles/owners/profile.html", context, status=status)
