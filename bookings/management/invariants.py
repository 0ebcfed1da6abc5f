"""What must always be true of bookings."""

from bookings.enums import MOVES, OCCUPYING, Action
from bookings.management.invariants_of_means import OWN as OF_MEANS
from bookings.transitions import EVENTS
from catalog.recurrence import MOST_OCCURRENCES
from common.outbox import KEPT_FOR
from common.proofs import register_invariant

OWN = (
    "INV-10",
    "INV-11",
    "INV-14a",
    "INV-15",
    "INV-15a",
    "INV-18",
    "INV-18a",
    "INV-19",
    "INV-27",
    "INV-28",
    "INV-29",
    "INV-30",
    "INV-30a",
    "INV-33",
    "INV-34",
    "INV-35",
    "INV-36",
    "INV-37",
    "INV-37a",
    "INV-38",
    "INV-39",
    "INV-70",
    "INV-87",
    *OF_MEANS,
)


def _rows(*values: tuple[str, ...]) -> str:
    """Rows of constants, as `VALUES` and `IN` take them."""
    return ", ".join("(" + ", ".join(f"'{each}'" for each in row) + ")" for row in sorted(values))


HOLDING = _rows(*((each.value,) for each in OCCUPYING))
LEGAL = _rows(*((before.value, action.value, move.to.value) for (before, action), move in MOVES.items()))
IN_PLACE = _rows((Action.RESCHEDULE.value,), (Action.CHANGE.value,), (Action.HOLD.value,))
ANNOUNCED = _rows(*((action.value, name) for action, name in EVENTS.items()))
# Events are swept away by the day; those that are about to go are no longer asked for.
REMEMBERED_DAYS = KEPT_FOR.days - 1
# A booking's calendars: that of its specialist or resource, and that of the room that is booked along.
CALENDARS = f"""
    SELECT DISTINCT booking.id AS booking_id, calendar.number, calendar.id = booking.calendar_id AS is_first,
        booking.starts_at, booking.ends_at, booking.buffer_before_minutes, booking.buffer_after_minutes
    FROM bookings_booking AS booking
    LEFT JOIN catalog_resource AS resource ON resource.id = booking.resource_id
    JOIN catalog_calendar AS calendar ON calendar.id IN (booking.calendar_id, resource.calendar_id)
    WHERE booking.status IN ({HOLDING})
"""  # noqa: S608 - put together from constants

register_invariant(
    id="INV-10",
    title="What a booking costs adds up, and nothing is asked for beyond it",
    sql="""
        SELECT id FROM bookings_booking
        WHERE total_minor <> subtotal_minor - discount_minor + CASE WHEN prices_include_tax THEN 0 ELSE tax_minor END
            OR least(subtotal_minor, savings_minor, discount_minor, tax_minor, total_minor, points_minor, credit_minor,
                deposit_minor, cancellation_fee_minor) < 0
            OR greatest(deposit_minor, cancellation_fee_minor, points_minor + credit_minor) > total_minor
            OR (prices_include_tax AND tax_minor > total_minor)
    """,
)

register_invariant(
    id="INV-11",
    title="The lines of a booking add up to its subtotal",
    sql="""
        SELECT booking.id FROM bookings_booking AS booking
        LEFT JOIN bookings_bookingline AS line ON line.booking_id = booking.id
        GROUP BY booking.id
        HAVING booking.subtotal_minor <> coalesce(sum(line.total_minor), 0)
            OR bool_or(line.total_minor <> line.unit_price_minor * line.quantity)
    """,
)

register_invariant(
    id="INV-27",
    title="A booking that is to take place has its time once on each of its calendars",
    sql=f"""
        SELECT held.booking_id FROM ({CALENDARS}) AS held
        LEFT JOIN catalog_occupancy AS occupancy ON occupancy.subject_id = held.booking_id
            AND occupancy.calendar_number = held.number AND occupancy.kind = 'booking'
        GROUP BY held.booking_id, held.number HAVING count(occupancy.id) <> 1
    """,  # noqa: S608 - put together from constants
)

register_invariant(
    id="INV-28",
    title="No time is taken for a booking that does not take place, or that is on another calendar",
    sql=f"""
        SELECT occupancy.id FROM catalog_occupancy AS occupancy
        LEFT JOIN ({CALENDARS}) AS held
            ON held.booking_id = occupancy.subject_id AND held.number = occupancy.calendar_number
        WHERE occupancy.kind = 'booking' AND held.booking_id IS NULL
    """,  # noqa: S608 - put together from constants
)

# A room that is booked along keeps its own buffers around it, as they were when it was booked.
register_invariant(
    id="INV-29",
    title="The time that a booking takes is its own with the buffers around it",
    sql=f"""
        SELECT held.booking_id FROM ({CALENDARS}) AS held
        JOIN catalog_occupancy AS occupancy ON occupancy.subject_id = held.booking_id
            AND occupancy.calendar_number = held.number AND occupancy.kind = 'booking'
        WHERE occupancy.during <> tstzrange(
                held.starts_at - make_interval(mins => occupancy.buffer_before_minutes),
                held.ends_at + make_interval(mins => occupancy.buffer_after_minutes))
            OR held.is_first AND (occupancy.buffer_before_minutes, occupancy.buffer_after_minutes)
                <> (held.buffer_before_minutes, held.buffer_after_minutes)
    """,  # noqa: S608 - put together from constants
)

