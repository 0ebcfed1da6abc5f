"""Who may call the routes of points and codes: see common/tests/access_tables.py."""

from typing import Any

from common.ids import new_id
from common.tests.access_tables import EVERYBODY, PEOPLE, Route, may
from loyalty.services import earn_points


def some_points(owner: Any) -> dict[str, Any]:
    earn_points(owner, 50, source_key=f"test:{new_id()}", reason="Booking completed")
    return {"points": 50, "reward_type": "service_credit"}


ROUTES: dict[str, Route] = {
    "GET /loyalty/points": may(PEOPLE),
    "GET /loyalty/history": may(PEOPLE),
    "POST /loyalty/redeem": may(PEOPLE, sends=some_points),
    "POST /promo-codes/validate": may(EVERYBODY, sends={"code": "SAVE10", "amount": "2000.00"}),
}
