"""The site for an ASGI server. Ours is WSGI (docs/operating.md); this is here for who must."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

application = get_asgi_application()
