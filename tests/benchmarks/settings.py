"""The settings of the live tests with static files as a deployment has them, and the pages to measure against."""

from pathlib import Path

from tests.live.settings import *  # noqa: F403 - settings are built in layers
from tests.live.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, STORAGES, TEMPLATES

ROOT_URLCONF = "tests.benchmarks.urls"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
STORAGES["staticfiles"] = {"BACKEND": "config.lib.static_storage.StaticStorage"}  # hashed names, compressed once
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = (
    f"live-{DATABASES['default']['NAME']}:"  # a site's workers may listen at the same broker
)
