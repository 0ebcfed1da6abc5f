"""How the Django admin looks and what its sidebar holds. An app adds its pages to the group it belongs to."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _file(path: str) -> Callable[[HttpRequest], str]:
    """The address of a static file, asked for when a page is drawn: there is no manifest yet when settings load."""
    return lambda _request: static(path)


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _page(title: str, icon: str, model: str) -> dict[str, Any]:
    """A sidebar entry for the list of `app.model`, shown to those who may view it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
    }


def _report(title: str, icon: str, name: str) -> dict[str, Any]:
    link = reverse_lazy(f"admin:report_{name}")
    return {"title": title, "icon": icon, "link": link, "permission": _may("bookings.export_booking")}


def _list_but(model: str, *others: str) -> Callable[[HttpRequest], bool]:
    """Whether the model's list or what lies below it is open, but none of `others`, which have lines of their own."""
    app, name = model.split(".")
    link = reverse_lazy(f"admin:{app}_{name}_changelist")
    elsewhere = [reverse_lazy(f"admin:{other}") for other in others]
    return lambda request: (
        request.path.startswith(str(link)) and not any(request.path.startswith(str(each)) for each in elsewhere)
    )


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Almanac",
    "SITE_HEADER": "Almanac",
    "SITE_SUBHEADER": "Back office",
    "SITE_URL": "/",
    "SITE_ICON": {"light": _file("almanac/mark.svg"), "dark": _file("almanac/mark.svg")},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("almanac/mark.svg")}],
    "STYLES": [_file("almanac/back-office.css")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "ENVIRONMENT": "config.backoffice.dashboard.environment_badge",
    "COLORS": {
        "primary": {
            "50": "#effaf7",
            "100": "#d7f2ea",
            "200": "#b1e5d6",
            "300": "#7fd1bc",
            "400": "#4cb69d",
            "500": "#2c9a82",
            "600": "#1c7c69",
            "700": "#186356",
            "800": "#174f46",
            "900": "#15423b",
            "950": "#062622",
        },
    },
    "COMMAND": {
        "search_models": ["accounts.user", "bookings.booking"],
        # A history in the browser's storage would outlive the session that was allowed to see it.
        "show_history": False,
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [{"title": "Today", "icon": "space_dashboard", "link": reverse_lazy("admin:index")}],
            },
            {
                "title": "Bookings",
                "separator": True,
                "items": [
                    {
                        "title": "Day board",
                        "icon": "view_timeline",
                        "link": reverse_lazy("admin:bookings_day"),
                        "permission": _may("bookings.view_booking"),
                    },
                    {
                        **_page("Bookings", "event", "bookings.booking"),
                        "active": _list_but("bookings.booking", "bookings_day"),
                    },
                    _page("Series", "event_repeat", "bookings.series"),
                ],
            },
            {
                "title": "People",
                "separator": True,
                "items": [
                    _page("People", "group", "accounts.user"),
                    _page("Roles", "badge", "auth.group"),
                    _page("Sessions", "devices", "accounts.session"),
                    _page("Service accounts", "smart_toy", "accounts.serviceaccount"),
                    _page("Failed sign-ins", "lock_person", "axes.accessattempt"),
                ],
            },
            {
                "title": "Messages",
                "separator": True,
                "items": [
                    _page("Contact forms", "contact_mail", "notifications.contactsubmission"),
                    _page("Outbox", "mark_email_read", "notifications.outgoingmessage"),
                    _page("Deliveries", "send", "notifications.delivery"),
                    _page("Inboxes", "notifications", "notifications.notification"),
                    _page("Devices", "smartphone", "notifications.device"),
                ],
            },
            {
                "title": "Catalog",
                "separator": True,
                "items": [
                    _page("Services", "spa", "catalog.service"),
                    _page("Categories", "category", "catalog.category"),
                    _page("Tiers", "stairs", "catalog.tier"),
                    _page("Specialists", "engineering", "catalog.specialist"),
                    _page("Reviews", "reviews", "catalog.review"),
                    _page("Resources", "meeting_room", "catalog.resource"),
                    _page("Calendars", "calendar_month", "catalog.calendar"),
                ],
            },
            {
                "title": "Money",
                "separator": True,
                "items": [
                    _page("Payments", "payments", "payments.payment"),
                    _page("Refunds", "currency_exchange", "payments.refund"),
                    _page("Webhooks", "webhook", "payments.webhookevent"),
                    _page("Reconciliation", "rule", "payments.reconciliationrun"),
                    _page("Journals", "menu_book", "payments.journal"),
                    {
                        **_page("Accounts", "account_balance", "payments.ledgeraccount"),
                        "active": _list_but("payments.ledgeraccount", "payments_trial_balance"),
                    },
                    {
                        "title": "Trial balance",
                        "icon": "balance",
                        "link": reverse_lazy("admin:payments_trial_balance"),
                        "permission": _may("payments.view_ledgeraccount"),
                    },
                    {
                        "title": "Tax report",
                        "icon": "percent",
                        "link": reverse_lazy("admin:bookings_tax_report"),
                        "permission": _may("payments.view_ledgeraccount"),
                    },
                ],
            },
            {
                "title": "Reports",
                "separator": True,
                "items": [
                    _report("Revenue", "bar_chart", "revenue"),
                    _report("Popular services", "trending_up", "service-popularity"),
                    _report("Business figures", "insights", "business"),
                ],
            },
            {
                "title": "Loyalty",
                "separator": True,
                "items": [
                    _page("Promo codes", "sell", "loyalty.promocode"),
                    _page("Uses of codes", "redeem", "loyalty.promoredemption"),
                    _page("Points", "loyalty", "loyalty.loyaltyaccount"),
                    _page("Entries of points", "receipt_long", "loyalty.loyaltyentry"),
                ],
            },
            {
                "title": "Platform",
                "separator": True,
                "items": [
                    _page("Settings", "tune", "common.platformsettings"),
                    _page("Audit log", "history_edu", "common.auditentry"),
                    _page("Proofs", "verified", "common.proofrun"),
                    {
                        "title": "Background jobs",
                        "icon": "monitor_heart",
                        "link": reverse_lazy("admin:jobs"),
                        "permission": _may("common.view_outboxevent"),
                    },
                    _page("Events", "outbox", "common.outboxevent"),
                    _page("Idempotency keys", "key", "common.idempotencyrecord"),
                ],
            },
        ],
    },
}
