"""News reaches the promises it concerns. A promise may be kept or void by it; paying is the keeper's alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.keeper import Row
from sanhao.kit.money import Money
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import (
    ConsignmentCollected,
    ConsignmentDelivered,
    ConsignmentRegistered,
    ConsignmentTracked,
    ConsignmentWithdrawn,
    InterceptionAsked,
    InterceptionMoved,
)
from sanhao.service.orders import api as orders
from sanhao.service.orders.events import OrderCancelled, UnitsDropped
from sanhao.service.promises.actions.make import cancel_at
from sanhao.service.promises.actions.review import open_reviews
from sanhao.service.promises.book import encode, facts_from, terms_of, timely
from sanhao.service.promises.core import (
    CalledBack,
    Cancelled,
    Collected,
    CollectedBy,
    Courier,
    Delivered,
    Dropped,
    PromiseNews,
    Registered,
    Tracked,
    Withdrawn,
)
from sanhao.service.promises.events import PromiseKept, PromiseVoided
from sanhao.service.promises.kinds import KINDS
from sanhao.service.promises.models import PROMISE
from sanhao.service.promises.parcels import (
    ARRIVED,
    AT_A_HUB,
    HANDED_OVER,
    Legs,
    Moment,
    heard_of,
    of_legs,
    whole_lines,
)

_COLUMNS = "id, kind, checkout_id, order_id, line_id, shop_id, person_id, rule_id, facts::text AS facts, due_at, state"


def collected(batch: Sequence[News[ConsignmentCollected]]) -> None:
    """Now-listener: a carrier's first scan of a parcel: whose hands it is in, and which lines it completes."""
    told = _hands(batch)
    for order_id, moments in _complete(batch, "collected_at", HANDED_OVER).items():
        told[order_id] += [Collected(at, received_at, lines=lines) for (at, received_at), lines in moments]
    hear(told, at=max(news.at for news in batch))


def delivered(batch: Sequence[News[ConsignmentDelivered]]) -> None:
    """Now-listener: a parcel was signed for, by the buyer's side or by a hub. Who brought it had it in their hands,
    though nobody ever scanned that."""
    told = _hands(batch)
    for legs in (AT_A_HUB, ARRIVED):
        for order_id, moments in _complete(batch, "delivered_at", legs).items():
            told[order_id] += [
                Delivered(at, received_at, lines=lines, hub=legs == AT_A_HUB)
                for (at, received_at), lines in moments
            ]
    hear(told, at=max(news.at for news in batch))


def _hands(
    batch: Sequence[News[ConsignmentCollected]] | Sequence[News[ConsignmentDelivered]],
) -> dict[UUID, list[PromiseNews]]:
    """Whose hands these parcels are in, by order: those that a shop handed over."""
    told: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for fact in (news.fact for news in batch if news.fact.leg in HANDED_OVER):
        courier = Courier(fact.carrier, delivery.carrier_name(fact.carrier))
        told[fact.owner_id].append(
            CollectedBy(fact.received_at, str(fact.consignment_id), courier, str(fact.shop_id))
        )
    return told


def _complete(
    batch: Sequence[News[ConsignmentCollected]] | Sequence[News[ConsignmentDelivered]], field: str, legs: Legs
) -> dict[UUID, list[tuple[Moment, tuple[str, ...]]]]:
    """The lines told of whose every unit is in a parcel with this scan, and when the last of them had it.

    Nothing is told of a hand-over that only the delivery proves: the delivery itself says as much, and when a shop
    handed over stays unknown. A line may travel in several parcels: with the first of them it is not yet handed over,
    nor delivered. Parcels of one order may be told of together: each line goes by its own.
    """
    told = {news.fact.consignment_id: news.fact for news in batch if news.fact.leg in legs}
    if not told:
        return {}
    order_ids = list(dict.fromkeys(fact.owner_id for fact in told.values()))
    wanted = orders.line_quantities(order_ids)
    found: dict[UUID, list[tuple[Moment, tuple[str, ...]]]] = {}
    heard = {id: fact.received_at for id, fact in told.items()}
    for order_id, parcels in delivery.consignments_of(order_ids).items():
        if whole := whole_lines(of_legs(parcels, legs), wanted, field, heard):
            found[order_id] = whole
    return found


def registered(batch: Sequence[News[ConsignmentRegistered]]) -> None:
    """Now-listener: a shop gave carriers' numbers."""
    by_order: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for news in batch:
        fact = news.fact
        if fact.leg == 2:
            continue  # a hub's word, not the shop's
        lines = tuple(sorted(str(item) for item, _ in fact.items))
        by_order[fact.owner_id].append(Registered(fact.at, str(fact.consignment_id), lines))
    _hear_of_parcels(by_order, at=max(news.at for news in batch))


