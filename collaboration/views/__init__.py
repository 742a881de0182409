"""Views of what people do together."""
