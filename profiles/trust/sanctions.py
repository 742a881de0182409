"""What a sanction weighs. Pure."""

from __future__ import annotations

from profiles.models.trust import SanctionKind

SEVERITY = {
    SanctionKind.WARNING: 0.05,
    SanctionKind.VOUCHED_FOR_REVOKED: 0.05,
    SanctionKind.MISATTRIBUTION: 0.25,
    SanctionKind.SOCK_PUPPETS: 0.5,
    SanctionKind.IMPERSONATION: 1.0,
}
"""s in ``M = product of (1 - s 2^(-days/365))``."""