def withdrawn(batch: Sequence[News[ConsignmentWithdrawn]]) -> None:
    """Now-listener: a shop took a number back before any carrier had the parcel."""
    by_order: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for news in batch:
        by_order[news.fact.owner_id].append(Withdrawn(news.fact.at, str(news.fact.consignment_id)))
    _hear_of_parcels(by_order, at=max(news.at for news in batch))


def tracked(batch: Sequence[News[ConsignmentTracked]]) -> None:
    """Now-listener: something more that a carrier said of a parcel it has."""
    by_order: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for news in batch:
        fact = news.fact
        if fact.leg == 2:
            continue
        by_order[fact.owner_id] += [
            Tracked(at, received_at, str(fact.consignment_id)) for at, received_at in fact.scans
        ]
    _hear_of_parcels(by_order, at=max(news.at for news in batch))


def called_back(batch: Sequence[News[InterceptionAsked]]) -> None:
    """Now-listener: a parcel is being called back; while that runs its arrival is not waited for."""
    by_order: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for news in batch:
        fact = news.fact
        lines = tuple(sorted(map(str, fact.items)))
        by_order[fact.owner_id].append(CalledBack(fact.at, fact.until, str(fact.consignment_id), lines))
    hear(by_order, at=max(news.at for news in batch))


def call_moved(batch: Sequence[News[InterceptionMoved]]) -> None:
    """Now-listener: it turned round, or travels on."""
    by_order: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for news in batch:
        fact = news.fact
        if fact.state != "accepted":
            lines, parcel = tuple(sorted(map(str, fact.items))), str(fact.consignment_id)
            back = fact.state == "succeeded"
            by_order[fact.owner_id].append(
                CalledBack(fact.asked_at, fact.until, parcel, lines, fact.at, back)
            )
    hear(by_order, at=max(news.at for news in batch))


def _hear_of_parcels(by_order: Mapping[UUID, Sequence[PromiseNews]], *, at: datetime) -> None:
    """Only what listens to single parcels, and still runs."""
    if not by_order:
        return
    checkouts = orders.checkout_ids(list(by_order))
    of_checkout: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for order_id, checkout_id in checkouts.items():
        of_checkout[checkout_id].extend(by_order[order_id])
    rows = fetch(
        f"""
        SELECT {_COLUMNS} FROM promises_promise
        WHERE (order_id = ANY(%s) OR (checkout_id = ANY(%s) AND order_id IS NULL))
          AND kind = 'false_shipment' AND state = 'open' ORDER BY id FOR UPDATE
        """,
        [list(checkouts), list(of_checkout)],
    )
    retell(
        [
            (row, by_order[row["order_id"]] if row["order_id"] else of_checkout[row["checkout_id"]])
            for row in rows
        ],
        at=at,
    )


def orders_cancelled(batch: Sequence[News[OrderCancelled]]) -> None:
    """Now-listener. Where nothing was promised about cancelled orders, everything still goes back."""
    at = max(news.at for news in batch)
    hear({news.fact.order_id: [Cancelled(at=news.fact.at, by=news.fact.by)] for news in batch}, at=at)
    unpaid = {news.fact.order_id: news.fact.checkout_id for news in batch if not news.fact.refunded}
    promised = fetch(
        "SELECT order_id, checkout_id FROM promises_promise WHERE kind = 'non_delivery' AND state = 'open' "
        "AND (order_id = ANY(%s) OR (checkout_id = ANY(%s) AND order_id IS NULL))",
        [list(unpaid), list(set(unpaid.values()))],
    )
    remembered = {row["order_id"] or row["checkout_id"] for row in promised}
    forgotten = sorted(id for id, checkout in unpaid.items() if not remembered & {id, checkout})
    orders.refund([orders.Part(f"order:{id}:cancelled", id, "order", id) for id in forgotten], now=at)


def units_dropped(batch: Sequence[News[UnitsDropped]]) -> None:
    """Now-listener. Lines of which nothing will come are no longer waited for; of the others, what is already handed over
    or delivered may be all there is."""
    at = max(news.at for news in batch)
    told: dict[UUID, list[PromiseNews]] = defaultdict(list)
    fewer: dict[UUID, set[str]] = defaultdict(set)
    for news in batch:
        fact = news.fact
        gone = tuple(
            (str(line.id), Money(line.paid_minor, fact.currency)) for line in fact.lines if line.gone
        )
        if gone:
            told[fact.order_id].append(Dropped(fact.at, gone))
        fewer[fact.order_id] |= {str(line.id) for line in fact.lines if not line.gone}
    for order_id, known in _complete_now({id: lines for id, lines in fewer.items() if lines}, at).items():
        told[order_id] += known
    hear(told, at=at)


