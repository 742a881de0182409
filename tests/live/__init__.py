"""The site as visitors meet it: a real web server in front of a database of its own. For browser tests and benchmarks."""
