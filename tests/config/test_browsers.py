"""What a browser calls itself is told in words."""

from __future__ import annotations

import pytest

from config.lib.browsers import browser_name

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    "agent, told",
    [
        (CHROME.format("X11; Linux x86_64"), "Chrome on Linux"),
        (CHROME.format("Linux; Android 15; K") + " EdgA/140.0", "Edge on Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Looms/1 <b>" + "x" * 100, "Looms/1 <b>" + "x" * 49),
        ("", ""),
    ],
)
def test_a_browser_is_told_in_a_few_words(agent: str, told: str) -> None:
    assert browser_name(agent) == told
