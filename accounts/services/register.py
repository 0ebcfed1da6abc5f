"""Making an account with an e-mail address and a password, and proving a phone."""

from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.devices import Device
from accounts.enums import Purpose, Role, UserType
from accounts.errors import Taken
from accounts.models import User, normal_email
from accounts.roles import StaffRole
from accounts.services.codes import use_code
from accounts.services.sign_in import SignedIn, release_number, slow_hash, start_session
from common import clock
from common.errors import Detail, ValidationFailed


@dataclass(frozen=True, slots=True)
class NewPerson:
    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    phone_number: str | None = None
    user_type: UserType = UserType.CUSTOMER


def register(person: NewPerson, *, device: Device) -> SignedIn:
    """Makes the account and signs it in. The phone is a claim until a code has proven it."""
    user = User(
        email=normal_email(person.email),
        phone_number=person.phone_number,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    require_good_password(person.password, user, field="password")
    with slow_hash():
        user.set_password(person.password)
    with transaction.atomic():
        _save_unless_taken(user)
        if person.user_type is UserType.SPECIALIST:
            join(user, Role.SPECIALISTS)
        return start_session(user, device=device, is_new_user=True)


def join(user: User, role: Role | StaffRole) -> None:
    group, _ = Group.objects.get_or_create(name=role.value)
    user.groups.add(group)


def verify_phone(user: User, phone_number: str, code: str) -> User:
    """Makes the number this user's own, because they hold it. Whoever only claimed it loses it."""
    use_code(phone_number, Purpose.VERIFY_PHONE, code)
    with transaction.atomic():
        concerned = User.objects.filter(Q(pk=user.pk) | Q(phone_number=phone_number)).order_by("pk")
        people = {person.pk: person for person in concerned.select_for_update(no_key=True)}
        user = people.pop(user.pk)
        other = next(iter(people.values()), None)
        if other is not None and (other.phone_verified_at is not None or not other.has_another_way_in):
            raise Taken.of("phone_number", "This number belongs to another account.", "TAKEN")
        if other is not None:
            release_number(other)
        user.phone_number = phone_number
        user.phone_verified_at = clock.now()
        user.save(update_fields=["phone_number", "phone_verified_at"])
    return user


def require_good_password(password: str, user: User, *, field: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationFailed(
            details=[
                Detail(field, message, (problem.code or "invalid").upper())
                for problem in error.error_list
                for message in problem.messages
            ]
        ) from error


def _save_unless_taken(user: User) -> None:
    """The unique indexes decide; the question is asked again only to name the field."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        if User.objects.filter(email=user.email).exists():
            raise Taken.of("email", "There is an account with this e-mail address.", "TAKEN") from error
        if user.phone_number and User.objects.filter(phone_number=user.phone_number).exists():
            raise Taken.of("phone_number", "There is an account with this phone number.", "TAKEN") from error
        raise
