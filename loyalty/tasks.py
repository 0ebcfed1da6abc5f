"""The tasks of loyalty: sweeps that find their work in the database."""

from common.queue import task
from loyalty.services import announce_expiry
from loyalty.services import expire_points as expire_points_now


@task("loyalty.expire_points")
def expire_points() -> None:
    expire_points_now()


@task("loyalty.announce_expiry")
def tell_of_expiry() -> None:
    announce_expiry()
