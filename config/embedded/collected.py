"""A gate: every static file that a template or stylesheet names exists, so that production's collectstatic succeeds.

It really collects, into a folder that vanishes, but leaves out the compression, which takes long and cannot fail.
"""

import tempfile

import django
from django.conf import settings
from django.core.management import call_command

UNCOMPRESSED = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"


def main() -> None:
    settings.STORAGES["staticfiles"] = {"BACKEND": UNCOMPRESSED}
    django.setup()
    with tempfile.TemporaryDirectory(prefix="almanac-static-") as folder:
        settings.STATIC_ROOT = folder
        call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
