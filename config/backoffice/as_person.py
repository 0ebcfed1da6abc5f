"""Looking at the platform as somebody sees it: what the API answers them, for staff who help on the telephone.

Nothing can be changed on the way: only reads of the list below are asked, and the database refuses every write
meanwhile. A reason is asked first; it opens the pages of this one person for a quarter of an hour, and each page that
is looked at is in the audit log.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import resolve, reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import User
from common import audit, clock

LASTS = timedelta(minutes=15)
SESSION_KEY = "looking_as"
PAGES = {
    "dashboard": ("Dashboard", "/api/v1/dashboard"),
    "profile": ("Profile", "/api/v1/users/profile"),
    "bookings": ("Bookings", "/api/v1/bookings"),
    "payments": ("Payments", "/api/v1/payments/history"),
    "notifications": ("Messages", "/api/v1/notifications"),
    "points": ("Points", "/api/v1/loyalty/points"),
}
Context = Callable[[HttpRequest], dict[str, Any]]


class WhyForm(forms.Form):
    reason = forms.CharField(
        min_length=3,
        max_length=500,
        help_text="Kept in the audit log.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": ""}),
    )


def ask_why(request: HttpRequest, pk: UUID, *, context: Context) -> HttpResponse:
    person = _person(request, pk)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        audit.record("began to look as", person, actor=request.user, reason=form.cleaned_data["reason"])
        request.session[SESSION_KEY] = {"person": str(pk), "until": (clock.now() + LASTS).isoformat()}
        return HttpResponseRedirect(reverse("admin:as_person_page", args=[pk, "dashboard"]))
    shown = {"title": f"See what {person} sees", "person": person, "form": form, "minutes": int(LASTS.seconds / 60)}
    return render(request, "admin/as_person_why.html", {**context(request), **shown})


def page(request: HttpRequest, pk: UUID, name: str, *, context: Context) -> HttpResponse:
    person = _person(request, pk)
    if name not in PAGES:
        raise Http404
    until = _until(request, pk)
    if until is None:
        return HttpResponseRedirect(reverse("admin:as_person", args=[pk]))
    title, path = PAGES[name]
    audit.record("looked as", person, actor=request.user, data={"page": name})
    answer = _answered(person, path)
    shown = {
        "title": f"{title} of {person}",
        "person": person,
        "pages": [(each, label, each == name) for each, (label, _) in PAGES.items()],
        "until": until,
        "is_answered": answer["success"],
        "answer": _tree(answer.get("data", answer)),
    }
    return render(request, "admin/as_person.html", {**context(request), **shown})


def _person(request: HttpRequest, pk: UUID) -> User:
    """Staff have more to see than those who look after them may, and an erased person has nothing."""
    if not request.user.has_perm("accounts.impersonate_user"):
        raise PermissionDenied
    person: User | None = User.objects.filter(pk=pk, erased_at=None).first()
    if person is None:
        raise Http404
    if person.is_staff:
        raise PermissionDenied
    return person


def _until(request: HttpRequest, pk: UUID) -> datetime | None:
    """Until when this person's pages are open; None where no reason was given, or too long ago."""
    opened = request.session.get(SESSION_KEY, {})
    if opened.get("person") != str(pk):
        return None
    until = datetime.fromisoformat(opened["until"])
    return until if until > clock.now() else None


def _answered(person: User, path: str) -> dict[str, Any]:
    """What the API answers them, as it would be sent."""
    asking = HttpRequest()
    asking.method, asking.path, asking.path_info = "GET", path, path
    asking.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1"}
    # The attribute by which the REST framework is told who asks, where no token could.
    setattr(asking, "_force_auth_user", person)  # noqa: B010 - it is nobody's public name
    view = resolve(path)
    with transaction.atomic():
        # Undone with the savepoint, so that it holds for the answer and nothing else.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        answer: Any = view.func(asking, *view.args, **view.kwargs)
        body: dict[str, Any] = json.loads(answer.render().content)
        transaction.set_rollback(True)
    return body


def _tree(value: Any) -> dict[str, Any]:
    """An answer as the page draws it: pairs of names and trees, rows of trees, or a text."""
    if isinstance(value, dict):
        return {"pairs": [(name.replace("_", " ").capitalize(), _tree(each)) for name, each in value.items()]}
    if isinstance(value, list):
        return {"rows": [_tree(each) for each in value]}
    if isinstance(value, bool):
        return {"text": "yes" if value else "no"}
    return {"text": "" if value is None else str(value)}
