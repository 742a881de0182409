"""One machine, nothing configured: the settings of ``make run`` and of ``manage.py``.

The site shows itself as visitors will see it; ``DEBUG=1`` gives tracebacks in the browser and static files straight
from their sources.
"""

from config.settings.base import *  # noqa: F403 - settings are built in layers
from config.settings.base import (
    CACHES,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    DATABASE_URL,
    DATABASES,
    REDIS_URL,
    STORAGES,
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
INTERNAL_IPS = ["127.0.0.1", "::1"]

_places = addresses(EMBEDDED_INSTANCE, DATABASE_URL, REDIS_URL)
EMBEDDED_SERVERS = _places.embedded
DATABASES["default"] = database_settings(_places.database)
CACHES["default"] = cache_settings(env.str("CACHE_URL", _places.cache))
CELERY_BROKER_URL = broker_address(_places.broker)
if CELERY_BROKER_URL.startswith("redis+socket"):
    CELERY_BROKER_TRANSPORT_OPTIONS.pop("socket_keepalive")  # a setting of TCP

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True
