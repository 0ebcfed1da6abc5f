"""What the roles of the back office may do, and the migration operation that says so to the database.

A later app adds one line per role below and, in a migration after the one that makes its tables,
`operations = [GrantRoles("bookings")]`. From then on roles are data: superusers change them, and nothing here takes
back what they did.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import migrations
from django.db.models import TextChoices

Permissions = Mapping[str, tuple[str, ...]]


class StaffRole(TextChoices):
    """The names of the groups. Being in one of them lets nobody in: that takes `is_staff`."""

    SUPER_ADMIN = "Super admin", "Super admin"
    ADMIN = "Admin", "Admin"
    SUPPORT = "Support", "Support"
    FINANCE = "Finance", "Finance"


_PEOPLE = (
    "view_user",
    "add_user",
    "change_user",
    "block_user",
    "impersonate_user",
    "export_user",
    "view_session",
    "view_address",
    "view_knownperson",
)
_SERVICES = (
    "view_serviceaccount",
    "add_serviceaccount",
    "change_serviceaccount",
    "rotate_serviceaccount",
    "view_servicekey",
)
_MESSAGES = (
    "view_contactsubmission",
    "change_contactsubmission",
    "answer_contactsubmission",
    "view_delivery",
    "retry_delivery",
    "view_notification",
    "view_device",
)
_PLATFORM = ("view_platformsettings", "view_outboxevent", "view_idempotencyrecord", "view_proofrun")
_CATALOG = tuple(
    f"{verb}_{model}"
    for model in ("calendar", "category", "tier", "resource", "specialist", "service")
    for verb in ("view", "add", "change")
)
_REVIEWS = ("view_review", "hide_review")
_CALENDARS = ("view_calendar", "view_timeoff", "add_timeoff", "change_timeoff", "delete_timeoff", "view_occupancy")

_DESK = (
    "view_booking",
    "view_series",
    "add_booking",
    "confirm_booking",
    "cancel_booking",
    "reschedule_booking",
)
_POINTS = ("view_loyaltyaccount", "view_loyaltyentry", "adjust_loyaltyaccount")
_PROMOS = ("view_promocode", "add_promocode", "change_promocode", "view_promoredemption")
_MONEY = ("view_payment", "view_refund")
_BOOKS = (
    *_MONEY,
    "view_gatewaycall",
    "view_webhookevent",
    "view_journal",
    "view_posting",
    "view_ledgeraccount",
    "view_reconciliationrun",
    "view_reconciliationline",
)
_TREASURY = (
    *_BOOKS,
    "refund_payment",
    "collect_payment",
    "approve_refund",
    "export_payment",
    "export_ledgeraccount",
    "replay_webhookevent",
    "rerun_reconciliationrun",
    "resolve_reconciliationline",
    "export_reconciliationrun",
)

_BOOKINGS = (*_DESK, "complete_booking", "override_booking", "export_booking")

ROLE_PERMISSIONS: Mapping[StaffRole, Permissions] = {
    StaffRole.SUPER_ADMIN: {
        "accounts": (*_PEOPLE, *_SERVICES, "end_session"),
        "auth": ("view_group",),
        "notifications": (*_MESSAGES, "view_outgoingmessage"),
        "common": (*_PLATFORM, "change_platformsettings", "view_auditentry"),
        "catalog": (*_CATALOG, *_CALENDARS, *_REVIEWS, "verify_specialist", "force_timeoff"),
        "bookings": _BOOKINGS,
        "loyalty": (*_POINTS, *_PROMOS, "export_promoredemption"),
        "payments": _TREASURY,
    },
    StaffRole.ADMIN: {
        "accounts": (*_PEOPLE, "view_serviceaccount", "view_servicekey", "end_session"),
        "notifications": _MESSAGES,
        "common": _PLATFORM,
        "catalog": (*_CATALOG, *_CALENDARS, *_REVIEWS, "verify_specialist", "force_timeoff"),
        "bookings": _BOOKINGS,
        "loyalty": (*_POINTS, *_PROMOS),
        "payments": (*_BOOKS, "refund_payment", "collect_payment"),
    },
    StaffRole.SUPPORT: {
        "accounts": (
            "view_user",
            "change_user",
            "block_user",
            "impersonate_user",
            "view_session",
            "end_session",
            "view_address",
            "view_knownperson",
        ),
        "notifications": _MESSAGES,
        "catalog": (*(name for name in _CATALOG if name.startswith("view_")), *_CALENDARS, *_REVIEWS),
        "bookings": _DESK,
        "loyalty": (*_POINTS, "view_promocode", "view_promoredemption"),
        "payments": (*_MONEY, "collect_payment"),
    },
    StaffRole.FINANCE: {
        "accounts": ("view_user", "export_user"),
        "catalog": ("view_category", "view_tier", "view_service", "view_specialist"),
        "bookings": ("view_booking", "view_series", "export_booking"),
        "loyalty": (
            "view_loyaltyaccount",
            "view_loyaltyentry",
            "view_promocode",
            "view_promoredemption",
            "export_promoredemption",
        ),
        "payments": _TREASURY,
    },
}


class GrantRoles(migrations.RunPython):
    """Gives each role what the table says of `app`. Groups and permissions that are missing are made.

    A later migration of the same app names with `only` what is new, and leaves alone what superusers changed since.
    """

    def __init__(self, app: str, only: Collection[str] = ()) -> None:
        self.app = app
        self.only = only
        super().__init__(self._grant, migrations.RunPython.noop, elidable=False)

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        return type(self).__name__, [self.app], {"only": self.only} if self.only else {}

    def _grant(self, apps: Any, _editor: Any) -> None:
        groups = apps.get_model("auth", "Group").objects
        for role, permissions in ROLE_PERMISSIONS.items():
            group, _ = groups.get_or_create(name=role.value)
            names = [name for name in permissions.get(self.app, ()) if not self.only or name in self.only]
            known = [name for name in names if _has_model(apps, self.app, name)]
            group.permissions.add(*(_permission(apps, self.app, codename) for codename in known))


def _has_model(apps: Any, app: str, codename: str) -> bool:
    """False for a model that a later migration makes, which then grants what concerns it."""
    return codename.partition("_")[2] in apps.all_models[app]


def _permission(apps: Any, app: str, codename: str) -> Any:
    """Django makes permissions after the last migration only, and then leaves those alone that it finds."""
    verb, _, model = codename.partition("_")
    meta = apps.get_model(app, model)._meta
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)
    name = dict(meta.permissions).get(codename, f"Can {verb} {meta.verbose_name_raw}")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )
    return permission
