"""Keeping people safe from each other: blocks, mutes, limits, reports and what follows from them."""
