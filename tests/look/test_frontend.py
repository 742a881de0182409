"""The build of what pages ship to browsers."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import frontend

FACES = """
/* source-serif-4-greek-wght-normal */
@font-face {
  font-family: 'Source Serif 4 Variable';
  src: url(./files/source-serif-4-greek-wght-normal.woff2) format('woff2-variations');
  unicode-range: U+0370-0377;
}
/* source-serif-4-latin-wght-normal */
@font-face {
  font-family: 'Source Serif 4 Variable';
  src: url(./files/source-serif-4-latin-wght-normal.woff2) format('woff2-variations');
  unicode-range: U+0000-00FF,U+0131;
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the site's own style sheets and nothing installed by npm."""
    sheets = tmp_path / "config/static/css"
    sheets.mkdir(parents=True)
    for name in frontend.STYLE_SHEETS:
        (sheets / f"{name}.css").write_text((frontend.ROOT / f"config/static/css/{name}.css").read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_minifying_keeps_what_matters() -> None:
    css = '/* a note */\n.a :is(.b, .c) > p {\n  inline-size: calc(100% - 2rem);\n  content: "a  {b}; /* c";\n}\n'
    assert frontend.minify('.q::before { content: "a  b"; }') == '.q::before{content:"a  b"}'
    assert frontend.minify(css.replace("/* c", "c")) == '.a :is(.b,.c)>p{inline-size:calc(100% - 2rem);content:"a  {b}; c"}'


def test_without_npm_pages_still_have_their_style_sheet(project: Path) -> None:
    built = frontend.build(project)
    assert built.fonts == ()
    assert built.axe is None
    css = built.style_sheet.read_text(encoding="utf-8")
    assert css.startswith(":root{")
    assert "@font-face" not in css
    assert css.count("{") == css.count("}")


def test_fonts_are_copied_and_named_with_their_letters(project: Path) -> None:
    package = project / frontend.FONT_PACKAGE
    (package / "files").mkdir(parents=True)
    (package / "wght.css").write_text(FACES)
    for script in ("greek", "latin"):
        (package / f"files/source-serif-4-{script}-wght-normal.woff2").write_bytes(script.encode())
    axe = project / frontend.AXE
    axe.parent.mkdir(parents=True)
    axe.write_text("axe")

    built = frontend.build(project)

    assert [font.read_bytes() for font in built.fonts] == [b"greek", b"latin"]
    css = built.style_sheet.read_text(encoding="utf-8")
    assert css.count("@font-face") == 2
    assert 'url("fonts/source-serif-4-latin-wght-normal.woff2")' in css
    assert "unicode-range:U+0000-00FF,U+0131" in css
    assert built.axe is not None
    assert "public" not in built.axe.relative_to(project).parts  # tests read it; nobody is served it


def test_what_zooms_is_one_module_or_says_that_it_is_not_there(project: Path) -> None:
    built = frontend.build(project)
    assert built.zoom.read_text(encoding="utf-8") == "export default undefined;\n"
    for name in frontend.D3_PARTS:
        part = project / f"node_modules/d3-{name}/dist/d3-{name}.min.js"
        part.parent.mkdir(parents=True)
        part.write_text(f"/* {name} */")
    module = frontend.build(project).zoom.read_text(encoding="utf-8")
    assert module.index("/* selection */") < module.index("/* drag */") < module.index("/* zoom */")
    assert module.endswith("export default globalThis.d3;\n")


def test_a_changed_package_is_noticed(project: Path) -> None:
    package = project / frontend.FONT_PACKAGE
    package.mkdir(parents=True)
    (package / "wght.css").write_text("@font-face { src: local(x); }")
    with pytest.raises(ValueError, match="names no font files"):
        frontend.build(project)
