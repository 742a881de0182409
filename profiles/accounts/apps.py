"""The administration with our own site: entered through the account's login, with a second factor."""

from django.contrib.admin.apps import AdminConfig


class ProtectedAdminConfig(AdminConfig):
    default_site = "profiles.accounts.admin_site.ProtectedAdminSite"