register_invariant(
    id="INV-30",
    title="What was not paid for in time is given back within minutes",
    sql="""
        SELECT id FROM bookings_booking
        WHERE status = 'pending_payment' AND (expires_at IS NULL OR expires_at < now() - interval '5 minutes')
    """,
)

register_invariant(
    id="INV-30a",
    title="What is held is held by a checkout that nobody has confirmed, and is given back within minutes",
    sql="""
        SELECT occupancy.id FROM catalog_occupancy AS occupancy
        LEFT JOIN bookings_checkoutpreview AS preview ON preview.id = occupancy.subject_id AND preview.is_holding
        WHERE occupancy.kind = 'hold'
            AND (preview.id IS NULL OR preview.expires_at < now() - interval '5 minutes')
        UNION ALL
        SELECT preview.id FROM bookings_checkoutpreview AS preview
        WHERE preview.is_holding AND NOT EXISTS (
            SELECT FROM catalog_occupancy WHERE subject_id = preview.id AND kind = 'hold'
        )
    """,
)

register_invariant(
    id="INV-33",
    title="Bookings end after they start",
    sql="SELECT id FROM bookings_booking WHERE ends_at <= starts_at",
)

register_invariant(
    id="INV-34",
    title="A series has each date once, and holds no more of them than a series may",
    sql=f"""
        SELECT series_id FROM bookings_booking WHERE series_id IS NOT NULL
        GROUP BY series_id
        HAVING count(*) <> count(DISTINCT recurrence_id)
            OR count(*) FILTER (WHERE status IN ({HOLDING})) > {MOST_OCCURRENCES}
    """,  # noqa: S608 - put together from constants
)

register_invariant(
    id="INV-35",
    title="Every booking has a number of its own",
    sql="SELECT min(id::text) FROM bookings_booking GROUP BY number HAVING count(*) > 1 OR number = ''",
)

register_invariant(
    id="INV-36",
    title="Every step of a booking is one that the table of moves knows",
    sql=f"""
        SELECT id FROM bookings_timelineentry
        WHERE NOT CASE
            WHEN step = 1 THEN action = 'create' AND from_status IS NULL
            WHEN action IN ({IN_PLACE}) THEN coalesce(from_status = to_status AND to_status IN ({HOLDING}), false)
            ELSE coalesce((from_status, action, to_status) IN ({LEGAL}), false)
        END
    """,  # noqa: S608 - put together from constants
)

register_invariant(
    id="INV-37",
    title="A booking's history has no gap, and its steps are counted",
    sql="""
        SELECT booking.id FROM bookings_booking AS booking
        LEFT JOIN (
            SELECT booking_id, step, from_status, lag(to_status) OVER history AS before,
                row_number() OVER history AS counted
            FROM bookings_timelineentry WINDOW history AS (PARTITION BY booking_id ORDER BY step)
        ) AS entry ON entry.booking_id = booking.id
        GROUP BY booking.id
        HAVING booking.steps <> count(entry.step)
            OR bool_or(entry.step <> entry.counted OR entry.from_status IS DISTINCT FROM entry.before)
    """,
)

register_invariant(
    id="INV-37a",
    title="As often as a customer has moved a booking, it counts towards the limit",
    sql="""
        SELECT booking.id FROM bookings_booking AS booking
        LEFT JOIN bookings_timelineentry AS entry
            ON entry.booking_id = booking.id AND entry.action = 'reschedule' AND entry.role = 'customer'
        GROUP BY booking.id HAVING booking.reschedules <> count(entry.id)
    """,
)

register_invariant(
    id="INV-38",
    title="A booking is in the status that its last step led to",
    sql="""
        SELECT booking.id FROM bookings_booking AS booking
        LEFT JOIN LATERAL (
            SELECT to_status FROM bookings_timelineentry WHERE booking_id = booking.id ORDER BY step DESC LIMIT 1
        ) AS latest ON true
        WHERE latest.to_status IS DISTINCT FROM booking.status
    """,
)

register_invariant(
    id="INV-39",
    title="A booking's stamps agree with its status",
    sql="""
        SELECT id FROM bookings_booking
        WHERE (status = 'cancelled') <> (cancelled_at IS NOT NULL) OR (status = 'cancelled') = (cancelled_by = '')
            OR (status = 'completed' AND completed_at IS NULL) OR (status = 'in_progress' AND started_at IS NULL)
            OR (status = 'pending_payment' AND expires_at IS NULL)
            OR (status = 'confirmed' AND confirmed_at IS NULL)
    """,
)

register_invariant(
    id="INV-70",
    title="Whatever became of a booking has been announced",
    sql=f"""
        SELECT entry.id FROM bookings_timelineentry AS entry
        JOIN (VALUES {ANNOUNCED}) AS announced (action, name) ON announced.action = entry.action
        LEFT JOIN common_outboxevent AS event
            ON event.key = announced.name || ':' || entry.booking_id || ':' || entry.step
        WHERE entry.created_at > now() - interval '{REMEMBERED_DAYS} days' AND event.id IS NULL
    """,  # noqa: S608 - put together from constants
)

