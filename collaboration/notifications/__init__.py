"""Telling people what happened: once, gathered, in the page and by as much mail as they want."""
