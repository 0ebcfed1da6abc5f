"""Booking a series: all of its dates, those that can be had, or none of them and the list of what is in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from bookings.answers import check_answers
from bookings.enums import BookingStatus, ExceptionType, Source
from bookings.errors import CannotBook
from bookings.models import Booking, Series, SeriesException
from bookings.models.copies import insert_alike
from bookings.selectors.series import bookings_of, exceptions_of
from bookings.selectors.series_dates import Dated, Lost
from bookings.services.booking import require_few_holds, require_not_oneself, require_offered, require_payable
from bookings.services.drafting import NO_DETAILS, Details, Draft, claims_of, draft_appointment, draft_reservation
from bookings.services.expected import NOTHING_EXPECTED, Expected, require_expected
from bookings.services.series_dates import (
    Pattern,
    booked_ahead_until,
    refuse,
    require_duration,
    seen,
    take_all,
    take_some,
)
from bookings.transitions import Actor, begin_alike
from catalog.enums import Reason
from catalog.errors import NotBookable
from catalog.models import Resource, Service
from catalog.occupancy import lock
from catalog.policies import SENTENCES
from catalog.recurrence import FIELD, Rule, first_match, last_day_instead, parse_rule, wall_clock
from common import clock
from common.errors import Detail
from common.platform import platform_settings
from common.timeranges import TimeRange
from common.walltime import candidates_for


@dataclass(frozen=True, slots=True)
class Asked:
    """A series as somebody asks for it; with a service, `duration` is the service's."""

    customer: User
    offer: Service | Resource
    start: datetime
    duration: timedelta
    rule: Rule
    zone: ZoneInfo
    details: Details = NO_DETAILS
    expected: Expected = NOTHING_EXPECTED
    # A start that the rule leaves out is moved to the first time that it names.
    is_aligned: bool = False


