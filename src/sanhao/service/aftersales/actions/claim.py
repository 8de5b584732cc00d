"""The buyer claims what a guarantee gives: looked at ahead, then asked, in the words and measures that it wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import transaction

from sanhao.fairness.rulebook import api as rulebook
from sanhao.goods.catalog import api as catalog
from sanhao.kit import events
from sanhao.kit.ids import new_id
from sanhao.kit.media import Stored
from sanhao.kit.money import Money
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute
from sanhao.kit.text import Text
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales import money, worth
from sanhao.service.aftersales.actions import holds, return_freight
from sanhao.service.aftersales.actions.choose import addresses_for
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter
from sanhao.service.aftersales.actions.new_case import New, insert, worded
from sanhao.service.aftersales.book import RULE, WITHDRAWAL, facts_of, terms_from
from sanhao.service.aftersales.events import CaseMoved
from sanhao.service.aftersales.evidence import add
from sanhao.service.aftersales.ground import require_attempts, require_paid
from sanhao.service.aftersales.queries.orders import units_in_cases
from sanhao.service.aftersales.reasons import REASONS, UNDER, Reason, phase_of
from sanhao.service.aftersales.trust import trusted
from sanhao.service.orders import api as orders
from sanhao.service.promises import api as promises


class Measures(msgspec.Struct, frozen=True):
    """What the buyer says of it; which of these count, the guarantee knows. *units* 0 are all that are left."""

    units: int = 0
    share_percent: int | None = None
    grams: int | None = None
    fee_minor: int | None = None
    recorded_on: date | None = None
    unsafe: bool = False
    opened: bool = False


class Look(msgspec.Struct, frozen=True):
    """A guarantee on one line as its claim page shows it. *left*: units that may still be claimed; *admission*: what
    would follow if it were sent as it stands; *price*: what one unit costs now, where that is what is compared."""

    promise: promises.PromiseView
    order: orders.OrderView
    line: orders.LineView
    left: int
    units: int
    claim: promises.Claimed
    admission: promises.Admission
    price: Money | None
    category: str
    """Its path, the wider first."""
    way: Text | None
    """Who pays for sending it back, where it is to be sent back."""


def look(
    promise_id: UUID,
    measures: Measures,
    *,
    person_id: UUID,
    photos: int = 0,
    videos: int = 0,
    records: int = 0,
    now: datetime,
) -> Look:
    """What a claim would give, who would pay it, until when, and what is still missing. Nothing is written.

    Raises NotFound for somebody else's promise and for what is no guarantee with claims, Invalid ``case.units``,
    Refusal ``case.not_paid``, ``case.attempts``.
    """
    promise = promises.promise(promise_id, now=now)
    if promise is None or promise.line_id is None or promise.person_id != person_id or not promise.needs_word:
        raise NotFound("claim.unknown", zh="没有这个保障。", en="There is no such guarantee.")
    assert promise.order_id is not None
    order = orders.order(promise.order_id, person_id=person_id)
    require_paid(order)
    line = next(line for line in order.lines if line.id == promise.line_id)
    terms = terms_from(rulebook.in_force(RULE, at=now, market=order.address["country"]).terms)
    require_attempts(terms, {line.id: 1})
    taken = units_in_cases(order.id)
    left = line.quantity - line.refunded_units - taken.get(line.id, 0)
    units = measures.units or left
    if not 0 < units <= left:
        raise Invalid(
            "case.units",
            zh="这几件里有的已经退了，或正在售后。",
            en="Some of these have gone back already or are in another case.",
        )
    claim = _claimed(promise, order, line, units, taken, measures, now)
    claim = msgspec.structs.replace(claim, photos=photos, videos=videos, records=records)
    admission = promises.admit(promise_id, claim, now=now)
    price = claim.price if promise.kind == "price_protection" else None
    offer = catalog.offers([line.offer_id], now=now).get(line.offer_id)
    category = offer.category_path if offer is not None else ""
    reason = _reason(promise.kind).code
    ways = return_freight.ways(order, [reason], at=now) if admission.needs_return else {}
    return Look(promise, order, line, left, units, claim, admission, price, category, ways.get(reason))


def _claimed(
    promise: promises.PromiseView,
    order: orders.OrderView,
    line: orders.LineView,
    units: int,
    taken: Mapping[UUID, int],
    said: Measures,
    now: datetime,
) -> promises.Claimed:
    held = orders.money([order.id], lock=False)[order.id]
    left = worth.left(
        money.order_money(held), (line.id, units), terms=money.rule(at=now).of(held.country),
        fault=_reason(promise.kind).fault, currency=held.currency, open_units=taken,
    )  # fmt: skip
    offer = catalog.offers([line.offer_id], now=now).get(line.offer_id)
    compared = promise.kind == "price_protection" and offer is not None
    return promises.Claimed(
        at=now,
        units=units,
        reason="unsafe_food" if said.unsafe else "",
        share_bp=None if said.share_percent is None else said.share_percent * 100,
        grams=said.grams,
        price=offer.price if compared and offer is not None else None,
        price_kind=offer.kind if compared and offer is not None else "shelf",
        in_stock=not compared or (offer is not None and offer.on_sale and offer.stock_left > 0),
        fee=None if not said.fee_minor else Money(said.fee_minor, held.currency),
        recorded_on=said.recorded_on,
        opened=said.opened,
        trusted=promise.kind == "allergy" and trusted(order.person_id, now=now),
        worth=left.goods,
        freight=left.freight,
    )


def _reason(kind: str) -> Reason:
    return REASONS[UNDER.get(kind, kind)]


def claim_guarantee(
    promise_id: UUID,
    measures: Measures,
    *,
    person_id: UUID,
    words: str = "",
    evidence: Sequence[Stored] = (),
    documents: Sequence[Stored] = (),
    now: datetime,
) -> UUID:
    """Claim what a guarantee gives; returns the case's id. The promise hears of it in the same transaction, and its
    window waits for the answer. Where the rule itself answers, it is done at once. *documents*: a hospital's or an
    appraiser's papers.

    Raises what `look` raises, and Refusal ``claim.<reason>`` for what is not admitted.
    """
    videos = sum(one.mime.startswith("video/") for one in evidence)
    with transaction.atomic():
        promise = promises.promise(promise_id, now=now)
        if promise is not None and promise.order_id is not None:
            execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(promise.order_id)])
        seen = look(
            promise_id, measures, person_id=person_id, photos=len(evidence) - videos, videos=videos,
            records=len(documents), now=now,
        )  # fmt: skip
        admission = seen.admission
        if not admission.ok or admission.owed is None:
            raise Refusal(
                f"claim.{admission.reason}", zh=f"{admission.text.zh}。", en=f"{admission.text.en}."
            )
        new = _new(seen, admission, now)
        promises.claim(promise_id, msgspec.structs.replace(seen.claim, id=str(new.id)), now=now)
        rule = rulebook.version(new.rule_id)
        row = insert(new, terms_from(rule.terms), worded(words), now)
        given = [*evidence, *documents]
        add(new.id, "buyer", given, by=person_id, round=0, now=now, documents=documents)
        events.emit(
            [CaseMoved(new.id, seen.order.id, seen.order.shop_id, person_id, new.kind, "", "asked", False, 0,
                       new.back.currency, None)],
            at=now,
        )  # fmt: skip
        if not admission.answer_hours and not admission.by_hand:
            to = life.approved(facts_of(row))
            also = {"address": addresses_for([row])[new.id]} if to == "to_send" else {}
            enter([Going(row, to, note="by_rule", by_time=True, also=also)], now=now)
        if not admission.answer_hours and new.kind != "return":
            return new.id  # over already: nothing waits
        holds.place([seen.order.id], now=now)
    return new.id


def _new(seen: Look, admission: promises.Admission, now: datetime) -> New:
    order, line, units = seen.order, seen.line, seen.units
    by_right = admission.needs_return and not admission.answer_hours and not admission.by_hand
    rule = rulebook.in_force(WITHDRAWAL if by_right else RULE, at=now, market=order.address["country"])
    kind: life.Kind = "return" if admission.needs_return else "claim"
    phase = phase_of(
        shipped=order.collected_at is not None and line.shipped_quantity > 0,
        delivered=line.delivered_quantity >= units,
    )
    facts = life.Facts(
        "asked", kind, phase != "unshipped", phase == "delivered", seen.promise.kind,
        admission.answer_hours or None, admission.by_hand,
    )  # fmt: skip
    assert admission.owed is not None
    return New(
        order, {line.id: units}, kind, _reason(seen.promise.kind).code, admission.owed, rule.id, facts, phase,
        promise_id=seen.promise.id, id=new_id(),
    )  # fmt: skip


class Claimable(msgspec.Struct, frozen=True):
    """A guarantee on one line of an order under which something may be claimed now (*open*), or once it is there."""

    promise_id: UUID
    kind: str
    line_id: UUID
    title: Text
    sentence: Text
    until: datetime | None
    open: bool


def claimables(order: orders.OrderView, *, now: datetime) -> list[Claimable]:
    """The guarantees of an order that are left to be claimed: not of what has gone back, nor of what is in a case."""
    taken = units_in_cases(order.id)
    left = {line.id: line.quantity - line.refunded_units - taken.get(line.id, 0) for line in order.lines}
    return [
        Claimable(one.promise_id, one.kind, one.line_id, one.title, one.sentence, one.until,
                  one.until is not None and now <= one.until)
        for one in promises.claimable(order.id, now=now)
        if left.get(one.line_id, 0) > 0
    ]  # fmt: skip