def _complete_now(fewer: Mapping[UUID, set[str]], at: datetime) -> dict[UUID, list[PromiseNews]]:
    """What the parcels that are under way complete of these lines, now that fewer units are waited for."""
    wanted = orders.line_quantities(list(fewer))
    found: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for order_id, parcels in delivery.consignments_of(list(fewer)).items():
        heard = {parcel.id: at for parcel in parcels}
        for field, news, counting in heard_of(parcels):
            for (moment, received_at), lines in whole_lines(counting, wanted, field, heard):
                if mine := tuple(line for line in lines if line in fewer[order_id]):
                    found[order_id].append(news(moment, received_at, lines=mine))
    return found


def hear(by_order: Mapping[UUID, Sequence[PromiseNews]], *, at: datetime) -> None:
    """Every promise about these orders hears their news. Runs in the teller's transaction; locks in id order."""
    if not by_order:
        return
    checkouts = orders.checkout_ids(list(by_order))
    by_order = {order_id: news for order_id, news in by_order.items() if order_id in checkouts}
    rows = fetch(
        f"""
        SELECT {_COLUMNS}, decision_id FROM promises_promise
        WHERE (order_id = ANY(%(orders)s) OR (checkout_id = ANY(%(checkouts)s) AND order_id IS NULL))
          AND state IN ('open', 'broken')
        ORDER BY id FOR UPDATE
        """,
        {"orders": list(by_order), "checkouts": sorted(set(checkouts.values()))},
    )
    of_checkout: dict[UUID, list[PromiseNews]] = defaultdict(list)
    for order_id, news in by_order.items():
        of_checkout[checkouts[order_id]].extend(news)
    told = [
        (row, by_order[row["order_id"]] if row["order_id"] else of_checkout[row["checkout_id"]])
        for row in rows
    ]
    retell([(row, news) for row, news in told if row["state"] == "open"], at=at)
    open_reviews([(row, news) for row, news in told if row["state"] == "broken"], at=at)


def retell(told: Sequence[tuple[Row, Sequence[PromiseNews]]], *, at: datetime) -> None:
    """Fold *news* into open, locked promises, judge them, and write what follows."""
    heard = []
    for row, news in told:
        kind, terms = KINDS[row["kind"]], terms_of(row["rule_id"], row["kind"])
        facts = facts_from(row["kind"], row["facts"])
        for item in news:
            facts = kind.hear(terms, facts, item)
        heard.append((row, kind, terms, facts))
    # Two processes never read quite the same time: what one was told already is no future for the other.
    at = max([at, *(ended for *_, facts in heard if (ended := _ended(facts)))])
    kept, void, waiting = [], [], []
    for row, kind, terms, facts in heard:
        verdict = kind.judge(terms, facts, at)
        due = kind.due(terms, facts)
        row |= {
            "facts": encode(facts),
            "due_at": due.due_at,
            "settle_at": timely(due),
            "reason": verdict.reason,
        }
        row["cancel_at"] = cancel_at(kind, terms, facts)
        if verdict.outcome == "kept":
            kept.append(row)
        elif verdict.outcome == "void":
            void.append(row)
        else:
            if verdict.outcome == "broken":
                row["settle_at"] = at
            waiting.append(row)
    end(kept, "kept", at=at)
    end(void, "void", at=at)
    reschedule(waiting)


def _ended(facts: Any) -> datetime | None:
    """When the order of a promise was cancelled, as far as it has heard."""
    cancelled: Cancelled | None = facts.cancelled
    return cancelled.at if cancelled is not None else None


def end(rows: Sequence[Row], state: str, *, at: datetime) -> None:
    """Promises kept, or void: no money, no decision; the world hears."""
    if not rows:
        return
    n = len(rows)
    PROMISE.move(
        [row["id"] for row in rows],
        state,
        at=at,
        held=True,
        each={
            "facts": ("jsonb", [row["facts"] for row in rows]),
            "reason": ("text", [row["reason"] for row in rows]),
            "decided_at": ("timestamptz", [at] * n),
            "cancel_at": ("timestamptz", [None] * n),
        },
    )
    event = PromiseKept if state == "kept" else PromiseVoided
    events.emit([event(*identity(row)) for row in rows], at=at)


def identity(row: Row) -> tuple[Any, Any, Any, Any, Any, Any]:
    """What every event about a promise begins with."""
    return (row["id"], row["kind"], row["checkout_id"], row["order_id"], row["shop_id"], row["person_id"])


def reschedule(rows: Sequence[Row]) -> None:
    """Open promises that wait on: with what they heard, until when."""
    if not rows:
        return
    execute(
        """
        UPDATE promises_promise p
        SET facts = w.facts, due_at = w.due_at, settle_at = w.settle_at, cancel_at = w.cancel_at
        FROM unnest(%s::uuid[], %s::jsonb[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
          AS w (id, facts, due_at, settle_at, cancel_at)
        WHERE p.id = w.id
        """,
        [[row[name] for row in rows] for name in ("id", "facts", "due_at", "settle_at", "cancel_at")],
    )
