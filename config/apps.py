"""The composition root's own app: it carries templates, static files and commands that belong to no domain."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class SiteConfig(AppConfig):
    """Named "site", as "config" says nothing in the administration."""

    name = "config"
    label = "site"
    verbose_name = "Collegium"

    def ready(self) -> None:
        """Make our Celery application the one that tasks are sent through, in every process; register our checks."""
        from django.core.checks import register

        from config import celery  # noqa: F401 - not in config/__init__: the embedded servers' keepers need no Celery
        from config.lib.operator import check_operator

        register(check_operator, deploy=True)


class CollectedFilesConfig(StaticFilesConfig):
    """Leaves out what packages bring along and no page of ours asks for: some of it names files that are not there."""

    ignore_patterns = [  # noqa: RUF012 - as its base declares it
        *StaticFilesConfig.ignore_patterns,
        "django_htmx/ext/*",
        "drf_spectacular_sidecar/redoc/*",
        "drf_spectacular_sidecar/swagger-ui-dist/*-es-bundle*",
    ]
