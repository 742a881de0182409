r"""Titles and abstracts become safe HTML: formulas as MathML, prices left alone, nothing executable ever."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lib import mathml
from config.lib.mathml import find_formulas, has_markup, render_markup

ALLOWED_ATTRIBUTES = {
    "alttext", "display", "mathvariant", "stretchy", "form", "minsize", "maxsize", "lspace", "rspace", "width",
    "displaystyle", "scriptlevel", "linethickness", "notation", "accent", "class",
}  # fmt: skip


class Inspector(HTMLParser):
    """Collects what a browser would see, and checks that every element that was opened is closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in mathml.MATHML_ELEMENTS | {"code"}, tag
        for name, value in attrs:
            assert name in ALLOWED_ATTRIBUTES, name
            assert name != "class" or value == "tex"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def inspect(html: str) -> str:
    """The text that a reader sees; fails on anything that has no business in a title."""
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    assert not inspector.open
    return "".join(inspector.words)


def test_plain_text_is_only_escaped() -> None:
    assert render_markup('Tom & "Jerry" <3') == 'Tom &amp; "Jerry" &lt;3'


def test_a_formula_becomes_mathml_with_its_source_as_alternative() -> None:
    html = render_markup(r"Sparse $k$-means in $O(\sqrt{n})$ time")

    assert '<math alttext="k"><mi>k</mi></math>-means' in html
    assert r'alttext="O(\sqrt{n})"' in html
    assert "<msqrt>" in html


@pytest.mark.parametrize(
    "text, display",
    [(r"\(x\)", False), ("$x$", False), (r"\[x\]", True), ("$$x$$", True)],
)
def test_each_kind_of_delimiter(text: str, display: bool) -> None:
    html = render_markup(f"a {text} b")

    assert html.startswith("a <math ")
    assert html.endswith("<mi>x</mi></math> b")
    assert ('display="block"' in html) is display


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6",
        "raised $5 million and $10 million in a year",
        "US$5-$6 an hour",
        "from $1,000 to $2,000 ($3 more)",
        "a single $ sign",
        r"an escaped \$5 and \$6",
        "in $ and in $",
    ],
)
def test_money_is_not_mathematics(text: str) -> None:
    assert list(find_formulas(text)) == []
    assert "<" not in render_markup(text)


@pytest.mark.parametrize("text", ["$2.5$ per cent", "with $k=1$ parent", "$30 %$", "$A R(1)$", "$n \\text{ if we are lucky }$"])
def test_mathematics_that_looks_a_little_like_money(text: str) -> None:
    assert len(list(find_formulas(text))) == 1


def test_formulas_after_a_price_are_still_found() -> None:
    assert [formula.tex for formula in find_formulas("cost $5 million or $6 million, $x$ of $y$")] == ["x", "y"]


def test_script_in_a_formula_is_text() -> None:
    html = render_markup(r"$\text{<script>alert(1)</script>}$")

    assert "<script" not in html
    assert "alert(1)" in inspect(html)


@pytest.mark.parametrize("tex", [r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", r"\class{big}{x}", r"\color{red}{x}"])
def test_links_and_styles_in_a_formula_are_dropped(tex: str) -> None:
    html = render_markup(f"${tex}$")
    visible = html.replace(f'alttext="{tex}"', "")

    assert "javascript:" not in visible
    assert "style=" not in visible
    assert "red" not in visible.replace('<code class="tex">', "") or "<code" in html
    inspect(html)


def test_a_formula_may_not_push_the_page_away() -> None:
    assert "900em" not in render_markup(r"$\hspace{900em}x$").replace(r"\hspace{900em}", "")


def test_what_cannot_be_converted_is_shown_as_source() -> None:
    assert render_markup(r"about $\mymacro_2$") == r'about <code class="tex">\mymacro_2</code>'
    assert render_markup(r"$\frac{$") == r"$\frac{$" or "<code" in render_markup(r"$\frac{$")


def test_absurd_formulas_are_shown_as_source_quickly() -> None:
    assert "<code" in render_markup("$" + "{" * 500 + "x" + "}" * 500 + "$")
    assert "<code" in render_markup("$$" + "x+" * 5000 + "x$$")
    assert render_markup("$x$ " * 400).count("<math") == mathml.MAX_FORMULAS


def test_macros_that_authors_define_again_and_again() -> None:
    assert "ℝ" in render_markup(r"$\R^d$")
    assert render_markup(r"$\mathrm{ReLU}$") == r'<math alttext="\mathrm{ReLU}"><mtext>ReLU</mtext></math>'
    assert "BASE" in inspect(render_markup(r"$_{\rm BASE}$"))


def test_has_markup_is_a_cheap_first_question() -> None:
    assert has_markup("$x$")
    assert has_markup(r"\(x\)")
    assert not has_markup("Attention is all you need")


PIECES = st.sampled_from([
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "{", "}", "\\frac", "\\text{", "\\href{", "javascript:", "<script>", "</math>", "<", ">",
    "&", "&lt;", "^", "_", "\\left(", "\\right)", "\\begin{array}{c}", "\\end{array}", "x", "1", " ", '"', "'", "onload=", "\\style{",
    "<!--", "]]>", "\\color{red}", "\\\\", "\x00", "\ue010", "é", "\\hspace{", "\\mathrm{AB}",
])  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_whatever_comes_in_the_page_stays_whole(text: str) -> None:
    inspect(render_markup(text))


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_a_formula_holds_the_page_stays_whole(tex: str) -> None:
    inspect(render_markup(f"${tex}$"))


@given(st.text(alphabet=st.characters(exclude_characters="$\\", exclude_categories=["Cs"])))
def test_text_without_formulas_reads_the_same(text: str) -> None:
    assert inspect(render_markup(text)).replace("\r\n", "\n") == text.replace("\r\n", "\n")


@given(st.lists(PIECES, max_size=30).map("".join))
def test_formulas_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    end = 0
    for formula in find_formulas(text):
        assert end <= formula.start < formula.end <= len(text)
        assert formula.tex in text[formula.start : formula.end]
        end = formula.end
