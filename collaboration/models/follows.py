"""Who follows what: people, topics, institutions and saved searches; and how many follow each."""

from __future__ import annotations

from typing import ClassVar, Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from papers.models import Author, Institution, Topic, Work

TARGETS: Final = ("author", "topic", "institution", "search")
"""The columns of a follow that can name what is followed. Exactly one does."""


class SavedSearch(models.Model):
    """A search that somebody follows, once for all who follow it. ``query`` is its canonical query string ("q=…&year=…"), ``words`` says it.

    ``checked_through`` is the last work that was looked at for it; works that came later are matched in the background
    (``SearchMatch``). It names nobody: whose search it is stands in the follows alone.
    """

    query = models.CharField(_("query"), max_length=1000)
    words = models.CharField(_("in words"), max_length=400, blank=True, default="")
    checked_through = models.BigIntegerField(_("looked at up to work"), default=0)
    checked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)
    created_at = models.DateTimeField(_("saved"), default=timezone.now)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["query"], name="savedsearch_once"),
            models.CheckConstraint(condition=~Q(query=""), name="savedsearch_given"),
        ]

    def __str__(self) -> str:
        return self.query


class SearchMatch(models.Model):
    """A work that came after a search was saved, and that it finds."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="matches", verbose_name=_("search"), db_index=False)
    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+", verbose_name=_("work"))

    class Meta:
        verbose_name = _("find of a saved search")
        verbose_name_plural = _("finds of saved searches")
        constraints: ClassVar = [models.UniqueConstraint("search", models.F("work").desc(), name="searchmatch_once")]

    def __str__(self) -> str:
        return f"{self.search_id}: {self.work_id}"


def _names_only(target: str) -> Q:
    """The condition that a follow names this target and no other."""
    return Q(**{f"{column}__isnull": column != target for column in TARGETS})


def _counting(name: str, operation: pgtrigger.Operation, **tables: int) -> pgtrigger.Trigger:
    """Keep ``FollowerCount`` in step after a statement: a row of each of ``tables`` (transition tables) weighs +1 or -1.

    By the statement and not by the row, since a merge or an erased account moves many at once; and in the order of targets, so
    that no two statements wait for each other in a circle.
    """
    changed = " UNION ALL ".join(
        f"SELECT '{column}' AS kind, {column}_id AS target, {weight} AS weight FROM {table} WHERE {column}_id IS NOT NULL"  # noqa: S608 - our own names
        for table, weight in tables.items()
        for column in TARGETS
    )
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(  # type: ignore[no-untyped-call]
            old="gone" if "gone" in tables else None, new="come" if "come" in tables else None
        ),
        func=f"""
            INSERT INTO collaboration_followercount AS kept (kind, target, count)
            SELECT kind, target, sum(weight) FROM ({changed}) AS changed GROUP BY kind, target HAVING sum(weight) <> 0 ORDER BY kind, target
            ON CONFLICT (kind, target) DO UPDATE SET count = kept.count + EXCLUDED.count;
            RETURN NULL;
        """,  # noqa: S608 - the same
    )


class Follow(models.Model):
    """Somebody follows one thing. Whether others may see that is the follower's choice (``FollowList``)."""

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows", verbose_name=_("follower"), db_index=False
    )
    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("person"), db_index=False
    )
    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("topic"), db_index=False
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("institution"), db_index=False
    )
    search = models.ForeignKey(
        SavedSearch, on_delete=models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("search"), db_index=False
    )
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_names_only("author") | _names_only("topic") | _names_only("institution") | _names_only("search"),
                name="follow_one_thing",
            ),
            *(
                models.UniqueConstraint(
                    fields=["follower", target], condition=Q(**{f"{target}__isnull": False}), name=f"follow_{target}_once"
                )
                for target in TARGETS
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["follower", "-id"], name="follow_of_account"),
            *(
                models.Index(fields=[target, "-id"], condition=Q(**{f"{target}__isnull": False}), name=f"follow_of_{target}")
                for target in TARGETS
            ),
        ]
        triggers: ClassVar = [
            _counting("counts_new", pgtrigger.Insert, come=1),
            _counting("counts_moved", pgtrigger.Update, come=1, gone=-1),
            _counting("counts_gone", pgtrigger.Delete, gone=-1),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id}: {self.author_id or self.topic_id or self.institution_id or self.search_id}"


class FollowerCount(models.Model):
    """How many follow a thing. Written by the triggers of ``Follow`` alone; a row that is not there means nobody."""

    kind = models.CharField(_("kind"), max_length=12)
    target = models.BigIntegerField(_("number"))
    count = models.IntegerField(_("followers"))

    class Meta:
        verbose_name = _("number of followers")
        verbose_name_plural = _("numbers of followers")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "target"], include=["count"], name="followercount_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}: {self.count}"


class FollowList(models.Model):
    """Whether somebody shows on their page whom and what they follow. Without a row: no."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="follow_list", verbose_name=_("account")
    )
    is_public = models.BooleanField(_("shown to everybody"), default=False)

    class Meta:
        verbose_name = _("list of what somebody follows")
        verbose_name_plural = _("lists of what people follow")

    def __str__(self) -> str:
        return f"{self.user_id}: {'public' if self.is_public else 'private'}"
