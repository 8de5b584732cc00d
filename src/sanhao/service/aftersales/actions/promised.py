"""Between cases and the guarantees they are claimed under: the promise hears what became of its claim, its judge decides,
and the money moves as the verdict is split.

One claim is about units of one line. The promise is told of the end alone: a rejection that may still be disputed is not
the end of anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.books.wallet import api as wallet
from sanhao.kit.ids import derived_id
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import core, money, worth
from sanhao.service.aftersales.actions import fees
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.case import OVER
from sanhao.service.aftersales.judge import Found, Verdict
from sanhao.service.aftersales.reasons import REASONS
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises

CAUSE = "case"
BACK = ("goods", "freight")
"""What is the buyer's own money coming back; the rest is paid on top of it, as a coupon."""
_BY_PLATFORM = ("ruled_for_buyer", "ruled_for_shop", "platform_pays", "platform_late", "appeal_granted")


class Unit(NamedTuple):
    """What a claim is about: so many units of a line."""

    line_id: UUID
    units: int


def decides(row: Row, verdict: Verdict) -> bool:
    """Whether what happens to a case is its promise's to decide, not the case's: there is one decision about money."""
    return row["promise_id"] is not None and verdict.outcome == "refunded"


def end(items: Sequence[Going], *, now: datetime) -> None:
    """Cases that are over without a refund: the promise goes on without that claim."""
    over = [item for item in items if item.row["promise_id"] and item.to in OVER and item.to != "refunded"]
    _answer({item.row["promise_id"]: (item, _answered(item, now, granted=False)) for item in over}, now)


def tell_paid(items: Sequence[Going], *, now: datetime) -> None:
    """Cases whose money the buyer had before the goods were back: the promise decides, nothing more moves."""
    told = {item.row["promise_id"]: (item, _answered(item, now, at_most=_wanted(item))) for item in items}
    for promise_id, outcome in _answer(told, now).items():
        told[promise_id][0].decision_id = outcome.decision_id


def _wanted(item: Going) -> int:
    """What of a refund paid ahead the buyer keeps, as `ahead_ends.settle` has it."""
    wanted = item.row["back_minor"] if item.amount_minor is None else item.amount_minor
    return int(min(item.row["ahead_minor"], wanted))


def pay(items: Sequence[Going], *, now: datetime) -> None:
    """Claims that are granted (each of a different order): what the promise's judge says goes back, out of the escrow of
    the shop or from who else bears it; what is paid on top lies in the buyer's wallet."""
    if not items:
        return
    units = units_of([item.row["id"] for item in items])
    held = orders.money([item.row["order_id"] for item in items])
    rule = money.rule(at=now)
    told, lefts = {}, {}
    for item in items:
        order = held[item.row["order_id"]]
        units[item.row["id"]] = _still(units[item.row["id"]], order)
        lefts[item.row["id"]] = left = worth.left(
            money.order_money(order), units[item.row["id"]], terms=rule.of(order.country),
            fault=REASONS[item.row["reason"]].fault, currency=order.currency,
        )  # fmt: skip
        # What collecting the goods cost is taken out of it afterwards: that was agreed, and is no business of the promise's.
        most = None if item.amount_minor is None else item.amount_minor + fees.kept(item.row)
        told[item.row["promise_id"]] = (item, _answered(item, now, left=left, at_most=most))
    outcomes = _answer(told, now)
    for item in items:
        outcome = outcomes[item.row["promise_id"]]
        item.decision_id = outcome.decision_id
        owed = outcome.verdict.owed.minor if outcome.verdict.owed else 0
        item.refunded_minor = max(owed - fees.kept(item.row), 0)
    settlement.lock([item.row["order_id"] for item in items])
    on_top([(item.row, outcomes[item.row["promise_id"]]) for item in items], now)
    asked = [
        _asked(item, outcomes[item.row["promise_id"]], units[item.row["id"]], lefts[item.row["id"]])
        for item in items
    ]
    money.give_back([one for one in asked if one is not None], now=now)
    fees.bear([item for item, one in zip(items, asked, strict=True) if one is None], now=now)


