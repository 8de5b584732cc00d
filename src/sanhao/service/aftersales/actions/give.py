"""Money of a case going back: out of the shop's escrow, or first from whoever bears it into that escrow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sanhao.books.ledger import api as ledger
from sanhao.goods.catalog import api as catalog
from sanhao.kit.money import Money
from sanhao.kit.rows import fetch
from sanhao.service.aftersales import core, money
from sanhao.service.aftersales.actions import fees, promised
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.paths.unshipped import shipped_anyway
from sanhao.service.aftersales.reasons import REASONS, Fault
from sanhao.service.orders import api as orders

CAUSE = "case"
Units = Mapping[UUID, Mapping[UUID, int]]
"""By case, then by line: how many units it is about."""


def refund(items: Sequence[Going], *, now: datetime) -> None:
    """Give each case's money back, and tell each how much it was: never more than is left of its order."""
    claims = [item for item in items if item.row["promise_id"]]
    plain = [item for item in items if not item.row["promise_id"]]
    if plain:
        units = units_of([item.row["id"] for item in plain])
        views = orders.orders([item.row["order_id"] for item in plain])
        whole = _cancel(plain, units, views, now)
        first, *others = one_each([item for item in plain if item.row["id"] not in whole]) or [[]]
        _pay(first, units, views, now)
        for round_ in others:  # what is left of these orders is something else by now
            _pay(round_, units, orders.orders([item.row["order_id"] for item in round_]), now)
    for round_ in one_each(claims):
        promised.pay(round_, now=now)


def _cancel(
    items: Sequence[Going], units: Units, views: Mapping[UUID, orders.OrderView], now: datetime
) -> set[UUID]:
    """A whole order that no carrier has yet is simply ended: goods back on the shelf, coupons back in the wallet."""
    ending = {}
    for item in items:
        view = views[item.row["order_id"]]
        everything = {line.id: line.quantity for line in view.lines}
        all_of_it = item.row["phase"] == "unshipped" and units[item.row["id"]] == everything
        if all_of_it and item.bearer == "shop" and item.amount_minor is None:
            ending[view.id] = (item, (view.total - view.refunded).minor)
    cancelled = orders.cancel(list(ending), who="buyer", note="case", now=now) if ending else []
    for order_id in cancelled:
        item, left = ending[order_id]
        item.refunded_minor = left
    return {ending[order_id][0].row["id"] for order_id in cancelled}


def one_each(items: Sequence[Going]) -> list[list[Going]]:
    """Two cases of one order in one batch: one after the other."""
    rounds: list[list[Going]] = []
    seen: dict[UUID, int] = defaultdict(int)
    for item in items:
        index = seen[item.row["order_id"]]
        seen[item.row["order_id"]] += 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(item)
    return rounds


def _pay(items: Sequence[Going], units: Units, views: Mapping[UUID, orders.OrderView], now: datetime) -> None:
    """One case of each order: what the core says its units are worth now, out of the escrow or of who bears it."""
    asked = [_asked(item, units[item.row["id"]], views[item.row["order_id"]]) for item in items]
    backs = money.give_back(asked, now=now)
    for item, one in zip(items, asked, strict=True):
        item.refunded_minor = backs[one.key].cash_minor


def asked_of(items: Sequence[Going]) -> list[money.Asked]:
    """What each of these cases gives back, each of another order, as refund money takes it."""
    if not items:
        return []
    units = units_of([item.row["id"] for item in items])
    views = orders.orders([item.row["order_id"] for item in items])
    return [_asked(item, units[item.row["id"]], views[item.row["order_id"]]) for item in items]


def _asked(item: Going, units: Mapping[UUID, int], order: orders.OrderView) -> money.Asked:
    row = item.row
    lines = {line.id: line for line in order.lines}
    # Another refund may have given some of it back: then it is about the rest.
    units = {
        id: min(count, left)
        for id, count in units.items()
        if (left := lines[id].quantity - lines[id].refunded_units)
    } or units
    goodwill = ledger.Ref("goodwill", ledger.PLATFORM, row["currency"])
    # Who ships after the request answers for the way there too.
    late = shipped_anyway(row["phase"], row["opened_at"], [order.collected_at])
    fault: Fault = "shop" if late else REASONS[row["reason"]].fault
    asks = tuple(core.Ask(line_id, count) for line_id, count in units.items())
    if item.amount_minor is not None and item.amount_minor < row["back_minor"]:
        # A sum instead of the goods: it is for the goods alone, which stay with the buyer.
        asks, fault = _part_of(asks, lines, item.amount_minor + fees.kept(row)), "buyer"
    waiting = {
        line_id: min(
            count, lines[line_id].quantity - lines[line_id].shipped_quantity - lines[line_id].cancelled_units
        )
        for line_id, count in units.items()
        if row["phase"] == "unshipped"
    }
    return money.Asked(
        key=f"case:{row['id']}",
        order_id=row["order_id"],
        asks=asks,
        fault=fault,
        cause_kind=CAUSE,
        cause_id=row["id"],
        decision_id=item.decision_id,
        payer=goodwill if item.bearer == "platform" else None,
        unshipped=waiting,
        restock=units if item.note == "received_restocked" else {},
        fee=fees.of(row),
        called_back=units if row["stop"] == "back" and row["phase"] != "delivered" else {},
    )


def _part_of(
    asks: Sequence[core.Ask], lines: dict[UUID, orders.LineView], amount: int
) -> tuple[core.Ask, ...]:
    """*amount* shared over the lines by what their units cost, never more than that."""
    weights = [(lines[ask.line_id].goods.minor * ask.units) // lines[ask.line_id].quantity for ask in asks]
    parts = Money(amount, "XXX").split(weights) if sum(weights) else []
    return tuple(
        core.Ask(ask.line_id, ask.units, goods_minor=part.minor)
        for ask, part in zip(asks, parts, strict=True)
        if part.minor
    )


def free_replacements(items: Sequence[Going], *, now: datetime) -> None:
    """What was kept aside for an exchange that comes to nothing goes back on the shelf."""
    over = ("refunded", "closed", "withdrawn", "lapsed")
    gone = [
        item.row["id"]
        for item in items
        if item.row["kind"] == "exchange" and (item.to in over or item.note == "not_replaced")
    ]
    if gone:
        catalog.release(gone, now=now)


def units_of(case_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, int]]:
    """How many units of which line each case is about."""
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for row in fetch(
        "SELECT case_id, line_id, units FROM aftersales_case_unit WHERE case_id = ANY(%s) ORDER BY id",
        [list(case_ids)],
    ):
        found[row["case_id"]][row["line_id"]] = row["units"]
    return found