@dataclass(frozen=True, slots=True)
class BookedSeries:
    series: Series
    bookings: Sequence[Booking]
    skipped: Sequence[Lost]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be booked. `hint` is the rule that somebody may have meant whose own skips the shorter months."""

    series: Series
    dates: Sequence[Dated]
    lost: Sequence[Lost]
    hint: Rule | None


@transaction.atomic
def book_series(asked: Asked, *, actor: Actor) -> BookedSeries:
    """Books all of the dates, or raises with the list of those that cannot be had and has written nothing.

    Each booking has its own price, policy and deposit, as if it had been made alone; the number of statements is the
    same for any number of dates. A click that is repeated within seconds gets the series of the first.
    """
    series, template, dates = _planned(asked, actor)
    if (twin := _repeated(series, template)) is not None:
        return twin
    return _begun(series, dates, take_all(template, dates, actor=actor), [], actor)


@transaction.atomic
def book_what_is_free(asked: Asked, *, actor: Actor) -> BookedSeries:
    """Books the dates that can be had; the others are remembered, so that they can be added back.

    Where none can be had it raises like `book_series`.
    """
    series, template, dates = _planned(asked, actor)
    if (twin := _repeated(series, template)) is not None:
        return twin
    drafts, lost = take_some(template, dates, actor=actor)
    if not drafts:
        refuse(lost)
    return _begun(series, dates, drafts, lost, actor)


def preview_series(asked: Asked, *, actor: Actor) -> Preview:
    """What `book_series` would do, as things are now; takes and writes nothing."""
    series, template, dates = _planned(asked, actor)
    return Preview(series, dates, seen(template, dates, actor=actor), hint_for(series))


def template_of(series: Series, actor: Actor) -> Draft:
    """A booking of the series, at its first date, by the prices and rules of today."""
    details = Details(
        title=series.title,
        description=series.description,
        notes=series.notes,
        attendees=series.attendees,
        metadata=series.metadata,
        answers=series.answers,
        payment_method=series.payment_method,
        source=Source(series.source),
    )
    if series.service is not None:
        draft = draft_appointment(
            series.service, series.starts_at, customer=series.customer, actor=actor, details=details
        )
    else:
        if series.resource is None:
            raise ValueError("A series is with somebody or something.")
        time = TimeRange.lasting(series.starts_at, series.duration)
        draft = draft_reservation(series.resource, time, customer=series.customer, actor=actor, details=details)
    draft.booking.series = series
    draft.booking.booked_by = series.booked_by
    return draft


def locked_series(pk: UUID) -> Series:
    """The series with everything that more of its bookings are made of, locked until the transaction ends.

    Whoever changes several bookings of a series locks the series first.
    """
    return loaded(Series.objects.select_for_update(of=("self",), no_key=True)).get(pk=pk)


def loaded(series: QuerySet[Series]) -> QuerySet[Series]:
    return series.select_related(
        "customer",
        "specialist__user",
        "resource__calendar",
        "service__owner__user",
        "service__owner__calendar",
        "service__room__calendar",
    )


def pattern_of(series: Series) -> Pattern:
    return Pattern(parse_rule(series.rule), series.local_start, series.zone, series.duration)


def begin_dates(series: Series, drafts: Sequence[Draft], *, actor: Actor) -> list[Booking]:
    """Saves what was taken, each as a booking of the series, in a constant number of statements."""
    bookings = [draft.booking for draft in drafts]
    for booking in bookings:
        booking.series = series
    if bookings:
        begin_alike(bookings, actor=actor)
    for lines in zip(*(draft.lines for draft in drafts), strict=True):
        insert_alike(lines, ["id", "booking"])
    return bookings


def remember_skipped(series: Series, lost: Sequence[Lost], actor: Actor) -> None:
    """Keeps the dates that could not be had, with the reason."""
    if not lost:
        return
    SeriesException.objects.bulk_create(
        SeriesException(
            series=series,
            recurrence_id=each.dated.occurrence.start,
            type=ExceptionType.SKIPPED,
            reason=each.reason.value,
            created_by=actor.user,
        )
        for each in lost
    )


def hint_for(series: Series) -> Rule | None:
    """Monthly on the 31st has seven dates a year; whoever wants twelve is told of the rule that has them."""
    return last_day_instead(parse_rule(series.rule), series.local_date)


def require_deposits_can_be_paid(template: Draft, series: Series) -> None:
    """Refuses deposits for a series without an end: nobody is there at night to pay for the date that is added."""
    if template.booking.deposit_minor and series.is_open_ended:
        message = "Deposits are paid ahead, so a series with deposits needs an end: COUNT or UNTIL."
        raise CannotBook(message, [Detail(FIELD, message, "OPEN_ENDED_WITH_DEPOSIT")])


def _planned(asked: Asked, actor: Actor) -> tuple[Series, Draft, list[Dated]]:
    """The series, a booking of it, and its dates; refuses what could not be booked once either."""
    _require_sense(asked)
    series = _unsaved(asked, actor)
    template = template_of(series, actor)
    require_deposits_can_be_paid(template, series)
    dates = _dates(series)
    require_payable(template.booking)
    require_expected(template.booking, asked.expected)
    return series, template, dates


def _repeated(series: Series, template: Draft) -> BookedSeries | None:
    """The same series by the same customer some seconds ago, which a second click asks for again.

    The calendars are locked first, as they will be for claiming: the first click may not have come to its end yet.
    """
    lock({each.calendar for each in claims_of(template.booking)})
    since = clock.now() - timedelta(seconds=platform_settings().duplicate_booking_seconds)
    twin = loaded(Series.objects.like(series, since)).order_by("-created_at").first()
    if twin is None:
        return None
    dates = {each.occurrence.start: each for each in _dates(twin)}
    skipped = exceptions_of(twin)
    lost = [Lost(dates[each.recurrence_id], Reason(each.reason)) for each in skipped if each.recurrence_id in dates]
    return BookedSeries(twin, bookings_of(twin), lost)


def _begun(
    series: Series, dates: Sequence[Dated], drafts: Sequence[Draft], lost: Sequence[Lost], actor: Actor
) -> BookedSeries:
    require_more_can_be_booked(series, *drafts)
    series.booked_until = booked_ahead_until() if series.is_open_ended else dates[-1].time.start
    series.save(force_insert=True)
    bookings = begin_dates(series, drafts, actor=actor)
    remember_skipped(series, lost, actor)
    return BookedSeries(series, bookings, lost)


def require_more_can_be_booked(series: Series, *drafts: Draft) -> None:
    """Refuses another date of what is not offered any more, or to whoever holds too much without paying.

    The drafts learn for how long they are held.
    """
    require_bookable(series.service or series.resource)
    if drafts[0].booking.status == BookingStatus.PENDING_PAYMENT:
        expires_at = clock.now() + require_few_holds(series.customer)
        for draft in drafts:
            draft.booking.expires_at = expires_at


def require_bookable(offer: Service | Resource | None) -> None:
    """Refuses what is not offered, at the first booking of a series and at each one that is added later."""
    if isinstance(offer, Service):
        require_offered(offer)
    elif offer is None or not offer.is_active:
        raise CannotBook("This cannot be booked.", [Detail("resource_id", "This cannot be booked.", "NOT_BOOKABLE")])


def _require_sense(asked: Asked) -> None:
    require_bookable(asked.offer)
    if isinstance(asked.offer, Service):
        require_not_oneself(asked.offer, asked.customer)
        check_answers(asked.offer.intake_questions, asked.details.answers)
    require_duration(asked.duration)
    if asked.start < clock.now():
        message = SENTENCES[Reason.PAST]
        raise NotBookable(message, [Detail("start_time", message, Reason.PAST.upper())])


def _unsaved(asked: Asked, actor: Actor) -> Series:
    local, start = _first(asked)
    service = asked.offer if isinstance(asked.offer, Service) else None
    rule = asked.rule.settled(asked.zone)
    return Series(
        customer=asked.customer,
        booked_by=actor.user,
        created_at=clock.now(),
        source=asked.details.source,
        service=service,
        specialist=service.owner if service else None,
        resource=None if isinstance(asked.offer, Service) else asked.offer,
        title=asked.details.title,
        description=asked.details.description,
        notes=asked.details.notes,
        attendees=list(dict.fromkeys(asked.details.attendees)),
        metadata=dict(asked.details.metadata),
        answers=dict(asked.details.answers),
        payment_method=asked.details.payment_method,
        rule=rule.canonical,
        is_open_ended=rule.is_open_ended,
        timezone=asked.zone.key,
        starts_at=start,
        booked_until=start,
        local_date=local.date(),
        local_time=local.time(),
        duration_minutes=asked.duration // timedelta(minutes=1),
    )


def _first(asked: Asked) -> tuple[datetime, datetime]:
    """The local time that the series begins with, and its instant."""
    local = wall_clock(asked.start, asked.zone)
    if not asked.is_aligned:
        return local, asked.start
    first = first_match(asked.rule, local)
    return (local, asked.start) if first == local else (first, candidates_for(first, asked.zone)[0])


def _dates(series: Series) -> list[Dated]:
    dates = pattern_of(series).dates()
    if not dates:
        message = "This starts too far ahead for a series without an end."
        raise NotBookable(message, [Detail(FIELD, message, Reason.TOO_FAR.upper())])
    return dates
