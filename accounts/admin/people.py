"""People in the back office."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.admin.actors import actor_of
from accounts.admin.inlines import AddressInline, KnownPersonInline, SessionInline, ShownInline
from accounts.admin.panels import panels_of
from accounts.models import User
from accounts.services import block_user, reset_second_factor, save_correction, unblock_user
from common.admin.base import AlmanacModelAdmin
from common.admin.decorators import action, display
from common.admin.exporting import CsvExport
from common.admin.filters import DaysFilter
from common.exports import Column

EXPORTED = (
    Column("id", lambda user: user.pk),
    Column("name", lambda user: user.get_full_name()),
    Column("email", lambda user: user.email),
    Column("phone_number", lambda user: user.phone_number),
    Column("may sign in", lambda user: "yes" if user.is_active else "no"),
    Column("staff", lambda user: "yes" if user.is_staff else "no"),
    Column("member since", lambda user: user.created_at.isoformat()),
)
# Whoever may change these can make anybody, themselves included, into anything.
PRIVILEGES = ("is_staff", "is_superuser", "groups", "user_permissions")


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "phone_number", "first_name", "last_name")


class PersonForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(CsvExport, AlmanacModelAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    form = PersonForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("person", "phone_number", "state", "role", "created_at")
    list_select_related: ClassVar[Any] = ()
    list_filter = ("is_active", "is_staff", "is_superuser", "groups", ("created_at", DaysFilter))
    search_fields = ("email", "phone_number", "first_name", "last_name", "=id")
    search_help_text = "Name, e-mail, phone number or id"
    ordering = ("-id",)
    export_permission = "accounts.export_user"
    export_filename = "people.csv"
    export_columns = EXPORTED
    date_hierarchy = "created_at"
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    readonly_fields = ("is_active", "last_login", "created_at", "updated_at", "erased_at")
    fieldsets = (
        (None, {"fields": ("email", "phone_number", "password", "is_active")}),
        ("Person", {"fields": (("first_name", "last_name"), ("language", "currency", "timezone"), "telegram_id")}),
        ("May do", {"fields": (("is_staff", "is_superuser"), "groups")}),
        ("When", {"fields": (("created_at", "updated_at"), ("last_login", "erased_at"))}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    ("first_name", "last_name"),
                    "email",
                    "phone_number",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )
    inlines = (SessionInline, AddressInline, KnownPersonInline)
    change_form_outer_before_template = "admin/person_links.html"
    change_form_outer_after_template = "admin/person_panels.html"
    actions = ("block", "unblock", "reset_second_factor", "export_csv")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, *PRIVILEGES)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff are changed by superusers only, their passwords included: otherwise support could become finance."""
        if isinstance(obj, User) and obj.is_staff and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        person = kwargs.get("obj")
        may_look = request.user.has_perm("accounts.impersonate_user")
        context["may_look_as"] = may_look and person is not None and not person.is_staff and person.erased_at is None
        context["panels"] = panels_of(person, actor_of(request)) if person is not None else []
        return super().render_change_form(request, context, *args, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> tuple[type[ShownInline], ...]:
        """There is nothing to show beside what is only being added."""
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are blocked or erased; a deleted row would tear bookings and the ledger apart."""
        return False

    def has_block_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.block_user"))

    def has_superuser_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            save_correction(obj)
        else:
            super().save_model(request, obj, form, change)

    @display(description="Person", header=True, ordering="first_name")
    def person(self, user: User) -> list[str]:
        initials = (user.first_name[:1] + user.last_name[:1]).upper() or (user.email or "?")[:1].upper()
        return [str(user), user.email or "no e-mail address", initials]

    @display(
        description="State", ordering="is_active", label={"active": "success", "blocked": "danger", "erased": "info"}
    )
    def state(self, user: User) -> str:
        if user.erased_at:
            return "erased"
        return "active" if user.is_active else "blocked"

    @display(description="Role", ordering="is_staff", label={"superuser": "warning", "staff": "info"})
    def role(self, user: User) -> str:
        if user.is_superuser:
            return "superuser"
        return "staff" if user.is_staff else "–"

    @action(description="Block…", permissions=["block"])
    def block(self, request: HttpRequest, queryset: models.QuerySet[User]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="block",
            question="Block these people? They are signed out everywhere.",
            is_dangerous=True,
            run=lambda user, reason: block_user(user, actor=actor_of(request), reason=reason),
        )

    @action(description="Unblock…", permissions=["block"])
    def unblock(self, request: HttpRequest, queryset: models.QuerySet[User]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="unblock",
            question="Let these people sign in again?",
            run=lambda user, reason: unblock_user(user, actor=actor_of(request), reason=reason),
        )

    @action(description="Reset second factor…", permissions=["superuser"])
    def reset_second_factor(self, request: HttpRequest, queryset: models.QuerySet[User]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="reset_second_factor",
            question="Forget their authenticator apps and recovery codes?",
            is_dangerous=True,
            run=lambda user, reason: reset_second_factor(user, actor=actor_of(request), reason=reason),
        )
