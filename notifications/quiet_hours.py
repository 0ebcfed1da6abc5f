"""When somebody may be disturbed with what can wait: not from 22:00 to 08:00 by their own clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.walltime import opening_instant

BEGIN, END = time(22), time(8)


def after_quiet_hours(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment` itself if it is by day in `zone`, else the next instant at which clocks there show 08:00 or later."""
    local = moment.astimezone(zone)
    if END <= local.time() < BEGIN:
        return moment
    morning = local.date() if local.time() < END else local.date() + timedelta(days=1)
    return opening_instant(datetime.combine(morning, END), zone).astimezone(UTC)
