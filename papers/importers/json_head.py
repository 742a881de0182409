"""What the first bytes of a JSON input hold, although they end in the middle of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from papers.importers.base import decode_head
from papers.importers.json_items import Path

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|"', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_LINES_TRIED = 5
_DEEPEST = 200


@lru_cache(maxsize=4)
def head_document(head: bytes) -> Any:
    """The first JSON value of the head, completed where the head cuts it; None where the head is no JSON."""
    text = decode_head(head)
    if text[:1] not in {"{", "["}:
        return None
    found = _decoded(text)
    if found is None:  # perhaps JSON lines whose first line is broken
        lines = [line for line in text.split("\n")[1 : _LINES_TRIED + 1] if line.startswith("{")]
        found = next((value for line in lines if (value := _decoded(line)) is not None), None)
    return found


def head_record(head: bytes, *arrays: Path) -> Mapping[str, Any]:
    """The first record in the head: of one of the lists at ``arrays``, of a list, or the document itself; else {}."""
    document = head_document(head)
    for path in arrays:
        inner = document
        for key in path:
            inner = inner.get(key) if isinstance(inner, Mapping) else None
        if isinstance(inner, list):
            document = inner
            break
    if isinstance(document, list):
        return next((member for member in document if isinstance(member, Mapping)), {})
    return document if isinstance(document, Mapping) else {}


def _decoded(text: str) -> Any:
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_completed(text))
    except (ValueError, RecursionError):
        return None


def _completed(text: str) -> str:
    """``text`` up to its last comma outside a string, with the brackets that are open there closed."""
    open_brackets: list[str] = []
    cut, closing = 0, ""
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in _CLOSING:
            open_brackets.append(mark)
            cut, closing = token.end(), _closed(open_brackets)
        elif mark in "}]":
            if open_brackets:
                open_brackets.pop()
            cut, closing = token.end(), _closed(open_brackets)
        elif mark == ",":
            cut, closing = token.start(), _closed(open_brackets)
        elif mark == '"':
            break  # a string that the head cuts
    return text[:cut] + closing


def _closed(open_brackets: list[str]) -> str:
    return "".join(_CLOSING[mark] for mark in reversed(open_brackets)) if len(open_brackets) <= _DEEPEST else ""
