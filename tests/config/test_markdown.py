"""What people write becomes HTML that is safe, however it was meant, and in bounded time."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lib.markdown import LONGEST, render_markdown

ALLOWED = {"p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h3", "h4", "h5", "h6"}
HOSTILE = st.sampled_from([
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>",
    "vbscript:x", "&#106;avascript:x", "\\", "$", "$$", "`", "```", "\n", "\n\n", "[", "]", "(", ")", "![x](", "[x](", "<", ">", '"', "'",
    "<https://a.org>", "<javascript:x>", "[r]: javascript:x", "\\text{<svg onload=x>}", "\\href{javascript:x}{y}", "{", "}", "*", "_", "> ",
    "- ", "1. ", "#", "\0", "\u202e", "&lt;script&gt;", "</p>", "<!--", "]]>", "<math><mtext><style><img src onerror=x>", "x", " ",
])  # fmt: skip


class Found(HTMLParser):
    """The elements and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    for tag, attributes in Found(html).elements:
        assert tag in ALLOWED or tag == "math" or re.fullmatch(r"m[a-z]+", tag), tag
        assert not any(name.startswith("on") or name in {"style", "src", "srcset", "id"} for name in attributes)
        if tag == "a":
            assert str(attributes["href"]).lower().startswith(("http://", "https://"))
            assert attributes["rel"] == "nofollow noopener ugc"


@given(st.lists(HOSTILE, max_size=40).map("".join))
def test_nothing_that_is_written_can_run(text: str) -> None:
    assert_harmless(render_markdown(text))


def test_a_link_that_leads_nowhere_is_its_words() -> None:
    assert render_markdown("See [here]() and [there](https://example.org/).") == (
        '<p>See here and <a href="https://example.org/" rel="nofollow noopener ugc">there</a>.</p>'
    )


@given(st.text(max_size=300))
def test_any_text_can_be_shown(text: str) -> None:
    assert_harmless(render_markdown(text))


def test_formulas_are_typeset_and_money_is_not() -> None:
    html = render_markdown("Mass is $E = mc^2$, and it cost $5, not $6.\n\n$$\\sum_i x_i$$")
    assert html.count("<math ") == 2
    assert 'display="block"' in html
    assert "$5, not $6" in html


def test_a_script_in_a_formula_is_text() -> None:
    html = render_markdown(r"$\text{<script>alert(1)</script>}$ and $\href{javascript:x}{y}$")
    assert_harmless(html)
    assert "<script" not in html


def test_links_lead_to_the_web_only_and_are_not_vouched_for() -> None:
    html = render_markdown("[a](https://example.org/) [b](javascript:x) [c](//example.org) [d](/settings/) [e](data:text/html,x)")
    assert re.findall(r'<a href="([^"]+)" rel="([^"]+)">', html) == [("https://example.org/", "nofollow noopener ugc")]


def test_there_are_no_pictures_since_their_servers_would_see_our_readers() -> None:
    assert "<img" not in render_markdown("![me](https://example.org/me.png) <img src='https://example.org/me.png'>")


def test_headings_stand_below_those_of_the_page() -> None:
    assert render_markdown("# One\n\n###### Six") == "<h3>One</h3>\n<h6>Six</h6>"


def test_white_space_is_nothing() -> None:
    assert render_markdown(" \n\t\0") == ""


@pytest.mark.parametrize(
    "piece",
    ["[", ">", "- ", "*a ", "`", "$", "$$", "[a](", "![", "<", "**a", "_", "$x$", "[a]: b\n", "[[a]", "*_", "> - ", "{", "&#x0;", "a\n"],
)
def test_the_worst_that_fits_takes_less_than_a_second(piece: str) -> None:
    began = time.process_time()
    assert_harmless(render_markdown(piece * (2 * LONGEST // len(piece))))
    assert time.process_time() - began < 1


def test_lines_end_in_letters_where_they_were_ended_and_flow_elsewhere():
    assert "<br>" in render_markdown("Dear Ada,\nthank you.", is_letter=True)
    assert "<br>" not in render_markdown("Dear Ada,\nthank you.")
