"""The research graph, pure: sparse arrays, push, choice, layout, paths, and the document that a slice is stored as."""
