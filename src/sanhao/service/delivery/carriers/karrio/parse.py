"""What karrio says of a parcel in its own words, for connectors whose answers we do not read ourselves.

An event's status is karrio's normal one; an event without it is `unknown` and moves nothing, because the state of the whole
parcel says nothing of when it was picked up. Times with an offset are the carrier's; others are taken as UTC, and said so.
"""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import Answer, Reading, load_object, need, text
from sanhao.service.delivery.core import STATUSES, ScanRecord, Status

HOME = "UTC"
CODES: dict[str, Status] = {status: status for status in STATUSES}


def read(body: bytes) -> Answer:
    answer = load_object(body, "tracking_number", "events")
    reading = Reading(HOME)
    for where, event in reading.each(answer, "events"):
        with reading.entry(where):
            code = text(event, "code") or text(event, "status")
            said = text(event, "timestamp") or f"{need(event, 'date')}T{_clock(text(event, 'time'))}"
            reading.add(
                number=need(answer, "tracking_number"),
                status=CODES.get(text(event, "status"), "unknown"),
                moment=reading.moment(said, field="timestamp"),
                code=code,
                place=text(event, "location"),
                description=text(event, "description"),
            )
    return reading.done()


def _clock(time: str) -> str:
    """``3:05 PM`` → ``15:05``; what is already of 24 hours stays, and nothing at all is no time of day."""
    clock, _, half = time.upper().partition(" ")
    hour, colon, rest = clock.partition(":")
    if half in ("AM", "PM") and colon and hour.isdecimal():
        clock = f"{int(hour) % 12 + (12 if half == 'PM' else 0):02}:{rest}"
    return clock.zfill(5) if colon else clock


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
