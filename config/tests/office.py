"""How the tests of the back office sign in and fill forms in."""

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User

PEOPLE = "/admin/accounts/user/"


def staff_with(*permissions: str) -> User:
    ravi = User.objects.create_user("ravi@almanac.example", first_name="Ravi", is_staff=True)
    ravi.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return ravi


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change_page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def filled_form(client: Client, user: User, **changes: Any) -> dict[str, Any]:
    """The change form as a browser would send it back, with `changes`."""
    form = client.get(change_page(user)).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {
        name: value for name, value in values.items() if value is not None and value is not False and name != "password"
    }
    user.refresh_from_db()
    return {**sent, "groups": [], "edited_version": user.updated_at.isoformat(), **changes}
