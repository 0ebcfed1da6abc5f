"""Scenarios are found by name, and their sources give every run requests of its own."""

from collections import Counter
from itertools import islice, repeat

import pytest
from django.db import connection

from bench.measuring import shares
from bench.scenario import UnknownScenario, all_scenarios, chosen, mixed, spread
from bench.scenarios.me import PEOPLE, setup
from bench.servers import COMMANDS, DEFAULT
from bench.wire import get


def test_every_scenario_is_found_under_its_own_name() -> None:
    found = all_scenarios()

    assert {"health", "me"} <= found.keys()
    assert all(scenario.name == name for name, scenario in found.items())


def test_one_indexed_read_may_cost_two_milliseconds() -> None:
    assert all_scenarios()["me"].budget_ms == 2.0


def test_scenarios_come_in_the_order_in_which_they_are_named() -> None:
    assert [scenario.name for scenario in chosen(["me", "health"])] == ["me", "health"]
    assert [scenario.name for scenario in chosen([])] == list(all_scenarios())


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownScenario, match="health"):
        chosen(["helth"])


@pytest.mark.parametrize("count", [1, 7, 1000, 7919])
def test_a_round_trip_meets_every_item_once(count: int) -> None:
    assert sorted(islice(spread(range(count), 3), count)) == list(range(count))


def test_two_runs_begin_at_different_items() -> None:
    assert next(spread(range(1000), 1)) != next(spread(range(1000), 2))


def test_a_mix_keeps_its_weights_and_does_not_bunch() -> None:
    reads, writes = get("/read", part="read"), get("/write", part="write")

    requests = list(islice(mixed([(3, lambda _: repeat(reads)), (1, lambda _: repeat(writes))])(0), 40))

    assert Counter(request.part for request in requests) == {"read": 30, "write": 10}
    assert all(Counter(r.part for r in requests[at : at + 4])["write"] == 1 for at in range(0, 40, 4))


@pytest.mark.parametrize(("clients", "expected"), [(1, [1]), (16, [8, 8]), (101, [51, 50])])
def test_connections_are_shared_among_the_processors(clients: int, expected: list[int]) -> None:
    assert shares(clients, 2) == expected


@pytest.mark.django_db
def test_the_people_of_me_are_many_and_their_bare_read_finds_one_of_them() -> None:
    load = setup(connection.connection)

    assert len({request.raw for request in islice(load.requests(0), PEOPLE)}) == PEOPLE
    assert load.bare_sql is not None
    [(statement, parameters)] = next(load.bare_sql(0))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert len(cursor.fetchall()) == 1


def test_what_production_runs_can_be_measured() -> None:
    assert DEFAULT in COMMANDS
