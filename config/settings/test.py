"""Tests: the real servers, an instance of their own, and nothing that leaves the machine."""

from pathlib import Path

from config.lib.logs import logging_settings
from config.lib.sign_in import orcid_address
from config.settings.base import *  # noqa: F403 - settings are built in layers
from config.settings.base import (
    BASE_DIR,
    CACHES,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    DATABASE_URL,
    DATABASES,
    REDIS_URL,
    SOCIALACCOUNT_PROVIDERS,
    STORAGES,
    broker_address,
    cache_settings,
    database_settings,
    env,
)
from config.settings.embedded import addresses

EMBEDDED_INSTANCE = "test"
SECRET_KEY = "for tests only"  # noqa: S105 - guards nothing
SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

_places = addresses(EMBEDDED_INSTANCE, DATABASE_URL, REDIS_URL)
EMBEDDED_SERVERS = _places.embedded
DATABASES["default"] = database_settings(_places.database) | {"CONN_MAX_AGE": 0}
CACHES["default"] = cache_settings(env.str("CACHE_URL", _places.cache))
CELERY_BROKER_URL = broker_address(_places.broker)
if CELERY_BROKER_URL.startswith("redis+socket"):
    CELERY_BROKER_TRANSPORT_OPTIONS.pop("socket_keepalive")  # a setting of TCP

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; nothing here is secret
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ORCID_ADDRESS = orcid_address("", test_server="http://127.0.0.1:9")  # nobody listens there: tests say who does
SOCIALACCOUNT_PROVIDERS["orcid"] = {"APPS": [{"client_id": "APP-TEST", "secret": "guards nothing"}]}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # no scan of the static files at the start of each test
LOGGING = logging_settings(as_json=False, level=env.str("LOG_LEVEL", "WARNING"))
PRIVATE_ROOT = BASE_DIR / "var" / "test-private"
GRAPH_ROOT = Path(env.str("GRAPH_ROOT", str(BASE_DIR / "var" / "test-graph")))
