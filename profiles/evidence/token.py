"""A token on a page that the record links to: who can write there is, most likely, who the record is about.

The token works once, for 72 hours. Afterwards a lasting link with rel="me" to the page here is looked for every month;
where others run the page, as they do for code, a plain link will do, since rel cannot be set there.
"""

from __future__ import annotations

import codecs
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree
from lxml import html as lxml_html

from config.lib.guarded_http import Answer, AnswerRefusedError, GuardedHTTPError
from config.lib.public_ids import encode_public_id
from profiles.evidence import reading
from profiles.evidence.base import Finding, Secret, Start, refuse
from profiles.evidence.record_pages import CODE, record_pages
from profiles.models import Claim, Evidence, EvidenceSecret, User
from profiles.models.choices import Method

TOKEN_LASTS: Final = timedelta(hours=72)
MONTH: Final = timedelta(days=30)
PREFIX: Final = "collegium-"


class TokenMethod:
    """128 bits, on a page chosen from those that the record names."""

    key = Method.TOKEN
    proves = gettext_lazy("The owner can write on this page, which the record linked to before there was a claim.")
    next_step = gettext_lazy("Put the token on the page, anywhere in its source, and have it checked.")

    def start(self, claim: Claim, user: User, **given: Any) -> Start:  # noqa: ARG002 - the interface of all methods
        chosen = next((page for page in record_pages(claim) if page.url == given.get("page")), None)
        if chosen is None:
            raise refuse(
                _("Choose one of the pages that the record links to. A page that somebody types proves nothing about the record."),
                "page-unknown",
            )
        expires = timezone.now() + TOKEN_LASTS
        return Start(
            subject=chosen.url,
            values={"matched_by": chosen.kind},
            secret=Secret(address=chosen.url, secret_hash=lambda row: _hash(token_of(row, expires)), expires_at=expires),
        )

    def check(self, evidence: Evidence, **_given: Any) -> Finding:
        expires, token = _open(evidence)
        if expires is None or not token:
            return Finding(held=False, outcome="token-used", is_attempt=True)
        if expires <= timezone.now():
            return Finding(held=False, outcome="token-expired", is_attempt=True)
        try:
            answer = reading.page_client().get(evidence.subject)
        except GuardedHTTPError as error:
            return Finding(held=False, outcome="not-read", is_attempt=True, sentence=_unread(evidence.subject, error))
        if token.encode() not in answer.body:
            return Finding(held=False, outcome="token-missing", is_attempt=True, sentence=_missing(evidence.subject))
        if not _use(evidence, expires):
            return Finding(held=False, outcome="token-used", is_attempt=True)
        return Finding(held=True, outcome="token-found", next_check=MONTH)

    def recheck(self, evidence: Evidence, now: datetime) -> Finding:  # noqa: ARG002 - what stands there, stands there
        try:
            answer = reading.page_client().get(evidence.subject)
        except GuardedHTTPError as error:
            gone = isinstance(error, AnswerRefusedError) and not error.is_trouble
            if gone:
                return Finding(held=False, outcome="link-missing", sentence=_unread(evidence.subject, error))
            return Finding(held=False, outcome="not-read", is_trouble=True, sentence=_unread(evidence.subject, error))
        if links_to(answer, evidence.claim.author_id, any_link=evidence.matched_by == CODE):
            return Finding(held=True, outcome="link-found", next_check=MONTH)
        sentence = _('We found no link with rel="me" to your page here at %(page)s. Put it there, and have it checked again.')
        return Finding(held=False, outcome="link-missing", sentence=sentence % {"page": shown_address(evidence.subject)})


def token_of(evidence: Evidence, expires_at: datetime) -> str:
    """The token of a piece of evidence: 128 bits that follow from the site's key, so that only its hash has to be kept."""
    told = f"{evidence.pk}:{evidence.claim_id}:{expires_at.timestamp():.6f}"
    return PREFIX + salted_hmac("collegium.evidence.token", told, algorithm="sha256").hexdigest()[:32]


def open_token(evidence: Evidence) -> str:
    """The token to be put on the page, or "" where there is none or its time is over. Reads the secret of the row."""
    secret = getattr(evidence, "secret", None)
    if secret is None or secret.used_at is not None or secret.expires_at is None or secret.expires_at <= timezone.now():
        return ""
    return token_of(evidence, secret.expires_at)


def lasting_link(evidence: Evidence) -> str:
    """The HTML of the link that is looked for every month."""
    address = settings.SITE_URL + evidence.claim.author.get_absolute_url()
    return f'<a rel="me" href="{address}">Collegium</a>'


def links_to(answer: Answer, author_id: int, *, any_link: bool) -> bool:
    """Whether a page has a link to an author's page here, with rel="me" unless any will do."""
    try:
        document = lxml_html.document_fromstring(answer.body, parser=lxml_html.HTMLParser(encoding=_encoding(answer), huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError):
        return False
    for element in document.iter("a", "link"):
        is_me = "me" in (element.get("rel") or "").lower().split()
        if (is_me or any_link) and is_page_here(urljoin(answer.url, (element.get("href") or "").strip()[:2000]), author_id):
            return True
    return False


def is_page_here(url: str, author_id: int) -> bool:
    """Whether an address is that of an author's page on this site, whatever its decoration."""
    try:
        told, own = urlsplit(url), urlsplit(settings.SITE_URL)
    except ValueError:
        return False
    path = told.path.split("/")
    return told.netloc.lower() == own.netloc.lower() and path[1:3] == ["researchers", encode_public_id(author_id)]


def shown_address(url: str) -> str:
    """An address as people read it: without its scheme, and not longer than a line."""
    text = url.partition("://")[2].rstrip("/")
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - a line


def _encoding(answer: Answer) -> str:
    try:
        return codecs.lookup(answer.charset or "utf-8").name
    except LookupError:
        return "utf-8"


def _hash(token: str) -> str:
    return salted_hmac("collegium.evidence.token-hash", token, algorithm="sha256").hexdigest()


def _open(evidence: Evidence) -> tuple[datetime | None, str]:
    """When the token ends, and the token itself where it was not used and is the one whose hash we kept. One query."""
    secret = EvidenceSecret.objects.filter(evidence=evidence).first()
    if secret is None or secret.used_at is not None or secret.expires_at is None:
        return None, ""
    token = token_of(evidence, secret.expires_at)
    return secret.expires_at, token if constant_time_compare(secret.secret_hash, _hash(token)) else ""


def _use(evidence: Evidence, expires_at: datetime) -> bool:
    """Mark the token as used; False where somebody did so a moment ago."""
    with transaction.atomic():
        secret = EvidenceSecret.objects.select_for_update().filter(evidence=evidence, used_at__isnull=True, expires_at=expires_at).first()
        if secret is None:
            return False
        secret.used_at = timezone.now()
        secret.save(update_fields=["used_at"])
    return True


def _unread(url: str, error: GuardedHTTPError) -> str:
    return _("We could not read the page at %(page)s. %(why)s Check the page and try again.") % {"page": shown_address(url), "why": error}


def _missing(url: str) -> str:
    return _("We read %(page)s, but the token is not there. It can take some minutes until a change shows; try again then.") % {
        "page": shown_address(url)
    }
