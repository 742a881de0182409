"""Mails as files in ``MAILBOX_FOLDER``, one each, which web and worker share."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

MOST_KEPT = 500


class MailboxBackend(BaseEmailBackend):
    """Writes each mail whole under another name first, so that nobody reads half of one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them; how many there were. The oldest beyond ``MOST_KEPT`` are thrown away."""
        folder = Path(getattr(settings, "MAILBOX_FOLDER"))  # noqa: B009 - where it is missing, so is this backend
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
            half = folder / f".{name}"
            half.write_bytes(message.message().as_bytes())
            os.replace(half, folder / f"{name}.eml")  # noqa: PTH105 - atomic, and says so
        for old in sorted(folder.glob("*.eml"))[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
        return len(email_messages)
