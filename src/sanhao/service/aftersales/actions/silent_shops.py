"""Shops that nobody has been seen in while orders are late: a sweep is proposed by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.ids import new_ids
from sanhao.kit.keeper import Row
from sanhao.kit.rows import execute, fetch
from sanhao.kit.text import Text
from sanhao.people.api import last_seen
from sanhao.service.aftersales.actions.sweep import move_all
from sanhao.service.aftersales.actions.sweep_preview import see
from sanhao.service.aftersales.events import SweepMoved
from sanhao.service.aftersales.paths import proactive
from sanhao.service.aftersales.paths.proactive import Terms
from sanhao.service.aftersales.sweeps import terms_in
from sanhao.service.promises import api as promises


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
        see(row, None, now)
    again = fetch("SELECT * FROM aftersales_sweep WHERE id = ANY(%s)", [[row["id"] for row in made]])
    move_all(again, "confirmed", now, {"confirmed_at": now})


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
