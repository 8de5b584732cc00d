"""A sweep from its finding to its end: raised, looked at without touching anything, agreed to by somebody else, stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Forbidden, Invalid, NotFound, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.text import Text
from sanhao.people.api import last_seen, require_role
from sanhao.service.aftersales.actions.look import Look, Subject, look, subject_of
from sanhao.service.aftersales.book import encode
from sanhao.service.aftersales.events import SweepMoved
from sanhao.service.aftersales.models import SWEEP
from sanhao.service.aftersales.paths import proactive
from sanhao.service.aftersales.paths.proactive import Terms, Trigger
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

ROLES = ("admin", "arbiter")
MOST = 20_000
"""Orders of one sweep; a wider finding is raised in parts."""


class Figure(msgspec.Struct, frozen=True):
    """What a sweep comes to in one currency, by who bears it: the shop or the platform; *returns* are not paid yet."""

    currency: str
    bearer: str
    outcome: str
    orders: int
    minor: int


class Figures(msgspec.Struct, frozen=True):
    """What a look saw. *left*: orders it leaves alone, by reason; *parted*: those of which it leaves a part. An order of
    which a part was shipped is counted with each of its parts."""

    orders: int
    buyers: int
    sums: tuple[Figure, ...]
    left: dict[str, int]
    parted: dict[str, int] = {}


class Changes(msgspec.Struct, frozen=True):
    """What is different now from what was seen: orders that came, and those that would go another way by now."""

    added: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.different)


def terms_in(rule_id: UUID) -> Terms:
    return msgspec.convert(rulebook.version(rule_id).terms, Terms)


def scope_of(row: Row) -> orders.Within:
    return msgspec.json.decode(row["scope"], type=orders.Within)


@transaction.atomic
def raise_finding(
    trigger: Trigger,
    scope: orders.Within,
    *,
    reason: Text,
    evidence: str,
    by: UUID,
    now: datetime,
) -> UUID:
    """Somebody of the platform found something; nothing happens yet. One shop a finding.

    Raises Forbidden, NotFound for an unknown shop, Invalid ``sweep.trigger``, ``sweep.reason``, ``sweep.evidence``,
    ``sweep.scope``, Refusal ``sweep.no_rule``.
    """
    require_role(by, *ROLES)
    if trigger not in proactive.BY_HAND:
        raise Invalid("sweep.trigger", zh="请选择是什么问题。", en="Choose what was found.")
    words = Text(zh=_words(reason.zh), en=_words(reason.en))
    proof = evidence.replace("\0", "").strip()
    if not 4 <= len(proof) <= 500:
        raise Invalid("sweep.evidence", zh="请写下依据：通知编号、链接或检测报告。",
                      en="Say what it rests on: a notice's number, a link, a report.")  # fmt: skip
    if scope.paid_from and scope.paid_until and scope.paid_from >= scope.paid_until:
        raise Invalid(
            "sweep.scope", zh="结束时间要晚于开始时间。", en="The end has to be later than the start."
        )
    [shop_id] = scope.shops
    shops.shop(shop_id)
    return _draft(trigger, shop_id, scope, words, proof, by, now)


def _words(given: str) -> str:
    said = given.replace("\0", "").strip()
    if not 4 <= len(said) <= 300:
        raise Invalid("sweep.reason", zh="原因要有中文和英文，各4到300个字。",
                      en="The reason is needed in Chinese and in English, 4 to 300 characters each.")  # fmt: skip
    return said


def _draft(
    trigger: Trigger,
    shop_id: UUID,
    scope: orders.Within,
    reason: Text,
    evidence: str,
    by: UUID | None,
    now: datetime,
) -> UUID:
    try:
        rule = rulebook.in_force(proactive.RULE, at=now)
    except LookupError:
        raise Refusal("sweep.no_rule", zh="平台还没有主动退款的规则。",
                      en="This site has no rule about refunds without a request.") from None  # fmt: skip
    id = new_id()
    copy_rows(
        "aftersales_sweep",
        ("id", "trigger", "rule_id", "state", "shop_id", "scope", "reason_zh", "reason_en", "evidence", "raised_by_id",
         "raised_at", "look"),
        [(id, trigger, rule.id, SWEEP.initial, shop_id, encode(scope), reason.zh, reason.en, evidence, by, now, 0)],
    )  # fmt: skip
    events.emit([SweepMoved(id, trigger, shop_id, "", SWEEP.initial)], at=now)
    return id


@transaction.atomic
def preview(sweep_id: UUID, *, by: UUID, now: datetime) -> Figures:
    """Look at every order the finding reaches, write down what would become of each, touch none. Again: anew.

    Raises Forbidden, NotFound, Refusal ``sweep.moved_on``, ``sweep.too_wide``, ``sweep.nothing``.
    """
    require_role(by, *ROLES)
    row = lock(sweep_id)
    return _see(row, by, now)


def _see(row: Row, by: UUID | None, now: datetime) -> Figures:
    looks = look(_subjects(row, now), now=now)
    if not looks:
        raise Refusal("sweep.nothing", zh="这个范围里没有订单。", en="There is no order in this scope.")
    execute("DELETE FROM aftersales_swept_order WHERE sweep_id = %s", [row["id"]])
    copy_rows(
        "aftersales_swept_order",
        ("id", "sweep_id", "order_id", "shop_id", "person_id", "number", "state", "lines", "waiting", "collected",
         "outcome", "reason", "bearer", "currency", "expected_minor", "paid_minor", "step", "found_at",
         "rest_outcome", "rest_reason", "rest_minor"),
        [
            (
                id, row["id"], one.order.id, one.order.shop_id, one.order.person_id, one.order.number, "found",
                encode(one.subject.lines), one.waiting, one.order.collected_at is not None, one.verdict.outcome,
                one.verdict.reason, one.verdict.bearer, one.order.total.currency, one.owed_minor, 0, 0, now,
                one.rest.outcome if one.rest else "", one.rest.reason if one.rest else "", one.rest.owed.minor if one.rest else 0,
            )
            for id, one in zip(new_ids(len(looks)), looks, strict=True)
        ],
    )  # fmt: skip
    figures = figures_of(looks)
    _move(row, "previewed", by, now, {"look": row["look"] + 1, "looked_at": now, "figures": encode(figures)})
    return figures


def _subjects(row: Row, now: datetime) -> list[Subject]:
    """The orders that the finding reaches now. Raises Refusal ``sweep.too_wide``."""
    trigger, scope = row["trigger"], scope_of(row)
    if trigger == "dead_shop":
        late = promises.late_orders(now=now).get(row["shop_id"], [])
        found = orders.within(
            msgspec.structs.replace(scope, orders=tuple(late)), uncollected=True, limit=MOST + 1
        ) if late else {}  # fmt: skip
    else:
        found = orders.within(scope, limit=MOST + 1)
    if len(found) > MOST:
        raise Refusal("sweep.too_wide", zh=f"一次最多{MOST}个订单，请把时间分段。",
                      en=f"At most {MOST:,} orders at a time: split it by time.")  # fmt: skip
    reason, terms = Text(zh=row["reason_zh"], en=row["reason_en"]), terms_in(row["rule_id"])
    return [Subject(trigger, terms, reason, id, lines, now) for id, lines in found.items()]


def figures_of(looks: Sequence[Look]) -> Figures:
    sums: Counter[tuple[str, str, str]] = Counter()
    counts: Counter[tuple[str, str, str]] = Counter()
    parted: Counter[str] = Counter()
    left = Counter(one.verdict.reason for one in looks if one.verdict.outcome == "left")
    touched = [one for one in looks if one.verdict.outcome != "left"]
    for one in touched:
        found: Counter[tuple[str, str, str]] = Counter()
        for verdict in one.verdicts:
            if verdict.outcome == "left":
                parted[verdict.reason] += 1
            else:
                found[one.order.total.currency, verdict.bearer, verdict.outcome] += verdict.owed.minor
        sums.update(found)
        counts.update(found.keys())
    return Figures(
        len(touched),
        len({one.order.person_id for one in touched}),
        tuple(Figure(*key, counts[key], sums[key]) for key in sorted(sums)),
        dict(left),
        dict(parted),
    )


def changes(sweep_id: UUID, *, now: datetime) -> Changes:
    """What is different now from what the stored look says, by order number. Nothing is written."""
    row = _row(sweep_id)
    if row["state"] != "previewed":
        return Changes()
    stored = {known["order_id"]: known for known in _stored(sweep_id)}
    try:
        subjects = _subjects(row, now)
    except Refusal as refusal:
        return Changes(added=(refusal.code,))
    # What was seen before is looked at as the act will look at it: with what has happened since.
    seen = {
        one.order.id: one
        for one in look([subject_of(row | stored[s.order_id], s.terms) if s.order_id in stored else s for s in subjects],
                        now=now)
    }  # fmt: skip
    other = [
        known["number"]
        for id, known in stored.items()
        if id not in seen
        or (seen[id].verdict.outcome, seen[id].owed_minor) != (known["outcome"], known["expected_minor"])
    ]
    added = sorted(one.order.number for id, one in seen.items() if id not in stored)
    return Changes(tuple(added), tuple(other))


def _stored(sweep_id: UUID) -> list[Row]:
    return fetch(
        "SELECT order_id, number, lines, waiting, collected, found_at, outcome, expected_minor "
        "FROM aftersales_swept_order WHERE sweep_id = %s ORDER BY number",
        [sweep_id],
    )


@transaction.atomic
def confirm(sweep_id: UUID, *, look: int, by: UUID, now: datetime) -> None:
    """Somebody else agrees to what look number *look* saw, and it starts. Raises Forbidden ``sweep.two_people``,
    ``sweep.own_shop``, NotFound, Refusal ``sweep.moved_on``, ``sweep.seen_anew`` (it was looked at again in between)."""
    require_role(by, *ROLES)
    row = lock(sweep_id)
    if row["raised_by_id"] == by:
        raise Forbidden("sweep.two_people", zh="自己提出的要由另一位同事确认。",
                        en="What you raised is confirmed by somebody else.")  # fmt: skip
    if decisions.is_member(row["shop_id"], by):
        raise Forbidden("sweep.own_shop", zh="你是这家店的成员，请由其他同事确认。",
                        en="You belong to this shop: somebody else has to confirm it.")  # fmt: skip
    if row["state"] == "previewed" and row["look"] != look:
        raise Refusal("sweep.seen_anew", zh="同事刚刚重新预览过，请看过新的数字再确认。",
                      en="It has just been looked at again. See the new figures first, please.")  # fmt: skip
    _move(row, "confirmed", by, now, {"confirmed_by_id": by, "confirmed_at": now})


@transaction.atomic
def withdraw_finding(sweep_id: UUID, *, by: UUID, now: datetime) -> None:
    """Nothing comes of it. Raises Forbidden, NotFound, Refusal ``sweep.moved_on``."""
    require_role(by, *ROLES)
    _move(lock(sweep_id), "withdrawn", by, now, {"ended_at": now})


@transaction.atomic
def stop(sweep_id: UUID, *, by: UUID, now: datetime) -> None:
    """No further order is touched; what was paid stays paid. Waits for the batch in hand, then nothing follows.

    Raises Forbidden, NotFound, Refusal ``sweep.moved_on``.
    """
    require_role(by, *ROLES)
    row = lock(sweep_id)
    _move(row, "stopped", by, now, {"ended_at": now})
    execute(
        "UPDATE aftersales_swept_order SET state = 'left', reason = 'stopped', due_at = NULL, ended_at = %s "
        "WHERE sweep_id = %s AND state = 'waiting'",
        [now, sweep_id],
    )


def begin(rows: Sequence[Row], now: datetime) -> None:
    """Keeper: sweeps that were confirmed start; those with nothing left to do are done. What was seen to be left alone
    stays alone, whatever has become of it."""
    fresh = [row for row in rows if row["state"] == "confirmed"]
    execute(
        """
        UPDATE aftersales_swept_order SET state = CASE outcome WHEN 'left' THEN 'left' ELSE 'waiting' END,
            due_at = CASE outcome WHEN 'left' THEN NULL ELSE %(now)s::timestamptz END,
            ended_at = CASE outcome WHEN 'left' THEN %(now)s::timestamptz END
        WHERE sweep_id = ANY(%(ids)s) AND state = 'found'
        """,
        {"now": now, "ids": [row["id"] for row in fresh]},
    )
    _move_all(fresh, "running", now)
    _move_all([row for row in rows if row["state"] == "running"], "done", now, {"ended_at": now})


def propose(rows: Sequence[Row], now: datetime) -> None:
    """Keeper, once a day: shops that nobody has been seen in while orders are late. Each is proposed once; a person
    confirms, unless the terms say that it starts by itself."""
    execute(
        "UPDATE aftersales_watch SET due_at = %s WHERE id = ANY(%s)",
        [now + timedelta(days=1), [row["id"] for row in rows]],
    )
    try:
        rule = rulebook.in_force(proactive.RULE, at=now)
    except LookupError:
        return
    terms = terms_in(rule.id)
    silent = _silent(terms, now)
    if not silent:
        return
    reason = Text(
        zh=f"店铺{terms.quiet_days}天没有人登录，也没有人处理订单",
        en=f"nobody has signed in or worked in the shop for {terms.quiet_days} days",
    )
    ids = new_ids(len(silent))
    execute(
        """
        INSERT INTO aftersales_sweep (id, trigger, rule_id, state, shop_id, scope, reason_zh, reason_en, evidence, raised_at, look)
        SELECT w.id, 'dead_shop', %s, 'drafted', w.shop, jsonb_build_object('shops', jsonb_build_array(w.shop::text)),
               %s, %s, '', %s, 0
        FROM unnest(%s::uuid[], %s::uuid[]) AS w (id, shop) ON CONFLICT DO NOTHING
        """,
        [rule.id, reason.zh, reason.en, now, ids, silent],
    )
    made = fetch("SELECT * FROM aftersales_sweep WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
    events.emit([SweepMoved(row["id"], "dead_shop", row["shop_id"], "", "drafted") for row in made], at=now)
    if terms.auto:
        _start_alone(made, now)


def _start_alone(made: Sequence[Row], now: datetime) -> None:
    for row in made:
        _see(row, None, now)
    again = fetch("SELECT * FROM aftersales_sweep WHERE id = ANY(%s)", [[row["id"] for row in made]])
    _move_all(again, "confirmed", now, {"confirmed_at": now})


def _silent(terms: Terms, now: datetime) -> list[UUID]:
    """Shops with late orders whose people have neither signed in nor moved anything for so many days, and that have been
    open for as long."""
    since = now - timedelta(days=terms.quiet_days)
    late = promises.late_orders(now=now)
    cards = shops.shops(list(late)) if late else {}
    known = shops.members_of(list(late)) if late else {}
    everybody = [person for members in known.values() for person in members]
    seen = last_seen(everybody) if everybody else {}
    at_work = {
        row["by_id"]
        for row in fetch(
            "SELECT DISTINCT by_id FROM kit_history WHERE by_id = ANY(%s) AND at > %s", [everybody, since]
        )
    } if everybody else set()  # fmt: skip
    return [
        shop
        for shop in late
        if cards[shop].opened_at <= since
        and not any(
            person in at_work or ((at := seen.get(person)) is not None and at > since)
            for person in known.get(shop, ())
        )
    ]


def lock(sweep_id: UUID) -> Row:
    """A sweep's row, locked. Raises NotFound."""
    rows = fetch("SELECT * FROM aftersales_sweep WHERE id = %s FOR UPDATE", [sweep_id])
    if not rows:
        raise no_sweep()
    return rows[0]


def _row(sweep_id: UUID) -> Row:
    rows = fetch("SELECT * FROM aftersales_sweep WHERE id = %s", [sweep_id])
    if not rows:
        raise no_sweep()
    return rows[0]


def no_sweep() -> NotFound:
    return NotFound("sweep.unknown", zh="没有找到这次主动退款。", en="There is no such sweep.")


def _move(row: Row, to: str, by: UUID | None, now: datetime, also: dict[str, Any]) -> None:
    SWEEP.move_one(row["id"], to, at=now, by=by, also=also)
    events.emit([SweepMoved(row["id"], row["trigger"], row["shop_id"], row["state"], to)], at=now)


def _move_all(rows: Sequence[Row], to: str, now: datetime, also: dict[str, Any] | None = None) -> None:
    moved = {row["id"] for row in SWEEP.move_rows([row["id"] for row in rows], to, at=now, also=also or {})}
    events.emit(
        [
            SweepMoved(row["id"], row["trigger"], row["shop_id"], row["state"], to)
            for row in rows
            if row["id"] in moved
        ],
        at=now,
    )
