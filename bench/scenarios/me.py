"""`GET /auth/me`: a signed token, one query, one serializer. Every other request costs at least this."""

from datetime import timedelta
from functools import partial

from django.contrib.auth.hashers import make_password

from accounts.models import Session, User
from accounts.services import access_token
from bench.scenario import Database, Load, Scenario, Work, spread
from bench.wire import get
from common import clock

PEOPLE = 1_000
# Longer than any run.
TOKEN_LIFETIME = timedelta(days=1)


def setup(_database: Database) -> Load:
    people = enough_people()
    requests = [get("/api/v1/auth/me", token=token_for(person)) for person in people]
    works = [read_by_key(person) for person in people]
    return Load(requests=partial(spread, requests), bare_sql=partial(spread, works))


def enough_people() -> list[User]:
    """Distinct active users; what the demo world lacks of them is made."""
    missing = PEOPLE - User.objects.active().count()
    nobodys = make_password(None)
    User.objects.bulk_create(
        User(email=f"bench-{number}@example.com", first_name="Bench", last_name=str(number), password=nobodys)
        for number in range(missing)
    )
    return list(User.objects.active().order_by("pk")[:PEOPLE])


def token_for(person: User) -> str:
    session = Session.objects.create(user=person, expires_at=clock.now() + TOKEN_LIFETIME)
    token = access_token(session)
    token.set_exp(lifetime=TOKEN_LIFETIME)
    return str(token)


def read_by_key(person: User) -> Work:
    """The statement by which the request's authentication reads session and user, as Django writes it."""
    session = Session.objects.filter(user=person).latest("id")
    found = Session.objects.select_related("user").filter(pk=session.pk, user=person.pk)
    statement, parameters = found.query.sql_with_params()
    return [(statement, parameters)]


SCENARIOS = [Scenario("me", setup, budget_ms=2.0)]
