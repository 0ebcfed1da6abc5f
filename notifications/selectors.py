"""Reads that span models: how somebody wants to be reached, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.crypto import salted_hmac

from notifications.catalogue import Kind, Reader
from notifications.enums import MANDATORY_TOPICS, SWITCHED_CHANNELS, SWITCHED_TOPICS, Channel, Topic
from notifications.models import Device, Preference, UnreachableChannel

Grid = dict[Channel, dict[Topic, bool]]

# Until somebody says otherwise: offers are opted into, and a paid SMS only carries what it is needed for.
OFF_BY_DEFAULT = frozenset(
    {
        *((channel, Topic.PROMOTIONS) for channel in SWITCHED_CHANNELS),
        (Channel.SMS, Topic.MESSAGES),
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of how to reach one person, read at once."""

    grid: Mapping[Channel, Mapping[Topic, bool]]
    addresses: Mapping[Channel, tuple[str, ...]]

    def wants(self, channel: Channel, topic: Topic) -> bool:
        """E329: with everything switched off, what is mandatory still comes, by e-mail (and in the inbox) only."""
        if topic not in MANDATORY_TOPICS:
            return self.grid[channel][topic]
        return channel == Channel.EMAIL or any(self.grid[channel].values())

    def allows(self, channel: Channel, topic: Topic) -> bool:
        """Whether it may be sent at all: what is mandatory may take any way where no other is left."""
        return topic in MANDATORY_TOPICS or self.grid[channel][topic]

    def has(self, channel: Channel) -> bool:
        return bool(self.addresses.get(channel))


def preference_grid(user: Any) -> Grid:
    """Every switch as it stands for this person, defaults included."""
    rows = Preference.objects.filter(user=user.pk).values_list("channel", "topic", "is_on")
    chosen = {(channel, topic): is_on for channel, topic, is_on in rows}
    return {
        channel: {
            topic: chosen.get((channel.value, topic.value), (channel, topic) not in OFF_BY_DEFAULT)
            for topic in SWITCHED_TOPICS
        }
        for channel in SWITCHED_CHANNELS
    }


def channels_wanted(user: Any) -> dict[Channel, bool]:
    """The grid in one line per channel, as profiles show it: on where any topic is."""
    return {channel: any(topics.values()) for channel, topics in preference_grid(user).items()}


def reach_of(user: Any) -> Reach:
    """Three queries: switches, devices, and the channels that providers gave up on."""
    devices = Device.objects.filter(user=user.pk).order_by("pk").values_list("token", flat=True)
    known: dict[Channel, tuple[str, ...]] = {
        Channel.EMAIL: _if_any(user.email),
        Channel.SMS: _if_any(user.phone_number),
        Channel.TELEGRAM: _if_any(user.telegram_id),
        Channel.PUSH: tuple(devices),
    }
    dead = set(UnreachableChannel.objects.filter(user=user.pk).values_list("channel", "address_hash"))
    addresses = {
        channel: tuple(to for to in found if (channel.value, address_hash(to)) not in dead)
        for channel, found in known.items()
        if channel in settings.NOTIFICATION_CHANNELS
    }
    return Reach(preference_grid(user), addresses)


def reader_of(user: Any) -> Reader:
    return Reader(user.language, zone_of(user).key, user.first_name)


def zone_of(user: Any) -> ZoneInfo:
    """The person's zone; UTC if theirs is not in this server's list of zones."""
    try:
        return ZoneInfo(user.timezone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def may_be_told(user: Any, kind: Kind) -> bool:
    """Erased people get nothing, blocked ones only that they are blocked."""
    return user.erased_at is None and (user.is_active or kind.even_if_blocked)


def address_hash(address: str) -> str:
    """Tells whether an address is the one that failed, without keeping it a second time."""
    return salted_hmac("notifications.address", address, algorithm="sha256").hexdigest()


def _if_any(address: Any) -> tuple[str, ...]:
    return (str(address),) if address else ()
