"""Running the whole site on one machine: ``manage.py dev``."""
