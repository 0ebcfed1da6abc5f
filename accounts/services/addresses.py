"""Adding, changing and deleting addresses. Each locks its owner first, so that there is one default at any time."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Address, User
from common.errors import BusinessRuleViolation, NotFound

MOST_ADDRESSES = 20


@transaction.atomic
def add_address(user: User, *, is_default: bool = False, **fields: Any) -> Address:
    """The first one becomes the default, asked for or not."""
    _one_at_a_time(user)
    count = Address.objects.filter(user=user).count()
    if count >= MOST_ADDRESSES:
        raise BusinessRuleViolation(f"There are {MOST_ADDRESSES} addresses already. Delete one first.")
    address = Address.objects.create(user=user, **fields)
    return _make_default(address) if is_default or count == 0 else address


@transaction.atomic
def change_address(address: Address, *, is_default: bool | None = None, **fields: Any) -> Address:
    address = _locked(address)
    if address.is_default and is_default is False:
        raise BusinessRuleViolation.of(
            "is_default", "One address is always the default. Make another one the default instead."
        )
    for name, value in fields.items():
        setattr(address, name, value)
    address.save(update_fields=list(fields))
    return _make_default(address) if is_default else address


@transaction.atomic
def set_default_address(address: Address) -> Address:
    return _make_default(_locked(address))


@transaction.atomic
def delete_address(address: Address) -> None:
    """If it was the default, the newest of the others takes its place."""
    address = _locked(address)
    address.delete()
    successor = Address.objects.filter(user_id=address.user_id).order_by("-id").first()
    if address.is_default and successor is not None:
        _make_default(successor)


def _locked(address: Address) -> Address:
    """The row as it is now; another request may have deleted it or made another one the default meanwhile."""
    _one_at_a_time(address.user_id)
    fresh = Address.objects.filter(pk=address.pk).first()
    if fresh is None:
        raise NotFound
    return fresh


def _one_at_a_time(user: Any) -> None:
    owner = getattr(user, "pk", user)
    list(User.objects.select_for_update(no_key=True).filter(pk=owner).values_list("pk"))


def _make_default(address: Address) -> Address:
    others = Address.objects.filter(user_id=address.user_id, is_default=True).exclude(pk=address.pk)
    others.update(is_default=False, updated_at=Now())
    address.is_default = True
    address.save(update_fields=["is_default"])
    return address
