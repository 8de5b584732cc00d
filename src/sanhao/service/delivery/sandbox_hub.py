"""The sandbox courier's hubs: what becomes there of the parcels of remote areas, in their own table.

They know our parcels by number only. What a hub was told to do (`HUB_MISCHIEF`) decides what it says, and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text

HubSaid = Literal["on", "scanned", "on_as_other", "others_parcel", "others_number", "unknown", "forged"]
"""*on*: it goes on under its number. *scanned*: its courier has it. *on_as_other*: under one more number. It goes on, it
says, of a parcel that never was to come by a hub (*others_parcel*), under such a one's number (*others_number*), of a number
that nobody knows (*unknown*), or signed by somebody else (*forged*)."""


class HubStep(NamedTuple):
    """So long after the hub signed it says *word*, *times* as often."""

    after: timedelta
    word: HubSaid
    times: int = 1


class HubWay(NamedTuple):
    """One way to treat a parcel. *early*: it does not wait until it has signed."""

    name: Text
    steps: tuple[HubStep, ...]
    early: bool = False


def _h(hours: float) -> timedelta:
    return timedelta(hours=hours)


_ON, _SCANNED = HubStep(_h(6), "on"), HubStep(_h(8), "scanned")

HUB_MISCHIEF: dict[str, HubWay] = {
    "obey": HubWay(Text("签收后六小时发出", "Sends it on six hours later"), (_ON, _SCANNED)),
    "late": HubWay(
        Text("二十天后才发出", "Sends it on after twenty days"),
        (HubStep(_h(480), "on"), HubStep(_h(482), "scanned")),
    ),
    "twice": HubWay(
        Text("每句话说两遍", "Says everything twice"), (_ON._replace(times=2), _SCANNED._replace(times=2))
    ),
    "never": HubWay(Text("再也不提这个包裹", "Never says a word about it"), ()),
    "early": HubWay(
        Text("没签收就发出", "Sends it on before it signed"),
        (HubStep(_h(0), "on"), HubStep(_h(2), "scanned")),
        early=True,
    ),
    "loses": HubWay(Text("换了单号，然后弄丢", "Gives it its number and loses it"), (_ON,)),
    "renumbers": HubWay(
        Text("给同一个包裹两个单号", "Gives one parcel two numbers"), (_ON, HubStep(_h(7), "on_as_other"), _SCANNED)
    ),
    "others_parcel": HubWay(
        Text("发出别人的包裹", "Sends on somebody else's parcel"), (HubStep(_h(6), "others_parcel"),)
    ),
    "others_number": HubWay(
        Text("用了别人的单号", "Uses somebody else's number"), (HubStep(_h(6), "others_number"),)
    ),
    "unknown": HubWay(
        Text("说一个没人认识的单号", "Speaks of a number that nobody knows"), (HubStep(_h(6), "unknown"),)
    ),
    "forged": HubWay(Text("签名是伪造的", "Forges its signature"), (HubStep(_h(6), "forged"),)),
}  # fmt: skip


def sandbox_hub_mischief(consignment_id: UUID, how: str, *, now: datetime) -> None:
    """Tell the sandbox courier's hub how to treat this first leg; one it has signed for goes on as it began.

    Raises Invalid for no such way, NotFound for a parcel that is not bound for such a hub.
    """
    if how not in HUB_MISCHIEF:
        raise Invalid(
            "delivery.mischief", zh="示例快递的集运仓不会这样做。", en="The sample courier's hub cannot do that."
        )  # fmt: skip
    rows = fetch(
        "SELECT carrier, tracking_no FROM delivery_consignment WHERE id = %s AND onward = 'sandbox'",
        [consignment_id],
    )
    if not rows:
        raise NotFound("delivery.no_consignment", zh="没有这个包裹。", en="There is no such parcel.")
    execute(
        "INSERT INTO delivery_sandbox_hub AS h (id, carrier, tracking_no, how, heard_at, step, call_at) "
        "VALUES (%s, %s, %s, %s, %s, 0, %s) ON CONFLICT (carrier, tracking_no) DO UPDATE "
        "SET how = excluded.how, heard_at = excluded.heard_at, call_at = excluded.call_at WHERE h.heard_at IS NULL",
        [new_id(), rows[0]["carrier"], rows[0]["tracking_no"], how, *[now if HUB_MISCHIEF[how].early else None] * 2],
    )  # fmt: skip


def hub_mischief_of(tracking_nos: Sequence[str]) -> dict[str, str]:
    """How each of these numbers is treated; what nobody set is `obey`."""
    rows = fetch("SELECT tracking_no, how FROM delivery_sandbox_hub WHERE tracking_no = ANY(%s)", [list(tracking_nos)])  # fmt: skip
    return dict.fromkeys(tracking_nos, "obey") | {row["tracking_no"]: row["how"] for row in rows}


def keep_in_hub(parcels: Mapping[UUID, tuple[str, str]], signed: Mapping[UUID, datetime]) -> None:
    """Parcels (carrier and number of their first leg) that a hub has *signed* for; each once."""
    execute(
        "INSERT INTO delivery_sandbox_hub AS h (id, carrier, tracking_no, how, heard_at, step, call_at) "
        "SELECT n.id, n.carrier, n.number, 'obey', n.at, 0, n.at "
        "FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[]) AS n (id, carrier, number, at) "
        "ON CONFLICT (carrier, tracking_no) DO UPDATE SET heard_at = excluded.heard_at, call_at = excluded.call_at "
        "WHERE h.heard_at IS NULL",
        [
            new_ids(len(parcels)),
            [carrier for carrier, _ in parcels.values()],
            [number for _, number in parcels.values()],
            [signed[id] for id in parcels],
        ],
    )


class HubCall(NamedTuple):
    """One message the hub sends of its own. *carrier* and *tracking_no* are the first leg's."""

    carrier: str
    tracking_no: str
    word: HubSaid
    at: datetime
    number: int
    """Which of its messages it is: its event id."""


def due_in_hub(rows: Sequence[Row], now: datetime) -> list[HubCall]:
    """What is to be said now of these rows of the hub's table; each is said once, or as often as its mischief says."""
    calls: list[HubCall] = []
    reached: list[int] = []
    left: list[datetime | None] = []
    for row in rows:
        steps, at = HUB_MISCHIEF[row["how"]].steps, row["heard_at"]
        due = [n for n, step in enumerate(steps) if n >= row["step"] and at + step.after <= now]
        calls += [
            HubCall(row["carrier"], row["tracking_no"], steps[n].word, at + steps[n].after, n * 10 + time)
            for n in due
            for time in range(steps[n].times)
        ]
        next_step = max(due, default=row["step"] - 1) + 1
        reached.append(next_step)
        left.append(at + steps[next_step].after if next_step < len(steps) else None)
    execute(
        "UPDATE delivery_sandbox_hub h SET step = n.step, call_at = n.at "
        "FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS n (id, step, at) WHERE h.id = n.id",
        [[row["id"] for row in rows], reached, left],
    )
    return calls
