"""The settings of one machine, as visitors see it, with folders and a cache of their own."""

import os
from pathlib import Path

from config.settings.dev import *  # noqa: F403 - settings are built in layers
from config.settings.dev import CACHES, DATABASES, STORAGES

_folder = Path(os.environ["COLLEGIUM_LIVE_FOLDER"])

DEBUG = False
SECRET_KEY = "for the live tests only"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
STATIC_ROOT = _folder / "static"
MEDIA_ROOT = _folder / "media"
CACHES["default"]["KEY_PREFIX"] = f"live-{DATABASES['default']['NAME']}"
MAILBOX_FOLDER = _folder / "mailbox"

# Static files straight from their sources: collecting and compressing them takes longer than most tests.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
