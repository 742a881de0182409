"""Evidence that somebody is the person of an author page: one module for each method, one interface (``base``), one service."""
