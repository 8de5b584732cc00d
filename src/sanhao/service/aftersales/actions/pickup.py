"""Bulky goods are collected at the buyer's door (`paths/pickup.py`): booked, taken back, and what each word of the courier does.

Pickups are locked before the case. Carriers are asked for their slots before any transaction begins; that they are to come a
keeper of delivery tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.books.ledger import api as ledger
from sanhao.fairness.decisions import api as decisions
from sanhao.fairness.decisions.events import DecisionOverturned
from sanhao.fairness.rulebook import api as rulebook
from sanhao.kit import events
from sanhao.kit.events import News
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import collectable
from sanhao.service.aftersales.actions import ahead, fees, remains, way_back
from sanhao.service.aftersales.actions.give import units_of
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, moved_on, take
from sanhao.service.aftersales.actions.return_freight import payer_of
from sanhao.service.aftersales.book import COLUMNS, encode, facts_of, terms_of
from sanhao.service.aftersales.case import OVER, Address, due
from sanhao.service.aftersales.events import CaseChanged, CaseMoved
from sanhao.service.aftersales.evidence import add
from sanhao.service.aftersales.paths import pickup
from sanhao.service.delivery import api as delivery
from sanhao.service.delivery.events import PickupMoved
from sanhao.service.orders import api as orders

# ---- booking --------------------------------------------------------------------------------------------------------


def book(
    case_id: UUID,
    *,
    person_id: UUID,
    carrier: str,
    starts_at: datetime,
    sizes: pickup.Sizes,
    instead_of: UUID | None = None,
    evidence: Sequence[Stored] = (),
    now: datetime,
) -> UUID:
    """Have a courier come for what a case sends back; returns the pickup's id. *instead_of*: the appointment that this one
    replaces; *evidence*: photos of how the goods stand there. The carrier is asked for its slots first: one that it does not offer (any more) is refused.

    Raises NotFound for somebody else's case, Invalid ``pickup.sizes``, Refusal ``pickup.not_offered``, ``pickup.slot``,
    ``pickup.attempts``, ``pickup.dearer``, ``pickup.booked``, ``pickup.too_late``, ``case.moved_on``, ``case.time_over``,
    delivery's CarrierAway and CarrierRefused.
    """
    offer = collectable.collectable(case_id, person_id=person_id, now=now)
    if offer is None or carrier not in offer.carriers:
        raise _not_offered()
    sizes = pickup.checked(offer.terms, sizes)
    offer.require_price(sizes)
    slot = next(
        (one for one in collectable.slots(offer, carrier, sizes, now=now) if one.starts_at == starts_at), None
    )
    if slot is None:
        raise Refusal(
            "pickup.slot",
            zh="这个时段快递已经不接了，请另选一个。",
            en="The courier does not offer that slot any more. Choose another.",
        )
    with transaction.atomic():
        had = delivery.hold_pickups(case_id)
        row = take(case_id, "send_back", "buyer", person_id=person_id, now=now)
        standing = next((one for one in had if one.standing), None)
        # Another tab may have been quicker while this one waited for the case.
        if (standing.id if standing else None) != instead_of or delivery.pickups_of([case_id])[
            case_id
        ] != had:
            raise Refusal(
                "pickup.booked",
                zh="取件安排刚刚变过，请看清现在的时间再改。",
                en="The pickup has just been changed elsewhere. Look at it again before you change it.",
            )
        offer.require_attempts(had)
        if standing:
            offer.require_time(standing, now)
            delivery.cancel_pickups([case_id], now=now)
        id = new_id()
        delivery.book_pickup(
            delivery.PickupDraft(
                id, case_id, row["shop_id"], carrier, offer.place,
                _shop_place(msgspec.json.decode(row["address"], type=Address)), slot, collectable.boxes(sizes),
                timedelta(hours=offer.terms.wait_hours), offer.reference,
            ),
            now=now,
        )  # fmt: skip
        execute(
            "UPDATE aftersales_case SET pickup_rule_id = %s, pickup_sizes = %s::jsonb WHERE id = %s",
            [offer.rule_id, encode(sizes), case_id],
        )
        add(case_id, "buyer", evidence, by=person_id, round=0, now=now)
        until = slot.ends_at + timedelta(hours=offer.terms.wait_hours)
        _note(row, "asked", until, "pickup_asked", now)
    return id


def call_off(case_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """Nobody needs to come: the buyer sends it in another way, or chooses again. Raises Refusal ``pickup.too_late`` shortly
    before the slot, ``case.moved_on`` where nobody was to come."""
    with transaction.atomic():
        had = delivery.hold_pickups(case_id)
        row = take(case_id, "send_back", "buyer", person_id=person_id, now=now)
        standing = next((one for one in had if one.standing), None)
        if standing is None:
            raise moved_on()
        terms = _terms(row)
        collectable.require_time(terms, standing, now)
        delivery.cancel_pickups([case_id], now=now)
        _note(row, "over", now + timedelta(hours=terms.grace_hours), "pickup_called_off", now)


def _not_offered() -> Refusal:
    return Refusal(
        "pickup.not_offered",
        zh="这件商品现在不能上门取件，请自己寄回。",
        en="This cannot be collected at the door now. Send it back yourself.",
    )


def _terms(row: Row) -> pickup.Terms:
    return msgspec.convert(rulebook.version(row["pickup_rule_id"]).terms, pickup.Terms)


def _shop_place(to: Address) -> delivery.Place:
    return delivery.Place(to.recipient, to.phone, to.country, to.region, to.city, to.street, to.postcode)


def _note(row: Row, progress: pickup.Progress, until: datetime, what: str, now: datetime) -> None:
    """How far it is, and until when the buyer's time to send runs at least."""
    facts = msgspec.structs.replace(facts_of(row), pickup=progress, pickup_until=until)
    execute(
        "UPDATE aftersales_case SET pickup = %s, pickup_until = %s, due_at = %s WHERE id = %s",
        [progress, until, due(terms_of(row["rule_id"]), facts, row["moved_at"]), row["id"]],
    )
    events.emit([CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], what)], at=now)


