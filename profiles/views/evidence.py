"""Evidence as its claimant gives it, as a co-author vouches, as a reviewer reads it, and as everybody sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from config.lib.guarded_http import GuardedHTTPError
from config.lib.pages import public_page, site_url
from config.lib.public_ids import decode_public_id, encode_public_id
from papers.models.bases import page_slug
from profiles import levels
from profiles.evidence import private_store
from profiles.evidence.document import ENDINGS, discard_file, may_know_of, read_document
from profiles.evidence.explaining import Step, explain_all, is_fading, is_offered, steps_of
from profiles.evidence.forms import AddressForm, CoauthorForm, CodeForm, DocumentForm, PageForm
from profiles.evidence.methods import METHODS
from profiles.evidence.orcid import connected_orcid, read_record
from profiles.evidence.record_pages import matched_orcid, record_pages, remember_websites
from profiles.evidence.service import check_evidence, start_evidence, withdraw_evidence
from profiles.evidence.token import lasting_link, open_token, shown_address
from profiles.evidence.vouch import YEAR
from profiles.evidence.vouching import VOUCHES_A_YEAR, decline_vouch, give_vouch, take_back_vouch
from profiles.exceptions import IdentityError
from profiles.models import Claim, Document, Evidence, User, Vouch
from profiles.models.choices import HOLDING, OPEN, EvidenceStatus, Level, Method, VouchStatus
from profiles.querysets.claims import holding
from profiles.querysets.evidence import coauthors_who_may_vouch, former_claims, public_of_page, vouches_asked_of, vouches_given_since
from profiles.standings import standing_of
from profiles.views.addresses import author_below, kept_as_asked, page_elsewhere

ASK_ORCID_AGAIN: Final = 30
COAUTHORS_SHOWN: Final = 40
VOUCHES_SHOWN: Final = 100


# --- The claimant -------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_step(request: HttpRequest, pk: int, method: str) -> HttpResponse:
    """One kind of evidence for one's own claim: what there is of it, and the form for the next piece. 404 for everybody else."""
    claim = _own_claim(request, pk)
    if method not in METHODS:
        raise Http404(_("There is no page at this address."))
    filled: dict[str, forms.Form] = {}
    if request.method == "POST":
        action = _ACTIONS.get(request.POST.get("action", ""))
        done = action(request, claim, Method(method), filled) if action else False
        if done:
            return redirect("profiles:evidence-step", pk=claim.pk, method=method)
        claim = _own_claim(request, pk)
    return render(request, "profiles/evidence/step.html", _step_context(request, claim, Method(method), filled))


def _own_claim(request: HttpRequest, pk: int) -> Claim:
    found = Claim.objects.select_related("author", "profile__user").filter(pk=pk, profile__user_id=int(request.user.pk or 0)).first()
    if found is None:
        raise Http404(_("There is no page at this address."))
    return found


def _form_of(
    claim: Claim, method: Method, given: Mapping[str, Any] | None = None, files: Mapping[str, Any] | None = None
) -> forms.Form | None:
    """The form that begins a piece, filled where something was sent. None where there is nothing to fill in."""
    match method:
        case Method.EMAIL:
            return AddressForm(given)
        case Method.TOKEN:
            return PageForm(given, pages=[(page.url, shown_address(page.url)) for page in record_pages(claim)])
        case Method.VOUCH:
            people = coauthors_who_may_vouch(claim.author_id, claim.profile.user_id)[:COAUTHORS_SHOWN]
            return CoauthorForm(given, coauthors=[(encode_public_id(one.pk), _coauthor_text(one)) for one in people])
        case Method.DOCUMENT:
            return DocumentForm(given, files)  # type: ignore[arg-type]  # Django's own dictionaries
        case Method.ORCID:
            return None


def _coauthor_text(author: Any) -> str:
    return _("%(name)s (works together: %(count)d)") % {"name": author.display_name, "count": author.shared}


def _start(request: HttpRequest, claim: Claim, method: Method, filled: dict[str, forms.Form]) -> bool:
    form = _form_of(claim, method, request.POST, request.FILES)
    if form is not None and not form.is_valid():
        filled["start"] = form
        return False
    given = form.cleaned_data if form is not None else {}
    user = _user(request)
    try:
        evidence = start_evidence(claim=claim, user=user, method=method, **given)
        if method == Method.ORCID:
            evidence = check_evidence(evidence=_of(claim, evidence.pk), user=user)
    except IdentityError as error:
        _refused(request, form, filled, "start", error)
        return False
    _say_begun(request, evidence, given)
    return True


