"""Pages of an account beyond allauth's: addresses and connections whose changes wait, stopping them, refusing mails."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import EmailView, PasswordSetView
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.views import ConnectionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from profiles.accounts import changes, freshness
from profiles.accounts.connections import ORCID
from profiles.accounts.mail import accept_mails, kind_label, read_refusal, refuse_mails
from profiles.exceptions import IdentityError
from profiles.models import AccountChange, ChangeKind, User

MOST_TOKEN = 500


class AddressesView(EmailView):  # type: ignore[misc]  # allauth carries no types
    """The addresses of an account. Another main address, and giving up a confirmed one, wait three days."""

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        address = self._get_email_address(request)
        present = EmailAddress.objects.filter(user=request.user, primary=True, verified=True).first()
        if address is None or present is None:  # a fresh account: nobody is there yet who could be pushed out
            return _as_response(super()._action_primary(request, *args, **kwargs))
        return self._ask(request, ChangeKind.EMAIL, present.email, address.email)

    def _action_remove(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        address = self._get_email_address(request)
        if address is None or not address.pk or not address.verified or address.primary:
            return _as_response(super()._action_remove(request, *args, **kwargs))
        return self._ask(request, ChangeKind.EMAIL_REMOVAL, address.email)

    def _ask(self, request: HttpRequest, kind: ChangeKind, old: str, new: str = "") -> HttpResponse:
        freshness.require_fresh(request)
        _ask_and_tell(request, kind, old, new)
        return HttpResponseRedirect(reverse("account_email"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "waiting_changes": changes.waiting_for(_user(self.request))}


class ProvidersView(ConnectionsView):  # type: ignore[misc]  # allauth carries no types
    """The providers that an account can sign in with. Disconnecting an ORCID iD waits three days."""

    def form_valid(self, form: Any) -> HttpResponse:
        account: SocialAccount = form.cleaned_data["account"]
        if account.provider != ORCID:
            return _as_response(super().form_valid(form)) or redirect(self.success_url)
        freshness.require_fresh(self.request)
        _ask_and_tell(self.request, ChangeKind.ORCID_REMOVAL, account.uid)
        return redirect(self.success_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "waiting_changes": changes.waiting_for(_user(self.request))}


@method_decorator(login_required, name="dispatch")
@method_decorator(reauthentication_required(app="allauth.account"), name="dispatch")
class FirstPasswordView(PasswordSetView):  # type: ignore[misc]  # allauth carries no types
    """A first password for an account that has none. allauth asks nothing before it; we ask for a fresh sign-in."""

    success_url = reverse_lazy("account_email")


@login_required
@require_POST
def stop_own_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a change of one's own account. 404 for another's."""
    change = get_object_or_404(AccountChange, pk=pk, user=request.user)
    try:
        changes.cancel(change=change)
    except IdentityError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The change is stopped. Everything stays as it is."))
    orcid = change.kind in {ChangeKind.ORCID, ChangeKind.ORCID_REMOVAL}
    return redirect("socialaccount_connections" if orcid else "account_email")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_change(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a change by the link in the mail: a page with a button, since mail programs follow links by themselves."""
    try:
        change = changes.by_token(token[:MOST_TOKEN])
    except (AccountChange.DoesNotExist, ValueError):
        raise Http404 from None
    problem = ""
    if request.method == "POST":
        try:
            change = changes.cancel_by_token(token=token)
        except IdentityError as error:
            problem = str(error)
    return render(request, "account/stop_change.html", {"change": change, "problem": problem})


@login_required
@never_cache
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """For accounts with neither password nor second factor: prove who you are at the provider you sign in with."""
    connected = set(SocialAccount.objects.filter(user=request.user).values_list("provider", flat=True))
    ways = [provider for provider in get_adapter(request).list_providers(request) if connected & {provider.id, provider.sub_id}]
    back = get_next_redirect_url(request) or reverse("account_email")
    urls = [(provider.name, provider.get_login_url(request, process="redirect", next=back)) for provider in ways]
    return render(request, "account/sign_in_again.html", {"ways": urls})


@csrf_exempt  # RFC 8058: mail programs post here without a cookie; the signed token is the permission
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Refuse a kind of mail, or take that back. GET changes nothing. 404 for a token that is not ours."""
    told = read_refusal(token[:MOST_TOKEN])
    if told is None:
        raise Http404
    user, kind = told
    if request.method == "POST":
        if request.POST.get("action") == "again":
            accept_mails(user=user, kind=kind)
        else:
            refuse_mails(user=user, kind=kind)
    refused = user.mail_opt_outs.filter(kind=kind).exists()
    return render(request, "account/unsubscribe.html", {"kind": kind_label(kind), "refused": refused, "asked": request.method == "POST"})


def _ask_and_tell(request: HttpRequest, kind: ChangeKind, old: str, new: str = "") -> None:
    try:
        change = changes.ask(user=_user(request), kind=kind, old_value=old, new_value=new)
    except IdentityError as error:
        messages.error(request, str(error))
        return
    told = _("This takes effect in three days. We have written to %(address)s, from where it can be stopped.")
    messages.info(request, told % {"address": change.old_value if "@" in change.old_value else _user(request).email})


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - behind login_required
    return user


def _as_response(answer: Any) -> HttpResponse | None:
    return answer if isinstance(answer, HttpResponse) else None
