"""Benchmarks: ``python -m tests.benchmarks`` or ``make bench``. Every row names its reference, measured in the same run."""
