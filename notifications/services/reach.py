"""How somebody wants to be reached: switches, devices, and channels that come back to life."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from common import clock
from common.errors import NotFound
from notifications.enums import SWITCHED_TOPICS, Channel, Topic
from notifications.models import Device, Preference, UnreachableChannel
from notifications.selectors import Grid, channels_wanted, preference_grid

# Nobody has more; tokens of apps that were reinstalled without a word pile up.
MOST_DEVICES = 20


def set_preferences(user: Any, changes: Mapping[Channel, Mapping[Topic, bool]]) -> Grid:
    """Turns the named switches and leaves the others as they are. Returns the whole grid."""
    rows = [
        Preference(user=user, channel=channel, topic=topic, is_on=is_on)
        for channel, topics in changes.items()
        for topic, is_on in topics.items()
    ]
    Preference.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "channel", "topic"],
        update_fields=["is_on", "updated_at"],
    )
    return preference_grid(user)


@transaction.atomic
def switch_channels(user: Any, switches: Mapping[Channel, bool]) -> None:
    """Turns whole channels off, or back to what they are by default; one that is as wanted keeps its topics."""
    are_on = channels_wanted(user)
    turned = {channel: is_on for channel, is_on in switches.items() if are_on[channel] != is_on}
    Preference.objects.filter(
        user=user.pk, channel__in=[channel for channel, is_on in turned.items() if is_on]
    ).delete()
    set_preferences(
        user, {channel: dict.fromkeys(SWITCHED_TOPICS, False) for channel, is_on in turned.items() if not is_on}
    )


@transaction.atomic
def register_device(user: Any, *, token: str, platform: str) -> Device:
    """The token is this person's from now on, whoever was signed in to that app before."""
    facts = {"user": user, "platform": platform, "seen_at": clock.now()}
    device, _ = Device.objects.update_or_create(token=token, defaults=facts)
    newest = Device.objects.filter(user=user.pk).order_by("-seen_at", "-pk").values_list("pk", flat=True)
    Device.objects.filter(pk__in=list(newest[MOST_DEVICES:])).delete()
    return device


def forget_device(user: Any, *, token: str) -> None:
    """No push reaches this app any more; raises NotFound if it is not one of theirs."""
    deleted, _ = Device.objects.visible_to(user).filter(token=token).delete()
    if not deleted:
        raise NotFound


def restore_channel(user: Any, channel: Channel) -> None:
    """The person opened the channel again, as /start does with the bot."""
    UnreachableChannel.objects.filter(user=user.pk, channel=channel).delete()
