"""What somebody sees who failed to sign in too often; django-axes counts."""

from collections.abc import Mapping
from typing import Any

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.models import normal_email


def sign_in_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """One spelling for each account, so that capital letters do not buy another five attempts."""
    given = (credentials or {}).get("username") or request.POST.get("username")
    return normal_email(given).replace("\0", "")[:255] if given else None


def locked_out_response(
    request: HttpRequest, response: HttpResponse | None, _credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page with the waiting time. The API says the same in its own grammar and so keeps its own answer."""
    if response is not None and not request.path_info.startswith(reverse("admin:index")):
        return response
    return waiting_page(request, int(get_cool_off(request).total_seconds()))


def waiting_page(request: HttpRequest, seconds: int) -> HttpResponse:
    page = render(request, "admin/locked_out.html", {"minutes": max(1, -(-seconds // 60))}, status=429)
    page["Retry-After"] = str(seconds)
    return page
