"""Whose address counts when proxies stand in between."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from config.lib.proxies import CountedProxiesMiddleware, visitor_address


@pytest.mark.parametrize(
    "forwarded, proxies, expected",
    [
        ("", 0, "10.0.0.9"),
        ("203.0.113.5", 0, "10.0.0.9"),  # nobody of ours wrote that
        ("203.0.113.5", 1, "203.0.113.5"),
        ("6.6.6.6, 203.0.113.5", 1, "203.0.113.5"),  # the first was made up by the visitor
        ("6.6.6.6, 203.0.113.5, 10.0.0.2", 2, "203.0.113.5"),
        ("10.0.0.2", 2, "10.0.0.2"),
        ("", 1, "10.0.0.9"),
        (" , ", 1, "10.0.0.9"),
    ],
)
def test_only_counted_hops_are_believed(forwarded, proxies, expected):
    assert visitor_address(forwarded, "10.0.0.9", proxies) == expected


@override_settings(TRUSTED_PROXIES=1)
def test_the_visitor_stands_where_everybody_looks():
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.5")
    CountedProxiesMiddleware(lambda _request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == "203.0.113.5"
