"""Who opens the back office."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User


@pytest.fixture
def password_only(settings: Settings) -> None:
    """Staff sign in without a code."""
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def asha() -> User:
    return User.objects.create_superuser("asha@almanac.example", first_name="Asha")


@pytest.fixture
def as_asha(client: Client, asha: User) -> Client:
    client.force_login(asha)
    return client
