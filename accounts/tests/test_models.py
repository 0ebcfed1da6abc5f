"""What the database itself refuses about people."""

import pytest
from django.db import IntegrityError

from accounts.models import User, normal_email

pytestmark = pytest.mark.django_db


def test_a_user_nobody_can_reach_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="user_can_be_reached"):
        User.objects.create_user()


def test_two_spellings_of_one_mailbox_are_one_user() -> None:
    User.objects.create_user("Alice@Example.com")

    with pytest.raises(IntegrityError, match="email"):
        User.objects.create_user(" alice@EXAMPLE.com")


def test_look_alike_characters_do_not_make_another_mailbox() -> None:
    assert normal_email("\uff41lice@example.com") == "alice@example.com"


def test_an_email_that_skipped_the_manager_is_still_lower_case() -> None:
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"):
        User.objects.create(email="Alice@example.com")