# ---- hearing --------------------------------------------------------------------------------------------------------


def moved(batch: Sequence[News[PickupMoved]]) -> None:
    """Now-listener: what carriers say of pickups. Their words come one by one, so cases do."""
    for news in sorted(batch, key=lambda one: one.fact.cause_id):
        if news.fact.state != "cancelled":
            _hear(news.fact, news.at)


def _hear(fact: PickupMoved, at: datetime) -> None:
    rows = fetch(
        f"SELECT {COLUMNS} FROM aftersales_case WHERE id = %s AND pickup <> '' FOR UPDATE", [fact.cause_id]
    )
    if not rows:
        return
    [row] = rows
    if fact.state == "collected":
        _collected(row, fact, at)
    elif row["state"] == "to_send" and row["pickup"] in ("asked", "booked"):
        terms = _terms(row)
        if fact.state == "booked":
            _note(row, "booked", fact.ends_at + timedelta(hours=terms.wait_hours), "pickup_booked", at)
        else:
            _note(row, "over", at + timedelta(hours=terms.grace_hours), f"pickup_{fact.state}", at)


COMES = ("to_send", "lapsed", "withdrawn", "closed")
"""States in which nobody expected the goods any sooner: now they are on their way, and the shop looks at them."""


def _collected(row: Row, fact: PickupMoved, at: datetime) -> None:
    """The goods are with the courier: as if the buyer had handed in a number, and better, for somebody has seen them."""
    if row["pickup"] == "collected":
        return
    parcel = _register(row, fact, at)
    if fact.photo is not None:
        add(row["id"], "courier", [fact.photo], by=None, round=0, now=at)
    comes = row["state"] in COMES and (row["state"] not in OVER or remains.free_again(row))
    to_refund = row["back_minor"] - row["ahead_minor"] if comes or row["state"] == "returning" else 0
    payer = payer_of(row["id"], orders.order(row["order_id"]), row["reason"], opened_at=row["opened_at"])
    seen = pickup.FeeSeen(
        fact.carrier,
        msgspec.json.decode(row["pickup_sizes"], type=pickup.Sizes),
        Money(to_refund, row["currency"]),
        pickup.bearer(payer),
    )
    fee = fees.charge(row, _terms(row), seen, now=at)
    also: dict[str, Any] = {"pickup": "collected", "pickup_minor": fee, "back_minor": row["back_minor"] - fee}
    if comes:
        row = row | also
        enter(
            [
                Going(
                    row, "returning", note="collected", also={**also, "parcel_id": parcel, "uploaded_at": at}
                )
            ],
            now=at,
        )
        ahead.want(row, now=at)
        return
    # It was said to be on its way already: what the courier has at hand is what is on its way.
    execute(
        "UPDATE aftersales_case SET pickup = 'collected', pickup_minor = %s, back_minor = back_minor - %s, "
        "parcel_id = CASE WHEN state = 'returning' AND collected_at IS NULL THEN %s ELSE parcel_id END WHERE id = %s",
        [fee, fee, parcel, row["id"]],
    )
    events.emit(
        [CaseChanged(row["id"], row["order_id"], row["shop_id"], row["person_id"], "pickup_collected")], at=at
    )


def _register(row: Row, fact: PickupMoved, at: datetime) -> UUID:
    """The parcel under the courier's number; under one of our own where that is none, or somebody else's."""
    id = new_id()
    number = fact.tracking_no
    if not number or delivery.is_registered(fact.carrier, number):
        number = f"PU{fact.pickup_id.hex[-16:]}"
    items = tuple(units_of([row["id"]])[row["id"]].items())
    draft = delivery.ConsignmentDraft(
        id,
        row["id"],
        row["shop_id"],
        fact.carrier,
        number,
        items,
        row["opened_at"],
        onward=way_back.onward(row["order_id"]),
    )
    delivery.register([draft], now=at)
    return id


def left(batch: Sequence[News[CaseMoved]]) -> None:
    """Later listener: nobody needs to come for what is on its way, withdrawn or over."""
    gone = [news.fact.case_id for news in batch if news.fact.source == "to_send"]
    if gone:
        with transaction.atomic():
            delivery.cancel_pickups(gone, now=max(news.at for news in batch))


def overturned(batch: Sequence[News[DecisionOverturned]]) -> None:
    """Now-listener: a shop was charged for a pickup wrongly. It has it again, and the platform bears it. Once."""
    at = max(news.at for news in batch)
    ours = {
        news.fact.decision_id: news.fact.subject_id
        for news in batch
        if news.fact.kind == pickup.FEE
        and decisions.acknowledge_undo(news.fact.decision_id, fees.OWNER, now=at)
    }
    decided = decisions.of_subjects("case", list(ours.values()))
    ledger.credit_shops(
        [
            ledger.Credit(
                key=f"case:{ours[one.id]}:pickup_fee:overturned",
                kind="case.pickup_fee_back",
                shop_id=one.shop_id,
                amount_minor=one.effect.minor,
                currency=one.effect.currency,
                debit=ledger.Ref("goodwill", ledger.PLATFORM, one.effect.currency),
                cause_kind=fees.CAUSE,
                cause_id=ours[one.id],
                decision_id=one.id,
            )
            for found in decided.values()
            for one in found
            if one.id in ours and one.shop_id is not None and one.effect is not None
        ],
        now=at,
    )
