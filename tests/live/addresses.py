"""Where on a running site a certain page is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import psycopg
from django.utils.text import slugify

from config.lib.public_ids import encode_public_id
from tests.live.console import Console
from tests.live.homepage import Homepage
from tests.live.orcid_server import Orcid


class Site:
    """Where the site is, and the addresses of its pages by what stands on them."""

    def __init__(
        self,
        port: int,
        database: str,
        passwords: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        orcid: Orcid | None = None,
        homepage: Homepage | None = None,
        console: Console | None = None,
    ) -> None:
        self.origin = f"http://localhost:{port}"  # a name, not a number: passkeys are tied to one
        self.environment = environment or {}
        self.orcid = orcid
        self.homepage = homepage
        self.console = console
        self.passwords = passwords or {}
        self._database = database

    def author(self, name: str) -> str:
        """The page of the person with that name who has most works."""
        return self._page(
            "researchers",
            "SELECT author_id, display_name FROM papers_authorfigures f JOIN papers_author a ON a.id = f.author_id "
            "WHERE a.display_name = %s ORDER BY works_count DESC LIMIT 1",
            name,
        )

    def paper(self, source_record: str) -> str:
        """The page of the work that a source's record ("fictional:crowd") describes."""
        return self._page(
            "papers",
            "SELECT work_id, title FROM papers_worksource s JOIN papers_work w ON w.id = s.work_id WHERE record_id = %s",
            source_record,
        )

    def topic(self, name: str) -> str:
        """The page of a topic."""
        return self._page("topics", "SELECT id, name FROM papers_topic WHERE name = %s", name)

    def institution(self, name: str) -> str:
        """The page of an institution."""
        return self._page("institutions", "SELECT id, name FROM papers_institution WHERE name = %s", name)

    def code_for(self, email: str) -> str:
        """The code in the latest mail to that address, which no worker has sent yet."""
        query = 'SELECT text FROM profiles_outgoingmail WHERE lower("to") = lower(%s) ORDER BY id DESC LIMIT 1'
        with psycopg.connect(self._database) as connection:
            row = connection.execute(query, [email]).fetchone()
        assert row, f"no mail to {email}"
        found = re.search(r"^    (\S+)$", str(row[0]), re.MULTILINE)
        assert found, row[0]
        return found[1]

    def __truediv__(self, path: str) -> str:
        return f"{self.origin}/{path.lstrip('/')}"

    def _page(self, kind: str, query: str, value: str) -> str:
        with psycopg.connect(self._database) as connection:
            row = connection.execute(query, [value]).fetchone()
        assert row, f"{value!r} is not among the demo records"
        key, name = row
        return f"{self.origin}/{kind}/{encode_public_id(int(key))}/{slugify(name)[:60].strip('-') or '-'}/"
