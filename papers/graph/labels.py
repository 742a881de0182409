"""Short labels for nodes."""

from __future__ import annotations

from typing import Final

from papers.graph.document import NodeKind

SHORT: Final = 24
_FEWEST_NAMES: Final = 2


def short_label(kind: NodeKind, label: str) -> str:
    """At most about 24 characters: a person by initials and family name, anything else cut at a word, never inside of mathematics."""
    if len(label) <= SHORT:
        return label
    if kind == NodeKind.PERSON:
        names = label.split()
        if len(names) >= _FEWEST_NAMES:
            initials = " ".join(f"{name[0]}." for name in names[:-1])
            return _cut(f"{initials} {names[-1]}" if len(initials) + len(names[-1]) < SHORT else f"{names[0][0]}. {names[-1]}")
    return _cut(label)


def _cut(text: str) -> str:
    if len(text) <= SHORT:
        return text
    kept = text[: SHORT - 1]
    if kept.count("$") % 2:
        kept = kept[: kept.rindex("$")]
    if " " in kept and not text[len(kept)].isspace():
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip(" ,.;:-–—(") + "…" if kept.strip() else "…"
