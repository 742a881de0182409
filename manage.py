#!/usr/bin/env python3
"""Django's command line, with the embedded servers at hand when no others are configured."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext

WITHOUT_SERVERS = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "dev",  # takes its leases itself
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "spectacular",
        "startapp",
        "version",
    }
)


def main() -> None:
    """Run one command. Servers that are not running are started for it and stopped after it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line

    with servers_for(sys.argv[1:]):
        execute_from_command_line(sys.argv)


def servers_for(arguments: list[str]) -> AbstractContextManager[None]:
    """Leases on the embedded servers that the settings name, or nothing for a command that needs no server."""
    if not arguments or arguments[0].startswith("-") or arguments[0] in WITHOUT_SERVERS or {"-h", "--help"} & set(arguments):
        return nullcontext()
    from django.core.management.base import CommandParser, handle_default_options

    parser = CommandParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--settings")
    parser.add_argument("--pythonpath")
    handle_default_options(parser.parse_known_args(arguments[1:])[0])

    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from config.embedded import instance, lease

    try:
        servers = settings.EMBEDDED_SERVERS
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    return lease(instance(settings.EMBEDDED_INSTANCE), servers) if servers else nullcontext()


if __name__ == "__main__":
    main()
