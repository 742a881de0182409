"""One machine, nothing configured: the settings of ``make run`` and of ``manage.py``.

The site shows itself as visitors will see it; ``DEBUG=1`` gives tracebacks in the browser and static files straight
from their sources.
"""

from config.lib.sign_in import orcid_address
from config.settings.base import *  # noqa: F403 - settings are built in layers
from config.settings.base import (
    CACHES,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    CONTENT_SECURITY_POLICY,
    DATABASE_URL,
    DATABASES,
    ORCID_CLIENT_ID,
    ORCID_ENVIRONMENT,
    REDIS_URL,
    STORAGES,
    VAR_DIR,
    broker_address,
    cache_settings,
    database_settings,
    env,
)
from config.settings.embedded import addresses

EMBEDDED_INSTANCE = "main"
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "for development on one machine only: production refuses to start with this")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", ".localhost"])
SITE_URL = env.str("SITE_URL", f"http://localhost:{env.str('PORT', '8000')}").rstrip("/")
INTERNAL_IPS = ["127.0.0.1", "::1"]

_places = addresses(EMBEDDED_INSTANCE, DATABASE_URL, REDIS_URL)
EMBEDDED_SERVERS = _places.embedded
DATABASES["default"] = database_settings(_places.database)
CACHES["default"] = cache_settings(env.str("CACHE_URL", _places.cache))
CELERY_BROKER_URL = broker_address(_places.broker)
if CELERY_BROKER_URL.startswith("redis+socket"):
    CELERY_BROKER_TRANSPORT_OPTIONS.pop("socket_keepalive")  # a setting of TCP

MAILBOX_FOLDER = VAR_DIR / "mailbox"
"""Where mails go on one machine: /dev/mailbox/ shows them. Without this setting the page does not exist."""
EMAIL_BACKEND = "config.mailbox.backend.MailboxBackend"

ORCID_ADDRESS = orcid_address(ORCID_ENVIRONMENT, test_server=env.str("ORCID_TEST_SERVER", ""))
if ORCID_CLIENT_ID:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(ORCID_ADDRESS.site)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # localhost without TLS

if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True
