"""Signing in with a password, and refreshing.

A login is one argon2 hash, which is slow on purpose and dominates: its budget is the hash's and says little of us. A
refresh uses its token up, so every run begins where no other did and follows nobody's chain.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import count, cycle, islice

from django.contrib.auth.hashers import make_password

from accounts.enums import Platform
from accounts.keyed_hashes import keyed_hash
from accounts.models import RefreshToken, Session, User
from bench.scenario import Database, Load, Scenario, spread
from bench.scenarios.me import enough_people
from bench.wire import Request, post
from common import clock

PASSWORD = "bench password"  # noqa: S105 - of made-up people in a database that is thrown away
# More than a machine refreshes in all runs together.
TOKENS = 60_000
# What one run may use before it meets the tokens of the next; enough for the usual fifteen runs.
TOKENS_OF_A_RUN = 4_000


def password_login(_database: Database) -> Load:
    people = enough_people()
    User.objects.filter(pk__in=[person.pk for person in people]).update(password=make_password(PASSWORD))
    requests = [
        post("/api/v1/auth/login", {"email": person.email, "password": PASSWORD}) for person in people if person.email
    ]
    return Load(requests=partial(spread, requests))


def refresh(_database: Database) -> Load:
    people = enough_people()
    until = clock.now() + timedelta(days=1)
    sessions = Session.objects.bulk_create(
        (
            Session(user=people[number % len(people)], platform=Platform.WEB, expires_at=until)
            for number in range(TOKENS)
        ),
        batch_size=2_000,
    )
    tokens = [f"bench-{session.pk}" for session in sessions]
    RefreshToken.objects.bulk_create(
        (
            RefreshToken(session=session, token_hash=keyed_hash("refresh", token))
            for session, token in zip(sessions, tokens, strict=True)
        ),
        batch_size=5_000,
    )
    requests = [post("/api/v1/auth/refresh", {"refresh_token": token}) for token in tokens]
    # Drivers are forked, so it is the runs that are counted here and not the requests.
    runs = count()

    def unused(_take: int) -> Iterator[Request]:
        begin = next(runs) * TOKENS_OF_A_RUN % len(requests)
        return islice(cycle(requests), begin, None)

    return Load(requests=unused)


SCENARIOS = [
    Scenario("sign-in", password_login, budget_ms=60.0),
    Scenario("refresh", refresh, budget_ms=8.0),
]
