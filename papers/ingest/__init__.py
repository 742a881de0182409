"""Records in, works out: matching, attribution and bulk writing. The only place that writes what importers read."""