def _check(request: HttpRequest, claim: Claim, method: Method, filled: dict[str, forms.Form]) -> bool:
    evidence = _piece(request, claim)
    form = CodeForm(request.POST) if method == Method.EMAIL else None
    if form is not None and not form.is_valid():
        filled["check"] = form
        return False
    try:
        check_evidence(evidence=evidence, user=_user(request), **(form.cleaned_data if form is not None else {}))
    except IdentityError as error:
        _refused(request, form, filled, "check", error)
        return False
    messages.success(request, _("Confirmed. It now stands on your claim, and on the page's evidence once the claim is granted."))
    return True


def _withdraw(request: HttpRequest, claim: Claim, method: Method, filled: dict[str, forms.Form]) -> bool:  # noqa: ARG001 - one shape for all actions
    evidence = _piece(request, claim)
    try:
        withdrawn = withdraw_evidence(evidence=evidence, user=_user(request))
    except IdentityError as error:
        messages.error(request, str(error))
        return True
    if withdrawn.method == Method.DOCUMENT:
        discard_file(evidence=withdrawn, now=timezone.now())
    messages.success(request, _("Withdrawn."))
    return True


def _websites(request: HttpRequest, claim: Claim, method: Method, filled: dict[str, forms.Form]) -> bool:  # noqa: ARG001 - one shape for all actions
    """Read the websites on the claimant's matched ORCID record, so that they stand among the pages to choose from."""
    orcid = matched_orcid(claim)
    if not orcid or not cache.add(f"orcid-websites-asked:{claim.pk}", 1, timeout=ASK_ORCID_AGAIN):
        return True
    try:
        remember_websites(orcid, read_record(orcid).websites)
    except (GuardedHTTPError, ValueError, RecursionError):
        messages.error(request, _("We could not read your ORCID record. Try again in a while."))
    return True


_ACTIONS: Final[Mapping[str, Callable[[HttpRequest, Claim, Method, dict[str, forms.Form]], bool]]] = {
    "start": _start,
    "check": _check,
    "withdraw": _withdraw,
    "websites": _websites,
}


def _refused(request: HttpRequest, form: forms.Form | None, filled: dict[str, forms.Form], which: str, error: IdentityError) -> None:
    """The sentence beside the field that it is about, or above the page where there is no field."""
    if form is None:
        messages.error(request, str(error))
        return
    form.add_error(next(iter(form.fields)), str(error))
    filled[which] = form


def _say_begun(request: HttpRequest, evidence: Evidence, given: Mapping[str, Any]) -> None:
    match evidence.method:
        case Method.ORCID:
            matched = _("Your ORCID iD is confirmed, and it is tied to works of this page.")
            bare = _("Your ORCID iD is confirmed, but nothing ties it to works of this page yet.")
            messages.success(request, matched if evidence.matched else bare)
        case Method.EMAIL:
            messages.success(request, _("We have sent a code to %(address)s.") % {"address": given["address"]})
        case Method.VOUCH:
            messages.success(request, _("We have asked."))
        case Method.DOCUMENT:
            messages.success(request, _("The document has come. Two reviewers look at it."))
        case _:
            pass


def _step_context(request: HttpRequest, claim: Claim, method: Method, filled: Mapping[str, forms.Form]) -> dict[str, Any]:
    steps = steps_of(claim)
    step = next(one for one in steps if one.method == method)
    is_open = claim.status in {*OPEN, *HOLDING}
    context: dict[str, Any] = {
        "claim": claim,
        "author": claim.author,
        "step": step,
        "steps": steps,
        "is_open": is_open,
        "form": filled.get("start") or (_form_of(claim, method) if is_open else None),
        "code_form": filled.get("check") or CodeForm(),
        "checked_piece": request.POST.get("piece", "")[:20],
        "method_template": f"profiles/evidence/_{method}.html",
    }
    if method == Method.ORCID:
        orcid = connected_orcid(claim.profile.user)
        context |= {
            "orcid": orcid,
            "orcid_address": f"https://orcid.org/{orcid}",
            "has_orcid": is_offered(Method.ORCID),
        }
    if method == Method.TOKEN:
        context |= {"tokens": _tokens(step), "link": _link(claim, step), "matched_orcid": matched_orcid(claim)}
    if method == Method.EMAIL:
        context["waiting"] = [one for one in step.pieces if _waits_for_code(one.evidence)]
        context["fading"] = [one for one in step.pieces if one.is_counting and is_fading(one.evidence)]
    return context


def _tokens(step: Step) -> list[dict[str, Any]]:
    """The pages on which a token is waited for, each with it."""
    open_pieces = [one for one in step.pieces if one.evidence.status == EvidenceStatus.STARTED]
    return [
        {"piece": one, "token": open_token(one.evidence), "expires": getattr(one.evidence.secret, "expires_at", None)}
        for one in open_pieces
    ]


def _link(claim: Claim, step: Step) -> str:
    held = [one.evidence for one in step.pieces if one.evidence.status in {EvidenceStatus.CONFIRMED, EvidenceStatus.STALE}]
    if not held:
        return ""
    held[0].claim = claim
    return lasting_link(held[0])


