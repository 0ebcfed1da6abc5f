"""What must always be true of what pays for a booking besides money, across the floors."""

from common.proofs import register_invariant

OWN = ("INV-57", "INV-57a", "INV-57b", "INV-57c", "INV-57d", "INV-61a")

register_invariant(
    id="INV-57",
    title="Points and credit that paid for a booking which came to nothing are back, less a fee that credit pays",
    sql="""
        SELECT booking.id FROM bookings_booking AS booking
        JOIN loyalty_loyaltyentry AS redeemed ON redeemed.subject_id = booking.id AND redeemed.kind = 'redeem'
        WHERE booking.status IN ('cancelled', 'expired')
            AND NOT EXISTS (SELECT FROM loyalty_loyaltyentry WHERE kind = 'restore' AND reverses_id = redeemed.id)
        UNION ALL
        SELECT id FROM bookings_booking
        WHERE status = 'expired' AND (points_minor, credit_minor) <> (0, 0)
            OR status = 'cancelled' AND (points_minor > 0 OR credit_minor > cancellation_fee_minor)
    """,
)

register_invariant(
    id="INV-57a",
    title="What points pay of a booking is what was redeemed on it by its customer and not given back",
    sql="""
        SELECT booking.id FROM bookings_booking AS booking
        LEFT JOIN loyalty_loyaltyentry AS redeemed ON redeemed.subject_id = booking.id AND redeemed.kind = 'redeem'
            AND NOT EXISTS (SELECT FROM loyalty_loyaltyentry WHERE kind = 'restore' AND reverses_id = redeemed.id)
        LEFT JOIN loyalty_loyaltyaccount AS account ON account.id = redeemed.account_id
        WHERE booking.points_minor > 0 OR redeemed.id IS NOT NULL
        GROUP BY booking.id HAVING booking.points_minor <> coalesce(sum(redeemed.value_minor), 0)
            OR bool_or(account.user_id <> booking.customer_id OR redeemed.currency <> booking.currency)
    """,
)

register_invariant(
    id="INV-57b",
    title="What points and credit pay of a booking is what the ledger holds for it because of them",
    sql="""
        WITH posted AS (
            SELECT journal.payable_id, sum(posting.amount_minor) FILTER (WHERE account.code = 'loyalty') AS points,
                sum(posting.amount_minor) FILTER (WHERE account.code LIKE 'credit:%') AS credit
            FROM payments_posting AS posting
            JOIN payments_journal AS journal ON journal.id = posting.journal_id
            JOIN payments_ledgeraccount AS account ON account.id = posting.account_id
            WHERE journal.payable_type = 'booking' AND journal.kind
                IN ('points_used', 'points_used_reversed', 'credit_used', 'credit_returned')
            GROUP BY journal.payable_id
        )
        SELECT booking.id FROM bookings_booking AS booking
        LEFT JOIN posted ON posted.payable_id = booking.id
        WHERE (booking.points_minor, booking.credit_minor) <> (coalesce(posted.points, 0), coalesce(posted.credit, 0))
    """,
)

register_invariant(
    id="INV-57c",
    title="A booking earns points once it is completed, for its customer, and a review once for a booking",
    sql="""
        SELECT entry.id FROM loyalty_loyaltyentry AS entry
        JOIN loyalty_loyaltyaccount AS account ON account.id = entry.account_id
        LEFT JOIN bookings_booking AS booking ON booking.id = entry.subject_id
        WHERE entry.kind = 'earn' AND split_part(entry.source_key, ':', 1) IN ('booking', 'review')
            AND (booking.id IS NULL OR booking.status <> 'completed' OR booking.customer_id <> account.user_id
                OR split_part(entry.source_key, ':', 2) <> booking.id::text)
    """,
)

# A refund may still be on its way to what it takes back.
register_invariant(
    id="INV-57d",
    title="Nobody keeps points for money that went back",
    sql="""
        WITH refunded AS (
            SELECT payment.payable_id, sum(refund.amount_minor) AS total, max(refund.succeeded_at) AS at
            FROM payments_refund AS refund JOIN payments_payment AS payment ON payment.id = refund.payment_id
            WHERE payment.payable_type = 'booking' AND payment.purpose <> 'tip' AND refund.status = 'succeeded'
                AND refund.cause NOT LIKE 'surplus:%'
            GROUP BY payment.payable_id
        )
        SELECT earned.id FROM loyalty_loyaltyentry AS earned
        JOIN bookings_booking AS booking ON booking.id = earned.subject_id AND booking.total_minor > 0
            AND earned.source_key = 'booking:' || booking.id
        JOIN refunded ON refunded.payable_id = booking.id AND refunded.at < now() - interval '1 hour'
        LEFT JOIN loyalty_loyaltyentry AS back ON back.reverses_id = earned.id AND back.kind = 'reverse'
        WHERE earned.kind = 'earn'
        GROUP BY earned.id, booking.id, refunded.total
        HAVING -coalesce(sum(back.points), 0)
            < floor(earned.points * least(refunded.total::numeric / booking.total_minor, 1))
    """,
)

register_invariant(
    id="INV-61a",
    title="A promo code is used by bookings that stand, and takes off their price what it says",
    sql="""
        SELECT redemption.id FROM loyalty_promoredemption AS redemption
        LEFT JOIN bookings_booking AS booking ON booking.id = redemption.subject_id
        WHERE redemption.state IN ('held', 'used')
            AND (booking.id IS NULL OR booking.status IN ('cancelled', 'expired')
                OR booking.discount_minor <> redemption.discount_minor
                OR booking.customer_id <> redemption.user_id)
    """,
)
