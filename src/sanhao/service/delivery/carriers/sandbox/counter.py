"""The sandbox courier's counter: what it charges, the labels it makes, where parcels are that it was quiet about.

Its world, not ours: it has tables of its own, and knows us by the ids we give it. How it treats a question can be set
ahead, by the reference on a label (`WAYS`): for demo worlds and tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import msgspec

from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.service.delivery.asking import (
    Box,
    CarrierAway,
    CarrierRefused,
    LabelOrder,
    LabelVoid,
    LabelWord,
    Rate,
    RateOrder,
)
from sanhao.service.delivery.core import Status


class Tariff(NamedTuple):
    """A service: the first kilogram and each further one started, in minor units; days within a province, and beyond."""

    name: Text
    first_minor: int
    extra_minor: int
    near_days: int
    far_days: int


TARIFFS: dict[str, Tariff] = {
    "standard": Tariff(Text("标快", "Standard"), 800, 300, 1, 3),
    "economy": Tariff(Text("经济", "Economy"), 500, 150, 3, 6),
}
EXPRESS: dict[str, Tariff] = {"express": Tariff(Text("特快", "Express"), 1_600, 600, 1, 1)}
"""Of its sister, which drives for the same house."""
CURRENCY = "CNY"
NAME = Text("示例快递", "Sample Courier")
_HEAVIEST_G = 50_000
_LITRE_G = 167
"""What takes up more than it weighs counts by that: a cubic metre is 167 kg to it."""
_LATE = timedelta(minutes=30)

WAYS: dict[str, Text] = {
    "obey": Text("照办", "Does what it is asked"),
    "refuse": Text("拒绝出面单", "Refuses to make the label"),
    "late": Text("半小时后才答复", "Answers half an hour late"),
    "away": Text("出了面单却没有回音", "Makes the label, and the line breaks"),
    "twice": Text("每问一次换一个单号", "Gives another number each time it is asked"),
    "junk": Text("面单文件打不开", "Sends a document that cannot be read"),
    "quiet": Text("自己不报轨迹，问了才说", "Says nothing of its scans until it is asked"),
    "keeps": Text("不肯作废面单", "Does not take the label back"),
}

_QUIET: tuple[tuple[timedelta, Status], ...] = (
    (timedelta(hours=3), "picked_up"),
    (timedelta(hours=9), "in_transit"),
    (timedelta(hours=30), "out_for_delivery"),
    (timedelta(hours=33), "delivered"),
)
"""What becomes of a parcel it says nothing about by itself, from when its label was made."""


def rates(order: RateOrder, *, now: datetime, tariffs: Mapping[str, Tariff] = TARIFFS) -> list[Rate]:
    """What each service costs. Raises CarrierRefused for what it does not carry."""
    return [
        Rate(service, tariff.name, _price(tariff, order), _days(tariff, order))
        for service, tariff in tariffs.items()
    ]


def _days(tariff: Tariff, order: RateOrder) -> int:
    return tariff.near_days if order.origin.region == order.to.region else tariff.far_days


def _price(tariff: Tariff, order: RateOrder | LabelOrder) -> Money:
    if order.to.country != "CN" or order.origin.country != "CN":
        raise CarrierRefused("示例快递只在国内派送。 The sample courier drives within China only.")
    if any(box.weight_g > _HEAVIEST_G for box in order.boxes):
        raise CarrierRefused("示例快递最多承运50公斤。 The sample courier carries 50 kg at most.")
    grams = sum(max(box.weight_g, _volume_g(box)) for box in order.boxes)
    steps = max(0, -(-grams // 1000) - 1)
    return Money(tariff.first_minor + tariff.extra_minor * steps, CURRENCY)


def _volume_g(box: Box) -> int:
    return box.length_mm * box.width_mm * box.height_mm * _LITRE_G // 1_000_000


def label(
    order: LabelOrder, *, now: datetime, tariffs: Mapping[str, Tariff] = TARIFFS, by: Text = NAME
) -> LabelWord:
    """A label, once for each id, unless it was told to misbehave. Raises CarrierRefused, CarrierAway."""
    from sanhao.service.delivery.carriers.sandbox.drawing import draw  # heavy, and only for who prints

    service = order.service or next(iter(tariffs))
    if service not in tariffs:
        raise CarrierRefused(f"The sample courier has no service {service!r}.")
    price = _price(tariffs[service], order)
    if _way_of(order.reference) == "refuse":
        raise CarrierRefused("示例快递不到这条街。 The sample courier does not go to this street.")
    made = _make(order, now)
    if made["how"] == "late" and now < made["asked_at"] + _LATE:
        raise CarrierAway("the sandbox is still thinking")
    if made["how"] == "away" and made["asked"] == 1:
        raise CarrierAway("the sandbox made the label, and was told not to say so")
    number = made["tracking_no"] + (
        f"X{made['asked']}" if made["how"] == "twice" and made["asked"] > 1 else ""
    )
    if made["how"] == "junk":
        return LabelWord(
            order.id, number, b"<html><script>alert(1)</script></html>", "application/pdf", price
        )
    name = f"{tariffs[service].name.zh} {tariffs[service].name.en}"
    return LabelWord(order.id, number, draw(order, number, name, by), "application/pdf", price)


express_rates = partial(rates, tariffs=EXPRESS)
express_label = partial(label, tariffs=EXPRESS, by=Text("示例特快", "Sample Express"))


def _make(order: LabelOrder, now: datetime) -> Row:
    """Its own row for this label: made by the first question, found by the next."""
    [row] = fetch(
        """
        INSERT INTO delivery_sandbox_label AS s (id, reference, tracking_no, how, asked, asked_at, place_from, place_to)
        VALUES (%(id)s, %(reference)s, %(number)s, %(how)s, 1, %(now)s, %(origin)s, %(to)s)
        ON CONFLICT (id) DO UPDATE SET asked = s.asked + 1 RETURNING *
        """,
        {
            "id": order.id,
            "reference": order.reference,
            "number": f"SX{order.id.hex[-12:].upper()}",
            "how": _way_of(order.reference),
            "now": now,
            "origin": order.origin.city,
            "to": order.to.city,
        },
    )
    return row


def void(label: LabelVoid, *, now: datetime) -> None:
    """Nothing travels under it. A label it never made is void, too. Raises CarrierRefused where it was told to keep it."""
    rows = fetch("SELECT how FROM delivery_sandbox_label WHERE id = %s", [label.id])
    if rows and rows[0]["how"] == "keeps":
        raise CarrierRefused(
            "这张面单示例快递照样收费。 The sample courier charges for this label all the same."
        )
    execute(
        "UPDATE delivery_sandbox_label SET voided_at = coalesce(voided_at, %s) WHERE id = %s", [now, label.id]
    )


def track(tracking_no: str, *, now: datetime) -> bytes:
    """Where a parcel is, as `parse.py` reads it. What it tells by itself it does not tell here again.

    Raises CarrierRefused for a number that it did not make.
    """
    rows = fetch("SELECT * FROM delivery_sandbox_label WHERE tracking_no = %s", [tracking_no])
    if not rows:
        raise CarrierRefused("The sample courier knows no such number.")
    [row] = rows
    quiet = row["how"] == "quiet" and row["voided_at"] is None
    scans = [
        {"id": f"{tracking_no}/asked/{status}", "status": status, "at": (row["asked_at"] + after).isoformat(),
         "place": row["place_from"] if status == "picked_up" else row["place_to"], "description": ""}
        for after, status in (_QUIET if quiet else ())
        if row["asked_at"] + after <= now
    ]  # fmt: skip
    return msgspec.json.encode({"parcel": tracking_no, "scans": scans})


def _way_of(reference: str) -> str:
    return ways_of([reference])[reference]


def ways_of(references: Sequence[str]) -> dict[str, str]:
    """How questions about each of these references are treated; what nobody set is `obey`."""
    rows = fetch(
        "SELECT reference, how FROM delivery_sandbox_way WHERE reference = ANY(%s)", [list(references)]
    )
    return dict.fromkeys(references, "obey") | {row["reference"]: row["how"] for row in rows}


def set_way(reference: str, how: str) -> None:
    """Tell the sandbox courier how to treat labels with this reference from now on. Raises Invalid for no such way."""
    if how not in WAYS:
        raise Invalid("delivery.way", zh="示例快递不会这样做。", en="The sample courier cannot do that.")
    execute(
        "INSERT INTO delivery_sandbox_way (id, reference, how) VALUES (%s, %s, %s) "
        "ON CONFLICT (reference) DO UPDATE SET how = excluded.how",
        [new_id(), reference, how],
    )
