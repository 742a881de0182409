"""The REST API over what is public about people: levels and trust scores."""
