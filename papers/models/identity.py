"""What becomes of author ids, and what people have said about who is who."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from papers.models.people import Authorship


class ChangeKind(models.TextChoices):
    """What can become of the works under an author id."""

    MERGE = "merge", _("Merged into another page")
    SPLIT = "split", _("Split off to a page of its own")
    MOVE = "move", _("Moved to another page, or to none")


class AuthorChange(models.Model):
    """Works went from one author id to another, by a person or by a rule. The table only ever grows: what is taken back gets a row of its own.

    ``old_author`` is None for works that had no author, ``new_author`` for works that have none any more; ``works`` are the keys of the works
    that went. ``rule`` says which rule, "" for a person; ``entry`` is the number of a person's act in the audit trail. ``undoes`` is the row that this
    one takes back. Ids are plain numbers, so that the rows outlive what they tell of.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ChangeKind)
    old_author = models.BigIntegerField(_("from author"), null=True, blank=True)
    new_author = models.BigIntegerField(_("to author"), null=True, blank=True)
    works = ArrayField(models.BigIntegerField(), verbose_name=_("works"), default=list, blank=True)
    by_person = models.BooleanField(_("decided by a person"), default=False)
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    entry = models.BigIntegerField(_("entry of the audit trail"), null=True, blank=True)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("change of an author id")
        verbose_name_plural = _("changes of author ids")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="authorchange_known_kind"),
            models.CheckConstraint(
                condition=Q(old_author__isnull=False) | Q(new_author__isnull=False), name="authorchange_concerns_an_author"
            ),
            models.CheckConstraint(
                condition=Q(old_author__isnull=True) | Q(new_author__isnull=True) | ~Q(old_author=F("new_author")),
                name="authorchange_changes_something",
            ),
            models.CheckConstraint(condition=Q(by_person=True) | ~Q(rule=""), name="authorchange_rule_named"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["old_author", "-id"], condition=Q(old_author__isnull=False), name="authorchange_from"),
            models.Index(fields=["new_author", "-id"], condition=Q(new_author__isnull=False), name="authorchange_to"),
            models.Index(fields=["entry"], condition=Q(entry__isnull=False), name="authorchange_of_entry"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="only_grows", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind}: {self.old_author} to {self.new_author}"


class PairVerdict(models.TextChoices):
    """What a person said about two authorships."""

    WAITING = "", _("Not decided yet")
    SAME = "same", _("The same person")
    DIFFERENT = "different", _("Different people")
    UNSURE = "unsure", _("Cannot be told from the records")


class UncertainPair(models.Model):
    """Two authorships of which the engine cannot tell whether they are one person's: ``probability`` is what it thinks.

    ``value`` is how much a decision would settle (``papers.identity.pairs``), ``reasons`` are words for and against, ``features`` the
    numbers that the model saw. The pair goes from the smaller key to the larger one.
    """

    one = models.ForeignKey(Authorship, on_delete=models.CASCADE, related_name="+", verbose_name=_("one authorship"), db_index=False)
    other = models.ForeignKey(Authorship, on_delete=models.CASCADE, related_name="+", verbose_name=_("other authorship"))
    block = models.CharField(_("block"), max_length=200, blank=True)
    probability = models.FloatField(_("probability of the same person"))
    value = models.FloatField(_("value of a decision"), default=0)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    features = models.JSONField(_("features"), default=dict, blank=True)
    found_at = models.DateTimeField(_("found"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=PairVerdict, default=PairVerdict.WAITING, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )

    class Meta:
        verbose_name = _("uncertain pair")
        verbose_name_plural = _("uncertain pairs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="uncertainpair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="uncertainpair_in_order"),
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="uncertainpair_probability"),
            models.CheckConstraint(condition=Q(verdict__in=PairVerdict.values), name="uncertainpair_known_verdict"),
            models.CheckConstraint(condition=Q(verdict="") | Q(decided_at__isnull=False), name="uncertainpair_decided_has_date"),
        ]
        indexes: ClassVar = [models.Index(fields=["-value", "id"], condition=Q(verdict=""), name="uncertainpair_queue")]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}: {self.probability:.2f}"


class ConstraintKind(models.TextChoices):
    """What holds between two authorships, whatever a rule thinks."""

    SAME = "same", _("One person")
    DIFFERENT = "different", _("Two people")


class IdentityConstraint(models.Model):
    """A person said that two authorships are one person's, or two people's. No later run may break it.

    ``origin`` is "pair" (the review queue) or "merge" (two pages that a person merged). A later word about one of the authorships by
    itself (``Authorship.decided_by_person``, ``AuthorshipRefusal``) outranks it.
    """

    one = models.ForeignKey(Authorship, on_delete=models.CASCADE, related_name="+", verbose_name=_("one authorship"), db_index=False)
    other = models.ForeignKey(Authorship, on_delete=models.CASCADE, related_name="+", verbose_name=_("other authorship"))
    kind = models.CharField(_("kind"), max_length=10, choices=ConstraintKind)
    origin = models.CharField(_("said where"), max_length=10)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("constraint on who is who")
        verbose_name_plural = _("constraints on who is who")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="identityconstraint_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="identityconstraint_in_order"),
            models.CheckConstraint(condition=Q(kind__in=ConstraintKind.values), name="identityconstraint_known_kind"),
            models.CheckConstraint(condition=Q(origin__in=["pair", "merge"]), name="identityconstraint_known_origin"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}: {self.kind}"
