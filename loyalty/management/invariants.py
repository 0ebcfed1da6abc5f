"""What must always be true of points and promo codes."""

from common.proofs import register_invariant

OWN = ("INV-54", "INV-54a", "INV-54b", "INV-54c", "INV-55", "INV-56", "INV-58", "INV-59", "INV-60", "INV-61", "INV-62")

register_invariant(
    id="INV-54",
    title="Points of an account are the sum of its entries: balance, lifetime and spent",
    sql="""
        SELECT account.id FROM loyalty_loyaltyaccount AS account
        LEFT JOIN loyalty_loyaltyentry AS entry ON entry.account_id = account.id
        GROUP BY account.id
        HAVING account.balance <> coalesce(sum(entry.points), 0)
            OR account.entries_count <> count(entry.id)
            OR account.lifetime_points
                <> coalesce(sum(entry.points) FILTER (WHERE entry.kind IN ('earn', 'reverse')), 0)
            OR account.spent_points
                <> coalesce(-sum(entry.points) FILTER (WHERE entry.kind IN ('redeem', 'restore')), 0)
    """,
)

register_invariant(
    id="INV-54a",
    title="The lots of an account hold its balance, and nothing while it owes points",
    sql="""
        SELECT account.id FROM loyalty_loyaltyaccount AS account
        LEFT JOIN loyalty_pointslot AS lot ON lot.account_id = account.id
        GROUP BY account.id HAVING coalesce(sum(lot.remaining), 0) <> greatest(account.balance, 0)
    """,
)

register_invariant(
    id="INV-54b",
    title="A lot holds what was put into it less what was taken out",
    sql="""
        SELECT lot.id FROM loyalty_pointslot AS lot LEFT JOIN loyalty_lotmove AS move ON move.lot_id = lot.id
        GROUP BY lot.id HAVING lot.remaining <> coalesce(sum(move.points), 0)
    """,
)

register_invariant(
    id="INV-54c",
    title="Entries and moves of points cannot be changed or deleted",
    sql="""
        SELECT name FROM (VALUES ('loyalty_loyaltyentry'), ('loyalty_lotmove')) AS kept (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = name::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND (tgtype & 24) = 24
        )
    """,
)

register_invariant(
    id="INV-55",
    title="Every balance follows from the one before, and only a reversal ever left less than nothing",
    sql="""
        SELECT id FROM (
            SELECT id, kind, points, balance_after,
                sum(points) OVER (PARTITION BY account_id ORDER BY number) AS so_far
            FROM loyalty_loyaltyentry
        ) AS entry
        WHERE balance_after <> so_far
            OR (so_far < 0 AND points < 0 AND kind NOT IN ('reverse'))
    """,
)

register_invariant(
    id="INV-56",
    title="A cause gives or takes points once, and no more goes back than was given",
    sql="""
        SELECT kind || ' ' || source_key FROM loyalty_loyaltyentry GROUP BY kind, source_key HAVING count(*) > 1
        UNION ALL
        SELECT entry.id::text FROM loyalty_loyaltyentry AS entry
        JOIN loyalty_loyaltyentry AS back ON back.reverses_id = entry.id
        GROUP BY entry.id HAVING abs(sum(back.points)) > abs(entry.points)
            OR bool_or(sign(back.points) = sign(entry.points))
    """,
)

register_invariant(
    id="INV-58",
    title="No promo code is used more often than it may be",
    sql="""
        SELECT promo.id FROM loyalty_promocode AS promo
        JOIN loyalty_promoredemption AS redemption ON redemption.promo_id = promo.id
        WHERE redemption.state IN ('held', 'used')
        GROUP BY promo.id HAVING count(*) > promo.total_limit
    """,
)

register_invariant(
    id="INV-59",
    title="A promo code's counter is the number of its uses",
    sql="""
        SELECT promo.id FROM loyalty_promocode AS promo
        LEFT JOIN loyalty_promoredemption AS redemption
            ON redemption.promo_id = promo.id AND redemption.state IN ('held', 'used')
        GROUP BY promo.id HAVING promo.used_count <> count(redemption.id)
    """,
)

register_invariant(
    id="INV-60",
    title="Nobody, and no phone, uses a promo code more often than one may",
    sql="""
        SELECT promo.id FROM loyalty_promocode AS promo
        JOIN loyalty_promoredemption AS redemption ON redemption.promo_id = promo.id
        CROSS JOIN LATERAL (VALUES (redemption.user_id::text), (nullif(redemption.phone_hash, ''))) AS who (name)
        WHERE redemption.state IN ('held', 'used') AND who.name IS NOT NULL
        GROUP BY promo.id, who.name HAVING count(*) > promo.per_user_limit
    """,
)

register_invariant(
    id="INV-61",
    title="A booking has one promo code",
    sql="""
        SELECT subject_id FROM loyalty_promoredemption WHERE state IN ('held', 'used')
        GROUP BY subject_id HAVING count(*) > 1
    """,
)

register_invariant(
    id="INV-62",
    title="Every use of a promo code was of its time and within its terms",
    sql="""
        SELECT id FROM loyalty_promoredemption
        WHERE state IN ('held', 'used') AND (
            created_at < valid_from OR created_at >= valid_until
            OR discount_minor > least(cap_minor, subtotal_minor) OR discount_minor < 0
            OR subtotal_minor < minimum_minor
        )
    """,
)
