"""What must always be true of everybody's time."""

from common.proofs import register_invariant

OWN = ("INV-25", "INV-26", "INV-26a", "INV-26b", "INV-26c", "INV-32", "INV-32a", "INV-87a", "INV-99")

register_invariant(
    id="INV-25",
    title="No two occupancies overlap on a lane",
    sql="""
        SELECT one.id FROM catalog_occupancy AS one JOIN catalog_occupancy AS other
            ON one.lanes && other.lanes AND one.during && other.during AND one.id < other.id
    """,
)

register_invariant(
    id="INV-26",
    title="Occupied times are finite, half-open, not empty and of a sane length",
    sql="""
        SELECT id FROM catalog_occupancy
        WHERE isempty(during) OR lower_inf(during) OR upper_inf(during) OR NOT lower_inc(during) OR upper_inc(during)
            OR NOT isfinite(lower(during)) OR NOT isfinite(upper(during))
            OR (kind <> 'closure' AND upper(during) > lower(during) + interval '33 days')
    """,
)

register_invariant(
    id="INV-26a",
    title="Occupied lanes are the calendar's own, and a claim has one",
    sql="""
        SELECT id FROM catalog_occupancy
        WHERE NOT coalesce(lanes <@ int8range(calendar_number * 1024, calendar_number * 1024 + 1024), false)
            OR isempty(lanes) OR (kind <> 'closure' AND upper(lanes) IS DISTINCT FROM lower(lanes) + 1)
    """,
)

register_invariant(
    id="INV-26b",
    title="No claim to come runs beside more than its calendar has room for",
    sql="""
        SELECT occupancy.id FROM catalog_occupancy AS occupancy
        JOIN catalog_calendar AS calendar ON calendar.number = occupancy.calendar_number
        WHERE occupancy.kind <> 'closure' AND upper(occupancy.during) > now()
            AND lower(occupancy.lanes) - calendar.number * 1024 >= calendar.capacity
    """,
)

register_invariant(
    id="INV-26c",
    title="Every occupancy is of a calendar that exists",
    sql="""
        SELECT occupancy.id FROM catalog_occupancy AS occupancy
        LEFT JOIN catalog_calendar AS calendar ON calendar.number = occupancy.calendar_number
        WHERE calendar.number IS NULL OR (occupancy.kind = 'closure' AND occupancy.subject_id <> calendar.id)
    """,
)

# Lanes that a booking has under a forced time off are its own; all others are closed.
register_invariant(
    id="INV-32",
    title="While somebody is off, nothing of the calendar is free",
    sql="""
        SELECT calendar.id FROM catalog_calendar AS calendar
        JOIN (SELECT calendar_id, range_agg(during) AS during FROM catalog_timeoff GROUP BY calendar_id) AS off
            ON off.calendar_id = calendar.id
        CROSS JOIN LATERAL (
            SELECT range_agg(occupancy.during) AS during FROM catalog_occupancy AS occupancy
            WHERE occupancy.lanes @> calendar.number * 1024 + 1023
        ) AS last_lane
        WHERE NOT isempty(off.during - coalesce(last_lane.during, '{}'::tstzmultirange))
    """,
)

register_invariant(
    id="INV-32a",
    title="A calendar is closed only while somebody is off",
    sql="""
        SELECT occupancy.id FROM catalog_occupancy AS occupancy
        JOIN catalog_calendar AS calendar ON calendar.number = occupancy.calendar_number
        WHERE occupancy.kind = 'closure' AND NOT coalesce(
            occupancy.during <@ (SELECT range_agg(during) FROM catalog_timeoff WHERE calendar_id = calendar.id), false)
    """,
)

register_invariant(
    id="INV-87a",
    title="The ratings of a specialist are those of the reviews that are shown",
    sql="""
        SELECT specialist.id FROM catalog_specialist AS specialist
        LEFT JOIN catalog_standing AS standing ON standing.specialist_id = specialist.id
        CROSS JOIN LATERAL (
            SELECT count(*) AS reviews, coalesce(sum(rating), 0) AS stars,
                count(*) FILTER (WHERE rating = 1) AS one, count(*) FILTER (WHERE rating = 2) AS two,
                count(*) FILTER (WHERE rating = 3) AS three, count(*) FILTER (WHERE rating = 4) AS four,
                count(*) FILTER (WHERE rating = 5) AS five
            FROM catalog_review WHERE specialist_id = specialist.id AND is_shown
        ) AS said
        WHERE (specialist.rating_count, specialist.rating_sum) <> (said.reviews, said.stars)
            OR (coalesce(one_star, 0), coalesce(two_stars, 0), coalesce(three_stars, 0), coalesce(four_stars, 0),
                coalesce(five_stars, 0)) <> (said.one, said.two, said.three, said.four, said.five)
    """,
)

register_invariant(
    id="INV-99",
    title="Services are found by what they are: every row of the search says what its sources say",
    sql="""
        WITH wanted AS (
            SELECT document.* FROM catalog_service_documents(ARRAY(SELECT id FROM catalog_service)) AS document
        )
        SELECT service_id FROM (
            (SELECT * FROM wanted EXCEPT SELECT * FROM catalog_servicedocument)
            UNION ALL
            (SELECT * FROM catalog_servicedocument EXCEPT SELECT * FROM wanted)
        ) AS differing
    """,
)
