"""A sweep from its finding to its end: raised, agreed to by somebody else, begun, stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.shops import api as shops
from sanhao.kit import events
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Forbidden, Invalid, Refusal
from sanhao.kit.rows import copy_rows, execute, fetch
from sanhao.kit.text import Text
from sanhao.people.api import require_role
from sanhao.service.aftersales.book import encode
from sanhao.service.aftersales.events import SweepMoved
from sanhao.service.aftersales.models import SWEEP
from sanhao.service.aftersales.paths import proactive
from sanhao.service.aftersales.paths.proactive import Trigger
from sanhao.service.aftersales.sweeps import no_sweep
from sanhao.service.orders import api as orders

ROLES = ("admin", "arbiter")


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
    move(row, "confirmed", by, now, {"confirmed_by_id": by, "confirmed_at": now})


@transaction.atomic
def withdraw_finding(sweep_id: UUID, *, by: UUID, now: datetime) -> None:
    """Nothing comes of it. Raises Forbidden, NotFound, Refusal ``sweep.moved_on``."""
    require_role(by, *ROLES)
    move(lock(sweep_id), "withdrawn", by, now, {"ended_at": now})


@transaction.atomic
def stop(sweep_id: UUID, *, by: UUID, now: datetime) -> None:
    """No further order is touched; what was paid stays paid. Waits for the batch in hand, then nothing follows.

    Raises Forbidden, NotFound, Refusal ``sweep.moved_on``.
    """
    require_role(by, *ROLES)
    row = lock(sweep_id)
    move(row, "stopped", by, now, {"ended_at": now})
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
    move_all(fresh, "running", now)
    move_all([row for row in rows if row["state"] == "running"], "done", now, {"ended_at": now})


def lock(sweep_id: UUID) -> Row:
    """A sweep's row, locked. Raises NotFound."""
    rows = fetch("SELECT * FROM aftersales_sweep WHERE id = %s FOR UPDATE", [sweep_id])
    if not rows:
        raise no_sweep()
    return rows[0]


def move(row: Row, to: str, by: UUID | None, now: datetime, also: dict[str, Any]) -> None:
    SWEEP.move_one(row["id"], to, at=now, by=by, also=also)
    events.emit([SweepMoved(row["id"], row["trigger"], row["shop_id"], row["state"], to)], at=now)


def move_all(rows: Sequence[Row], to: str, now: datetime, also: dict[str, Any] | None = None) -> None:
    moved = {row["id"] for row in SWEEP.move_rows([row["id"] for row in rows], to, at=now, also=also or {})}
    events.emit(
        [
            SweepMoved(row["id"], row["trigger"], row["shop_id"], row["state"], to)
            for row in rows
            if row["id"] in moved
        ],
        at=now,
    )