def _answer(
    told: Mapping[UUID, tuple[Going, promises.Answered]], now: datetime
) -> dict[UUID, promises.ClaimOutcome]:
    by_whom: dict[UUID | None, dict[UUID, promises.Answered]] = defaultdict(dict)
    for promise_id, (item, answered) in told.items():
        by_whom[item.by if answered.by == "platform" else None][promise_id] = answered
    found: dict[UUID, promises.ClaimOutcome] = {}
    for by, answers in by_whom.items():  # one but where an arbiter decides, who decides one by one
        found |= promises.answer(answers, now=now, by=by)
    return found


def _answered(
    item: Going,
    now: datetime,
    *,
    granted: bool = True,
    left: worth.Left | None = None,
    at_most: int | None = None,
) -> promises.Answered:
    row = item.row
    return promises.Answered(
        at=now,
        id=str(row["id"]),
        granted=granted,
        by=_by(item),
        payer=promises.PLATFORM if granted and item.bearer == "platform" else "",
        at_most=None if at_most is None else Money(at_most, row["currency"]),
        worth=left.goods if left is not None else None,
        freight=left.freight if left is not None else None,
        words=item.words,
        share_bp=item.found.share_bp,
        grams=item.found.grams,
        packed_well=item.found.packed_well,
    )


def _by(item: Going) -> Literal["shop", "silence", "platform", "buyer", "rule"]:
    if item.note in _BY_PLATFORM:
        return "platform"
    if item.note == "by_rule":
        return "rule"
    if item.to in ("withdrawn", "lapsed"):
        return "buyer"
    return "silence" if item.by_time else "shop"


def _sum(outcome: promises.ClaimOutcome, what: Sequence[str], payer: str | None = None) -> int:
    return sum(
        share.amount.minor
        for share in outcome.verdict.shares
        if share.what in what and payer in (None, share.payer)
    )


def _asked(item: Going, outcome: promises.ClaimOutcome, unit: Unit, left: worth.Left) -> money.Asked | None:
    """What goes back through the order: the units whole where all they were worth goes back, else a sum of it."""
    whole = _sum(outcome, ["goods"]) == left.goods.minor
    asked = asked_for(item.row, outcome, unit, whole=whole)
    if asked is None:
        return None
    back_on_shelf = whole and item.note == "received_restocked"
    return msgspec.structs.replace(
        asked, fee=fees.of(item.row), restock=dict([unit]) if back_on_shelf else {}
    )


def asked_for(
    row: Row,
    outcome: promises.ClaimOutcome,
    unit: Unit,
    *,
    whole: bool,
    given_minor: int = 0,
    suffix: str = "",
) -> money.Asked | None:
    """What of *outcome* goes back through the order; *given_minor* went back for these very units before."""
    goods, freight = _sum(outcome, ["goods"]), _sum(outcome, ["freight"])
    if not goods + freight:
        return None
    others = dict.fromkeys(
        share.payer for share in outcome.verdict.shares if share.payer != str(row["shop_id"])
    )
    return money.Asked(
        key=f"case:{row['id']}{suffix}",
        order_id=row["order_id"],
        asks=(
            core.Ask(
                *unit,
                goods_minor=None if whole else goods,
                given_minor=given_minor * whole,
                freight_minor=freight,
            ),
        ),
        fault="shop",
        cause_kind=CAUSE,
        cause_id=row["id"],
        decision_id=outcome.decision_id,
        borne=tuple(
            (_account(payer, row["currency"]), minor)
            for payer in others
            if (minor := _sum(outcome, BACK, payer))
        ),
    )


def _account(payer: str, currency: str) -> ledger.Ref:
    """Where the money of somebody else than the shop comes from; an insurance has no account yet, the platform pays."""
    if payer == promises.CARRIER:
        return ledger.Ref("carrier_claim", "carriers", currency)
    return ledger.Ref("goodwill", ledger.PLATFORM, currency)


