"""Who operates this site, as its settings say: what the legal pages name, and what is still to be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004 - Django's name for it
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

WANTED: Final = {
    "OPERATOR_NAME": "the person or organisation that operates the site and answers for it",
    "OPERATOR_ADDRESS": "the postal address of the operator, lines parted by | or by line breaks",
    "CONTACT_EMAIL": "the address for corrections, takedowns and everything else",
    "PRIVACY_CONTACT": "the address for questions about personal data",
    "SECURITY_CONTACT": "the e-mail or web address for reports of weaknesses",
}
"""The settings that the legal pages need, and what each is."""


@dataclass(frozen=True, slots=True)
class Operator:
    """What the legal pages say of the operator; "" where nobody has filled it in."""

    name: str
    address: tuple[str, ...]
    contact: str
    privacy_contact: str
    security_contact: str


def operator() -> Operator:
    """The operator as the settings say. Contacts for privacy and security fall back on the general one."""
    contact = _said("CONTACT_EMAIL")
    lines = _said("OPERATOR_ADDRESS").replace("|", "\n").splitlines()
    return Operator(
        name=_said("OPERATOR_NAME"),
        address=tuple(line.strip() for line in lines if line.strip()),
        contact=contact,
        privacy_contact=_said("PRIVACY_CONTACT") or contact,
        security_contact=_said("SECURITY_CONTACT") or contact,
    )


def contact_uri(contact: str) -> str:
    """A contact as RFC 9116 wants it: a web address as it is, an e-mail address with "mailto:" before it; "" for neither."""
    if contact.startswith("https://"):
        return contact if _holds(URLValidator(schemes=["https"]), contact) else ""
    plain = contact.removeprefix("mailto:")
    return f"mailto:{plain}" if _holds(validate_email, plain) else ""


def check_operator(**_given: Any) -> list[CheckMessage]:
    """Deployment check: a warning for each setting that the legal pages need and that is empty or no address."""
    found: list[CheckMessage] = [
        Warning(
            f"{name} is not set: the legal pages say so to every visitor.",
            hint=f"Set it in the environment: {meaning} (docs/operating.md).",
            id=f"collegium.W{number:03d}",
        )
        for number, (name, meaning) in enumerate(WANTED.items(), start=1)
        if not _said(name)
    ]
    found += [
        Warning(
            f"{name} is neither an e-mail address nor an https address: {_said(name)!r}.",
            hint="Write it as security@example.org or https://example.org/report.",
            id=f"collegium.W{number:03d}",
        )
        for number, name in enumerate(("CONTACT_EMAIL", "PRIVACY_CONTACT", "SECURITY_CONTACT"), start=11)
        if _said(name) and not contact_uri(_said(name))
    ]
    return found


def _said(name: str) -> str:
    return str(getattr(settings, name, "") or "").strip()


def _holds(check: Any, value: str) -> bool:
    try:
        check(value)
    except ValidationError:
        return False
    return True
