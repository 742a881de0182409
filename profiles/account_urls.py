"""Addresses of an account's pages that stand before allauth's own, or beside them. ``config.urls`` mounts both under accounts/."""

from __future__ import annotations

from django.urls import include, path

from profiles.views.accounts import (
    AddressesView,
    FirstPasswordView,
    ProvidersView,
    sign_in_again,
    stop_change,
    stop_own_change,
    unsubscribe,
)
from profiles.views.typed import typed

_own = [
    path("changes/<int:pk>/stop/", stop_own_change, name="stop-own"),
    path("changes/stop/<str:token>/", stop_change, name="stop"),
    path("sign-in-again/", sign_in_again, name="sign-in-again"),
    path("typed/", typed, name="typed"),
    path("mail/refuse/<str:token>/", unsubscribe, name="unsubscribe"),
]

urlpatterns = [
    path("", include((_own, "account-safety"))),
    path("email/", AddressesView.as_view(), name="account_email"),
    path("password/set/", FirstPasswordView.as_view(), name="account_set_password"),
    path("3rdparty/", ProvidersView.as_view(), name="socialaccount_connections"),
]
