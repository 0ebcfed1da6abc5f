"""The tasks of bookings: sweeps that find their work in the database."""

from bookings.services import previews, series_rolling, series_wall_time, sweeping
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


@task("bookings.give_back_holds")
def give_back_holds() -> None:
    previews.give_back_holds()


@task("bookings.forget_previews")
def forget_previews() -> None:
    previews.forget_previews()
