"""Who may call the routes of people and their sign-ins: see common/tests/access_tables.py."""

from accounts.models import Address, User
from accounts.tests.tokens import open_session
from common.tests.access_tables import EVERYBODY, PEOPLE, STAFF, Route, may, of_its_owner, own

HOME = {"name": "Home", "address_line1": "12 Park Street", "city": "Kolkata", "state": "WB", "pincode": "700016"}


def an_address(owner: User) -> Address:
    return Address.objects.create(user=owner, **HOME)


ADDRESS = of_its_owner(an_address)
SESSION = of_its_owner(open_session)

ROUTES: dict[str, Route] = {
    # Doors stand open to everybody: what is brought along decides, which an empty body shows.
    "POST /auth/register": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/login": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/telegram": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/send-otp": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/verify-otp": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/refresh": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/refresh-token": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/password/forgot": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/password/reset": may(EVERYBODY, sends={}, answers=400),
    "POST /auth/password/change": may(PEOPLE, sends={}, answers=400),
    "POST /auth/logout": may(PEOPLE),
    "GET /auth/me": may(PEOPLE),
    "GET /auth/sessions": may(PEOPLE),
    "DELETE /auth/sessions": may(PEOPLE),
    "DELETE /auth/sessions/{id}": own(PEOPLE, SESSION),
    "GET /users/profile": may(PEOPLE),
    "PUT /users/profile": may(PEOPLE, sends={"first_name": "Asha"}),
    "PATCH /users/profile": may(PEOPLE, sends={"first_name": "Asha"}),
    # Staff leave the staff first.
    "DELETE /users/profile": may(PEOPLE, answers_to=dict.fromkeys(STAFF, 422)),
    "GET /users/export": may(PEOPLE),
    # A picture is no JSON.
    "POST /users/avatar": may(PEOPLE, sends={}, answers=415),
    "DELETE /users/avatar": may(PEOPLE),
    "GET /users/addresses": may(PEOPLE),
    "POST /users/addresses": may(PEOPLE, sends=HOME, answers=201),
    "GET /users/addresses/{id}": own(PEOPLE, ADDRESS),
    "PUT /users/addresses/{id}": own(PEOPLE, ADDRESS, sends=HOME),
    "PATCH /users/addresses/{id}": own(PEOPLE, ADDRESS, sends={"name": "Work"}),
    "DELETE /users/addresses/{id}": own(PEOPLE, ADDRESS),
    "PATCH /users/addresses/{id}/set-default": own(PEOPLE, ADDRESS),
}
