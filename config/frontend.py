"""Builds what pages ship to browsers: ``python -m config.frontend`` (part of ``make setup``).

Our style sheets become one minified file; the font files that npm installed are copied beside it. Nothing here is
needed at run time: the result lies in ``static-build/`` (ignored by git), of which ``public/`` is served.
Our own scripts need no build.
"""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STYLE_SHEETS = ("tokens", "base", "layout", "components", "pages", "together", "print")  # in the order of the cascade
FONT_PACKAGE = Path("node_modules/@fontsource-variable/source-serif-4")
D3_PARTS = ("dispatch", "selection", "timer", "color", "interpolate", "ease", "transition", "drag", "zoom")  # each needs those before it
AXE = Path("node_modules/axe-core/axe.min.js")
FONT_FAMILY = "Source Serif 4 Variable"


@dataclass(frozen=True)
class Built:
    """What a build wrote: the style sheet, the fonts, what zooms, and axe for the tests (None where npm has not installed it)."""

    style_sheet: Path
    fonts: tuple[Path, ...]
    zoom: Path
    axe: Path | None


def minify(css: str) -> str:
    """The style sheet without comments and needless white space. Strings are left alone."""
    parts = re.split(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    return "".join(part if index % 2 else _squeeze(part) for index, part in enumerate(parts)).strip()


def _squeeze(css: str) -> str:
    # "+", "-", "*" and ":" keep their spaces: calc() needs them, and " :" may start a descendant pseudo-class.
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    css = re.sub(r": ", ":", css)
    return css.replace(";}", "}")


def font_faces(package: Path) -> tuple[str, tuple[Path, ...]]:
    """The ``@font-face`` rules for the upright face and the files that they name, one for each range of letters.

    The package's own style sheet is the source of the ranges. A browser fetches a file only where a page shows a
    letter of its range, so a Latin page costs one file. Returns an empty style sheet where npm has not run.
    """
    source = package / "wght.css"
    if not source.exists():
        return "", ()
    faces: list[str] = []
    files: list[Path] = []
    for file_name, letters in re.findall(r"url\(\./files/([\w.-]+)\)[^;]*;\s*unicode-range:\s*([^;]+);", source.read_text()):
        files.append(package / "files" / file_name)
        faces.append(
            f'@font-face{{font-family:"{FONT_FAMILY}";font-style:normal;font-display:swap;font-weight:200 900;'
            f'src:url("fonts/{file_name}") format("woff2");unicode-range:{letters}}}'
        )
    if not faces:
        raise ValueError(f"{source} names no font files: has the package changed its layout?")
    return "\n".join(faces), tuple(files)


def zoom_module(modules: Path) -> str:
    """d3-zoom with all that it needs as one module, whose default export is d3, or undefined where npm has not run: scripts then leave zooming out.

    Each part adds itself to the global ``d3``, as parts for pages without a bundler do.
    """
    parts = [modules / f"d3-{name}" / "dist" / f"d3-{name}.min.js" for name in D3_PARTS]
    if not all(part.exists() for part in parts):
        return "export default undefined;\n"
    return "\n".join([*(part.read_text(encoding="utf-8") for part in parts), "export default globalThis.d3;\n"])


def build(root: Path = ROOT) -> Built:
    """Write ``static-build/`` afresh and return what it holds."""
    target = root / "static-build"
    served = target / "public" / "build"
    shutil.rmtree(served, ignore_errors=True)
    (served / "fonts").mkdir(parents=True)
    faces, files = font_faces(root / FONT_PACKAGE)
    sheets = [(root / "config/static/css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLE_SHEETS]
    style_sheet = served / "site.css"
    style_sheet.write_text(minify("\n".join([faces, *sheets])) + "\n", encoding="utf-8")
    fonts = tuple(Path(shutil.copy(file, served / "fonts" / file.name)) for file in files)
    zoom = served / "d3-zoom.js"
    zoom.write_text(zoom_module(root / "node_modules"), encoding="utf-8")
    axe = None
    if (root / AXE).exists():
        (target / "tests").mkdir(exist_ok=True)
        axe = Path(shutil.copy(root / AXE, target / "tests" / "axe.min.js"))
    return Built(style_sheet, fonts, zoom, axe)


def main() -> int:
    """Build, say what was built, and return the exit status."""
    built = build()
    size = built.style_sheet.stat().st_size
    fonts = f"{len(built.fonts)} font files" if built.fonts else "no fonts (npm ci has not run: pages use the reader's own serif)"
    sys.stdout.write(f"{built.style_sheet.relative_to(ROOT)}: {size:,} bytes, {fonts}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
