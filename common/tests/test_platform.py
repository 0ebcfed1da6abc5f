"""The platform's figures: bounded by form and database, one row, at hand without a query."""

from datetime import time
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Field
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from common import platform
from common.errors import ValidationFailed
from common.models import AuditEntry, PlatformSettings
from common.models.platform import FIELDSETS, TOPICS
from common.platform import (
    forget_platform_settings,
    platform_settings,
    remember_platform_settings,
    update_platform_settings,
)

FIGURES = [field for topic in TOPICS.values() for field in topic._meta.local_fields]
NUMBERS = [field for field in FIGURES if field.get_internal_type() not in {"CharField", "BooleanField", "TimeField"}]


@pytest.fixture(autouse=True)
def _stored_row(db: None) -> None:
    # Tests with real commits empty all tables after themselves, this one too.
    import_module("common.migrations.0003_platform_settings_row").create(apps, None)


def test_the_migrations_make_the_one_row() -> None:
    PlatformSettings.objects.get(pk=1).full_clean()


def test_the_defaults_are_the_figures_of_the_design() -> None:
    settings = PlatformSettings()

    assert (settings.tax_percent, settings.commission_percent) == (Decimal("18.00"), Decimal("30.00"))
    assert (settings.free_cancellation_minutes, settings.cancellation_deadline_hours) == (5, 24)
    assert settings.cancellation_fee_percent == Decimal("10.00")
    assert (settings.unpaid_hold_minutes, settings.preview_seconds) == (15, 120)
    assert (settings.partner_offer_minutes, settings.partner_offers) == (15, 3)
    assert (settings.partner_rating, settings.partner_heartbeat_minutes) == (Decimal("4.0"), 5)
    assert (settings.otp_digits, settings.otp_minutes, settings.otp_attempts) == (6, 5, 5)
    assert (settings.units_per_point, settings.points_per_review, settings.point_value_minor) == (10, 10, 10)
    assert (settings.silver_points, settings.gold_points, settings.platinum_points) == (300, 800, 2000)
    assert (settings.series_occurrences, settings.availability_days, settings.bulk_slots) == (750, 62, 200)
    assert (settings.access_minutes, settings.refresh_days, settings.staff_refresh_days) == (15, 30, 7)
    assert (settings.logins_per_quarter_hour, settings.otps_per_phone_hour, settings.otps_per_ip_hour) == (5, 3, 10)
    assert (settings.registrations_per_hour, settings.bookings_per_minute) == (20, 10)
    assert (settings.payments_per_minute, settings.contacts_per_hour) == (3, 5)
    assert (settings.anonymous_per_minute, settings.standard_per_minute) == (100, 100)
    assert (settings.premium_per_minute, settings.staff_per_minute, settings.partner_per_minute) == (500, 1000, 200)


def test_the_form_shows_every_setting_once_with_a_name_for_people() -> None:
    shown = [name for _, options in FIELDSETS for name in options["fields"]]

    assert sorted(shown) == sorted(field.name for field in PlatformSettings._meta.fields if field.editable)
    assert all(str(field.verbose_name) != field.name.replace("_", " ") for field in NUMBERS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("commission_percent", "130"),
        ("commission_percent", "-1"),
        ("partner_offer_minutes", 0),
        ("unpaid_hold_minutes", 0),
        ("tax_percent", "100.01"),
        ("partner_rating", "5.1"),
        ("series_occurrences", 751),
        ("logins_per_quarter_hour", 0),
        ("default_currency", "XXX"),
        ("default_currency", "inr"),
        ("default_timezone", "Mars/Olympus"),
        ("default_timezone", "Asia/Calcutta"),
        ("contact_email", "nobody"),
    ],
)
def test_a_figure_out_of_range_is_an_error_of_the_form(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        PlatformSettings(**{name: value}).clean_fields()

    assert set(refusal.value.error_dict) == {name}


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.name)
def test_the_database_refuses_every_figure_out_of_range(field: "Field[Any, Any]") -> None:
    bounds = [validator.limit_value for validator in field.validators if hasattr(validator, "limit_value")]
    least, most = min(bounds), max(bounds)

    assert len(bounds) >= 2
    for beyond in (least - 1, most + 1):
        with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
            PlatformSettings.objects.update(**{field.name: beyond})
    PlatformSettings.objects.filter(pk=1).exists()


