"""What waits at the workbench: orders to hand over, by the time left on their promise, and what lateness would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanhao.faces.ui import places
from sanhao.faces.ui.cards import PromiseCard, PromiseState
from sanhao.faces.ui.promised import Weighed, by_weight, promise_title, timed
from sanhao.faces.workbench.seat import Seat
from sanhao.kit.money import Money, total
from sanhao.kit.text import Lang, Text
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises
from sanhao.service.remote import api as remote

SOON = timedelta(hours=24)


class Waiting(msgspec.Struct, frozen=True):
    """One order with its promise to ship (None: it carries none) and the card that shows both as a row."""

    order: orders.OrderView
    promise: promises.PromiseView | None
    card: PromiseCard | None
    hub: remote.Hub | None = None
    """Where the parcel goes instead of the buyer's door, and is taken on from."""

    @property
    def left(self) -> list[tuple[orders.LineView, int]]:
        """Lines that are not wholly packed, with how many are missing."""
        return [(line, line.waiting_units) for line in self.order.lines if line.waiting_units]  # fmt: skip


class Desk(msgspec.Struct, frozen=True):
    """All that waits, least time left first.

    *running* still have time; *late* are paid for already, but their buyers wait and may cancel; *to_collect* are
    packed, but no carrier has scanned them. *at_risk* is what the promises that fall due soon would cost.
    """

    running: tuple[Waiting, ...]
    late: tuple[Waiting, ...]
    to_collect: tuple[Waiting, ...]
    at_risk: Money
    soon: int

    @property
    def to_ship(self) -> tuple[Waiting, ...]:
        """In the order in which it is worth doing: money that can still be saved comes first."""
        return (*self.running, *self.late)

    @property
    def first(self) -> Waiting | None:
        return self.to_ship[0] if self.to_ship else None


def desk(seat: Seat) -> Desk:
    """Everything that waits for this shop's hands. Seven queries at most."""
    unpacked = orders.to_ship(seat.shop.id)
    open_now = promises.open_of_shop(seat.shop.id, now=seat.now)
    by_order = {promise.order_id: promise for promise in open_now if promise.order_id is not None}
    packed_ids = by_order.keys() - {order.id for order in unpacked}
    packed = orders.orders(sorted(packed_ids)) if packed_ids else {}
    by_hub = remote.consolidated([*(order.id for order in unpacked), *packed])
    decided = _decided(seat, [order.id for order in unpacked if order.id not in by_order])
    until = seat.now + SOON
    soon = [promise for promise in open_now if promise.due_at is not None and promise.due_at <= until]
    stakes = [promise.stake for promise in soon if promise.stake is not None]
    return Desk(
        running=_sorted(
            [_waiting(seat, one, by_order.get(one.id), by_hub) for one in unpacked if one.id not in decided]
        ),
        late=_sorted([_waiting(seat, one, decided[one.id], by_hub) for one in unpacked if one.id in decided]),
        to_collect=_sorted(
            [_waiting(seat, packed[id], by_order[id], by_hub) for id in packed_ids if id in packed]
        ),
        at_risk=total(
            [stake for stake in stakes if stake.currency == seat.shop.currency], seat.shop.currency
        ),
        soon=len(soon),
    )


def _decided(seat: Seat, order_ids: list[UUID]) -> dict[UUID, promises.PromiseView]:
    """The broken promise of each order that is late already."""
    found = promises.promises_of(order_ids, now=seat.now) if order_ids else {}
    return {
        id: promise
        for id, made in found.items()
        for promise in made
        if promise.kind == "late_shipment" and promise.state in ("broken", "review", "reversed")
    }


def _sorted(waiting: Sequence[Waiting]) -> tuple[Waiting, ...]:
    """Least time left first; what carries no promise comes last, oldest first."""

    def when(one: Waiting) -> tuple[bool, datetime, UUID]:
        due = one.promise.due_at if one.promise else None
        return due is None, due or one.order.placed_at, one.order.id

    return tuple(sorted(waiting, key=when))


