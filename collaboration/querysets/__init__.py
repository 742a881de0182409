"""Reads over what people do together."""
