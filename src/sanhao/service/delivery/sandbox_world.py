"""The sandbox courier's outside world: how it treats a call to bring a parcel back, kept in its own table.

It knows our parcels by number only. What it was told to do (`MISCHIEF`) decides what it says, and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sanhao.kit.choices import one_of
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.service.delivery.core import Status
from sanhao.service.delivery.interception import SAID, CarrierAway, InterceptionOrder, InterceptionWord, Said


class Step(NamedTuple):
    """So long after it was asked the sandbox says *word*, or scans the parcel as *word*; *times* as often."""

    after: timedelta
    word: Said | Status
    times: int = 1


class Mischief(NamedTuple):
    """One way to treat an interception. *away*: the first question gets no answer, though it was heard."""

    name: Text
    steps: tuple[Step, ...]
    away: bool = False


def _h(hours: float) -> timedelta:
    return timedelta(hours=hours)


MISCHIEF: dict[str, Mischief] = {
    "obey": Mischief(
        Text("拦下，退回寄件人", "Stops it and brings it back"),
        (Step(_h(0), "accepted"), Step(_h(12), "succeeded"), Step(_h(13), "return_to_sender")),
    ),
    "refuse": Mischief(Text("拒绝拦截", "Refuses"), (Step(_h(0), "refused"),)),
    "late": Mischief(
        Text("很晚才答复", "Answers late"),
        (Step(_h(20), "accepted"), Step(_h(40), "succeeded"), Step(_h(41), "return_to_sender")),
    ),
    "twice": Mischief(
        Text("每句话说两遍", "Says everything twice"),
        (Step(_h(0), "accepted", 2), Step(_h(12), "succeeded", 2), Step(_h(13), "return_to_sender", 2)),
    ),
    "never": Mischief(Text("一直不答复", "Never answers"), ()),
    "disorder": Mischief(
        Text("先说成功，再说受理", "Says it is done before it says yes"),
        (Step(_h(6), "succeeded"), Step(_h(7), "accepted"), Step(_h(8), "return_to_sender")),
    ),
    "fail": Mischief(
        Text("受理以后没拦住", "Says yes, and fails"), (Step(_h(0), "accepted"), Step(_h(12), "failed"))
    ),
    "signed": Mischief(
        Text("受理以后照样签收", "Says yes, and delivers it"),
        (Step(_h(0), "accepted"), Step(_h(10), "delivered")),
    ),
    "signed_done": Mischief(
        Text("签收以后说拦截成功", "Delivers it, then says it is done"),
        (Step(_h(0), "accepted"), Step(_h(10), "delivered"), Step(_h(12), "succeeded")),
    ),
    "away": Mischief(
        Text("收到请求却没有回音", "Hears the request, and the line breaks"),
        (Step(_h(0), "accepted"), Step(_h(12), "succeeded"), Step(_h(13), "return_to_sender")),
        away=True,
    ),
}


def sandbox_mischief(consignment_id: UUID, how: str) -> None:
    """Tell the sandbox courier how to treat a call to bring this parcel back; one it has heard goes on as it began.

    Raises Invalid for no such way, NotFound for a parcel that travels with another carrier.
    """
    if how not in MISCHIEF:
        raise Invalid("delivery.mischief", zh="示例快递不会这样做。", en="The sample courier cannot do that.")
    rows = fetch(
        "SELECT tracking_no FROM delivery_consignment WHERE id = %s AND carrier = 'sandbox'", [consignment_id]
    )
    if not rows:
        raise NotFound("delivery.no_consignment", zh="没有这个包裹。", en="There is no such parcel.")
    execute(
        "INSERT INTO delivery_sandbox_interception AS s (id, tracking_no, how, asked, step) VALUES (%s, %s, %s, 0, 0) "
        "ON CONFLICT (tracking_no) DO UPDATE SET how = excluded.how WHERE s.key IS NULL",
        [new_id(), rows[0]["tracking_no"], how],
    )


def mischief_of(tracking_nos: Sequence[str]) -> dict[str, str]:
    """How each of these numbers is treated; what nobody set is `obey`."""
    rows = fetch(
        "SELECT tracking_no, how FROM delivery_sandbox_interception WHERE tracking_no = ANY(%s)",
        [list(tracking_nos)],
    )
    return dict.fromkeys(tracking_nos, "obey") | {row["tracking_no"]: row["how"] for row in rows}


def stop(order: InterceptionOrder, *, now: datetime) -> InterceptionWord:
    """Asked to bring a parcel back. One call for each number, however often it is asked; another id for the same number
    is refused. Raises CarrierAway, having heard, if told to."""
    [row] = fetch(
        """
        INSERT INTO delivery_sandbox_interception AS s (id, tracking_no, how, key, asked, taken_at, step, call_at)
        VALUES (%(id)s, %(number)s, 'obey', %(key)s, 1, %(now)s, 0, %(now)s)
        ON CONFLICT (tracking_no) DO UPDATE SET
            key = coalesce(s.key, excluded.key), asked = s.asked + 1, taken_at = coalesce(s.taken_at, excluded.taken_at),
            call_at = CASE WHEN s.key IS NULL THEN excluded.call_at ELSE s.call_at END
        RETURNING how, key, asked, taken_at, step
        """,
        {"id": new_id(), "number": order.tracking_no, "key": order.id, "now": now},
    )
    if row["key"] != order.id:
        return InterceptionWord(order.id, "refused", "the sandbox stops a parcel once")
    mischief = MISCHIEF[row["how"]]
    if mischief.away and row["asked"] == 1:
        raise CarrierAway("the sandbox heard, and was told not to say so")
    past = [one_of(step.word, SAID) for step in mischief.steps if row["taken_at"] + step.after <= now]
    said = [word for word in past if word is not None]
    return InterceptionWord(order.id, said[-1] if said else "taken")


class Call(NamedTuple):
    """One message the sandbox sends of its own: a word about an interception, or a scan."""

    tracking_no: str
    key: UUID
    word: str
    at: datetime
    number: int
    """Which of its messages it is: its event id."""


def due_calls(rows: Sequence[Row], now: datetime) -> list[Call]:
    """What is to be sent now for these rows of its table; each is sent once, or as often as its mischief says."""
    calls: list[Call] = []
    left: list[datetime | None] = []
    reached: list[int] = []
    for row in rows:
        steps, at = MISCHIEF[row["how"]].steps, row["taken_at"]
        due = [n for n, step in enumerate(steps) if n >= row["step"] and at + step.after <= now]
        calls += [
            Call(row["tracking_no"], row["key"], steps[n].word, at + steps[n].after, n * 10 + time)
            for n in due
            for time in range(steps[n].times)
        ]
        next_step = max(due, default=row["step"] - 1) + 1
        reached.append(next_step)
        left.append(at + steps[next_step].after if next_step < len(steps) else None)
    execute(
        "UPDATE delivery_sandbox_interception s SET step = n.step, call_at = n.at "
        "FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS n (id, step, at) WHERE s.id = n.id",
        [[row["id"] for row in rows], reached, left],
    )
    return calls
