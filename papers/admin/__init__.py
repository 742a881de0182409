"""The administration of the record: everything can be read and found; imports can be started, followed and stopped."""

from papers.admin import ambiguity, citations, figures, imports, institutions, people, refresh, slices, subjects, works

__all__ = ["ambiguity", "citations", "figures", "imports", "institutions", "people", "refresh", "slices", "subjects", "works"]
