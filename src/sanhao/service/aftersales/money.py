"""Between the pure core and the orders: an order's money as the core reads it, what goes back as a part of a refund."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sanhao.books.ledger import api as ledger
from sanhao.books.settlement import api as settlement
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.ids import new_id
from sanhao.kit.money import Money
from sanhao.kit.text import Text
from sanhao.service.aftersales import core
from sanhao.service.orders import api as orders


class Asked(msgspec.Struct, frozen=True):
    """What one decision gives back of an order, and why. *key* makes it happen once.

    *payer*: who bears it in the shop's place (another shop by its id, or an account: goodwill, a claim on a carrier);
    *borne*: who bears how much of it, where the rest is the shop's.
    *unshipped* and *restock*: by line, how many of the units that come back were not handed over, and how many of the
    others the shop puts on its shelf again. *called_back*: those that turned round on their way.

    *had_minor* of it was refunded ahead, out of *claim*: the shop's escrow gives that back instead of paying the buyer.
    """

    key: str
    order_id: UUID
    asks: tuple[core.Ask, ...]
    fault: core.Fault
    cause_kind: str
    cause_id: UUID
    decision_id: UUID | None = None
    payer: UUID | ledger.Ref | None = None
    borne: tuple[tuple[UUID | ledger.Ref, int], ...] = ()
    statutory: bool = False
    unshipped: Mapping[UUID, int] = {}
    restock: Mapping[UUID, int] = {}
    called_back: Mapping[UUID, int] = {}
    had_minor: int = 0
    claim: ledger.Ref | None = None
    fee: Money | None = None
    """So much of it is not the buyer's but what the way back cost: the platform has paid it, and has it again."""


def found_rules(*, now: datetime) -> None:
    """The founding rule of refund money: China's way, and the Union's in its countries."""
    rule = _founding()
    title = Text(zh="退款怎么算", en="What a refund gives back")
    rulebook.found(core.RULE, msgspec.to_builtins(rule), title=title, now=now)


def _founding() -> core.MoneyRule:
    union = core.RefundTerms(freight="whole_order")
    return core.MoneyRule(by_country=dict.fromkeys(rulebook.countries(rulebook.UNION) or (), union))


def rule(*, at: datetime) -> core.MoneyRule:
    """The rule in force; where a site has none, its founding terms."""
    try:
        return msgspec.convert(rulebook.in_force(core.RULE, at=at).terms, core.MoneyRule)
    except LookupError:
        return _founding()


def order_money(order: orders.OrderMoney) -> core.OrderMoney:
    """An order's money as the core reads it."""
    return core.OrderMoney(
        lines=tuple(
            core.LineMoney(
                line.id,
                line.quantity,
                line.goods_minor,
                tuple(
                    core.Share(
                        s.id, s.funder_kind, s.funder_id, s.coupon_id, s.amount_minor, s.returned_minor
                    )
                    for s in line.shares
                ),
                line.freight_minor,
                line.refunded_units,
                line.refunded_minor,
                line.kept_minor,
            )
            for line in order.lines
        ),
        total_minor=order.total_minor,
        refunded_minor=order.refunded_minor,
        freight_minor=order.freight_minor,
        freight_refunded_minor=order.freight_refunded_minor,
        shipped=order.shipped,
        surcharge_minor=order.surcharge_minor,
    )


def part(asked: Asked, back: core.Back) -> orders.Part:
    """What goes back, as orders take it."""
    return orders.Part(
        key=asked.key,
        order_id=asked.order_id,
        cause_kind=asked.cause_kind,
        cause_id=asked.cause_id,
        lines=tuple(
            orders.LineBack(
                line.line_id,
                line.units,
                line.goods_minor,
                line.kept_minor,
                asked.unshipped.get(line.line_id, 0),
                asked.restock.get(line.line_id, 0),
                asked.called_back.get(line.line_id, 0),
            )
            for line in back.lines
        ),
        freight_minor=back.freight_minor,
        shares=tuple(orders.ShareBack(s.id, s.minor) for line in back.lines for s in line.shares),
        decision_id=asked.decision_id,
        had_minor=min(asked.had_minor, back.cash_minor),
    )


