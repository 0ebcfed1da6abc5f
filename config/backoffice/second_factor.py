"""The second factor of staff: a time-based code from an authenticator app, or a recovery code, at every sign-in."""

import re
import secrets
from collections.abc import Callable
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode

import qrcode
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as remember_device
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from qrcode.image.svg import SvgPathImage
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from common import audit

RECOVERY_CODES = 10
# Without letters that are read as digits or as one another.
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
APP_CODE = re.compile(r"\d{6}")

Context = Callable[[HttpRequest], dict[str, Any]]


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        label="Code",
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": "", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def clean_code(self) -> str:
        """Apps show codes in groups and people type them so."""
        return re.sub(r"[\s-]", "", self.cleaned_data["code"]).lower()


def is_verified(request: HttpRequest) -> bool:
    """A device of theirs vouched for this session; django-otp's middleware looks it up."""
    return getattr(request.user, "otp_device", None) is not None


@never_cache
@sensitive_post_parameters("code")
def enter_code(request: HttpRequest, context: Context) -> HttpResponse:
    """Asks for the code; staff who have no device yet are led to enrol one."""
    refusal = _not_for_this_page(request)
    if refusal:
        return refusal
    if not TOTPDevice.objects.filter(user=request.user, confirmed=True).exists():
        return HttpResponseRedirect(_with_next(request, reverse("admin:enrol_second_factor")))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _code_is_right(request, form.cleaned_data["code"]):
            return HttpResponseRedirect(_wanted_page(request))
        form.add_error("code", "This code is not right, or it was used before. After several misses wait a little.")
    return render(request, "admin/second_factor.html", {**context(request), "title": "Your code, please", "form": form})


@never_cache
@sensitive_post_parameters("code")
def enrol(request: HttpRequest, context: Context) -> HttpResponse:
    """Shows the secret as a QR code and takes the first code; then shows the recovery codes, once."""
    refusal = _not_for_this_page(request)
    if refusal:
        return refusal
    if TOTPDevice.objects.filter(user=request.user, confirmed=True).exists():
        return HttpResponseRedirect(_with_next(request, reverse("admin:second_factor")))
    device = _device_to_enrol(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if verify_token(request.user, device.persistent_id, form.cleaned_data["code"]):
            codes = _confirm(request, device)
            page = {**context(request), "title": "Keep these codes", "codes": codes, "next": _wanted_page(request)}
            return render(request, "admin/recovery_codes.html", page)
        form.add_error(
            "code", "This code is not right. Check the clock of your phone; after several misses wait a little."
        )
    page = {
        **context(request),
        "title": "Set up your second factor",
        "form": form,
        "qr_code": qr_svg(device.config_url),
        "secret": _in_groups(device),
    }
    return render(request, "admin/enrol_second_factor.html", page)


def qr_svg(text: str) -> SafeString:
    """The QR code as inline SVG: drawn here, because a secret is not sent to anybody's image service."""
    picture = BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, box_size=10, border=2).save(picture)
    # The XML declaration has no place inside HTML; the rest was drawn by us from squares.
    return mark_safe(picture.getvalue().decode().partition("?>")[2].strip())  # noqa: S308 - no text of anybody's in it


def _not_for_this_page(request: HttpRequest) -> HttpResponse | None:
    user = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return HttpResponseRedirect(_with_next(request, reverse("admin:login")))
    if is_verified(request):
        return HttpResponseRedirect(_wanted_page(request))
    return None


def _staff(request: HttpRequest) -> User:
    """Who these pages let in: `_not_for_this_page` has turned everybody else away."""
    return cast("User", request.user)


def _code_is_right(request: HttpRequest, code: str) -> bool:
    model = TOTPDevice if APP_CODE.fullmatch(code) else StaticDevice
    device = model.objects.filter(user=request.user, confirmed=True).first()
    if device is None or not verify_token(request.user, device.persistent_id, code):
        audit.record("second factor refused", _staff(request), actor=request.user)
        return False
    _let_in(request, device)
    audit.record("second factor passed", _staff(request), actor=request.user, data={"device": device.name})
    return True


def _let_in(request: HttpRequest, device: TOTPDevice | StaticDevice) -> None:
    # A new session id: one that was planted or seen before this moment must not become a verified one.
    request.session.cycle_key()
    remember_device(request, device)


@transaction.atomic
def _confirm(request: HttpRequest, device: TOTPDevice) -> list[str]:
    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    device.refresh_from_db()
    StaticDevice.objects.filter(user=request.user).delete()
    recovery = StaticDevice.objects.create(user=request.user, name="recovery codes")
    codes = ["".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=recovery, token=code) for code in codes)
    _let_in(request, device)
    audit.record("second factor enrolled", _staff(request), actor=request.user)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _device_to_enrol(user: Any) -> TOTPDevice:
    device = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()
    return device or TOTPDevice.objects.create(user=user, name="authenticator app", confirmed=False)


def _in_groups(device: TOTPDevice) -> str:
    secret = re.search(r"secret=([A-Z2-7]+)", device.config_url)
    return " ".join(re.findall(".{1,4}", secret[1])) if secret else ""


def _wanted_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("admin:index")


def _with_next(request: HttpRequest, url: str) -> str:
    """Carries the wanted page along, already judged, so that no later hop has to judge it again."""
    query = urlencode({"next": _wanted_page(request)})
    return f"{url}?{query}"
