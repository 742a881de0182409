"""Large heaps without the garbage collector's walks."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_walks() -> Iterator[None]:
    """Within it the collector does not walk, again and again, over millions of objects that all stay: a tenth less time. Make no cycles there."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
