"""What the explorer's address says: which slices are open, what is filtered, pinned, hidden, looked at. Read with manners, bounded, written back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from config.lib.query_params import QueryParams
from papers.graph.document import NodeKind
from papers.graph.joining import Narrowing
from papers.querysets.nodes import parsed_key

MOST_OPEN: Final = 40
MOST_HIDDEN: Final = 60
MOST_PINS: Final = 60
LONGEST_QUESTION: Final = 200
FARTHEST: Final = 20_000
YEARS: Final = (1400, 2200)
_KEY_LENGTH: Final = 22
_PIN: Final = re.compile(r"([a-z]+:[0-9a-z]{9})~(-?[0-9]{1,5})~(-?[0-9]{1,5})", re.ASCII)
_BETWEEN: Final = "~"


@dataclass(frozen=True, slots=True)
class ExplorerState:
    """The explorer at one moment. ``path`` holds where a path that is asked for starts and, once chosen, ends; ``weight`` is in hundredths."""

    q: str = ""
    open: tuple[str, ...] = ()
    at: str = ""
    path: tuple[str, ...] = ()
    without: tuple[NodeKind, ...] = ()
    first: int | None = None
    last: int | None = None
    weight: int = 0
    hidden: tuple[str, ...] = ()
    pins: tuple[tuple[str, int, int], ...] = ()

    @classmethod
    def read(cls, params: QueryParams) -> ExplorerState:
        """The state that an address asks for; what of it can not be used is noted in ``params``."""
        at = params.text("at", _KEY_LENGTH)
        if at and not is_key(at):
            params.reject("at", at)
            at = ""
        path = _keys(params, "path", 2, _BETWEEN)
        return cls(
            q=params.text("q", LONGEST_QUESTION),
            open=_keys(params, "open", MOST_OPEN),
            at=at,
            path=path,
            without=tuple(kind for kind in NodeKind if params.flag(f"no_{kind}")),
            first=params.number("from", *YEARS),
            last=params.number("to", *YEARS),
            weight=params.number("weight", 0, 100) or 0,
            hidden=_keys(params, "hide", MOST_HIDDEN),
            pins=_pins(params),
        )

    @property
    def ends(self) -> tuple[str, str] | None:
        """Both ends of the path, None while one of them is still to be chosen."""
        return (self.path[0], self.path[1]) if len(self.path) > 1 else None

    @property
    def narrowing(self) -> Narrowing:
        """The filter."""
        return Narrowing(
            kinds=frozenset(NodeKind) - frozenset(self.without),
            first=self.first,
            last=self.last,
            weight=self.weight / 100,
            hidden=frozenset(self.hidden),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.without or self.first or self.last or self.weight or self.hidden)

    def pairs(self) -> list[tuple[str, str]]:
        """The state as parameters, without what is as it is at first."""
        found = [
            ("q", self.q),
            ("open", ",".join(self.open)),
            ("at", self.at),
            ("path", _BETWEEN.join(self.path)),
            *((f"no_{kind}", "1") for kind in self.without),
            ("from", str(self.first or "")),
            ("to", str(self.last or "")),
            ("weight", str(self.weight or "")),
            ("hide", ",".join(self.hidden)),
            ("pin", ",".join(f"{key}~{x}~{y}" for key, x, y in self.pins)),
        ]
        return [(name, value) for name, value in found if value]

    def query(self, **changes: Any) -> str:
        """The state with changes, as what follows the "?" of an address, with it; "" for the state at first."""
        pairs = replace(self, **changes).pairs()
        return "?" + urlencode(pairs, safe=":,~") if pairs else ""

    def opened(self, key: str) -> str:
        """The address in which that slice is open too, and looked at."""
        keys = (*(one for one in self.open if one != key), key)[-MOST_OPEN:]
        return self.query(open=keys, at=key, q="", hidden=tuple(one for one in self.hidden if one != key))

    def closed(self, key: str) -> str:
        """The address in which that slice is not open."""
        return self.query(open=tuple(one for one in self.open if one != key), at="" if self.at == key else self.at)

    def without_node(self, key: str) -> str:
        """The address in which that node is hidden."""
        return self.query(
            hidden=(*(one for one in self.hidden if one != key), key)[-MOST_HIDDEN:],
            open=tuple(one for one in self.open if one != key),
            at="",
            pins=tuple(pin for pin in self.pins if pin[0] != key),
        )


def is_key(text: str) -> bool:
    """Whether this may be a key of the graph."""
    try:
        parsed_key(text)
    except ValueError:
        return False
    return True


def _keys(params: QueryParams, name: str, most: int, between: str = ",") -> tuple[str, ...]:
    given = [part for part in params.text(name, (most + 4) * (_KEY_LENGTH + 1)).split(between) if part]
    found = list(dict.fromkeys(part for part in given if is_key(part)))
    for part in given:
        if not is_key(part):
            params.reject(name, part)
    for surplus in found[most:]:
        params.reject(name, surplus)
    return tuple(found[:most])


def _pins(params: QueryParams) -> tuple[tuple[str, int, int], ...]:
    found: dict[str, tuple[str, int, int]] = {}
    for part in params.text("pin", MOST_PINS * 36).split(","):
        match = _PIN.fullmatch(part)
        if match is None or not is_key(match[1]) or max(abs(int(match[2])), abs(int(match[3]))) > FARTHEST or len(found) >= MOST_PINS:
            if part:
                params.reject("pin", part)
            continue
        found[match[1]] = (match[1], int(match[2]), int(match[3]))
    return tuple(found.values())
