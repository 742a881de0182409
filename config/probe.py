"""Ask the site on this machine how it is: ``python -m config.probe [PATH]``, for health checks of containers."""

from __future__ import annotations

import http.client
import os
import sys

SECONDS = 5.0


def main(arguments: list[str]) -> int:
    """Exit status 0 where the path (``/readyz`` unless named) answers 200, otherwise 1 with what it said."""
    path = arguments[0] if arguments else "/readyz"
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().removeprefix("*").removeprefix(".") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        said = answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 1
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        sys.stderr.write(f"{path}: {answer.status} {said}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
