r"""Text from sources comes out clean: Unicode, no markup, mathematics between dollar signs, and nothing else changed."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papers.plain_text import plain_text
from papers.text import Markup, clean_name, clean_text, title_key

MARKUPS: tuple[Markup, ...] = ("html", "latex", "jats", "plain")


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize(
    "text",
    [
        "Attention Is All You Need",
        "Über die Gleichung 2 < 3 > 1",
        "R&D at AT&T; Q & A",
        "Triples <subject, predicate, object> and <Taxes>",
        "Code at <https://github.com/x/y.git>",
        "A $5 bill and $x_1 < y$",
        "“President Vows” – it’s 50% of C#",
        "数学の哲学",
        "می‌خواهم",  # the zero-width non-joiner is part of the spelling
        "uses x_t and L^2 and (0,1]^n",
    ],
)
def test_good_text_is_left_alone(text: str, markup: Markup) -> None:
    assert clean_text(text, markup=markup) == text


@pytest.mark.parametrize(
    "text, expected",
    [
        ("  two \t words\n ", "two words"),
        ("no\u00a0break\u2009thin\u3000wide", "no break thin wide"),
        ("ﬁne and eﬃcient", "fine and efficient"),
        ("Poincare\u0301", "Poincaré"),
        ("reconstruc\x02tion", "reconstruction"),
        ("\ufeffzero\u200bwidth\u202c", "zerowidth"),
        ("machine \u00adinterpretable", "machine interpretable"),
        ("Tel\u00adAviv", "Tel-Aviv"),
        ("NSGA\u2010II", "NSGA-II"),
        ("technology \ufffd Programming", "technology – Programming"),
        ("F\ufffdd\ufffderale", "Fderale"),
        ("it\x92s", "it’s"),
        ("private\ue000use", "privateuse"),
    ],
)
def test_odd_characters(text: str, expected: str) -> None:
    assert clean_text(text, markup="plain") == expected


@pytest.mark.parametrize(
    "text, expected",
    [("Hal DaumÃ© III", "Hal Daumé III"), ("itâ€™s", "it’s"), ("KovaÄ\x87", "Kovać"), ("ÃƒÂ©tude", "étude"), ("Â©2020", "©2020")],
)
def test_mojibake_is_repaired(text: str, expected: str) -> None:
    assert clean_text(text, markup="plain") == expected


@pytest.mark.parametrize("text", ["“IRMÔ", "IRMÃ”", "3 Å²", "„Ä”", "à « la » carte", "SÃO PAULO"])
def test_what_only_looks_like_mojibake_stays(text: str) -> None:
    assert clean_text(text, markup="plain") == text


@pytest.mark.parametrize(
    "text, expected",
    [
        ("AT&amp;T and &lt;5 &#8211; &eacute;", "AT&T and <5 – é"),
        ("Q&amp;amp;A, 2 &amp;lt; 3", "Q&A, 2 < 3"),
        ("&nosuchentity; &copy;", "&nosuchentity; ©"),
        ("the <i>Drosophila melanogaster</i> genome", "the Drosophila melanogaster genome"),
        ("between<i>Chlamydia</i>Infection", "between Chlamydia Infection"),
        ("the <i>p</i>-value", "the p-value"),
        ("H<sub>2</sub>O at 10<sup>−5</sup>", "H₂O at 10⁻⁵"),
        ("Co<sub>1+<i>x</i></sub>", "Co$_{1+x}$"),
        ("v<sub>max</sub>", r"v$_{\mathrm{max}}$"),
        ("the 5<sup>th</sup>", "the 5th"),
        ("one<br/>two<p>three</p>", "one two three"),
        ("&lt;subtitle&gt;Successful&lt;/subtitle&gt;", "Successful"),
        ("&lt;scp&gt;MOPSO&lt;/scp&gt; and <scp>AI</scp>", "MOPSO and AI"),
        ("a <script>alert(1)</script> b", "a b"),
        ("<subject, predicate, object>", "<subject, predicate, object>"),
        ('<a href="javascript:x">link</a>', "link"),
        ("<!-- note -->shown", "shown"),
        ("<b>Bold", "Bold"),
    ],
)
def test_html(text: str, expected: str) -> None:
    assert clean_text(text, markup="html") == expected


def test_jats_abstract_with_sections() -> None:
    jats = "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aims</jats:title><jats:p>To see.</jats:p></jats:sec>"

    assert clean_text(jats, markup="jats") == "Aims: To see."


def test_mathml_becomes_latex() -> None:
    mathml = (
        '<jats:p>Jordan<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mo>∗</mml:mo></mml:math>-derivations on'
        "<mml:math><mml:msup><mml:mi>C</mml:mi><mml:mo>∗</mml:mo></mml:msup></mml:math>-algebras, "
        "<mml:math><mml:mfrac><mml:mn>1</mml:mn><mml:msqrt><mml:mi>n</mml:mi></mml:msqrt></mml:mfrac></mml:math></jats:p>"
    )

    assert clean_text(mathml, markup="jats") == r"Jordan $∗$-derivations on $C^{∗}$-algebras, $\frac{1}{\sqrt{n}}$"


def test_a_formula_given_twice_is_read_once() -> None:
    text = (
        "<inline-formula><alternatives><tex-math>\\documentclass{x}\\begin{document}$$x_1$$\\end{document}</tex-math>"
        "<mml:math><mml:mi>x</mml:mi></mml:math></alternatives></inline-formula> holds"
    )

    assert clean_text(text, markup="jats") == "$x_1$ holds"


@pytest.mark.parametrize(
    "text, expected",
    [
        (r"H\"{o}lder, P\'olya, Erd\H{o}s, Gan{\c c}arski", "Hölder, Pólya, Erdős, Gançarski"),
        (r"\L{}ukasz {\O}rsted \ss \aa", "Łukasz Ørsted ß å"),
        (r"\emph{very} {\it nice} \textbf{bold \textit{both}}", "very nice bold both"),
        (r"``quoted'' -- yes, 50\% of R\&D", "“quoted” – yes, 50% of R&D"),
        (r"as in SIFT~\cite{Lowe04} and HOG~\citep[p. 3]{Dalal05}.", "as in SIFT and HOG."),
        (r"code at \url{http://x.org/~me} \href{http://y}{here}", "code at http://x.org/~me here"),
        (r"about $O(\sqrt{n})$ of \(k\) and \[x\]", r"about $O(\sqrt{n})$ of $k$ and $$x$$"),
        (r"\begin{equation} a=b \end{equation}", "$$a=b$$"),
        (r"\beginitemize \item one \item two \enditemize", "• one • two"),
        ("{The} {LaTeX} {Companion}", "The LaTeX Companion"),
        (r"costs \$5 and \$6", "costs $5 and $6"),
        (r"Universit\u00e9 de Strasbourg", "Université de Strasbourg"),
        (r"the \ours{} method and \method", "the ours method and method"),
        ("a.k.a.~Robbins and ~O(1) at /~jojic", "a.k.a. Robbins and ~O(1) at /~jojic"),
        ("over {0,1}^n and {1, . . . , n}", "over {0,1}^n and {1, . . . , n}"),
        # mathematics whose dollar signs were lost
        (r"only $10^{-5}$ or 10^{-5}", "only $10^{-5}$ or 10⁻⁵"),
        (r"w_t and w_{t+1}", "w_t and $w_{t+1}$"),
        (r"\mathcal{O}(L\log L) and \mathcalO", r"$\mathcal{O}$(L log L) and $\mathcal{O}$"),
        (r"6.9\times smaller, \sqrtT Regret, \ell_1-norm", r"6.9× smaller, $\sqrt{T}$ Regret, $\ell_1$-norm"),
        (r"the \{0,1\}^n cube", r"the $\{0,1\}^n$ cube"),
        (r"BERT_{\rm BASE}", r"BERT$_{\rm BASE}$"),
    ],
)
def test_latex(text: str, expected: str) -> None:
    assert clean_text(text, markup="latex") == expected


def test_mathematics_is_not_touched() -> None:
    formula = r"$\frac{1}{n}\sum_{i=1}^{n}\|x_i\|_2 \leq \{a, b\} \& \text{if } ``x'' -- y$"

    assert clean_text(formula, markup="latex") == formula


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Hél\\`ene Paugam-moisy", "Hélène Paugam-moisy"),
        ("Stéphan Clémen\\ccon", "Stéphan Clémençon"),
        ('Benedikt B\\"{u}nz', "Benedikt Bünz"),
        ("Yasin Yaz{\\i}c{\\i}", "Yasin Yazıcı"),
        ("Jakub \\Lącki", "Jakub Łącki"),
        ("\\Matthew Lease", "Matthew Lease"),
        ("\u202aYotam Alexander\u202c\u200f", "Yotam Alexander"),
        ("John Smith*", "John Smith"),
        ("Jane Doe †,", "Jane Doe"),
        ("YANN LECUN", "YANN LECUN"),
        ("bell hooks", "bell hooks"),
        ("Jianfeng (Jeff) Gao", "Jianfeng (Jeff) Gao"),
        ("O'Brien, D. J., Jr.", "O'Brien, D. J., Jr."),
        ("Prince", "Prince"),
        ("  ", ""),
    ],
)
def test_names_keep_what_the_source_said(text: str, expected: str) -> None:
    assert clean_name(text) == expected


@pytest.mark.parametrize(
    "one, other",
    [
        ("On $k$-means", "On k-Means."),
        (r"$\ell_1$-regularised Nets", "ℓ1-Regularised Nets"),
        ("H₂O: a Study", "H2O – A study"),
        ("Größe und  Maß", "Grosse und Mass"),
        (r"Breaking the $1/\sqrt{n}$ Barrier", "Breaking the 1/√n barrier"),
        (r"$\tilde{O}(T)$ Regret", "O(T) regret"),
        ("A “quoted” title", 'A "quoted" title'),
        (r"$\alpha$-divergence", "α-Divergence"),
    ],
)
def test_the_same_title_in_two_sources_has_one_key(one: str, other: str) -> None:
    assert title_key(one) == title_key(other) != ""


def test_keys_of_different_titles_differ() -> None:
    assert title_key("Deep Learning I") != title_key("Deep Learning II")
    assert title_key("統計学入門") != title_key("数学入門")
    assert title_key("—?!") == ""


PIECES = st.sampled_from([
    "<script>", "</script>", "<scr", "ipt>", "<i>", "</i>", "<sub>", "</sub>", "<sup>", "</sup>", "<", ">", "&lt;", "&amp;", "&", "amp;",
    "lt;", "#60;", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "{", "}", "\\emph", "\\'", '\\"', "\\c", "\\alpha", "\\frac", "^", "_", "~",
    "--", "``", "''", "`", "'", "-", " ", "a", "o", "1", ",", "é", "\u0301", "Ã", "©", "â€", "\x00", "\x92", "\ufffd", "\u200d", "\ue000",
    "\\begin{equation}", "\\end{equation}", "\\item", "\\{", "\\}", "\\cite", "<math>", "<mi>", "</mi>", "</math>", "\n", "\\u00e9", "%",
    "<title>", "</title>", "<tex-math>", "</tex-math>", "\\sqrt", "\\mathbb", "T", "5", "\\times", "\\$",
])  # fmt: skip
MESSY = st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join)


@given(MESSY, st.sampled_from(MARKUPS))
@example("<scr<b>ipt>", "html")
@example(r"\'{\'{e}}", "latex")
def test_cleaning_twice_is_cleaning_once(text: str, markup: Markup) -> None:
    once = clean_text(text, markup=markup)

    assert clean_text(once, markup=markup) == once


@given(MESSY, st.sampled_from(MARKUPS))
def test_clean_text_is_clean(text: str, markup: Markup) -> None:
    cleaned = clean_text(text, markup=markup)

    assert not re.search(r"<\s*/?\s*(?:script|iframe|style)\b", cleaned, re.IGNORECASE)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert not re.search("[\x00-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\ud800-\udfff]", cleaned)


@given(MESSY)
def test_names_are_clean_and_stay_so(text: str) -> None:
    name = clean_name(text)

    assert clean_name(name) == name
    assert "$" not in name
    assert name == clean_text(name, markup="plain")


@given(MESSY)
def test_keys_are_letters_and_digits(text: str) -> None:
    assert re.fullmatch("[a-z0-9]*", title_key(text))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("A plain title for $5 and $6", "A plain title for $5 and $6"),
        (r"$\mathcal{O}(n^2)$ at \(\frac{1}{2}\)", "𝒪(n²) at 1/2"),
        (r"$\alpha$-Rényi, $x_{i+1}$ and $\pi_{0.5}$", "α-Rényi, x_(i+1) and π_(0.5)"),
        (r"In $O(1/\eps^2)$ and $\R^d$: $\argmin f$, $\foo x$", "In O(1/ε²) and ℝ^d: arg min f, foo x"),
        (r"$\left(\tfrac{1}{2}\right)$", "(1/2)"),
        (r"Odd $\{ x$ and ${$", r"Odd { x and {"),
    ],
)
def test_references_have_formulas_in_unicode(text: str, expected: str) -> None:
    assert plain_text(text) == expected


@given(MESSY)
@example("$" + "{" * 900 + "$")
@example("$" + "\\frac" * 300 + "$")
@example("$\\begin{array}{c}\\end{array}$")
@example("$\\begin{pmatrix}$")
@example("$x\\href$ of $\\title$, $\\input$")
@example("$\\sqrt" + "[" * 400 + "$")
@example("$" + "\\(" * 700 + "$")
def test_text_without_formulas_is_had_of_any(text: str) -> None:
    assert "$" in text or "\\" in text or plain_text(text) == text
    plain_text(text)


def test_cleaning_is_quick_on_hostile_text() -> None:
    """Each of these took minutes with a careless pattern; a second is an eternity here."""
    for text in (
        "{" * 5000,
        "\\emph{" * 2000,
        "$" * 5000,
        "<" * 5000,
        "&amp;" * 5000,
        "\\'" * 5000,
        "<math>" * 2000,
        "a~" * 5000,
        "{a," * 3000,
        "\\{" * 3000,
        "\\begin{equation}" * 500,
        "^{" * 3000,
        "<!--" * 3000,
        "<script>" * 2000,
        "\\cite" * 3000,
        "~" * 8000,
        "<tex-math>" * 1000,
        "<title>" * 2000,
    ):
        clean_text(text, markup="latex")
        clean_text(text, markup="html")
