"""Reads of the record, by name. Each says how many queries it costs."""
