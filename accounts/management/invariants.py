"""What must always be true of people and of what lets them in."""

from common.proofs import register_invariant

register_invariant(
    id="INV-76",
    title="One standing code per phone and purpose",
    sql="""
        SELECT min(id::text) FROM accounts_otpchallenge
        WHERE consumed_at IS NULL AND superseded_at IS NULL AND expires_at > now()
        GROUP BY phone_hash, purpose HAVING count(*) > 1
    """,
)

register_invariant(
    id="INV-77",
    title="Codes are tried within their cap, live ten minutes at most and are kept as hashes only",
    sql="""
        SELECT id FROM accounts_otpchallenge
        WHERE attempts > max_attempts OR expires_at > created_at + interval '10 minutes' OR length(code_hash) < 43
            OR (sealed IS NOT NULL AND (consumed_at IS NOT NULL OR superseded_at IS NOT NULL))
    """,
)

register_invariant(
    id="INV-78",
    title="Refresh families are linear: one unused token, and one successor of each used one",
    sql="""
        SELECT min(id::text) FROM accounts_refreshtoken WHERE used_at IS NULL GROUP BY session_id HAVING count(*) > 1
        UNION ALL
        SELECT min(id::text) FROM accounts_refreshtoken
        WHERE parent_id IS NOT NULL GROUP BY parent_id HAVING count(*) > 1
        UNION ALL
        SELECT child.id::text FROM accounts_refreshtoken child JOIN accounts_refreshtoken parent
            ON parent.id = child.parent_id WHERE parent.used_at IS NULL OR parent.session_id <> child.session_id
    """,
)

register_invariant(
    id="INV-79",
    title="Blocked and erased people hold no live session",
    sql="""
        SELECT session.id FROM accounts_session session JOIN accounts_user person ON person.id = session.user_id
        WHERE session.revoked_at IS NULL AND session.expires_at > now()
            AND (NOT person.is_active OR person.erased_at IS NOT NULL)
    """,
)

register_invariant(
    id="INV-80",
    title="Of erased people nothing personal is left",
    sql="""
        SELECT person.id FROM accounts_user person
        WHERE person.erased_at IS NOT NULL AND (
            coalesce(person.email, person.phone_number, person.telegram_id::text) IS NOT NULL
            OR person.first_name <> '' OR person.last_name <> '' OR person.avatar <> '' OR person.is_active
            OR EXISTS (SELECT FROM accounts_address place WHERE place.user_id = person.id)
            OR EXISTS (SELECT FROM accounts_session session WHERE session.user_id = person.id
                AND (session.user_agent <> '' OR session.network <> ''))
        )
    """,
)

register_invariant(
    id="INV-86",
    title="One default address for everybody who has any",
    sql="""
        SELECT user_id::text FROM accounts_address GROUP BY user_id HAVING count(*) FILTER (WHERE is_default) <> 1
    """,
)

register_invariant(
    id="INV-140",
    title="The names of somebody's groups on their row are those of their groups",
    sql="""
        SELECT person.id FROM accounts_user person
        LEFT JOIN accounts_user_groups member ON member.user_id = person.id
        LEFT JOIN auth_group role ON role.id = member.group_id
        GROUP BY person.id
        HAVING person.group_names <> coalesce(array_agg(role.name ORDER BY role.name)
            FILTER (WHERE role.name IS NOT NULL), '{}')
    """,
)

register_invariant(
    id="INV-141",
    title="Keys of services that were revoked hold nothing, and two at most open the door",
    sql="""
        SELECT id::text FROM accounts_servicekey
        WHERE revoked_at IS NOT NULL AND (key_hash IS NOT NULL OR sealed_secret IS NOT NULL)
        UNION ALL
        SELECT min(id::text) FROM accounts_servicekey
        WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        GROUP BY service_id HAVING count(*) > 2 OR count(*) FILTER (WHERE expires_at IS NULL) > 1
        UNION ALL
        SELECT id::text FROM accounts_servicekey WHERE length(key_hash) <> 64 OR length(prefix) > 12
    """,
)
