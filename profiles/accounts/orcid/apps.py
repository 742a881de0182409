from django.apps import AppConfig


class OrcidConfig(AppConfig):
    """Listed among the apps so that allauth finds ``provider`` and ``urls``."""

    name = "profiles.accounts.orcid"
    label = "orcid_sign_in"
    verbose_name = "ORCID"
