"""The embedded Redis-compatible server: Celery's broker, the cache and the sessions."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import ClassVar

from config.embedded.binaries import valkey_program
from config.embedded.server import Server


class Valkey(Server):
    """Keeps an append-only file, so that queued jobs outlive a kill by at most a second's worth."""

    name: ClassVar[str] = "valkey"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    @property
    def socket_path(self) -> Path:
        """The socket that it listens on."""
        return self.instance.run / "valkey.sock"

    @property
    def url(self) -> str:
        """The address as the Redis client takes it, database 0."""
        return f"unix://{self.socket_path}?db=0"

    def prepare(self) -> None:
        """See ``Server``. The server itself removes a socket that was left behind and mends a cut log."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.instance.give_to_account(self.folder)

    def command(self) -> list[str]:
        """See ``Server``."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "aof-load-truncated": "yes",
            "save": "",
            "databases": "64",  # test processes take one each
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",  # cached pages make room; queued jobs have no time to live and stay
            "loglevel": "notice",
        }
        flags = [part for key, value in settings.items() for part in (f"--{key}", value)]
        return [str(valkey_program(self.instance.account)), *flags]

    def answers(self) -> bool:
        """See ``Server``. False too while the server still reads its log."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket_path))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
