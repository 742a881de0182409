"""The same people as on the record's pages."""

from tests.papers.pages.conftest import record, signed_in

__all__ = ["record", "signed_in"]
