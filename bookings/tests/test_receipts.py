"""Receipts: a file for everybody who paid, read back here, with numbers that have no holes."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as
from bookings.tests.factories import by_staff, in_force
from bookings.tests.paying import PAYMENTS, follow_up, inr, paid, synced, to_be_paid
from catalog.tests.factories import person
from common import clock
from common.proofs import check, invariants
from common.tests.probe.client import client_of, refused
from common.tests.threads import in_threads
from notifications.services import deliver_due
from payments.enums import Purpose
from payments.models import Payment, Receipt, ReceiptYear
from payments.services.receipts import issue_receipt, receipt_of
from payments.tests import fake_gateway
from payments.tests.fake_gateway import FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": fake_gateway.PATH}
    settings.RATE_LIMITS = settings.STAFF_SECOND_FACTOR = False
    FakeGateway.world()


def receipt(payment: Payment, user: User | None) -> Any:
    return client_of(user).get(f"{PAYMENTS}/{payment.pk}/receipt")


def words_of(file: bytes) -> str:
    """All the paper's words, one blank between them."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages))


def test_a_receipt_shows_what_was_bought_paid_and_given_back(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    in_force(business_name="Lotus Wellness", contact_phone="+912255501234")
    booking = to_be_paid()
    Booking.objects.filter(pk=booking.pk).update(
        discount_minor=15_000, tax_minor=24_300, total_minor=159_300, points_minor=1_000, credit_minor=6_000
    )
    deposit = paid(booking)
    rest = paid(booking, Purpose.REST)
    FakeGateway.gives_back(str(rest.gateway_ref), inr(66_150), "refund-7")
    synced(rest)
    receipt(rest, booking.customer)
    receipt(deposit, booking.customer)

    with django_assert_num_queries(10):
        answer = receipt(rest, booking.customer)
    words = words_of(answer.content)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="R-2026-000001.pdf"'
    assert "no-store" in answer["Cache-Control"]
    for told in (
        "Lotus Wellness hello@almanac.example +912255501234",
        "R-2026-000001",
        "Received from Alice",
        f"Booking {booking.number}",
        "Issued 2 Mar 2026",
        "When Tue 3 Mar 2026, 10:00 – 11:00",
        "With Bob's",
        "Subtotal 1500.00 INR Discount -150.00 INR Tax, 18 % 243.00 INR Total 1593.00 INR",
        "Paid by points -10.00 INR Paid by credit -60.00 INR",
        f"Deposit Fake {deposit.gateway_ref} 200.00 INR",
        f"The rest Fake {rest.gateway_ref} 1323.00 INR",
        "Given back",
        "Refund Fake refund-7 661.50 INR",
        "Paid, less what went back 861.50 INR Still due 0.00 INR",
    ):
        assert told in words, words
    assert receipt(rest, booking.customer).content == answer.content
    assert "R-2026-000002" in words_of(receipt(deposit, booking.customer).content)


def test_strangers_find_none_and_what_was_not_paid_has_none() -> None:
    payment = paid(to_be_paid())
    unpaid = paid(to_be_paid(name="Ben"))
    Payment.objects.filter(pk=unpaid.pk).update(captured_minor=0, captured_at=None, status="pending")
    dana, _ = dana_as(StaffRole.SUPPORT)

    refused(receipt(payment, person("Charlie")), 404, "RESOURCE_NOT_FOUND")
    refused(receipt(payment, None), 401, "AUTHENTICATION_REQUIRED")
    refused(receipt(unpaid, unpaid.payer), 404, "RESOURCE_NOT_FOUND")
    refused(receipt(payment, person("Rita", is_staff=True)), 404, "RESOURCE_NOT_FOUND")
    assert (Receipt.objects.count(), ReceiptYear.objects.count()) == (0, 0)
    assert receipt(payment, dana).status_code == 200


def test_the_desk_opens_receipts_from_payments_and_bookings() -> None:
    booking = to_be_paid()
    payment = paid(booking)
    unpaid = paid(to_be_paid(name="Ben"))
    Payment.objects.filter(pk=unpaid.pk).update(captured_minor=0, captured_at=None, status="pending")
    _, desk = dana_as(StaffRole.SUPPORT)

    pages = [
        desk.get(reverse("admin:payments_payment_change", args=[payment.pk])).content.decode(),
        desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode(),
    ]
    urls = [reverse("admin:payments_payment_receipt", args=[each.pk]) for each in (payment, unpaid)]
    file, missing = (desk.get(url) for url in urls)

    assert all(urls[0] in page for page in pages)
    assert (file["Content-Type"], file.content[:5], missing.status_code) == ("application/pdf", b"%PDF-", 404)
    desk.force_login(person("Rita", is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert desk.get(urls[0]).status_code == 404


def test_a_cancelled_booking_says_so() -> None:
    booking = to_be_paid()
    payment = paid(booking)
    booking.refresh_from_db()
    cancel_booking(booking, actor=by_staff())
    follow_up()

    words = words_of(receipt(payment, booking.customer).content)

    assert "Still due 0.00 INR The booking was cancelled." in words
    assert "Paid, less what went back 0.00 INR" in words


def test_names_in_any_script_are_printed_and_none_breaks_the_file() -> None:
    booking = to_be_paid()
    payment = paid(booking)
    read = {}
    for name in ("Ολγα Жанна Müller ₹", "محمد தமிழ் తెలుగు ไทย अमिता", "中文 🎉 \u202e\ud7ff(\\)", "x" * 100):
        User.objects.filter(pk=booking.customer_id).update(first_name=name, last_name="Sharma")
        read[name] = words_of(receipt_of(payment)[1])

    assert "Ολγα Жанна Müller ₹ Sharma" in read["Ολγα Жанна Müller ₹"]
    assert all("Sharma" in words for words in read.values())


def test_the_mail_that_tells_of_money_brings_its_receipt(settings: Settings) -> None:
    settings.NOTIFICATION_CHANNELS = {"email": "notifications.channels.email.EmailChannel"}
    payment = paid(to_be_paid())
    follow_up()

    deliver_due("email")

    [sent] = [each for each in mail.outbox if each.subject == "200.00 INR received"]
    [(name, content, mime_type)] = sent.attachments
    assert (name, mime_type) == ("R-2026-000001.pdf", "application/pdf")
    assert content == receipt_of(payment)[1]


def test_numbers_are_given_once_and_begin_anew_each_year(travel: Travel) -> None:
    payments = [paid(to_be_paid(name=name)) for name in ("Ann", "Ben", "Cid")]
    first = issue_receipt(payments[0])
    with transaction.atomic():
        issue_receipt(payments[1])
        transaction.set_rollback(True)
    again, second = issue_receipt(payments[0]), issue_receipt(payments[1])
    travel(clock.now().replace(year=2027))
    third = issue_receipt(payments[2])

    assert again == first
    assert [each.number for each in (first, second, third)] == ["R-2026-000001", "R-2026-000002", "R-2027-000001"]
    proof = next(each for each in invariants() if each.id == "INV-22a")
    assert check(proof).outcome == "ok"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payments_receipt DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_receipt SET nth = 3 WHERE nth = 2")
    assert check(proof).examples == ["2026"]


@pytest.mark.django_db(transaction=True)
def test_receipts_that_are_issued_at_once_leave_no_holes() -> None:
    payments = [paid(to_be_paid(name=name)) for name in ("Ann", "Ben", "Cid")]
    waiting = payments * 2

    numbers = in_threads(len(waiting), lambda: issue_receipt(waiting.pop()).number)

    assert sorted(Receipt.objects.values_list("nth", flat=True)) == [1, 2, 3]
    assert (len(set(numbers)), ReceiptYear.objects.get().last) == (3, 3)