def give_back(asked: Sequence[Asked], *, now: datetime) -> dict[str, core.Back]:
    """Compute and refund, each of a different order, inside the caller's transaction; returns by key what went back.

    A fixed number of statements for any number of them. Raises the core's Invalid for what cannot be asked; a keeper,
    which may wait for nobody, holds the orders first (`orders.hold`).
    """
    if not asked:
        return {}
    found = _backs(asked, orders.money([one.order_id for one in asked]), now)
    backs = [
        core.keep(back, one.fee.minor) if one.fee else back for one, back in zip(asked, found, strict=True)
    ]
    _pay_fees(
        [
            (one, back.cash_minor - less.cash_minor)
            for one, back, less in zip(asked, found, backs, strict=True)
            if one.fee
        ],
        now,
    )
    settlement.cover(
        [cover for one, back in zip(asked, backs, strict=True) for cover in _covers(one, back)], now=now
    )
    settlement.repay(
        [_repay(one, back) for one, back in zip(asked, backs, strict=True) if one.had_minor], now=now
    )
    orders.refund([part(one, back) for one, back in zip(asked, backs, strict=True)], now=now)
    return {one.key: back for one, back in zip(asked, backs, strict=True)}


def _backs(asked: Sequence[Asked], money: Mapping[UUID, orders.OrderMoney], now: datetime) -> list[core.Back]:
    terms = rule(at=now)
    return [
        core.refund(
            _without(order_money(order := money[one.order_id]), one.had_minor), one.asks, terms.of(order.country),
            one.fault, statutory=one.statutory,
        )
        for one in asked
    ]  # fmt: skip


def _without(order: core.OrderMoney, had_minor: int) -> core.OrderMoney:
    """An order's money as if nothing had been paid ahead: what the goods are worth does not depend on it."""
    if not had_minor:
        return order
    return msgspec.structs.replace(order, refunded_minor=order.refunded_minor - had_minor)


def _pay_fees(kept: Sequence[tuple[Asked, int]], now: datetime) -> None:
    """What the platform paid couriers: out of the escrow, so much of it as was *kept* of what would have been the buyer's;
    the rest, or all of it where somebody else than the shop bears the refund, is the platform's own.

    Before others pay in for the buyer: what they bear, they bear whole.
    """
    repays, entries = [], []
    for asked, minor in kept:
        assert asked.fee is not None
        currency = asked.fee.currency
        by_shop = minor if asked.payer is None and not asked.borne else 0
        paid_ahead = ledger.Ref("paid_ahead", ledger.PLATFORM, currency)
        key, cause = f"{asked.key}:pickup", (asked.cause_kind, asked.cause_id, asked.decision_id)
        repays.append(settlement.Repay(key, asked.order_id, by_shop, paid_ahead, *cause))
        if rest := asked.fee.minor - by_shop:
            lines = ((ledger.Ref("goodwill", ledger.PLATFORM, currency), rest), (paid_ahead, -rest))
            entries.append(
                ledger.EntryDraft(new_id(), f"{key}:borne", "case.pickup_borne", now, currency, lines, *cause)
            )
    settlement.repay(repays, now=now)
    ledger.post(entries)


def _repay(asked: Asked, back: core.Back) -> settlement.Repay:
    """Who paid ahead has it again, out of the shop's escrow."""
    assert asked.claim is not None
    return settlement.Repay(
        f"{asked.key}:repaid", asked.order_id, asked.had_minor, asked.claim, asked.cause_kind, asked.cause_id,
        asked.decision_id, min(back.freight_minor, asked.had_minor),
    )  # fmt: skip


def _covers(asked: Asked, back: core.Back) -> Iterator[settlement.Cover]:
    """What others than the shop pay into its escrow: the buyer's money, and with it the same part of the shares of those
    who paid for discounts."""
    shares = sum(s.minor for line in back.lines for s in line.shares if s.funder_kind != "shop")
    borne = asked.borne if asked.payer is None else ((asked.payer, back.cash_minor),)
    for n, (payer, minor) in enumerate(borne):
        yield settlement.Cover(
            key=f"{asked.key}:borne" + (f":{n}" if n else ""),
            kind="aftersales.borne",
            order_id=asked.order_id,
            amount_minor=minor + (shares * minor // back.cash_minor if back.cash_minor else shares),
            payer=payer,
            cause_kind=asked.cause_kind,
            cause_id=asked.cause_id,
            decision_id=asked.decision_id,
        )
