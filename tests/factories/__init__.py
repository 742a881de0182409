"""Rows for tests, made of what the field calls things."""
