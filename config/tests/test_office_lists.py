"""What the back office says in words: an empty list, a list with everything on it, and how often a job runs."""

import pytest
from celery.schedules import crontab
from django.test import Client

from accounts.models import User
from catalog.models import Category
from config.backoffice.jobs import _when

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/category/"
SHOW_ALL = "Show all"


@pytest.fixture
def as_asha(client: Client) -> Client:
    client.force_login(User.objects.create_user("asha@almanac.example", is_staff=True, is_superuser=True))
    return client


def test_an_empty_list_says_that_there_is_nothing_and_offers_to_add(as_asha: Client) -> None:
    page = as_asha.get(LIST).content.decode()

    assert "There are no categories." in page
    assert "Add category" in page
    assert SHOW_ALL not in page


def test_a_search_without_a_result_offers_everything(as_asha: Client) -> None:
    Category.objects.create(name="Facial", slug="facial")

    page = as_asha.get(f"{LIST}?q=absent").content.decode()

    assert "Nothing matches" in page
    assert SHOW_ALL in page


def test_a_list_that_leaves_nothing_out_does_not_offer_everything(as_asha: Client) -> None:
    Category.objects.create(name="Facial", slug="facial")

    assert SHOW_ALL not in as_asha.get(LIST).content.decode()
    assert SHOW_ALL in as_asha.get(f"{LIST}?q=facial").content.decode()


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (20.0, "every 20 s"),
        (90, "every 90 s"),
        (300, "every 5 min"),
        (crontab(minute="7", hour="3"), "daily at 03:07 UTC"),
        (crontab(minute="17"), "hourly at :17"),
        (crontab(minute="*/10"), "every 10 min"),
        (crontab(minute="0", hour="4", day_of_week="1"), "0 4 * * 1 (minute hour day month weekday)"),
        (crontab(minute="0", hour="*/6"), "0 */6 * * * (minute hour day month weekday)"),
    ],
    ids=["seconds", "odd seconds", "minutes", "daily", "hourly", "every few minutes", "weekly", "every few hours"],
)
def test_the_timetable_speaks_in_words(schedule: float | crontab, words: str) -> None:
    assert _when(schedule) == words
