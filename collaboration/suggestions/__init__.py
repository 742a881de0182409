"""People somebody could work with: ranked from the record, each with its reasons, and measured on what came true (docs/suggestions.md)."""
