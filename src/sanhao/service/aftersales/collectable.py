"""Whether what a case sends back may be collected at the door, what that costs and who bears it: for pages, and for booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import fetch
from sanhao.kit.wording import sum_of
from sanhao.service.aftersales.actions.return_freight import payer_of
from sanhao.service.aftersales.paths import pickup
from sanhao.service.aftersales.queries.cases import CaseView, case
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders


class Collectable(msgspec.Struct, frozen=True):
    """What a buyer should know before choosing a slot. *sizes*: as far as the listings say. *back*: what comes back, of
    which the buyer bears at most all."""

    case_id: UUID
    reference: str
    place: delivery.Place
    carriers: tuple[str, ...]
    sizes: pickup.Sizes
    back: Money
    payer: pickup.Payer
    rule_id: UUID
    terms: pickup.Terms

    def cost(self, sizes: pickup.Sizes) -> pickup.Cost:
        found = pickup.cost(self.terms, sizes, self.back.currency)
        assert found is not None, "nothing is offered in a currency without a price"
        return found

    def require_price(self, sizes: pickup.Sizes) -> None:
        """Refuses ``pickup.dearer``: who bears it would have nothing left of the refund."""
        total = self.cost(sizes).total
        if self.payer == "buyer" and total >= self.back:
            said = sum_of(total)
            raise Refusal(
                "pickup.dearer",
                zh=f"上门取件要{said.zh}，比能退的还多，请自己寄回。",
                en=f"Collecting it costs {said.en}, more than comes back. Send it yourself.",
            )

    def require_attempts(self, had: Sequence[delivery.PickupView]) -> None:
        """Refuses ``pickup.attempts``: couriers have come often enough."""
        if not self.left(had):
            raise Refusal(
                "pickup.attempts",
                zh="上门取件的次数用完了，请自己寄回，或联系店家。",
                en="Couriers have been asked to come often enough. Send it back yourself, or write to the shop.",
            )

    def left(self, had: Sequence[delivery.PickupView]) -> int:
        """How often a courier may still come."""
        failed = sum(one.failed for one in had)
        return max(0, min(self.terms.attempts - failed, self.terms.bookings - len(had)))

    def require_time(self, standing: delivery.PickupView, now: datetime) -> None:
        require_time(self.terms, standing, now)


def may_change_until(terms: pickup.Terms, standing: delivery.PickupView) -> datetime:
    return standing.slot.starts_at - timedelta(hours=terms.cancel_hours)


def require_time(terms: pickup.Terms, standing: delivery.PickupView, now: datetime) -> None:
    """Refuses ``pickup.too_late``: the courier is as good as on the way. What it has not said yes to may always be off."""
    if standing.state == "booked" and now > may_change_until(terms, standing):
        raise Refusal(
            "pickup.too_late",
            zh=f"上门前{terms.cancel_hours}小时内不能再改，快递已经安排好了。",
            en=f"It cannot be changed within {terms.cancel_hours} hours of the slot: the courier is on its round.",
        )


def collectable(case_id: UUID, *, person_id: UUID, now: datetime) -> Collectable | None:
    """None where nothing is to be sent, it is not bulky, nobody comes, or who would bear it has nothing to bear it with.
    Raises NotFound for somebody else's case."""
    view = case(case_id, side="buyer", person_id=person_id)
    return of(view, orders.order(view.order_id, person_id=person_id), now=now)


def of(view: CaseView, order: orders.OrderView, *, now: datetime) -> Collectable | None:
    """The same of a case that was read already. Two queries, none where the case sends nothing, three more where it is bulky."""
    if view.state != "to_send":
        return None
    carriers = tuple(delivery.collectors())
    try:
        rule = rulebook.in_force(pickup.RULE, at=now) if carriers else None
    except LookupError:
        rule = None
    if rule is None:
        return None
    terms = msgspec.convert(rule.terms, pickup.Terms)
    things = things_of(view, order)
    if view.back.currency not in terms.prices or not pickup.bulky(terms, things):
        return None
    payer = pickup.bearer(payer_of(view.id, order, view.reason_code, opened_at=view.opened_at))
    if payer == "buyer" and (view.kind != "return" or view.ahead):
        return None  # there is nothing to take it out of
    home = order.address
    return Collectable(
        view.id,
        order.number,
        delivery.Place(
            home["recipient"], home["phone"], home["country"], home["region"], home["city"], home["street"],
            home.get("postcode", ""),
        ),
        carriers,
        pickup.as_listed(terms, things),
        view.back,
        payer,
        rule.id,
        terms,
    )  # fmt: skip


def things_of(view: CaseView, order: orders.OrderView) -> list[pickup.Thing]:
    """What goes back, as it was listed when it was bought."""
    lines = {line.id: line for line in order.lines}
    return [
        pickup.Thing(lines[id].category, lines[id].weight_g, count, lines[id].packed)
        for id, count in view.units
    ]


def boxes(sizes: pickup.Sizes) -> tuple[delivery.Box, ...]:
    """The same as a carrier is asked."""
    return tuple(delivery.Box(piece.weight_g, *piece.sides) for piece in sizes.pieces)


def slots(offer: Collectable, carrier: str, sizes: pickup.Sizes, *, now: datetime) -> list[delivery.Slot]:
    """When the carrier could come, within the days that one may choose from. Goes outside: never in a transaction.

    Raises delivery's CarrierAway, CarrierRefused.
    """
    last = now + timedelta(days=offer.terms.slot_days)
    offered = delivery.slots(carrier, delivery.SlotOrder(offer.place, boxes(sizes), now))
    return [slot for slot in offered if now < slot.starts_at < slot.ends_at <= last]


def sizes_of(case_ids: Sequence[UUID]) -> dict[UUID, pickup.Sizes]:
    """What was said of the goods of these cases' pickups."""
    rows = fetch(
        "SELECT id, pickup_sizes::text AS sizes FROM aftersales_case WHERE id = ANY(%s) AND pickup_sizes IS NOT NULL",
        [list(case_ids)],
    )
    return {row["id"]: msgspec.json.decode(row["sizes"], type=pickup.Sizes) for row in rows}
