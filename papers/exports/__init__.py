"""Works as references in the formats of reference managers.

``papers.exports.records`` reads works, ``bibtex``, ``ris`` and ``csl`` write them and know no database.
"""

from papers.exports.service import FORMATS, MAX_WORKS, Export, ExportFormat, UnknownExportFormat, export_author_works, export_work

__all__ = ["FORMATS", "MAX_WORKS", "Export", "ExportFormat", "UnknownExportFormat", "export_author_works", "export_work"]
