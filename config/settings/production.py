"""A deployment: everything comes from the environment, and what is missing is said at once.

docs/operating.md lists the variables.
"""

from django.core.exceptions import ImproperlyConfigured

from config.lib.logs import logging_settings
from config.settings.base import *  # noqa: F403 - settings are built in layers
from config.settings.base import (
    CACHES,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    CONTENT_SECURITY_POLICY,
    DATABASE_URL,
    DATABASES,
    GUARDED_HTTP_ALLOWED_HOSTS,
    REDIS_URL,
    SITE_URL,
    TRUSTED_PROXIES,
    broker_address,
    cache_settings,
    database_settings,
    env,
)

REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS")
_missing = [name for name in REQUIRED if not env.str(name, "").strip()]
if _missing:
    raise ImproperlyConfigured(
        f"Production does not start without {', '.join(_missing)}: set "
        f"{'it' if len(_missing) == 1 else 'them'} in the environment (docs/operating.md says how)."
    )

if GUARDED_HTTP_ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "Production does not start with GUARDED_HTTP_ALLOWED_HOSTS: it lets evidence be read from private networks. Unset it."
    )

DATABASES["default"] = database_settings(DATABASE_URL)
CACHES["default"] = cache_settings(env.str("CACHE_URL", REDIS_URL))
CELERY_BROKER_URL = broker_address(REDIS_URL)
if CELERY_BROKER_URL.startswith("redis+socket"):
    CELERY_BROKER_TRANSPORT_OPTIONS.pop("socket_keepalive")  # a setting of TCP

if not SITE_URL:  # the first name of the site, where nothing better was said
    SITE_URL = f"https://{env.list('ALLOWED_HOSTS')[0].strip().lstrip('.')}"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", True)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True

_mail = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]

LOGGING = logging_settings(as_json=env.bool("LOG_JSON", True), level=env.str("LOG_LEVEL", "INFO"))
