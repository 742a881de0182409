"""Following people, topics, institutions and searches, and the feed of what they bring."""
