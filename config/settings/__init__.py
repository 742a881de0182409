"""Settings: base is shared; dev, test and production are chosen by DJANGO_SETTINGS_MODULE (manage.py takes dev)."""