register_invariant(
    id="INV-87",
    title="Reviews are of completed bookings, by their customers, of what was booked",
    sql="""
        SELECT review.id FROM catalog_review AS review
        LEFT JOIN bookings_booking AS booking ON booking.id = review.booking_id
        WHERE booking.id IS NULL OR booking.status <> 'completed' OR booking.customer_id <> review.customer_id
            OR (booking.specialist_id, booking.service_id, booking.resource_id)
                IS DISTINCT FROM (review.specialist_id, review.service_id, review.resource_id)
    """,
)

register_invariant(
    id="INV-14a",
    title="A booking is paid in its own currency",
    sql="""
        SELECT payment.id FROM payments_payment AS payment
        JOIN bookings_booking AS booking ON payment.payable_type = 'booking' AND booking.id = payment.payable_id
        WHERE payment.currency <> booking.currency
    """,
)

register_invariant(
    id="INV-15",
    title="Nobody pays more than a booking costs: what is too much is on its way back",
    sql="""
        SELECT booking.id FROM bookings_booking AS booking
        JOIN payments_payment AS payment ON payment.payable_type = 'booking' AND payment.payable_id = booking.id
            AND payment.purpose <> 'tip'
        GROUP BY booking.id
        HAVING sum(payment.captured_minor - payment.refunded_minor - payment.reserved_minor - payment.disputed_minor)
            > booking.total_minor - booking.points_minor - booking.credit_minor
    """,
)

register_invariant(
    id="INV-15a",
    title="Of a booking's tips whoever did it is owed what is here of them, and nothing else",
    sql="""
        WITH given AS (
            SELECT payable_id, sum(captured_minor - refunded_minor) AS net, sum(reserved_minor) AS promised
            FROM payments_payment WHERE payable_type = 'booking' AND purpose = 'tip' GROUP BY payable_id
        ),
        owed AS (
            SELECT journal.payable_id, -sum(posting.amount_minor) AS net
            FROM payments_posting AS posting
            JOIN payments_journal AS journal ON journal.id = posting.journal_id
            JOIN payments_ledgeraccount AS account ON account.id = posting.account_id
            WHERE journal.payable_type = 'booking' AND account.code LIKE 'payable:specialist:%'
            GROUP BY journal.payable_id
        )
        SELECT payable_id FROM given FULL JOIN owed USING (payable_id)
        WHERE coalesce(given.promised, 0) = 0 AND coalesce(given.net, 0) <> coalesce(owed.net, 0)
    """,
)

register_invariant(
    id="INV-18",
    title="Money that is here is for a booking that goes on, is done or was decided about",
    sql="""
        SELECT payment.id FROM payments_payment AS payment
        JOIN bookings_booking AS booking ON payment.payable_type = 'booking' AND booking.id = payment.payable_id
        WHERE payment.captured_minor > payment.refunded_minor + payment.reserved_minor
            AND payment.disputed_minor = 0
            AND booking.status IN ('pending_payment', 'expired')
            AND payment.updated_at < now() - interval '10 minutes'
    """,
)

register_invariant(
    id="INV-18a",
    title="Nothing stays held for what has been over for a day",
    sql="""
        SELECT payment.id FROM payments_payment AS payment
        JOIN bookings_booking AS booking ON payment.payable_type = 'booking' AND booking.id = payment.payable_id
        WHERE payment.status = 'authorized' AND booking.status IN ('completed', 'no_show', 'cancelled', 'expired')
            AND greatest(payment.updated_at, booking.updated_at) < now() - interval '1 day'
    """,
)

# What is given back out of kindness may be given of the fee as well, before the cancellation or after it.
register_invariant(
    id="INV-19",
    title="A cancelled booking keeps its fee as far as it was paid, and nothing else",
    sql="""
        WITH given AS (
            SELECT payment_id, sum(amount_minor) AS total,
                sum(amount_minor) FILTER (WHERE cause NOT LIKE 'cancelled:%') AS otherwise
            FROM payments_refund WHERE status = 'succeeded' GROUP BY payment_id
        ),
        settled AS (
            SELECT booking.id, booking.cancellation_fee_minor - booking.credit_minor AS fee,
                sum(payment.captured_minor) AS captured,
                sum(payment.captured_minor - coalesce(given.total, 0)) AS kept,
                sum(coalesce(given.otherwise, 0)) AS otherwise
            FROM bookings_booking AS booking
            JOIN payments_payment AS payment
                ON payment.payable_type = 'booking' AND payment.payable_id = booking.id AND payment.purpose <> 'tip'
            LEFT JOIN given ON given.payment_id = payment.id
            WHERE booking.status = 'cancelled' AND booking.cancelled_at < now() - interval '1 day'
            GROUP BY booking.id
            HAVING sum(payment.disputed_minor) = 0
        )
        SELECT id FROM settled
        WHERE kept NOT BETWEEN least(fee, captured) - otherwise AND least(fee, captured - otherwise)
    """,
)
