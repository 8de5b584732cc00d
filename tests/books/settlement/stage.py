"""Orders with money in escrow, for the tests of settlement: posted and opened as orders do it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanhao.books.ledger.api import EntryDraft, Ref, audit, balances, post
from sanhao.books.settlement import api as settlement
from sanhao.books.settlement.wiring import RELEASE
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import tick
from sanhao.kit.rows import together

GATEWAY = Ref("gateway", "sandbox", "CNY")
REFUNDS = Ref("refunds", "platform", "CNY")


def paid(shop: UUID, goods: int = 20_000, freight: int = 600, *, now: datetime, category: str = "") -> UUID:
    """An order of *shop* was paid: its money is in escrow."""
    order = new_id()
    received = goods + freight
    with together():
        escrow = Ref("escrow", str(shop), "CNY")
        post([EntryDraft(new_id(), f"checkout:{order}:paid", "checkout.paid", now, "CNY",
                         ((GATEWAY, received), (escrow, -received)), "checkout", order)])  # fmt: skip
        settlement.open(
            [settlement.Opening(order, f"N{order.int % 10**15}", shop, "CNY", received, {category: goods})],
            now=now,
        )
    return order


def draw(
    order: UUID, amount: int, *, now: datetime, freight: int = 0, whole: bool = False, key: str = ""
) -> list[settlement.Drawn]:
    """A refund of *amount* leaves the order's escrow, as `orders.refund` and `payments.refund` do it."""
    key = key or str(new_id())
    shop = settlement.settlements([order])[order].shop_id
    with together():
        drawn = settlement.draw(
            [settlement.Draw(key, order, amount, "order", order, None, freight, whole)], now=now
        )
        if drawn and amount:
            escrow = Ref("escrow", str(shop), "CNY")
            post([EntryDraft(new_id(), f"refund:{key}", "refund", now, "CNY",
                             ((escrow, amount), (REFUNDS, -amount)), "order", order)])  # fmt: skip
    return drawn


def books(shop: UUID) -> dict[str, int]:
    """What the shop's accounts hold, as the shop reads it; only those that hold anything."""
    refs = {
        code: Ref(code, str(shop), "CNY")
        for code in ("escrow", "balance", "deposit", "reserve", "payouts", "receivable")
    }
    found = balances(refs.values())
    minors = {code: found[ref].minor * (1 if code == "receivable" else -1) for code, ref in refs.items()}
    return {code: minor for code, minor in minors.items() if minor}


def commission() -> int:
    return -balances([Ref("commission", "platform", "CNY")])[Ref("commission", "platform", "CNY")].minor


def sound() -> None:
    report = audit()
    assert report.sound, report
    assert settlement.mismatches() == {}


ACCOUNT = "6222020200112233445"


def released(
    shop: UUID, goods: int = 20_000, freight: int = 600, *, now: datetime, category: str = ""
) -> UUID:
    """An order whose money is its shop's."""
    order = paid(shop, goods, freight, now=now, category=category)
    settlement.set_release({order: now})
    tick(RELEASE, now)
    return order


def payable(shop: UUID, owner: UUID, *, now: datetime, account: str = ACCOUNT) -> datetime:
    return settlement.enter_payee(
        shop, settlement.Payee("南山果园有限公司", "中国工商银行", account), currency="CNY", by=owner, now=now
    )


def payouts_of(shop: UUID) -> list[tuple[str, int, str]]:
    return [(p.state, p.amount.minor, p.reason) for p in settlement.payouts(shop)]
