"""A clock that everybody goes by, the database as well: nobody waits, and a week takes as long as its queries.

Our own `now()` and `statement_timestamp()` stand in a schema that is looked through before PostgreSQL's, so raw SQL,
`Now()`, defaults and invariants see the same instant as `common.clock`. All of it ends with the test's transaction.
"""

from datetime import datetime, timedelta

import time_machine
from django.db import connection

_SHADOW = """
CREATE SCHEMA told;
CREATE FUNCTION told.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('told.now')::timestamptz $$;
CREATE FUNCTION told.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT told.now() $$;
-- What columns are by default was settled when they were made.
DO $$ DECLARE stamped record; BEGIN
    FOR stamped IN
        SELECT adrelid::regclass AS owner, attname FROM pg_attrdef
        JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
        WHERE pg_get_expr(adbin, adrelid) ~ '(statement_timestamp|now)\\(\\)' AND adrelid::regclass::text !~ '\\.'
    LOOP EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT told.now()', stamped.owner, stamped.attname); END LOOP;
END $$;
SET LOCAL search_path = told, pg_catalog, public;
-- Statements are planned as they are written: most are so small that looking for a better way costs more than it saves.
SET LOCAL join_collapse_limit = 1;
"""


class VirtualTime:
    def __init__(self, start: datetime) -> None:
        self._travel = time_machine.travel(start, tick=False)
        self._traveller = self._travel.start()
        with connection.cursor() as cursor:
            cursor.execute(_SHADOW)
        self.begins(start)

    def begins(self, instant: datetime) -> None:
        self.now = instant
        self._traveller.move_to(instant)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('told.now', %s, true)", [instant.isoformat()])

    def passes(self, time: timedelta) -> None:
        self.begins(self.now + time)

    def ends(self) -> None:
        self._travel.stop()