def _waiting(
    seat: Seat,
    order: orders.OrderView,
    promise: promises.PromiseView | None,
    by_hub: Mapping[UUID, remote.Consolidated],
) -> Waiting:
    card, hub = None, by_hub[order.id].hub if order.id in by_hub else None
    if promise is not None and promise.due_at is not None:
        href = reverse("workbench:order", args=[seat.shop.slug, order.id])
        card = promise_card(
            promise, seat.now, title=order.number, shop=_below(order, promise, hub), href=href
        )
    return Waiting(order, promise, card, hub)


def _below(order: orders.OrderView, promise: promises.PromiseView, hub: remote.Hub | None) -> str:
    """Where to, what is in it, and what it costs if it is late."""
    parts = [said(hub.name) if hub else place(order), contents(order)]
    if promise.stake:
        parts.append(_("%(sum)s if late") % {"sum": promise.stake.format(lang())})
    return " · ".join(parts)


def lang() -> Lang:
    return "zh" if (get_language() or "en").startswith("zh") else "en"


def said(text: Text) -> str:
    return text.in_(get_language() or "en")


def place(order: orders.OrderView) -> str:
    """Where a parcel goes, no more than a packer needs to see in a list: 上海市, 新疆 乌鲁木齐市."""
    region, city = (str(order.address.get(part) or "") for part in ("region", "city"))
    if (near := places.city(region, city, lang())) != city:
        return near
    return city if city.startswith(region) else f"{region} {city}".strip()


def contents(order: orders.OrderView) -> str:
    """``Sweater ×2, Socks``."""
    parts = [said(line.title) + (f" ×{line.quantity}" if line.quantity > 1 else "") for line in order.lines]
    return "、".join(parts) if lang() == "zh" else ", ".join(parts)


def weighed(seat: Seat, views: Sequence[promises.PromiseView]) -> tuple[Weighed, list[str]]:
    """The promises of one order as its shop reads them: those that run out or ended, by weight, and what else holds."""
    drawn = [
        one
        for one in views
        if one.state in ("broken", "review", "reversed") or (timed(one.due_at) and not _unclaimed(one))
    ]
    drawn.sort(key=lambda one: (one.state != "open", one.due_at))
    cards = [promise_card(one, seat.now, shop=said(seat.shop.name), mark=seat.shop.mark) for one in drawn]
    left = [said(one.title) for one in views if one not in drawn and one.state == "open"]
    return by_weight(cards), list(dict.fromkeys(left))


def _unclaimed(view: promises.PromiseView) -> bool:
    """A guarantee that waits for its buyer's word, or whose time to ask has gone by: nothing of it is the shop's to do."""
    return view.needs_word and (view.state != "open" or view.settle_at is None)


def promise_card(
    promise: promises.PromiseView,
    now: datetime,
    *,
    title: str = "",
    shop: str = "",
    href: str = "",
    mark: str = "",
) -> PromiseCard:
    """A promise as its shop reads it: the sentence is the one for the shop, the money is what it pays."""
    state = {"reversed": "void"}.get(promise.state, promise.state)
    due = promise.due_at or promise.decided_at or promise.made_at
    otherwise = _("you pay %(sum)s") % {"sum": promise.stake.format(lang())} if promise.stake else ""
    return PromiseCard(
        id=str(promise.id), kind=said(promise.title), shop=shop,
        title=title or promise_title(promise.kind, due, now) or said(promise.title),
        state=cast(PromiseState, state), starts_at=promise.made_at, due_at=due, otherwise=otherwise,
        sentence=said(promise.for_shop), decided_at=promise.decided_at,
        compensation=promise.owed if promise.state in ("broken", "review") and promise.owed else None,
        remedy="refund" if promise.remedy == "refund" else "coupon", mark=mark, href=href,
    )  # fmt: skip
