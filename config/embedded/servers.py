"""The servers by name."""

from config.embedded.places import Instance
from config.embedded.postgres import Postgres
from config.embedded.server import Server
from config.embedded.valkey import Valkey

SERVERS: dict[str, type[Server]] = {server.name: server for server in (Postgres, Valkey)}


def server_of(place: Instance, name: str) -> Server:
    """The server of that name ("postgres" or "valkey") in an instance."""
    return SERVERS[name](place)
