"""HTTP: every request is served through WSGI, which costs less than half the CPU of Django's ASGI handler."""

import os

import django
from django.core.wsgi import get_wsgi_application

from config.startup import refuse_misconfiguration

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Asked before the middleware is built: what is built from a wrong setting fails with a stack that helps nobody.
django.setup(set_prefix=False)
refuse_misconfiguration()
application = get_wsgi_application()
