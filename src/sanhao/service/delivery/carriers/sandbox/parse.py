"""The sandbox courier of demo worlds, tests and benches: says what a real one would, in our own words."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from uuid import UUID

from sanhao.kit.choices import one_of
from sanhao.service.delivery.asking import PickupWord
from sanhao.service.delivery.carriers.reading import Answer, Json, Problem, Reading, load_object, need, text
from sanhao.service.delivery.core import STATUSES, ForwardWord, ScanRecord, Status, normal_number
from sanhao.service.delivery.interception import SAID, InterceptionWord
from sanhao.service.delivery.pickup import SAID as PICKUP_SAID

HOME = "Asia/Shanghai"
CODES: dict[str, Status] = {status: status for status in STATUSES}


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
    with reading.entry("interception"):
        if isinstance(told := answer.get("interception"), dict):
            reading.words.append(_word(told))
    with reading.entry("pickup"):
        if isinstance(told := answer.get("pickup"), dict):
            reading.pickups.append(_pickup(told))
    with reading.entry("forwarded"):
        if isinstance(told := answer.get("forwarded"), dict):
            reading.forwards.append(
                ForwardWord(
                    need(answer, "parcel"), normal_number(need(told, "tracking_no")), text(told, "of_carrier")
                )
            )
    return reading.done()


def _word(told: Json) -> InterceptionWord:
    said = one_of(need(told, "said"), SAID)
    if said is None:
        raise Problem(f"{text(told, 'said')[:40]!r} is no answer to an interception")
    try:
        return InterceptionWord(UUID(need(told, "id")), said, text(told, "reason")[:300])
    except ValueError:
        raise Problem("its id is none of ours") from None


def _pickup(told: Json) -> PickupWord:
    said = one_of(need(told, "said"), PICKUP_SAID)
    if said is None:
        raise Problem(f"{text(told, 'said')[:40]!r} is no answer to a pickup")
    try:
        photo = b64decode(text(told, "photo"), validate=True)
    except (NotBase64, ValueError):
        photo = b""  # what it says of the goods counts without a picture
    number, reason = text(told, "tracking_no"), text(told, "reason")
    try:
        return PickupWord(UUID(need(told, "id")), said, number, reason, photo)
    except ValueError:
        raise Problem("its id is none of ours") from None


def parse(body: bytes) -> list[ScanRecord]:
    """The scans of a flawless answer. Raises Unreadable naming what is missing or wrong."""
    return read(body).strictly()
