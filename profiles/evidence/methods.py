"""The five methods, by their key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from profiles.evidence.base import EvidenceMethod
from profiles.evidence.document import DocumentMethod
from profiles.evidence.email import EmailMethod
from profiles.evidence.orcid import OrcidMethod
from profiles.evidence.token import TokenMethod
from profiles.evidence.vouch import VouchMethod
from profiles.models.choices import Method

METHODS: Final[Mapping[str, EvidenceMethod]] = {
    method.key: method for method in (OrcidMethod(), EmailMethod(), TokenMethod(), VouchMethod(), DocumentMethod())
}
"""In the order in which people are asked for them."""


def method_of(key: str) -> EvidenceMethod:
    """The method of that key. Raises ``KeyError`` for none: keys come from rows and addresses that were checked."""
    return METHODS[Method(key)]
