"""The platform's settings with the probe's paths, for servers that tests start as processes of their own."""

from config.settings import *  # noqa: F403 - every setting but one

ROOT_URLCONF = "common.tests.probe.urls"
