"""Every message that the platform sends: what it is about, which way it goes, and where its texts are.

    templates/messages/<kind>/<language>/title.txt      subject of a mail, heading of a push and of the inbox
                                         short.txt      SMS, push, Telegram and the inbox
                                         body.txt       the mail; as HTML it is laid out by messages/mail.html
                                         <channel>.txt  instead of the above, where a channel needs words of its own

A language that is missing falls back to English, file by file. Values are put in as they are and escaped by whatever
shows them: the HTML mail here, Telegram in its channel. Instants are written in the reader's zone and language (U9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context, Engine, Template, TemplateDoesNotExist
from django.utils import translation
from django.utils.formats import date_format

from notifications.enums import Channel, Topic, Urgency
from notifications.errors import UnknownKind, WrongContext

LANGUAGES = ("en", "hi")
FALLBACK = "en"
# Tried in this order where none of a message's own channels reaches the person.
FALLBACK_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.TELEGRAM, Channel.PUSH)
# What a template shows for a name that it was not given; a test looks for it in every text.
MISSING = "⟦%s⟧"
MAX_VALUE = 2_000


@dataclass(frozen=True, slots=True)
class Kind:
    """`needs` are the values its texts are made of, `shows` those that apps get as `data` of the inbox entry.

    `lives`: how long it is worth sending. `in_inbox`: secrets are not. `even_if_blocked`: it tells of the blocking.
    `about`: the kind of thing whose present state is asked for when it is sent; see notifications/services/subjects.py.
    """

    topic: Topic
    channels: tuple[Channel, ...]
    needs: frozenset[str] = frozenset()
    shows: frozenset[str] = frozenset()
    urgency: Urgency = Urgency.SOON
    lives: timedelta = timedelta(days=2)
    in_inbox: bool = True
    even_if_blocked: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """What one message says on one channel to one reader. `html` is empty where the channel has none."""

    title: str
    text: str
    html: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader's language, zone and first name decide how a message reads, whoever caused it."""

    language: str = FALLBACK
    timezone: str = "UTC"
    first_name: str = ""


NOBODY = Reader()
# Topic and subject are common to what is told of bookings; files go along with it (calendar entries).
_BOOKED = Kind(
    Topic.BOOKING_CONFIRMATIONS,
    (Channel.EMAIL, Channel.PUSH, Channel.TELEGRAM),
    needs=frozenset({"what", "who", "at", "more"}),
    about="booking",
)
_MOVED_MONEY = Kind(
    Topic.MONEY,
    (Channel.EMAIL, Channel.PUSH),
    needs=frozenset({"what", "amount", "number"}),
    shows=frozenset({"amount", "number"}),
)
# Not told any more when it was paid meanwhile.
_DUE = Kind(
    Topic.MONEY,
    (Channel.EMAIL, Channel.PUSH),
    needs=frozenset({"what", "at", "amount", "number", "link"}),
    shows=frozenset({"amount", "number", "link"}),
    urgency=Urgency.NOW,
    about="booking",
)
_CODE = Kind(
    Topic.SECURITY,
    (Channel.SMS,),
    needs=frozenset({"code", "minutes"}),
    urgency=Urgency.NOW,
    lives=timedelta(minutes=10),
    in_inbox=False,
)

KINDS: dict[str, Kind] = {
    "sign_in_code": _CODE,
    "password_reset_code": _CODE,
    "phone_verification_code": _CODE,
    "password_reset_link": Kind(
        Topic.SECURITY,
        (Channel.EMAIL,),
        needs=frozenset({"link", "minutes"}),
        urgency=Urgency.NOW,
        lives=timedelta(hours=1),
        in_inbox=False,
    ),
    "password_changed": Kind(Topic.SECURITY, (Channel.EMAIL,), needs=frozenset({"at"})),
    # To the address or number that was the person's until then; `new` shows only so much that its owner knows it.
    "email_changed": Kind(Topic.SECURITY, (Channel.EMAIL,), needs=frozenset({"at", "new"}), in_inbox=False),
    "phone_changed": Kind(Topic.SECURITY, (Channel.SMS,), needs=frozenset({"at", "new"}), in_inbox=False),
    "new_sign_in": Kind(Topic.SECURITY, (Channel.EMAIL,), needs=frozenset({"at", "device"})),
    # A refresh token came back after its use: somebody copied it.
    "session_revoked": Kind(Topic.SECURITY, (Channel.EMAIL,), needs=frozenset({"at", "device"}), urgency=Urgency.NOW),
    "account_blocked": Kind(Topic.SECURITY, (Channel.EMAIL,), in_inbox=False, even_if_blocked=True),
    "welcome": Kind(Topic.MESSAGES, (Channel.EMAIL,)),
    # `more`: how many dates of a series there are besides, empty for none. `who`: empty for those who are only invited.
    "booking_requested": _BOOKED,
    "booking_to_confirm": replace(_BOOKED, urgency=Urgency.NOW),
    "booking_confirmed": replace(_BOOKED, needs=_BOOKED.needs | {"place"}),
    "booking_moved": replace(_BOOKED, needs=_BOOKED.needs | {"was"}, urgency=Urgency.NOW),
    "booking_cancelled": replace(_BOOKED, needs=_BOOKED.needs | {"reason"}, urgency=Urgency.NOW),
    "booking_unanswered": _BOOKED,
    "booking_expired": replace(_BOOKED, needs=frozenset({"what", "who", "at"})),
    "booking_reminder": replace(
        _BOOKED, topic=Topic.REMINDERS, needs=frozenset({"what", "who", "at", "place"}), urgency=Urgency.NOW
    ),
    "booking_completed": replace(_BOOKED, topic=Topic.MESSAGES, needs=frozenset({"what", "who", "at"})),
    "points_expiring": Kind(
        Topic.MESSAGES,
        (Channel.EMAIL, Channel.PUSH),
        needs=frozenset({"points", "at"}),
        shows=frozenset({"points", "at"}),
        urgency=Urgency.BULK,
        lives=timedelta(days=3),
    ),
    "payment_due": _DUE,
    "payment_needs_confirmation": _DUE,
    # The receipt goes along.
    "payment_received": replace(_MOVED_MONEY, about="payment"),
    "payment_refunded": _MOVED_MONEY,
    "payment_credited": _MOVED_MONEY,
    # To those who look after the money: a gateway's books of a day and ours do not agree.
    "reconciliation_open": Kind(
        Topic.MONEY,
        (Channel.EMAIL,),
        needs=frozenset({"gateway", "day", "found"}),
        shows=frozenset({"gateway", "day"}),
    ),
    # Written by staff: the texts only frame what they say.
    "promotion": Kind(
        Topic.PROMOTIONS,
        (Channel.EMAIL, Channel.PUSH, Channel.TELEGRAM),
        needs=frozenset({"headline", "offer", "link"}),
        shows=frozenset({"link"}),
        urgency=Urgency.BULK,
        lives=timedelta(days=7),
    ),
}


