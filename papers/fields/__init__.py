"""Which field of research a work is in: a versioned mapping kept as data (``mapping.toml``) and the code that reads it."""

from papers.fields.decision import FieldDecision, FieldEntry, FieldMap, load_fields

__all__ = ["FieldDecision", "FieldEntry", "FieldMap", "load_fields"]