def _waits_for_code(evidence: Evidence) -> bool:
    secret = getattr(evidence, "secret", None)
    return bool(secret and secret.secret_hash and secret.used_at is None)


def _piece(request: HttpRequest, claim: Claim) -> Evidence:
    try:
        key = decode_public_id(request.POST.get("piece", ""))
    except ValueError:
        key = 0
    return _of(claim, key)


def _of(claim: Claim, key: int) -> Evidence:
    found = Evidence.objects.select_related("claim__profile__user", "claim__author", "institution").filter(pk=key, claim=claim).first()
    if found is None:
        raise Http404(_("There is no such piece of evidence."))
    return found


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the view asks for a login
    return request.user


# --- The document -------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
def evidence_document(request: HttpRequest, pk: int, evidence: int) -> HttpResponseBase:
    """The file, as an attachment that no browser runs or shows within the site. For its uploader and reviewers; each access is noted."""
    found = Document.objects.select_related("evidence__claim__profile").filter(evidence_id=evidence, evidence__claim_id=pk).first()
    user = _user(request)
    if found is None or not may_know_of(found, user):
        raise Http404(_("There is no page at this address."))
    try:
        document = read_document(document=found, reader=user)
        file = private_store.opened(document.stored_as)
    except (IdentityError, FileNotFoundError) as error:
        text = str(error) if isinstance(error, IdentityError) else _("The file has been deleted. Its hash and the decision stay.")
        return render(request, "profiles/evidence/no_document.html", {"text": text, "claim_id": pk}, status=403)
    response = FileResponse(file, as_attachment=True, filename=f"document-{document.evidence.public_id}{ENDINGS[document.media_type]}")
    response["Content-Type"] = document.media_type
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


# --- The co-author ------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def vouches(request: HttpRequest) -> HttpResponse:
    """What one was asked to vouch for, and what one vouched for. Three queries beside session and account."""
    user = _user(request)
    if request.method == "POST":
        _answer_vouch(request, user)
        return redirect("profiles:vouches")
    rows = list(vouches_asked_of(user.pk)[:VOUCHES_SHOWN])
    context = {
        "asked": [row for row in rows if row.status == VouchStatus.ASKED and row.evidence.status == EvidenceStatus.CHECKING],
        "given": [row for row in rows if row.status == VouchStatus.GIVEN],
        "past": [row for row in rows if row.status in {VouchStatus.DECLINED, VouchStatus.TAKEN_BACK}],
        "left": max(0, VOUCHES_A_YEAR - vouches_given_since(user.pk, timezone.now() - YEAR)),
        "most": VOUCHES_A_YEAR,
    }
    return render(request, "profiles/evidence/vouches.html", context)


def _answer_vouch(request: HttpRequest, user: User) -> None:
    answers = {
        "give": (give_vouch, _("You have vouched. Thank you.")),
        "decline": (decline_vouch, _("You have declined. Nobody is told why.")),
        "take-back": (take_back_vouch, _("You have taken your vouch back.")),
    }
    chosen = answers.get(request.POST.get("action", ""))
    try:
        key = decode_public_id(request.POST.get("vouch", ""))
    except ValueError:
        key = 0
    vouch = Vouch.objects.filter(pk=key, voucher=user).first()
    if chosen is None or vouch is None:
        raise Http404(_("There is no such request."))
    service, thanks = chosen
    try:
        service(vouch=vouch, user=user)
    except IdentityError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, thanks)


# --- Everybody ----------------------------------------------------------------------------------------------------


@public_page
def evidence(request: HttpRequest, pk: int, slug: str) -> HttpResponse:  # noqa: ARG001 - decoration, compared with the whole address
    """By what evidence a page is held: the public parts of it. At most twelve queries, whatever the number of pieces."""
    author = author_below(request, pk)
    moved = page_elsewhere(request, author, "profiles:evidence")
    if moved is not None:
        return moved
    owner = holding([author.pk]).first()
    standing = standing_of(author.pk)
    claimed = owner is not None and standing.claim_level >= standing.record_level and standing.level > Level.L0
    context = {
        "author": author,
        "owner": owner,
        "pieces": explain_all(public_of_page(author.pk)) if owner is not None else [],
        "former": list(former_claims(author.pk)[:10]),
        "level": Level(standing.level).label,
        "sentence": levels.sentence(standing.level, is_claimed=claimed),
        "missing": [levels.MISSING_TEXTS[code] for code in standing.missing if code in levels.MISSING_TEXTS],
        "canonical_url": site_url(request) + reverse("profiles:evidence", args=[author.pk, page_slug(author.display_name)]),
    }
    return kept_as_asked(render(request, "profiles/evidence/page.html", context), author)
