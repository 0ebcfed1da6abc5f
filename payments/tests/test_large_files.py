"""E365: a file of many payments takes no more memory than one of few, and its totals are those of its lines."""

import csv
import tracemalloc
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.roles import StaffRole
from common import clock
from common.ids import new_id
from payments.admin.export import PAYMENT_COLUMNS
from payments.models import Payment
from payments.tests.treasury import alice, page, staff_as

FEW, MANY = 4_000, 20_000
GROSS = next(place for place, column in enumerate(PAYMENT_COLUMNS) if column.heading == "gross")


@pytest.mark.deep
@pytest.mark.django_db
def test_twenty_thousand_payments_leave_in_flat_memory(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    desk = staff_as(StaffRole.FINANCE)[1]
    make(range(FEW))
    few, _ = taken(desk)
    make(range(FEW, MANY))

    many, lines = taken(desk)

    assert many < few + 2_000_000, f"{few:,} bytes for {FEW:,} rows, {many:,} for {MANY:,}"
    half = MANY // 2
    assert lines[-2:] == [f"Total INR,{half * half / 100:.2f}", f"Total JPY,{half * (half + 1)}"]
    assert len(lines) == MANY + 3
    assert lines[1:-2] == sorted(lines[1:-2])


def make(numbers: range) -> None:
    payer, now = alice(), clock.now()
    rows = [
        Payment(
            payable_type="thing",
            payable_id=new_id(),
            payer=payer,
            purpose="full",
            gateway="sandbox",
            currency=("INR", "JPY")[number % 2],
            amount_minor=number + 1,
            captured_minor=number + 1,
            captured_at=now,
            status="captured",
        )
        for number in numbers
    ]
    Payment.objects.bulk_create(rows, batch_size=2_000)


def taken(desk: Client) -> tuple[int, list[str]]:
    """The most memory that was in use while the file came, and the first and the gross column of each line."""
    some = str(Payment.objects.order_by("pk").values_list("pk", flat=True)[0])
    sent = {"action": "export_csv", "_selected_action": [some], "select_across": "1", "index": "0"}
    tracemalloc.start()
    response = desk.post(page("payment"), sent)
    lines = [f"{cells[0]},{cells[GROSS]}" if cells[0].startswith("Total") else cells[0] for cells in _cells(response)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, lines


def _cells(response: object) -> Iterator[list[str]]:
    streamed = (chunk.decode("utf-8-sig") for chunk in response.streaming_content)  # type: ignore[attr-defined]  # it is one
    return csv.reader(line for chunk in streamed for line in chunk.splitlines())
