"""Second looks, decisions of several acts, the desk's indexes, and the groups that moderators and operators are in."""

import django.db.models.deletion
from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

SEEN_BY_MODERATORS = {
    "profiles": (
        "appeal claim claimmessage document documentaccess evidence evidencecheck freeze profile publicrequest review standing trailentry"
        " trailnote vouch"
    ).split(),
    "papers": "author authoridentifier authorship authorshipinstitution institution namevariant work workidentifier".split(),
}
SEEN_BY_OPERATORS = {
    "profiles": "appeal claim evidence freeze publicrequest review standing trailentry user vouch".split(),
    "papers": (
        "author authorfigures authoridentifier authorship authorshipinstitution citation field importitem importrun institution"
        " institutionname namecount namevariant pendingreference refreshrequest subjectfigures topic venue work workidentifier worksource"
    ).split(),
}
DONE_BY_MODERATORS = {"profiles": ["decide_claim"]}
DONE_BY_OPERATORS = {"profiles": ["add_user", "change_user"], "papers": ["add_importrun", "change_refreshrequest"]}


def make_groups(apps, schema_editor):
    """Permissions are made after all migrations, which is too late for groups: those that are missing are made here, by Django's own function.

    It is told of the models as they are at this point; after the migrations it finds these rows and adds what is new. Sending
    the signal itself would run every app's handlers against tables that later migrations still change.
    """
    using = schema_editor.connection.alias
    for label in ("papers", "profiles"):
        create_permissions(installed_apps.get_app_config(label), verbosity=0, interactive=False, using=using, apps=apps)
    _make_group(apps, using, "Moderators", SEEN_BY_MODERATORS, DONE_BY_MODERATORS)
    _make_group(apps, using, "Operators", SEEN_BY_OPERATORS, DONE_BY_OPERATORS)


def _make_group(apps, using, name, seen, done):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    group, _created = Group.objects.using(using).get_or_create(name=name)
    for label in {*seen, *done}:
        names = [*(f"view_{model}" for model in seen.get(label, ())), *done.get(label, ())]
        group.permissions.add(*Permission.objects.using(using).filter(content_type__app_label=label, codename__in=names))


def keep_groups(apps, schema_editor):
    """Going back leaves the groups: people may be in them."""


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("papers", "0002_initial"),
        ("profiles", "0003_account_safety"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="again_of",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="again",
                to="profiles.review",
                verbose_name="looks again at",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="drawn_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="drawn for a second look"),
        ),
        migrations.AddField(
            model_name="review",
            name="looked_again_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="looked at a second time"),
        ),
        migrations.AddField(
            model_name="trailentry",
            name="decision",
            field=models.UUIDField(blank=True, null=True, verbose_name="decision"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(condition=models.Q(("status", "open")), fields=["opened_at"], name="appeal_queue"),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("method", "document"), ("status", "checking")), fields=["started_at"], name="evidence_documents_to_see"
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("drawn_at__isnull", False), ("looked_again_at__isnull", True)),
                fields=["drawn_at"],
                name="review_to_look_at_again",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                condition=models.Q(("claim_level", 3), ("missing__contains", ["second-review"])),
                fields=["level_since"],
                name="standing_second_review",
            ),
        ),
        migrations.AddIndex(
            model_name="trailentry",
            index=models.Index(condition=models.Q(("decision__isnull", False)), fields=["decision"], name="trailentry_of_decision"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("again_of__isnull", True), ("stage", "again"), _connector="OR"), name="review_again_of_one"
            ),
        ),
        migrations.CreateModel(
            name="LevelBefore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decision", models.UUIDField(verbose_name="decision")),
                ("level", models.PositiveSmallIntegerField(choices=[(0, "L0"), (1, "L1"), (2, "L2"), (3, "L3"), (4, "L4")], verbose_name="level")),
                ("record_level", models.PositiveSmallIntegerField(choices=[(0, "L0"), (1, "L1"), (2, "L2"), (3, "L3"), (4, "L4")], verbose_name="level of the record")),
                ("claim_level", models.PositiveSmallIntegerField(choices=[(0, "L0"), (1, "L1"), (2, "L2"), (3, "L3"), (4, "L4")], verbose_name="level of the claim")),
                ("level_since", models.DateTimeField(verbose_name="at this level since")),
                ("l2_since", models.DateTimeField(blank=True, null=True, verbose_name="at level 2 or above since")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="papers.author", verbose_name="author page"
                    ),
                ),
            ],
            options={
                "verbose_name": "level before a decision",
                "verbose_name_plural": "levels before decisions",
                "constraints": [models.UniqueConstraint(fields=("decision", "author"), name="levelbefore_once")],
            },
        ),
        migrations.RunPython(make_groups, keep_groups, elidable=False),
    ]
