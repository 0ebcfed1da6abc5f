"""The tasks of bookings: sweeps that find their work in the database."""

from uuid import UUID

from bookings.services import previews, rests, series_rolling, series_wall_time, sweeping
from common.queue import task


@task("bookings.expire_unpaid")
def expire_unpaid() -> None:
    sweeping.expire_unpaid()


@task("bookings.remind")
def remind() -> None:
    sweeping.remind()


@task("bookings.close_past")
def close_past() -> None:
    sweeping.close_past()


@task("bookings.roll_series")
def roll_series() -> None:
    series_rolling.roll_series()


@task("bookings.keep_wall_times")
def keep_wall_times() -> None:
    series_wall_time.keep_wall_times()


@task("bookings.deal_with_rest")
def deal_with_rest(booking: str) -> None:
    rests.deal_with_rest(UUID(booking))


@task("bookings.sweep_rests")
def sweep_rests() -> None:
    rests.sweep_rests()


@task("bookings.give_back_holds")
def give_back_holds() -> None:
    previews.give_back_holds()


@task("bookings.forget_previews")
def forget_previews() -> None:
    previews.forget_previews()
