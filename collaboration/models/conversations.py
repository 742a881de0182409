"""Conversations between people who agreed to work together."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collaboration.models.invitations import Invitation
from config.lib.public_ids import encode_public_id


class Conversation(models.Model):
    """What an accepted invitation opened. ``messages_count`` is also the number of the latest message."""

    invitation = models.OneToOneField(
        Invitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversation", verbose_name=_("invitation")
    )
    topic = models.CharField(_("topic"), max_length=200)
    messages_count = models.PositiveIntegerField(_("messages"), default=0)
    started_at = models.DateTimeField(_("begun"), default=timezone.now)
    last_message_at = models.DateTimeField(_("latest message"), default=timezone.now)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(topic=""), name="conversation_about_something")]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("collaboration:conversation", args=[self.pk])

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class Member(models.Model):
    """Somebody's part in a conversation. ``read_to`` is the number of the latest message that they have had before them."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="members", verbose_name=_("conversation"), db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations", verbose_name=_("account"), db_index=False
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    is_muted = models.BooleanField(_("muted"), default=False)
    read_to = models.PositiveIntegerField(_("read up to message"), default=0)

    class Meta:
        verbose_name = _("member of a conversation")
        verbose_name_plural = _("members of conversations")
        constraints: ClassVar = [models.UniqueConstraint(fields=["conversation", "user"], name="member_once")]
        indexes: ClassVar = [models.Index(fields=["user"], condition=Q(left_at__isnull=True), name="member_present")]

    def __str__(self) -> str:
        return f"{self.conversation_id}: #{self.user_id}"


class Message(models.Model):
    """One message. ``token`` comes from the form, so that a form that is sent twice makes one message."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", verbose_name=_("conversation"), db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("sender"))
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    body_html = models.TextField(_("text, rendered"), blank=True, editable=False)
    token = models.UUIDField(_("token of the form"))
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar = ["conversation", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "number"], name="message_numbered"),
            models.UniqueConstraint(fields=["conversation", "token"], name="message_sent_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="message_number_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.number}"

    @property
    def public_id(self) -> str:
        """The opaque identifier that stands in addresses."""
        return encode_public_id(self.pk)


class MessageLink(models.Model):
    """A link that goes with a message as its attachment."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="links", verbose_name=_("message"), db_index=False)
    place = models.PositiveSmallIntegerField(_("place"))
    label = models.CharField(_("label"), max_length=60)
    url = models.URLField(_("address"), max_length=500)

    class Meta:
        verbose_name = _("link of a message")
        verbose_name_plural = _("links of messages")
        ordering: ClassVar = [F("message").asc(), "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "place"], name="messagelink_placed"),
            models.CheckConstraint(condition=Q(url__startswith="https://") | Q(url__startswith="http://"), name="messagelink_web"),
            models.CheckConstraint(condition=~Q(label=""), name="messagelink_labelled"),
        ]

    def __str__(self) -> str:
        return self.label
