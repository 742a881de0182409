"""Links to code in running text: where abstracts and comments say that their code is."""

from __future__ import annotations

import re
from typing import Final

_REPOSITORY: Final = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/[\w.-]+/[\w.-]*\w", re.IGNORECASE | re.ASCII
)


def code_links(*texts: str) -> tuple[str, ...]:
    """Addresses of repositories on the usual hosts, each once, without what follows the repository's name."""
    found = (match.group().removesuffix(".git") for text in texts if "://" in text for match in _REPOSITORY.finditer(text))
    return tuple(dict.fromkeys(found))
