"""Sign-in with ORCID through django-allauth: the provider "orcid" with checked iDs, and addresses by environment."""
