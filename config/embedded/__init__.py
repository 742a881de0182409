"""PostgreSQL and a Redis-compatible server that run beside the site on one machine, without installation.

They are used where ``DATABASE_URL`` or ``REDIS_URL`` name no others. A process that needs them takes a lease::

    with lease(instance("main"), ["postgres", "valkey"]):
        ...

A lease is a shared lock on a file, so the kernel gives it back however the process ends. The first lease starts a
*keeper* for each server (``config.embedded.keeper``), which holds the server as its child, restarts it when it
dies and stops it in order as soon as nobody holds a lease. Nothing here imports Django.
"""

from config.embedded.errors import EmbeddedServerError
from config.embedded.leases import Lease, lease
from config.embedded.places import Instance, instance

__all__ = ["EmbeddedServerError", "Instance", "Lease", "instance", "lease"]
