"""Slices of the research graph: arrays out of PostgreSQL, neighbourhoods with their reasons, what is out of date."""
