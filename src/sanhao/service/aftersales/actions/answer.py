"""The shop answers: yes (one or many), no with its words and perhaps an offer; and the buyer takes the offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.catalog import api as catalog
from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales import case as life
from sanhao.service.aftersales.actions.choose import addresses_for
from sanhao.service.aftersales.actions.give import units_of
from sanhao.service.aftersales.actions.going import Going
from sanhao.service.aftersales.actions.moves import enter, take
from sanhao.service.aftersales.book import facts_of
from sanhao.service.aftersales.paths.unshipped import shipped_anyway
from sanhao.service.delivery import api as delivery
from sanhao.service.orders import api as orders

_LONGEST = 500


def approve(case_id: UUID, *, shop_id: UUID, by: UUID, now: datetime, money_only: bool = True) -> None:
    """Yes. A refund goes back at once, a return gets the address it goes to, an exchange keeps its goods aside.

    *money_only* False: the shop wants goods back that were asked for as a refund without return.
    """
    with transaction.atomic():
        shops.require_member(shop_id, by)
        row = take(case_id, "approve", "shop", shop_id=shop_id, now=now)
        say_yes([row], by=by, now=now, by_hand=money_only)


def approve_many(case_ids: Sequence[UUID], *, shop_id: UUID, by: UUID, now: datetime) -> tuple[int, int]:
    """Yes to each that still waits for it; returns how many were approved, and how many could not be any more."""
    done = 0
    for case_id in sorted(set(case_ids)):
        try:
            approve(case_id, shop_id=shop_id, by=by, now=now)
        except Refusal:
            continue
        done += 1
    return done, len(set(case_ids)) - done


def say_yes(rows: Sequence[Row], *, by: UUID, now: datetime, by_hand: bool = True) -> None:
    """Locked cases go where an approval leads. Exchanges whose goods are out of stock become returns."""
    going = [
        Going(row, life.approved(facts_of(row), by_hand=by_hand), note="approved", by=by) for row in rows
    ]
    for item in going:
        if item.row["kind"] == "exchange" and not _keep_aside(item.row, now):
            item.to, item.note = "to_send", "out_of_stock"
            item.also = {"kind": "return", "ships_first": False}
    to = addresses_for([item.row for item in going if item.to == "to_send"])
    for item in going:
        if item.row["id"] in to:
            item.also = {**item.also, "address": to[item.row["id"]]}
    enter(going, now=now)


def _keep_aside(row: Row, now: datetime) -> bool:
    """Reserve what the replacement is made of, for longer than any exchange takes."""
    units = units_of([row["id"]])[row["id"]]
    lines = {line.id: line for line in orders.order(row["order_id"]).lines}
    wants = [
        catalog.Want(lines[line_id].offer_id, count, row["id"], row["person_id"])
        for line_id, count in units.items()
    ]
    try:
        with transaction.atomic():
            catalog.reserve(wants, expires_at=now.replace(year=now.year + 1, day=1), now=now)
    except Refusal:
        return False
    return True


def reject(
    case_id: UUID,
    *,
    shop_id: UUID,
    by: UUID,
    words: str,
    offer_minor: int | None = None,
    save: bool = False,
    now: datetime,
) -> None:
    """No, with a reason the buyer reads, and perhaps a smaller sum instead. The buyer may take it to the platform.

    Raises Invalid ``case.answer`` without words, ``case.offer`` for a sum that is none or not less than was asked.
    """
    said = words.replace("\0", "").strip()
    if not 4 <= len(said) <= _LONGEST:
        raise Invalid(
            "case.answer",
            zh=f"请告诉买家为什么，4到{_LONGEST}个字。",
            en=f"Tell the buyer why, in 4 to {_LONGEST} characters.",
        )
    with transaction.atomic():
        shops.require_member(shop_id, by)
        row = take(case_id, "reject", "shop", shop_id=shop_id, now=now)
        parcels = delivery.consignments_of([row["order_id"]])[row["order_id"]]
        if shipped_anyway(row["phase"], row["opened_at"], [parcel.collected_at for parcel in parcels]):
            raise Refusal(
                "case.shipped_anyway",
                zh="买家申请退款之后才交给快递的，不能拒绝。请同意退款，再联系快递追回包裹。",
                en="It was handed over after the buyer had asked for the refund, so it cannot be refused. "
                "Approve it, and have the courier bring the parcel back.",
            )
        if offer_minor is not None and not 0 < offer_minor < row["back_minor"]:
            raise Invalid(
                "case.offer",
                zh="提出的金额要大于零、小于买家申请的。",
                en="An offer is more than nothing and less than what was asked for.",
            )
        enter(
            [
                Going(
                    row, "rejected", note="rejected", by=by, also={"answer": said, "offer_minor": offer_minor}
                )
            ],
            now=now,
        )
        if save:
            execute(
                "INSERT INTO aftersales_saved_reason (id, shop_id, words, saved_at) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (shop_id, words) DO NOTHING",
                [new_id(), shop_id, said[:200], now],
            )


def saved_reasons(shop_id: UUID) -> list[tuple[UUID, str]]:
    rows = fetch(
        "SELECT id, words FROM aftersales_saved_reason WHERE shop_id = %s ORDER BY saved_at DESC, id LIMIT 20",
        [shop_id],
    )
    return [(row["id"], row["words"]) for row in rows]


def accept_offer(case_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """The buyer takes what the shop offered instead: it goes back at once, and the goods stay."""
    with transaction.atomic():
        row = take(case_id, "accept_offer", "buyer", person_id=person_id, now=now)
        if row["offer_minor"] is None:
            raise Refusal("case.no_offer", zh="店家没有提出别的办法。", en="The shop made no offer.")
        enter(
            [Going(row, "refunded", note="offer_accepted", by=person_id, amount_minor=row["offer_minor"])],
            now=now,
        )
