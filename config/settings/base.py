"""Settings shared by every environment. What differs lives in dev, test and production.

Importing settings starts nothing: where no servers are configured they name the sockets at which the embedded ones
listen (``config.embedded``), and ``EMBEDDED_SERVERS`` says which of them the process must lease before it works.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env

from config.lib.logs import logging_settings
from config.lib.sign_in import oidc_apps, orcid_address, origins_of, saml_apps
from config.schedule import BEAT_SCHEDULE, TASK_ROUTES

env = Env()

BASE_DIR = Path(__file__).resolve().parents[2]

VAR_DIR = Path(env.str("COLLEGIUM_VAR", str(BASE_DIR / "var")))
"""What the site writes on its own machine: collected static files, backups, notes of the runner. Ignored by git."""

PRIVATE_ROOT = Path(env.str("PRIVATE_ROOT", str(VAR_DIR / "private")))
"""Files that only some may read: documents shown as evidence. Served by views that check, never by a path."""

GRAPH_ROOT = Path(env.str("GRAPH_ROOT", str(VAR_DIR / "graph")))
"""Where the workers of this machine keep the graph's arrays; what stands there can be built again at any time."""
os.environ.setdefault("NUMBA_CACHE_DIR", str(VAR_DIR / "compiled"))  # what was compiled is kept, also where the code is read-only

SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])

SITE_NAME = "Collegium"
SITE_URL = env.str("SITE_URL", "").rstrip("/")
"""Where the site is for those outside of a request: the start of every link in a mail. "https://collegium.example"."""
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
"""Where people reach the operators; told to the services we ask for records, as their manners want."""
OPERATOR_NAME = env.str("OPERATOR_NAME", "")
OPERATOR_ADDRESS = env.str("OPERATOR_ADDRESS", "")
PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", "")
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")
"""Who operates the site, for its legal pages (config.lib.operator); a gap is shown as one, and told by ``check --deploy``."""

INSTALLED_APPS = [
    "collaboration.apps.CollaborationConfig",
    "profiles.apps.ProfilesConfig",
    "papers.apps.PapersConfig",
    "config.apps.SiteConfig",
    "profiles.accounts.apps.ProtectedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "config.apps.CollectedFilesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "profiles.accounts.orcid",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "pgtrigger",
]

MIDDLEWARE = [
    "config.lib.proxies.CountedProxiesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORMS_URLFIELD_ASSUME_HTTPS = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.lib.context.site",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", "")
REDIS_URL = env.str("REDIS_URL", "")
EMBEDDED_INSTANCE = ""
"""The name of the embedded instance ("main", "test"); "" where everything is configured by URL."""
EMBEDDED_SERVERS: tuple[str, ...] = ()


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for the database of a ``postgres://`` address."""
    parsed = cast("dict[str, Any]", Env().dj_db_url("COLLEGIUM_UNSET", url))
    options: dict[str, Any] = {**parsed.get("OPTIONS", {}), "application_name": "collegium"}
    return {
        **parsed,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DISABLE_SERVER_SIDE_CURSORS", False),  # behind PgBouncer
        "OPTIONS": options,
    }


def cache_settings(url: str) -> dict[str, Any]:
    """Django's settings for a cache at a Redis address. Its keys carry a prefix: the broker may live there too."""
    return {
        "BACKEND": "config.lib.cache.PrefixedRedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "cache",
        "TIMEOUT": 300,
    }


def broker_address(url: str) -> str:
    """A Redis address as Celery spells it: ``redis+socket://`` where the Redis client says ``unix://``."""
    if not url.startswith("unix://"):
        return url
    path, _separator, query = url.removeprefix("unix://").partition("?")
    number = dict(part.split("=", 1) for part in query.split("&") if "=" in part).get("db", "0")
    return f"redis+socket://{path}?virtual_host={number}"


DATABASES: dict[str, dict[str, Any]] = {}
CACHES: dict[str, dict[str, Any]] = {}

# --- Services that we ask for records (papers.sources) -------------------------------------------------------

SERVICE_ADDRESSES = {
    "openalex": env.str("OPENALEX_URL", "https://api.openalex.org"),
    "arxiv": env.str("ARXIV_URL", "https://export.arxiv.org/api/query"),
    "crossref": env.str("CROSSREF_URL", "https://api.crossref.org"),
    "s2": env.str("S2_URL", "https://api.semanticscholar.org/graph/v1"),
    "orcid": env.str("ORCID_URL", "https://pub.orcid.org/v3.0"),
}
SERVICE_KEYS = {"openalex": env.str("OPENALEX_API_KEY", ""), "s2": env.str("S2_API_KEY", "")}
SERVICE_PAUSES: dict[str, float] = {}  # seconds between requests where the source's own pause is not right
SERVICE_CACHE: dict[str, Any] = {
    "folder": env.str("SERVICE_CACHE_FOLDER", str(BASE_DIR / "var" / "services")),
    "fresh_hours": env.float("SERVICE_CACHE_HOURS", 24),
    "most_megabytes": env.int("SERVICE_CACHE_MEGABYTES", 1024),
}

GUARDED_HTTP_ALLOWED_HOSTS: list[str] = env.list("GUARDED_HTTP_ALLOWED_HOSTS", [])
"""Hosts ("127.0.0.1:8431") that evidence may be read from although they are private or without TLS: for development only."""

# --- Accounts -------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "profiles.User"
AUTHENTICATION_BACKENDS = ["profiles.accounts.backend.AccountBackend"]  # one: each of them costs a hash
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "profiles.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # it would leave the account without an address for a moment
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # CountedProxiesMiddleware has put the visitor's address in its place already

MFA_ADAPTER = "profiles.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "profiles.accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "profiles.accounts.forms.PasskeySecondFactorForm",
    "login_webauthn": "profiles.accounts.forms.PasskeyLoginForm",
    "reauthenticate_webauthn": "profiles.accounts.forms.PasskeyAgainForm",
    "signup_webauthn": "profiles.accounts.forms.SignupPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # half a minute of clock drift
ADMIN_SECOND_FACTOR_SECONDS = 8 * 3600
"""How long after a second factor was shown the administration stays open in that session."""

ORCID_ENVIRONMENT = env.str("ORCID_ENVIRONMENT", "production")
ORCID_ADDRESS = orcid_address(ORCID_ENVIRONMENT)
"""Where people sign in with ORCID, and where its tokens and public records are."""
ORCID_CLIENT_ID = env.str("ORCID_CLIENT_ID", "")
ORCID_CLIENT_SECRET = env.str("ORCID_CLIENT_SECRET", "")

SOCIALACCOUNT_ADAPTER = "profiles.accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False  # the address for mails is always asked for, and confirmed by a code
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # what a provider says about an address opens no account here
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}
if ORCID_CLIENT_ID:
    SOCIALACCOUNT_PROVIDERS["orcid"] = {"APPS": [{"client_id": ORCID_CLIENT_ID, "secret": ORCID_CLIENT_SECRET}]}
