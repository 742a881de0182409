"""``python -m tests.live.shots`` (``make shots``): the pictures in docs/images, taken from the demo records.

Chromium takes them and reduces their colours; they are written here as small PNG files with a palette.
"""

from __future__ import annotations

import base64
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser

from tests.live.addresses import Site
from tests.live.browser import ABSENT, DESKTOP, PHONE, chromium, chromium_path, window
from tests.live.scratch import PROJECT, manage, scratch_environment
from tests.live.server import site_running

FOLDER = PROJECT / "docs" / "images"
HEIGHTS = {DESKTOP: 1400, PHONE: 1100}

# The 256 commonest colours at five bits a channel; every other one becomes the nearest of them.
REDUCE = """async (source) => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const {data} = pen.getImageData(0, 0, image.width, image.height), size = image.width * image.height;
  const cells = new Map();
  for (let i = 0; i < size; i++) {
    const r = data[4 * i], g = data[4 * i + 1], b = data[4 * i + 2], key = (r >> 3) << 10 | (g >> 3) << 5 | b >> 3;
    const cell = cells.get(key) ?? cells.set(key, {n: 0, r, g, b, own: new Map()}).get(key);
    cell.n++; const exact = r << 16 | g << 8 | b; cell.own.set(exact, (cell.own.get(exact) ?? 0) + 1);
  }
  const kept = [...cells].sort(([, a], [, b]) => b.n - a.n).slice(0, 256);
  const palette = kept.map(([, cell]) => [...cell.own].sort(([, a], [, b]) => b - a)[0][0]);
  const split = colour => [colour >> 16, colour >> 8 & 255, colour & 255];
  const index = new Map(kept.map(([key], place) => [key, place]));
  const rgb = palette.map(split);
  for (const [key, cell] of cells) if (!index.has(key)) {
    let best = 0, least = Infinity;
    rgb.forEach(([r, g, b], place) => { const d = (r - cell.r) ** 2 + (g - cell.g) ** 2 + (b - cell.b) ** 2; if (d < least) { least = d; best = place; } });
    index.set(key, best);
  }
  const pixels = new Uint8Array(size);
  for (let i = 0; i < size; i++) pixels[i] = index.get((data[4 * i] >> 3) << 10 | (data[4 * i + 1] >> 3) << 5 | data[4 * i + 2] >> 3);
  let text = ''; for (let i = 0; i < size; i += 32768) text += String.fromCharCode(...pixels.subarray(i, i + 32768));
  return {width: image.width, height: image.height, palette: rgb.flat(), pixels: btoa(text)};
}"""


class Shot(NamedTuple):
    """A picture to take: of which page, how wide, in which colours."""

    name: str
    address: str
    width: int
    theme: str = "light"


def shots(site: Site) -> list[Shot]:
    """The pictures that README and docs show."""
    addresses = {
        "researcher": site.author("Yuandong Tian"),
        "home": site / "",
        "search": site / "search/?q=attention",
        "paper": site.paper("fictional:conserved-learning"),
    }
    both = [Shot(f"{name}-{width}", address, width) for name, address in addresses.items() for width in (DESKTOP, PHONE)]
    return [*both, Shot(f"researcher-{DESKTOP}-dark", addresses["researcher"], DESKTOP, "dark")]


def take(browser: Browser, shot: Shot) -> bytes:
    """The picture of the top of a page as a PNG file."""
    with window(browser, shot.width, shot.theme) as context:
        page = context.new_page()
        page.set_viewport_size({"width": shot.width, "height": HEIGHTS[shot.width]})
        page.goto(shot.address, wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        taken = page.screenshot()
    with window(browser) as context:
        desk = context.new_page()
        reduced = desk.evaluate(REDUCE, f"data:image/png;base64,{base64.b64encode(taken).decode()}")
    return png_with_palette(reduced)


def png_with_palette(reduced: dict[str, Any]) -> bytes:
    """A PNG file (W3C PNG, third edition: colour type 3) of palette indices, one byte a pixel."""
    width, height = reduced["width"], reduced["height"]
    pixels = base64.b64decode(reduced["pixels"])
    lines = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", header), (b"PLTE", bytes(reduced["palette"])), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)) for kind, content in parts
    )


def main() -> int:
    """Take all pictures; 1 where there is no Chromium."""
    if chromium_path() is None:
        sys.stderr.write(f"{ABSENT}.\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="collegium-shots-") as name:
        folder = Path(name)
        with scratch_environment(folder) as environment:
            manage(environment, "seed_demo")
            with site_running(environment, folder / "web.log") as port, chromium() as browser:
                for shot in shots(Site(port, environment["DATABASE_URL"])):
                    path = FOLDER / f"{shot.name}.png"
                    path.write_bytes(take(browser, shot))
                    sys.stdout.write(f"{path.relative_to(PROJECT)}: {path.stat().st_size / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
