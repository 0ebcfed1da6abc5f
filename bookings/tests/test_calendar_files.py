"""Calendar files: whatever is in a booking comes out of an app as it went in, and nothing besides."""

from datetime import UTC, datetime, timedelta
from unicodedata import category

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from bookings.calendar_files import Entry, Method, State, calendar_file

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
NASTY = st.lists(
    st.sampled_from(
        [
            "\r\n",
            "\n",
            "\r",
            "\\n",
            "\\",
            ";",
            ",",
            ":",
            '"',
            "^n",
            "BEGIN:VALARM",
            "END:VEVENT",
            "ATTACH:file:///etc/passwd",
        ]
    )
    | st.text(max_size=5)
    | st.just("é\u00ad中🙂" * 30),
    max_size=12,
).map("".join)
NO_TEXT = {"\u2028", "\u2029", "\ufffe", "\uffff"}
KNOWN = {
    *("UID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP"),
    *("DESCRIPTION", "LOCATION", "ORGANIZER", "RELATED-TO"),
}


def entry(summary: str = "Consultation", **fields: object) -> Entry:
    facts: dict[str, object] = {
        "uid": "1@almanac",
        "sequence": 0,
        "starts_at": NOON,
        "ends_at": NOON + timedelta(hours=1),
        "state": State.CONFIRMED,
        "created_at": NOON - timedelta(days=1),
        "changed_at": NOON - timedelta(hours=1),
    }
    return Entry(summary=summary, **{**facts, **fields})  # type: ignore[arg-type]  # by name


def read(file: bytes) -> Calendar:
    calendar = Calendar.from_ical(file)
    assert isinstance(calendar, Calendar)
    return calendar


def only_event(file: bytes) -> Event:
    calendar = read(file)
    [event] = calendar.subcomponents
    assert isinstance(event, Event)
    assert event.errors == calendar.errors == []
    return event


def test_a_file_says_what_an_app_needs() -> None:
    told = entry(
        description="BK-20260303-000001\nBring a towel",
        location="Kolkata, Park Street",
        organizer_name="Almanac",
        organizer_address="no-reply@almanac.example",
        series_uid="s@almanac",
        sequence=3,
    )

    lines = calendar_file([told], name="Almanac").decode().split("\r\n")

    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Almanac//Bookings//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Almanac",
        "X-WR-CALNAME:Almanac",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "SUMMARY:Consultation",
        "DTSTART:20260303T120000Z",
        "DTEND:20260303T130000Z",
        "DTSTAMP:20260303T110000Z",
        "UID:1@almanac",
        "SEQUENCE:3",
        "CREATED:20260302T120000Z",
        "DESCRIPTION:BK-20260303-000001\\nBring a towel",
        "LAST-MODIFIED:20260303T110000Z",
        "LOCATION:Kolkata\\, Park Street",
        "ORGANIZER;CN=Almanac:mailto:no-reply@almanac.example",
        "RELATED-TO:s@almanac",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_cancelled_booking_is_taken_out_and_its_time_is_free() -> None:
    file = calendar_file([entry(state=State.CANCELLED)], method=Method.CANCEL)

    event = only_event(file)

    assert read(file)["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


@settings(max_examples=60, deadline=None)
@given(summary=NASTY, description=NASTY, location=NASTY, name=NASTY)
def test_no_text_breaks_out_of_its_line(summary: str, description: str, location: str, name: str) -> None:
    """A127."""
    told = entry(
        summary, description=description, location=location, organizer_name=name, organizer_address="a@b.example"
    )

    file = calendar_file([told], name=name)

    event = only_event(file)
    assert event.subcomponents == []
    assert set(event) <= KNOWN
    assert str(event["SUMMARY"]) == one_line(summary)
    assert str(event.get("DESCRIPTION", "")) == lines_of(description)
    assert str(event.get("LOCATION", "")) == one_line(location)
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    begun = [line for line in file.split(b"\r\n") if line.startswith(b"BEGIN:")]
    assert begun == [b"BEGIN:VCALENDAR", b"BEGIN:VEVENT"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**9), 10**9).map(lambda seconds: NOON + timedelta(seconds=seconds)),
            st.integers(1, 10_000),
            st.integers(0, 1_000_000),
            st.sampled_from(State),
        ),
        max_size=5,
    )
)
def test_times_and_states_come_back_as_they_were(rows: list[tuple[datetime, int, int, State]]) -> None:
    entries = [
        entry(
            uid=f"{number}@almanac",
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            sequence=sequence,
            state=state,
        )
        for number, (start, minutes, sequence, state) in enumerate(rows)
    ]

    events = read(calendar_file(entries)).walk("VEVENT")

    assert [
        (
            str(each["UID"]),
            each.decoded("DTSTART"),
            each.decoded("DTEND"),
            int(str(each["SEQUENCE"])),
            str(each["STATUS"]),
        )
        for each in events
    ] == [(each.uid, each.starts_at, each.ends_at, each.sequence, each.state) for each in entries]


def test_the_same_entries_come_to_the_same_bytes() -> None:
    assert calendar_file([entry()]) == calendar_file([entry()])


def lines_of(text: str) -> str:
    """What a calendar can hold of a text: line breaks of one kind, and no other control characters."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in kept if sign in "\n\t" or (category(sign) != "Cc" and sign not in NO_TEXT))


def one_line(text: str) -> str:
    return lines_of(text).replace("\n", " ")
