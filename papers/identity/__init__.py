"""Who is who, as it is kept: every change of an author id, what people have said, and what waits for a word of theirs."""