def on_top(
    granted: Sequence[tuple[Row, promises.ClaimOutcome]], now: datetime, *, raised: bool = False
) -> None:
    """Compensation and what an appraisal cost: no payment of the buyer's covers that, so it is a coupon without a
    threshold. The shop's part is charged to it, what goes beyond is the platform's. *raised*: after an appeal, the rest."""
    extra = ("compensation", "appraisal")
    owed = [(row, outcome) for row, outcome in granted if _sum(outcome, extra)]
    if not owed:
        return
    key = {outcome.promise_id: f"promise:{outcome.promise_id}{':raised' * raised}" for _, outcome in owed}
    charged = ledger.charge_shops(
        [
            ledger.Charge(
                key=key[outcome.promise_id],
                kind="promise.compensation",
                shop_id=row["shop_id"],
                amount_minor=minor,
                currency=row["currency"],
                credit=wallet.coupons_account(row["currency"]),
                cause_kind="promise",
                cause_id=outcome.promise_id,
                decision_id=outcome.decision_id,
            )
            for row, outcome in owed
            if (minor := _sum(outcome, extra, str(row["shop_id"])))
        ],
        now=now,
    )
    paid = {one.key: one for one in charged}
    grants = []
    for row, outcome in owed:
        part = paid.get(key[outcome.promise_id])
        assert outcome.decision_id is not None
        grants.append(
            wallet.CouponGrant(
                id=derived_id(outcome.promise_id, "raised" if raised else "coupon"),
                person_id=row["person_id"],
                amount_minor=_sum(outcome, extra),
                currency=row["currency"],
                reason=promises.KINDS[outcome.kind].title,
                source_kind="decision" if raised else "promise",
                source_id=outcome.decision_id if raised else outcome.promise_id,
                shop_id=row["shop_id"],
                from_balance=part.from_balance if part else 0,
                from_deposit=part.from_deposit if part else 0,
                advanced=part.advanced if part else 0,
                decision_id=outcome.decision_id,
            )
        )
    wallet.grant(grants, now=now)


def _still(unit: Unit, order: orders.OrderMoney) -> Unit:
    """*unit* without what another refund has given back meanwhile."""
    [line] = [line for line in order.lines if line.id == unit.line_id]
    return unit._replace(units=min(unit.units, line.quantity - line.refunded_units))


def units_of(case_ids: Sequence[UUID]) -> dict[UUID, Unit]:
    return {
        row["case_id"]: Unit(row["line_id"], row["units"])
        for row in fetch(
            "SELECT case_id, line_id, units FROM aftersales_case_unit WHERE case_id = ANY(%s)",
            [list(case_ids)],
        )
    }


def grantable(rows: Sequence[Row], *, now: datetime) -> list[Row]:
    """These closed cases without those whose promise was made good by another claim, or ended with its order."""
    claims = {row["promise_id"]: str(row["id"]) for row in rows if row["promise_id"]}
    found = promises.proposals(claims, now=now) if claims else {}
    return [row for row in rows if row["promise_id"] is None or row["promise_id"] in found]


def proposed(row: Row, found: Found) -> promises.Proposal | None:
    """What a claim would come to if it were granted by what was *found*. Raises Invalid ``claim.found_…``."""
    at = row["moved_at"]
    answer = promises.Answered(
        at, str(row["id"]), share_bp=found.share_bp, grams=found.grams, packed_well=found.packed_well
    )
    id = row["promise_id"]
    return promises.proposals({id: str(row["id"])}, now=at, answers={id: answer}).get(id)


def overturned(decision_ids: Sequence[UUID]) -> None:
    """An appeal found for the shop: the promise has given it its part back (its own listener), the platform bears it."""
    execute(
        "UPDATE aftersales_case SET bearer = 'platform' WHERE decision_id = ANY(%s) AND promise_id IS NOT NULL",
        [list(decision_ids)],
    )
