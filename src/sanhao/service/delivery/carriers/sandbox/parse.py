"""The sandbox courier of demo worlds, tests and benches: says what a real one would, in our own words."""

from __future__ import annotations

from sanhao.service.delivery.carriers.reading import Answer, Problem, Reading, load_object, need, text
from sanhao.service.delivery.core import STATUSES, ScanRecord, Status

HOME = "Asia/Shanghai"
CODES: dict[str, Status] = {status: status for status in STATUSES}  # type: ignore[misc]


def read(body: bytes) -> Answer:
    answer = load_object(body, "parcel", "scans")
    reading = Reading(HOME)
    for where, scan in reading.each(answer, "scans"):
        with reading.entry(where):
            code = need(scan, "status")
            if code not in CODES:
                raise Problem(f"status {code[:40]!r} is none of ours")
            reading.add(
                number=need(answer, "parcel"),
                status=CODES[code],
                moment=reading.moment(text(scan, "at"), field="at"),
                code=code,
                place=text(scan, "place"),
                description=text(scan, "description"),
                event_id=text(scan, "id"),
                weight_g=int(grams) if (grams := text(answer, "weight_g")).isdecimal() else 0,
                bound_for=text(answer, "bound_for"),
            )
    return reading.done()


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
