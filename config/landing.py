"""The page at `/`: what this is, where things are, and whether it lives."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.version import VERSION

PARTS = ("database", "redis", "cache", "broker", "workers")


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database: the page stands even when everything behind it is down."""
    shown = {"version": VERSION, "parts": [part for part in PARTS if part in settings.HEALTH_CHECKS]}
    return render(request, "pages/landing.html", shown)