def test_visits_end_after_they_begin_on_the_same_day() -> None:
    with pytest.raises(ValidationError, match="later than they begin"):
        update_platform_settings({"visits_until": time(7, 30)}, actor=None)
    with pytest.raises(IntegrityError, match="platform_visits_end"), transaction.atomic():
        PlatformSettings.objects.update(visits_from=time(20))
    changed = update_platform_settings({"visits_from": time(9), "visits_until": time(17)}, actor=None)
    assert (changed.visits_from, changed.visits_until) == (time(9), time(17))


def test_tiers_rise_and_reminders_come_in_order() -> None:
    with pytest.raises(ValidationError, match="Silver must come before gold"):
        update_platform_settings({"silver_points": 800}, actor=None)
    with pytest.raises(ValidationError, match="first reminder"):
        update_platform_settings({"late_reminder_minutes": 1440}, actor=None)
    with pytest.raises(IntegrityError, match="platform_tiers_rise"), transaction.atomic():
        PlatformSettings.objects.update(gold_points=2000)


def test_there_is_no_second_row_and_the_first_cannot_be_deleted() -> None:
    with pytest.raises(IntegrityError, match="platform_settings_are_one_row"), transaction.atomic():
        PlatformSettings.objects.create(id=2)
    with pytest.raises(TypeError):
        PlatformSettings.objects.get().delete()


def test_a_warm_call_costs_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    forget_platform_settings()

    with django_assert_num_queries(1):
        first = platform_settings()
    with django_assert_num_queries(0):
        assert platform_settings() is first


def test_a_change_is_in_force_after_its_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = platform_settings()

    with django_capture_on_commit_callbacks(execute=True):
        changed = update_platform_settings({"tax_percent": Decimal("12.50")}, actor=None, reason="new law")
        assert platform_settings() is before

    assert changed.tax_percent == platform_settings().tax_percent == Decimal("12.50")
    entry = AuditEntry.objects.about(changed).get(action="updated")
    assert entry.changes == {"tax_percent": [18.00, 12.50]}
    assert entry.reason == "new law"


def test_another_process_sees_a_change_once_its_copy_is_stale() -> None:
    remember_platform_settings(PlatformSettings(), seconds=3600)
    PlatformSettings.objects.update(tax_percent=5)
    assert platform_settings().tax_percent == Decimal(18)

    remember_platform_settings(PlatformSettings(), seconds=0)

    assert platform_settings().tax_percent == Decimal(5)
    assert platform.FRESH_SECONDS < 5


def test_while_the_database_is_away_the_last_copy_stays_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    remember_platform_settings(PlatformSettings(tax_percent=Decimal(7)), seconds=0)
    # A transaction that has failed answers every query with an error.
    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", _refuse)

        assert platform_settings().tax_percent == Decimal(7)


def _refuse() -> None:
    raise transaction.TransactionManagementError("The database is away.")


@pytest.mark.parametrize("name", ["nonsense", "id", "updated_at", "pk", "_frozen"])
def test_only_settings_can_be_changed(name: str) -> None:
    with pytest.raises(ValidationFailed):
        update_platform_settings({name: 1}, actor=None)


def test_the_shared_copy_is_read_only() -> None:
    shared = platform_settings()

    with pytest.raises(AttributeError, match="update_platform_settings"):
        shared.tax_percent = Decimal(0)
    assert shared.tax_percent == Decimal(18)


def test_without_a_row_the_defaults_are_in_force_and_a_change_makes_one() -> None:
    PlatformSettings.objects.all()._raw_delete("default")
    forget_platform_settings()

    assert platform_settings().tax_percent == Decimal(18)
    update_platform_settings({"tax_percent": Decimal(1)}, actor=None)

    assert PlatformSettings.objects.get().tax_percent == Decimal(1)