OIDC_PROVIDERS = oidc_apps(env.json("OIDC_PROVIDERS", []))
if OIDC_PROVIDERS:
    INSTALLED_APPS.append("allauth.socialaccount.providers.openid_connect")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {"APPS": OIDC_PROVIDERS, "OAUTH_PKCE_ENABLED": True}
SAML_PROVIDERS = saml_apps(env.json("SAML_PROVIDERS", []))
if SAML_PROVIDERS:  # only then: it loads xmlsec, a C library, through a package that is seldom released
    INSTALLED_APPS.append("allauth.socialaccount.providers.saml")
    SOCIALACCOUNT_PROVIDERS["saml"] = {"APPS": SAML_PROVIDERS}

# --- Sessions, cookies, headers -------------------------------------------------------------------------------

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
"""How many proxies of ours stand before the site: each adds one address to X-Forwarded-For, the rest is hearsay."""
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # A form that starts a sign-in is answered by a redirect to the provider, and browsers ask here about redirects too.
        "form-action": [SELF, *origins_of(ORCID_ADDRESS if ORCID_CLIENT_ID else None, OIDC_PROVIDERS, SAML_PROVIDERS)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# --- Languages ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

# --- Static files ---------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "static-build" / "public"] if folder.is_dir()]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.lib.static_storage.StaticStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "map")

# --- Mail -----------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Collegium <collegium@localhost>")
SERVER_EMAIL = env.str("SERVER_EMAIL", DEFAULT_FROM_EMAIL)
EMAIL_TIMEOUT = 20

# --- Background work ------------------------------------------------------------------------------------------

LONGEST_TASK_SECONDS = 6 * 3600
QUEUES = ("mail", "default", "imports", "scores", "graph")

CELERY_TASK_IGNORE_RESULT = True  # what a job did stands in PostgreSQL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in QUEUES}
CELERY_TASK_ROUTES = TASK_ROUTES
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a queue that nobody works on is a mistake, not a wish
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 3, "interval_start": 0.1, "interval_step": 0.3, "interval_max": 1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # with it on, broker kills left tasks stuck
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": LONGEST_TASK_SECONDS + 3600,  # above the longest limit: or a long job is handed out twice
    "socket_keepalive": True,
    "health_check_interval": 30,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# --- API ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.lib.rest.problems.handle_exception",
    "DEFAULT_THROTTLE_CLASSES": ["config.lib.rest.throttling.BurstThrottle", "config.lib.rest.throttling.SustainedThrottle"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": 0,  # see ALLAUTH_TRUSTED_PROXY_COUNT
}
API_LIMITS = {"minute": env.int("API_REQUESTS_A_MINUTE", 120), "hour": env.int("API_REQUESTS_AN_HOUR", 3000)}
"""What one address may ask of the API; 0 means no limit."""
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Collegium",
    "VERSION": "1",
    "DESCRIPTION": "Everything public that Collegium knows: works, authors, institutions and topics, with where each fact came from.",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.lib.rest.schema.name_record_ids",
        "config.lib.rest.schema.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "WorkType": "papers.models.WorkType",
        "VenueKind": "papers.models.VenueKind",
        "AttributionRule": "papers.models.AttributionRule",
        "AttributionState": "papers.models.AttributionState",
    },
}

LOGGING_CONFIG = "config.lib.logs.configure"
LOGGING = logging_settings(as_json=env.bool("LOG_JSON", False), level=env.str("LOG_LEVEL", "INFO"))