def kind_named(name: str) -> Kind:
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None


def check_context(name: str, context: Mapping[str, Any]) -> None:
    """Refuses what would show as a hole in somebody's message."""
    kind = kind_named(name)
    if set(context) != kind.needs:
        raise WrongContext(f"{name} needs {sorted(kind.needs)} and was given {sorted(context)}.")
    for key, value in context.items():
        if not isinstance(value, str | int | datetime) or isinstance(value, bool):
            raise WrongContext(f"{key} of {name} is a {type(value).__name__}: give text, a number or an instant.")
        if isinstance(value, datetime) and value.tzinfo is None:
            raise WrongContext(f"{key} of {name} has no zone.")


def render(name: str, channel: Channel, context: Mapping[str, Any], reader: Reader = NOBODY) -> Text:
    """The message as this reader gets it on this channel."""
    language = spoken(reader.language)
    with translation.override(language):
        values = {key: _readable(value, reader) for key, value in context.items()}
    values |= {"first_name": _one_line(reader.first_name), "site_url": settings.PUBLIC_URL}
    title = _one_line(_filled(name, language, ("title",), values))
    file = "body" if channel == Channel.EMAIL else "short"
    text = _filled(name, language, (channel.value, file), values).strip()
    link = str(values.get("link", ""))
    if channel != Channel.EMAIL:
        return Text(title, _one_line(text), link=link)
    return Text(title, text + "\n", _mail(title, text, link, language), link)


def spoken(language: str) -> str:
    """The language of ours that is nearest: `hi-IN` is Hindi, everything unknown English."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else FALLBACK


@dataclass(frozen=True, slots=True)
class _Engines:
    """Two ways to put in values: as they are, for text, and escaped, for HTML."""

    text: Engine = field(default_factory=lambda: _engine(escapes=False))
    html: Engine = field(default_factory=lambda: _engine(escapes=True))


@cache
def _engines() -> _Engines:
    return _Engines()


def _engine(*, escapes: bool) -> Engine:
    folders = [str(settings.BASE_DIR / "templates" / "messages")]
    # Never in debug: a mail shows no names of files.
    return Engine(dirs=folders, autoescape=escapes, string_if_invalid=MISSING, debug=False)


@cache
def _template(name: str, language: str, files: tuple[str, ...]) -> Template:
    """The first of `files` that there is, in the reader's language before English."""
    for file in files:
        for tongue in dict.fromkeys((language, FALLBACK)):
            try:
                return _engines().text.get_template(f"{name}/{tongue}/{file}.txt")
            except TemplateDoesNotExist:
                continue
    raise TemplateDoesNotExist(f"{name}/{FALLBACK}/{files[-1]}.txt")


def _filled(name: str, language: str, files: tuple[str, ...], values: Mapping[str, str]) -> str:
    return str(_template(name, language, files).render(Context(dict(values), autoescape=False)))


def _mail(title: str, text: str, link: str, language: str) -> str:
    # The link becomes a button; in the text it stands on a line of its own.
    paragraphs = [part for part in text.split("\n\n") if not (link and part.strip() == link)]
    values = {"title": title, "paragraphs": paragraphs, "link": link, "language": language}
    return str(_engines().html.get_template("mail.html").render(Context(values)))


def _readable(value: Any, reader: Reader) -> str:
    if not isinstance(value, datetime):
        # Without this a name with a line break could write a paragraph of its own into somebody's mail.
        return _one_line(str(value))[:MAX_VALUE]
    local = value.astimezone(ZoneInfo(reader.timezone))
    return f"{date_format(local, 'j F Y, H:i')} ({_zone_label(local)})"


def _zone_label(local: datetime) -> str:
    """IST, CET; a zone without letters of its own is named by its offset."""
    label = local.tzname() or ""
    return label if label.isalpha() else f"UTC{local:%z}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
