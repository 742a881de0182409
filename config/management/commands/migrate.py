"""Django's ``migrate``, quicker on an empty database."""

from django.core.management.commands import migrate as of_django

from config.lib.migrating import QuickExecutor


class Command(of_django.Command):
    """See ``help``."""

    def handle(self, *arguments: object, **options: object) -> None:
        """Bring the database to the wanted migrations."""
        of_django.MigrationExecutor = QuickExecutor  # type: ignore[attr-defined]  # the name it makes its executor by
        super().handle(*arguments, **options)
