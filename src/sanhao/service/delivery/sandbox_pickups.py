"""The sandbox courier at the door: which slots it has, and how it keeps an appointment, in its own table.

It knows our pickups by id only. What it was told to do (`PICKUP_MISCHIEF`, for all appointments under a reference) decides
what it says, and when; what it collects it scans like any parcel.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.service.delivery.asking import CarrierAway, PickupOrder, PickupSaid, PickupWord, Slot, SlotOrder

_HOME = ZoneInfo("Asia/Shanghai")
_WINDOWS = ((time(9), time(12)), (time(13), time(17)), (time(18), time(21)))
_DAYS = 5
_NOTICE = timedelta(hours=2)


class Step(NamedTuple):
    """So long after *since* (it was asked, or the slot began) the sandbox says *word*; *times* as often."""

    after: timedelta
    word: PickupSaid
    since: Literal["asked", "slot"] = "slot"
    times: int = 1


class Habit(NamedTuple):
    """One way to keep appointments. *away*: the first question gets no answer, though it was heard. *photo*: what its
    pictures are. *weighs_bp*: what its scales make of the weight that was told."""

    name: Text
    steps: tuple[Step, ...]
    away: bool = False
    photo: Literal["door", "broken"] = "door"
    weighs_bp: int = 10_000
    then: str = ""
    """How the second appointment under the same reference is kept, if in another way."""


def _h(hours: float) -> timedelta:
    return timedelta(hours=hours)


_BOOKED = Step(_h(0), "booked", "asked")
_COLLECTED = Step(_h(1), "collected")

PICKUP_MISCHIEF: dict[str, Habit] = {
    "prompt": Habit(Text("马上答应，按时上门", "Says yes at once, and comes"), (_BOOKED, _COLLECTED)),
    "late": Habit(Text("很晚才答应", "Says yes late"), (Step(_h(5), "booked", "asked"), _COLLECTED)),
    "refuse": Habit(Text("拒绝上门", "Refuses to come"), (Step(_h(0), "refused", "asked"),)),
    "vain_once": Habit(
        Text("第一次白跑", "Comes in vain once"), (_BOOKED, Step(_h(1), "in_vain")), then="prompt"
    ),
    "vain": Habit(Text("每次都白跑", "Comes in vain each time"), (_BOOKED, Step(_h(1), "in_vain"))),
    "never": Habit(Text("一直不答复", "Never answers"), ()),
    "twice": Habit(
        Text("每句话说两遍", "Says everything twice"),
        (_BOOKED._replace(times=2), _COLLECTED._replace(times=2)),
    ),
    "unbooked": Habit(
        Text("没答应就来取走了", "Collects without having said yes"), (Step(_h(-0.5), "collected"),)
    ),
    "no_show": Habit(Text("答应了却没来", "Says yes, and stays away"), (_BOOKED,)),
    "no_picture": Habit(
        Text("照片不是图片", "Sends a photo that is none"), (_BOOKED, _COLLECTED), photo="broken"
    ),
    "heavy": Habit(
        Text("称出来重三倍", "Weighs three times as much"), (_BOOKED, _COLLECTED), weighs_bp=30_000
    ),
    "away": Habit(
        Text("收到请求却没有回音", "Hears the request, and the line breaks"), (_BOOKED, _COLLECTED), away=True
    ),
}
_REASONS: dict[str, str] = {
    "in_vain": "没有人开门 / Nobody opened the door",
    "refused": "这个地址不上门 / We do not come to this address",
}


def sandbox_pickup_mischief(reference: str, how: str) -> None:
    """Tell the sandbox courier how to keep appointments under this reference; what it has heard goes on as it began.

    Raises Invalid for no such way.
    """
    if how not in PICKUP_MISCHIEF:
        raise Invalid("delivery.mischief", zh="示例快递不会这样做。", en="The sample courier cannot do that.")
    execute(
        "INSERT INTO delivery_sandbox_pickup (id, reference, how, number, asked, weight_g, step) "
        "VALUES (%s, %s, %s, 0, 0, 0, 0) "
        "ON CONFLICT (reference) WHERE key IS NULL DO UPDATE SET how = excluded.how",
        [new_id(), reference, how],
    )


def slots(order: SlotOrder) -> list[Slot]:
    """Three windows a day for five days, none that begins before the courier has had notice."""
    first = order.earliest + _NOTICE
    day = first.astimezone(_HOME).date()
    found = [
        Slot(
            datetime.combine(day + timedelta(days=n), start, _HOME).astimezone(UTC),
            datetime.combine(day + timedelta(days=n), end, _HOME).astimezone(UTC),
        )
        for n in range(_DAYS)
        for start, end in _WINDOWS
    ]
    return [slot for slot in found if slot.starts_at >= first]


def collect(order: PickupOrder, *, now: datetime) -> PickupWord:
    """Asked to come. One appointment for each id, however often it is asked. Raises CarrierAway, having heard, if told to."""
    execute(
        """
        INSERT INTO delivery_sandbox_pickup
            (id, reference, how, key, number, asked, taken_at, starts_at, weight_g, step, call_at)
        SELECT %(id)s, %(reference)s::text,
            coalesce((SELECT how FROM delivery_sandbox_pickup WHERE reference = %(reference)s::text AND key IS NULL), 'prompt'),
            %(key)s, (SELECT count(*) FROM delivery_sandbox_pickup WHERE reference = %(reference)s::text AND key IS NOT NULL), 0,
            %(now)s::timestamptz, %(starts)s, %(weight)s, 0, %(now)s::timestamptz
        ON CONFLICT (key) DO NOTHING
        """,
        {
            "id": new_id(), "reference": order.reference, "key": order.id, "now": now,
            "starts": order.slot.starts_at, "weight": sum(box.weight_g for box in order.boxes),
        },
    )  # fmt: skip
    [row] = fetch(
        "UPDATE delivery_sandbox_pickup SET asked = asked + 1 WHERE key = %s RETURNING *", [order.id]
    )
    habit = _habit(row)
    if habit.away and row["asked"] == 1:
        raise CarrierAway("the sandbox heard, and was told not to say so")
    said = [step.word for step in habit.steps if _at(row, step) <= now]
    return _word(row, said[-1]) if said and not row["cancelled_at"] else PickupWord(order.id, "taken")


def call_off(id: UUID, *, now: datetime, handle: str = "") -> PickupWord:
    """Asked not to come: what was not collected by then is not collected."""
    rows = fetch("SELECT * FROM delivery_sandbox_pickup WHERE key = %s FOR UPDATE", [id])
    if rows and any(step.word == "collected" and _at(rows[0], step) <= now for step in _habit(rows[0]).steps):
        return _word(rows[0], "collected")
    execute(
        "UPDATE delivery_sandbox_pickup SET cancelled_at = coalesce(cancelled_at, %s), call_at = NULL WHERE key = %s",
        [now, id],
    )
    return PickupWord(id, "cancelled")


def _habit(row: Row) -> Habit:
    habit = PICKUP_MISCHIEF[row["how"]]
    return PICKUP_MISCHIEF[habit.then] if habit.then and row["number"] else habit


def _at(row: Row, step: Step) -> datetime:
    """When a step is due. Words follow each other: none of them is said before it was asked."""
    at: datetime = row["taken_at"] if step.since == "asked" else max(row["starts_at"], row["taken_at"])
    return at + step.after


def number_of(key: UUID) -> str:
    """The number under which it takes a pickup along."""
    return f"SP{key.hex[-10:].upper()}"


def _word(row: Row, said: PickupSaid) -> PickupWord:
    known = said in ("booked", "collected")
    photo = _seen(_habit(row).photo) if said == "collected" else b""
    return PickupWord(row["key"], said, number_of(row["key"]) if known else "", _REASONS.get(said, ""), photo)


class PickupCall(NamedTuple):
    """One message of its own: a word about an appointment, and, where it has the goods, the scan that says so."""

    word: PickupWord
    number: int
    at: datetime
    weight_g: int


def due_pickup_calls(rows: Sequence[Row], now: datetime) -> list[PickupCall]:
    """What is to be sent now for these rows of its table; each is sent once, or as often as its habit says."""
    calls: list[PickupCall] = []
    left: list[datetime | None] = []
    reached: list[int] = []
    for row in rows:
        habit = _habit(row)
        due = [n for n, step in enumerate(habit.steps) if n >= row["step"] and _at(row, step) <= now]
        calls += [
            PickupCall(
                _word(row, habit.steps[n].word), n * 10 + turn, _at(row, habit.steps[n]),
                row["weight_g"] * habit.weighs_bp // 10_000,
            )
            for n in due
            for turn in range(habit.steps[n].times)
        ]  # fmt: skip
        next_step = max(due, default=row["step"] - 1) + 1
        reached.append(next_step)
        left.append(_at(row, habit.steps[next_step]) if next_step < len(habit.steps) else None)
    execute(
        "UPDATE delivery_sandbox_pickup s SET step = n.step, call_at = n.at "
        "FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS n (id, step, at) WHERE s.id = n.id",
        [[row["id"] for row in rows], reached, left],
    )
    return calls


@lru_cache(maxsize=2)
def _seen(what: Literal["door", "broken"]) -> bytes:
    """What the courier saw: a taped box before a door, drawn; or bytes that are no picture."""
    if what == "broken":
        return b"\xff\xd8\xff\xe0 this is no picture at all"
    picture = Image.new("RGB", (960, 720), "#E7E4DB")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 560, 960, 720), fill="#C9C1AE")
    draw.rectangle((90, 60, 400, 560), fill="#5E7A66")
    draw.rectangle((120, 95, 370, 300), fill="#6E8C77")
    draw.rectangle((120, 325, 370, 530), fill="#6E8C77")
    draw.ellipse((350, 318, 378, 346), fill="#D9B45B")
    draw.polygon(((430, 640), (430, 330), (800, 330), (800, 640)), fill="#C79A63")
    draw.polygon(((430, 330), (500, 270), (880, 270), (800, 330)), fill="#DDB681")
    draw.polygon(((800, 330), (880, 270), (880, 560), (800, 640)), fill="#A97F4D")
    draw.polygon(((590, 330), (655, 270), (715, 270), (650, 330)), fill="#F0E3C8")
    draw.rectangle((590, 330, 650, 470), fill="#F0E3C8")
    draw.rectangle((450, 510, 570, 610), fill="#FBFAF7")
    for n in range(14):
        draw.rectangle((462 + 7 * n, 530, 464 + 7 * n + n % 3, 590), fill="#1F2119")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
