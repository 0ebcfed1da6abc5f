"""Ids sort by creation and cannot be guessed."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from common.ids import new_id


def test_an_id_is_a_standard_uuid_of_version_seven() -> None:
    identifier = new_id()

    assert type(identifier) is UUID
    assert identifier.version == 7
    assert UUID(str(identifier)) == identifier


def test_each_id_is_greater_than_the_one_before() -> None:
    made = [new_id() for _ in range(10_000)]

    assert made == sorted(set(made))


def test_threads_never_get_the_same_id() -> None:
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(lambda _: [new_id() for _ in range(2_000)], range(8)))

    assert len({identifier for batch in batches for identifier in batch}) == 16_000


def test_two_ids_of_one_moment_share_no_guessable_end() -> None:
    ends = {str(new_id())[-8:] for _ in range(1_000)}

    assert len(ends) > 990
